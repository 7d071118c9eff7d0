"""Settings of a workspace: habitue.toml in its folder; environment variables win; unknown keys are errors."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from habitue.kernel.errors import SettingInvalid, WorkspaceMissing

FILE_NAME = "habitue.toml"
_OTHER_VARIABLES = frozenset({"HABITUE_KEY", "HABITUE_WORKSPACE", "HABITUE_BENCH_DATA"})
LANGUAGES = ("en", "de", "ru")


class WorkspaceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the workspace is about."""

    name: str = "My customers"
    timezone: str = "Europe/Berlin"
    country: str = "DE"
    currency: str = "EUR"
    languages: tuple[str, ...] = LANGUAGES


class RegisterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the register is; empty means register.db in the folder."""

    url: str = ""


class JournalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where events wait that were acknowledged and are not yet projected."""

    kind: Literal["file", "table"] = "file"


class LakeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the lake is, relative to the folder, and what memory one engine may take (in MiB; 0: by the machine).

    From how many events on a rule is estimated while it is built.
    """

    path: str = "lake"
    memory_mb: Annotated[int, msgspec.Meta(ge=0)] = 0
    estimate_from: Annotated[int, msgspec.Meta(ge=1)] = 2_000_000


class ServeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the pages answer."""

    bind: str = "127.0.0.1:8321"
    metrics: Literal["local", "key", "off"] = "local"


class DoorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the event door says: not now (in MiB), and the folder with the SDK files that it serves at /sdk/."""

    free_mb: Annotated[int, msgspec.Meta(ge=1)] = 256
    backlog_mb: Annotated[int, msgspec.Meta(ge=1)] = 1024
    sdk_folder: str = ""


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server that takes mail to those who work here; without a host none is sent.

    The password is given by the environment (HABITUE_MAIL__PASSWORD) and never stands in the file.
    """

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the server and the worker log."""

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a workspace."""

    workspace: WorkspaceSettings = WorkspaceSettings()
    register: RegisterSettings = RegisterSettings()
    journal: JournalSettings = JournalSettings()
    lake: LakeSettings = LakeSettings()
    serve: ServeSettings = ServeSettings()
    door: DoorSettings = DoorSettings()
    log: LogSettings = LogSettings()
    mail: MailSettings = MailSettings()
    engine: str = "duckdb"


def load(folder: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The settings of `folder`; environment `HABITUE_<SECTION>__<NAME>` wins over the file.

    Raises WorkspaceMissing without a habitue.toml, SettingInvalid for unknown keys or values that cannot be used.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise WorkspaceMissing(folder=str(folder))
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingInvalid(key=FILE_NAME, problem=str(problem)) from problem
    mail = data.get("mail")
    if isinstance(mail, dict) and mail.get("password"):
        raise SettingInvalid(
            key="mail.password", problem="a password is given by HABITUE_MAIL__PASSWORD, not by a file"
        )
    return parse(_with_environment(data, os.environ if environ is None else environ))


def parse(data: dict[str, object]) -> Config:
    """Settings from plain data, checked."""
    try:
        config = msgspec.convert(data, Config, strict=False)  # numbers of the environment are texts
    except msgspec.ValidationError as problem:
        raise SettingInvalid(
            key=str(problem).rpartition("`")[0].rpartition("`")[2] or FILE_NAME, problem=str(problem)
        ) from problem
    _check(config)
    return config


def text(settings: WorkspaceSettings) -> str:
    """The habitue.toml of a new workspace."""
    languages = ", ".join(f'"{language}"' for language in settings.languages)
    name = settings.name.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'[workspace]\nname = "{name}"\ntimezone = "{settings.timezone}"\ncountry = "{settings.country}"\n'
        f'currency = "{settings.currency}"\nlanguages = [{languages}]\n'
    )


def _with_environment(data: dict[str, object], environ: Mapping[str, str]) -> dict[str, object]:
    merged: dict[str, object] = {k: dict(v) if isinstance(v, dict) else v for k, v in data.items()}
    for key, value in environ.items():
        if not key.startswith("HABITUE_") or key in _OTHER_VARIABLES:
            continue
        section, _, name = key.removeprefix("HABITUE_").lower().partition("__")
        if not name:
            merged[section] = value
            continue
        part = merged.setdefault(section, {})
        if isinstance(part, dict):
            part[name] = value.split(",") if name == "languages" else value
    return merged


def _check(config: Config) -> None:
    try:
        ZoneInfo(config.workspace.timezone)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise SettingInvalid(key="workspace.timezone", problem="no such time zone") from problem
    if len(config.workspace.country) != 2 or not config.workspace.country.isupper():
        raise SettingInvalid(key="workspace.country", problem="two capital letters such as DE are wanted")
    if len(config.workspace.currency) != 3 or not config.workspace.currency.isupper():
        raise SettingInvalid(key="workspace.currency", problem="three capital letters such as EUR are wanted")
    if not config.workspace.languages or set(config.workspace.languages) - set(LANGUAGES):
        raise SettingInvalid(key="workspace.languages", problem=f"choose from {', '.join(LANGUAGES)}")
    if config.journal.kind == "table" and not config.register.url.startswith("postgresql"):
        raise SettingInvalid(key="journal.kind", problem="a journal table needs a register on PostgreSQL")
    if config.mail.host and "@" not in config.mail.sender:
        raise SettingInvalid(key="mail.sender", problem="the address that the mail comes from is wanted")
    if config.engine != "duckdb" and not config.engine.startswith(("spark://", "local[")):
        raise SettingInvalid(
            key="engine", problem="it is duckdb, or the address of a cluster such as spark://host:7077"
        )
