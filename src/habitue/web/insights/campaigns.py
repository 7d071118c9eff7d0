"""A campaign measured against its control group, from a file that is read and not kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from habitue.access.policy import require
from habitue.insights import experiment
from habitue.kernel.errors import HabitueError
from habitue.web import cards
from habitue.web.cards import said
from habitue.web.errors import told

MOST_BYTES = 50_000_000
FIELDS = ("treated", "control", "group", "outcome")


def page(request: HttpRequest) -> HttpResponse:
    """The form, and what came out of the file that was sent."""
    asked = {name: request.POST.get(name, "").strip() for name in FIELDS}
    shown: dict[str, Any] = {"asked": asked, "accepted": ".csv,.tsv,.txt,.xlsx,.ods,.jsonl,.parquet"}
    file = request.FILES.get("file")
    if request.method == "POST":
        require(request.ws.actor, "audiences.edit")
        shown |= _measured(file, asked) if file is not None else {"problem": gettext("Choose a file first.")}
    return render(request, "insights/uplift.html", shown)


def _measured(file: UploadedFile, asked: dict[str, str]) -> dict[str, Any]:
    if (file.size or 0) > MOST_BYTES:
        return {"problem": gettext("The file is too large; send at most 50 MB, or use the command line.")}
    with tempfile.TemporaryDirectory() as folder:
        # The ending tells how to read it; the name itself is never used.
        path = Path(folder, "campaign" + Path(file.name or "").suffix.lower()[:8])
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        try:
            found = experiment.of_file(path, **asked)
        except HabitueError as error:
            problem = told(error)
            return {"problem": f"{problem.message} {problem.next_step}"}
    more = [said(each) for each in found.scores.notes]
    return {**cards.shown(found.uplift.card), "notes": more, "columns": found.scores.columns, "file_name": file.name}
