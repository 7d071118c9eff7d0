"""The one error family: a code, parameters, what to do next, and whether a retry helps."""

from __future__ import annotations

from typing import ClassVar

from habitue.kernel.text import gettext_noop as _


class Words(tuple[str, ...]):
    """Several msgids as one parameter of an error, told with commas; the edge translates each."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


class HabitueError(Exception):
    """What went wrong, told so that a person knows what to do next.

    Subclasses set `code`, `message` (English msgid with `%(name)s` parameters), `next_step` and `retry_helps`.
    `str(error)` is the English sentence; the edge translates `message` and `next_step` with `params`.
    """

    code: ClassVar[str] = "internal"
    message: ClassVar[str] = _("Something went wrong.")
    next_step: ClassVar[str] = ""
    retry_helps: ClassVar[bool] = False

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.message % params if params else self.message)

    def as_dict(self) -> dict[str, object]:
        """The error as plain data, for `--json` and the API."""
        return {
            "code": self.code,
            "message": str(self),
            "next_step": self.next_step % self.params if self.params else self.next_step,
            "retry_helps": self.retry_helps,
            "params": {key: str(value) for key, value in self.params.items()},
        }


class SettingInvalid(HabitueError):
    """A setting in habitue.toml or the environment cannot be used."""

    code = "setting_invalid"
    message = _("The setting %(key)s cannot be used: %(problem)s.")
    next_step = _("Correct it in habitue.toml or in the environment and start again.")


class FileUnusable(HabitueError):
    """The system let us neither read nor write a file."""

    code = "file_unusable"
    message = _("A file cannot be read or written: %(problem)s.")
    next_step = _("Check that the folder is there, that you may write into it, and that the disk has room.")


class WorkspaceMissing(HabitueError):
    """The folder holds no workspace."""

    code = "workspace_missing"
    message = _("There is no workspace in %(folder)s.")
    next_step = _("Create one with: habitue init %(folder)s")


class WorkspaceExists(HabitueError):
    """The folder already holds a workspace."""

    code = "workspace_exists"
    message = _("There is a workspace in %(folder)s already; nothing was changed.")
    next_step = _("Open it, or choose another folder.")


class WorkspaceBusy(HabitueError):
    """Another process holds the work for longer than this one may wait."""

    code = "workspace_busy"
    message = _("Another process is still working on this workspace.")
    next_step = _("Wait a moment and try again.")
    retry_helps = True


class NotFound(HabitueError):
    """A thing asked for by id or name does not exist."""

    code = "not_found"
    message = _("There is no %(what)s “%(key)s”.")
    next_step = _("Check the name, or open the list to choose one.")
