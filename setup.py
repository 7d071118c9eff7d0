"""Compiles the texts while the package is built; everything else stands in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithTexts(build_py):
    """Writes a .mo beside every .po before files are collected."""

    def run(self) -> None:
        """Compile, then build as usual."""
        for readable in Path("src/habitue/locale").glob("*/LC_MESSAGES/*.po"):
            with readable.open("rb") as source, readable.with_suffix(".mo").open("wb") as target:
                write_mo(target, read_po(source, locale=readable.parent.parent.name))
        super().run()


setup(cmdclass={"build_py": BuildWithTexts})
