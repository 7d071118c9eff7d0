"""The verbs of exports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from habitue.activation import export, exports
from habitue.activation.columns import DEFAULT_COLUMNS
from habitue.verbs.verb import Translate, Verbs


class Exports(Verbs):
    """Lists as files, for a purpose."""

    def preview(
        self,
        audience_id: str,
        *,
        purpose: str,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        target: str = "xlsx",
        translate: Translate = export.untranslated,
    ) -> export.ExportPreview:
        """Who would be in the list, and who not and why; writes nothing."""
        return export.preview(
            self._ws, audience_id=audience_id, purpose=purpose, columns=columns, target=target, translate=translate
        )

    def run(
        self,
        audience_id: str,
        *,
        purpose: str,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        target: str = "xlsx",
        translate: Translate = export.untranslated,
    ) -> exports.Export:
        """Write the list into the folder `exports`; the ledger keeps who took what, how many, for which purpose."""
        return export.run(
            self._ws, audience_id=audience_id, purpose=purpose, columns=columns, target=target, translate=translate
        )

    def listing(self, *, offset: int = 0, limit: int = 50) -> Sequence[exports.Export]:
        """Exports, newest first."""
        return exports.listing(self._ws, offset=offset, limit=limit)

    def path(self, export_id: str) -> Path:
        """The file of an export that is still kept."""
        return exports.path(self._ws, export_id)
