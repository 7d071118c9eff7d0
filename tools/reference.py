"""Writes docs/reference from the code: `python tools/reference.py`; `--check` fails when a page is out of date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from habitue.audiences.guide import chapters
from habitue.cli.main import habitue
from habitue.collect.files.targets import TARGETS
from habitue.door.description import description
from habitue.kernel.config import Config
from habitue.privacy.purposes import BASES, DEFAULTS
from habitue.quality.dictionary import EVENTS, FIELDS

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
COMMON = frozenset({"workspace", "as_json", "language", "help", "version"})
WRITTEN = "<!-- Written by tools/reference.py from the code; change the code, then run `make docs`. -->\n"


def main(arguments: list[str]) -> int:
    """Write every page, or with --check name the pages that differ."""
    pages = {FOLDER / name: WRITTEN + "\n".join(page()) + "\n" for name, page in PAGES.items()}
    door = json.dumps(description(), indent=2, ensure_ascii=False)
    pages[FOLDER / "door-openapi.json"] = door + "\n"
    if "--check" in arguments:
        stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
        sys.stderr.writelines(f"{path.name} is out of date; run: make docs\n" for path in stale)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    return 0


def command_line() -> Iterator[str]:
    """Every command with its arguments and options."""
    yield from (
        "# Command line",
        "",
        "The verbs are those of the library. Every command understands these options, before or after the verb:",
        "",
        *options(habitue, common=True),
        "",
        "Exit codes: 0 done; 1 it could not be done, and the reason and the next step are printed (with `--json` as "
        'an object `{"error": {"code", "message", "next_step", "retry_helps", "params"}}` on the error stream); '
        "2 the command was not understood; 130 interrupted.",
    )
    for path, command in commands(habitue, "habitue"):
        yield from ("", f"## `{path}`", "", *paragraphs(command))
        usage = " ".join(command.collect_usage_pieces(click.Context(command)))
        yield from ("", "```", f"{path} {usage}", "```")
        listed = list(options(command, common=False))
        yield from ("", *listed) if listed else ()


def settings() -> Iterator[str]:
    """Every key of habitue.toml."""
    yield from (
        "# Settings",
        "",
        "`habitue.toml` in the folder of the workspace. Environment variables win over it; unknown keys are errors. "
        "Secrets never stand here: the master key is in `habitue.key` or in `HABITUE_KEY`.",
        "",
        "| key | default | environment | meaning |",
        "|---|---|---|---|",
    )
    for key, default, meaning in keys(Config):
        variable = "HABITUE_" + key.upper().replace(".", "__")
        yield f"| `{key}` | `{shown(default)}` | `{variable}` | {meaning} |"
    yield from (
        "",
        "`HABITUE_WORKSPACE` tells the command line where the workspace is. `HABITUE_KEY` holds the master key, 64 "
        "hexadecimal digits, instead of the file.",
    )


def targets() -> Iterator[str]:
    """Every target of a column."""
    yield from (
        "# What a column can become",
        "",
        'Columns are recognised by their headings and their values. `--map "Heading=target"` decides one, '
        '`--map "Heading="` leaves it out; `custom.<name>` keeps it as a field of your own.',
        "",
        "| target | meaning | read as | headings that are recognised (first of each language) |",
        "|---|---|---|---|",
    )
    for target in TARGETS.values():
        heads = ", ".join(names[0] for names in target.headings.values() if names)
        yield f"| `{target.name}` | {target.label} | {target.kind} | {heads} |"


def events() -> Iterator[str]:
    """Fields, events and purposes."""
    yield from ("# Fields, events, purposes", "", "## Fields of people and companies", "")
    yield from ("| field | kind | which value wins | why a business needs it |", "|---|---|---|---|")
    for field in FIELDS.values():
        yield f"| `{field.name}` | {field.kind} | {field.golden.replace('_', ' ')} | {field.why} |"
    yield from ("", "## Events", "", "| event | money in | properties |", "|---|---|---|")
    for event in EVENTS.values():
        properties = ", ".join(f"`{each.name}`" for each in event.properties)
        yield f"| {event.name} | {f'`{event.money}`' if event.money else ''} | {properties} |"
    yield from (
        "",
        "## Purposes of a new workspace",
        "",
        "| purpose | basis | channel | meaning |",
        "|---|---|---|---|",
    )
    for purpose in DEFAULTS:
        yield f"| `{purpose.purpose_id}` | {BASES[purpose.basis]} | {purpose.channel} | {purpose.why} |"


def rules() -> Iterator[str]:
    """The language of rules, as the page of help shows it."""
    yield from (
        "# Rules as text",
        "",
        "A rule says which people belong to an audience. It can be built by mouse, and written as text; both are the "
        "same rule, and each can be turned into the other without loss. Use it on the page of an audience, or on the "
        "command line:",
        "",
        "```sh",
        "habitue audience create Regulars "
        """--text 'country is "DE" and did "Order Completed" at least 2 times in last year'""",
        """habitue audience count --text 'not did "Order Completed" in last 90 days'""",
        "habitue audience text Regulars",
        "```",
        "",
        "On the page, what can come next is listed while you write: words of the language, fields, events, and values "
        "that the data has, each with its meaning. ↓ and Enter put it in, Esc closes the list, Ctrl and Space open it. "
        "A text that is no rule shows the word that does not fit and what could stand there. “How rules are written” "
        "shows all that follows here with its sentences, and opens each example in the builder.",
    )
    for chapter in chapters():
        yield from ("", f"## {chapter.name}")
        yield from ("", chapter.remark) if chapter.remark else ()
        for form in chapter.forms:
            yield from ("", f"### {form.name}")
            yield from ("", form.remark) if form.remark else ()
            yield from ("", "```rule", *form.examples, "```")


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "command-line.md": command_line,
    "settings.md": settings,
    "targets.md": targets,
    "events.md": events,
    "rules.md": rules,
}
MEANINGS = {
    "workspace.name": "What the workspace is called.",
    "workspace.timezone": "Time zone of days, windows and reports (IANA name).",
    "workspace.country": "Country of telephone numbers and addresses that name none (ISO 3166, two letters).",
    "workspace.currency": "Currency of amounts that name none, and of reports (ISO 4217).",
    "workspace.languages": "Languages that the pages offer; the first one is the last resort.",
    "journal.kind": "Where accepted events wait: `file` in the folder, or `table` on PostgreSQL, for several doors.",
    "register.url": "Where the register is, such as `postgresql+psycopg://user@host/name`; empty: `register.db` here.",
    "lake.path": "Folder of the Parquet replica.",
    "lake.estimate_from": "From how many events on a rule is estimated of a part of the people while it is built; the "
    "exact figures follow.",
    "lake.memory_mb": "How much memory (MiB) an engine on the replica may take before it goes on in a folder below it, "
    "`.spill`; 0: half of what the machine or the container has, and at most 1536. Pages, follower and worker have "
    "one engine or more each.",
    "serve.bind": "Address and port of the pages.",
    "door.sdk_folder": "Folder with the files of an SDK that you installed (`npm install @segment/analytics-next`), "
    "such as `node_modules/@segment/analytics-next/dist/umd`; they are served at `/sdk/`. Relative to the workspace.",
    "serve.metrics": "Who may read `/metrics`: `local` programs of this machine and whoever has the key "
    "(`habitue metrics --key`), only with the `key`, or nobody (`off`).",
    "door.free_mb": "The event door answers 503 when less of the disk is free than this (MiB).",
    "door.backlog_mb": "The event door answers 503 when more of the journal waits than this (MiB).",
    "mail.host": "server that takes mail to those who work here; empty: none is sent",
    "mail.port": "its port",
    "mail.tls": "how it is spoken to: starttls, tls from the first byte (port 465), or none",
    "mail.user": "name to sign in with; empty: without",
    "mail.password": "only in the environment, as HABITUE_MAIL__PASSWORD",
    "mail.sender": "address that the mail comes from",
    "log.format": "`console` lines for people or `json` lines for programs, on the error stream.",
    "log.level": "`debug`, `info`, `warning` or `error`.",
    "engine": "What computes on the replica.",
}


def commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its full name."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def paragraphs(command: click.Command) -> Iterator[str]:
    """The help of a command as Markdown."""
    for number, text in enumerate((command.help or "").split("\n\n")):
        yield from ("",) if number else ()
        yield " ".join(text.split())


def options(command: click.Command, *, common: bool) -> Iterator[str]:
    """The options of a command as a list."""
    for option in command.params:
        if not isinstance(option, click.Option) or (option.name in COMMON) != common or option.name == "version":
            continue
        names = ", ".join(f"`{name}`" for name in option.opts)
        choices = f" One of {', '.join(option.type.choices)}." if isinstance(option.type, click.Choice) else ""
        required = " Required." if option.required else ""
        yield f"- {names}: {option.help or ''}{choices}{required}".replace(":  ", ": ")


def keys(settings_type: type[msgspec.Struct], prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """Key, default and meaning of every setting."""
    for field in msgspec.structs.fields(settings_type):
        key = f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from keys(field.type, f"{key}.")
        else:
            yield key, field.default, MEANINGS[key]


def shown(default: object) -> str:
    """A default as it is written in TOML."""
    return msgspec.json.encode(default).decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
