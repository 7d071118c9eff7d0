"""`habitue`: runs a verb and turns what went wrong into a sentence and an exit code.

Exit codes: 0 done, 1 it could not be done (the reason and the next step are printed), 2 the command was not
understood, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import click
from click.exceptions import NoArgsIsHelpError

from habitue.cli.audiences import audience
from habitue.cli.demo import demo
from habitue.cli.exports import export
from habitue.cli.identity import identity, review
from habitue.cli.imports import import_files, imports, undo
from habitue.cli.insights import insight
from habitue.cli.lake import lake, sql
from habitue.cli.matching import match
from habitue.cli.operations import doctor, metrics
from habitue.cli.people import people
from habitue.cli.reports import report
from habitue.cli.serving import serve
from habitue.cli.session import Session
from habitue.cli.sources import sources
from habitue.cli.verbs import Verbs
from habitue.cli.workspaces import init
from habitue.kernel import logs
from habitue.kernel.config import LogSettings
from habitue.kernel.errors import FileUnusable, HabitueError
from habitue.kernel.text import gettext_noop as _

_QUOTED = re.compile(r"'([^']+)'")
DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="habitue", message="%(prog)s %(version)s")
def habitue() -> None:
    """A customer database that finds out which records are the same person."""


for command in (
    init, demo, serve, import_files, imports, undo, sources, people, audience, insight, report, export, match,
    identity, review, doctor, metrics, sql, lake,
):  # fmt: skip
    habitue.add_command(command)


def main() -> None:
    """The entry point of the command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    session = Session()
    logs.configure(LogSettings(level="warning"))
    try:
        code = habitue.main(args=list(arguments), prog_name="habitue", obj=session, standalone_mode=False)
        sys.stdout.flush()
    except HabitueError as error:
        session.fail(error)
        return FAILED
    except click.ClickException as problem:
        return _misused(session, problem)
    except (click.Abort, KeyboardInterrupt):
        session.err.print(session.text(_("Interrupted.")))
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as problem:
        if problem.filename is None and problem.errno is None:
            raise
        session.fail(FileUnusable(problem=_told(problem)))
        return FAILED
    return code if isinstance(code, int) else DONE


def _told(problem: OSError) -> str:
    """What the system says, with the file it says it of."""
    said = (os.strerror(problem.errno) if problem.errno else None) or str(problem)
    name = problem.filename or next(iter(_QUOTED.findall(str(problem))), None)
    return f"{name}: {said}" if name else said


def _misused(session: Session, problem: click.ClickException) -> int:
    if session.as_json and not isinstance(problem, NoArgsIsHelpError):
        session.fail_with({"code": "usage", "message": problem.format_message(), "next_step": ""})
    else:
        problem.show()
    return MISUSED


if __name__ == "__main__":
    main()
