# make demo    the example shop in your browser; needs Python 3.11 or newer and nothing else
# make test    every check, on SQLite and PostgreSQL; as root it installs the programs that it needs
# make lint    ruff, mypy, import contracts, translations
# make wheel   dist/*.whl     make screens   build/screens/*.png     make docs   docs/reference
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
DEMO ?= habitue-demo
# Tests make a thousand small registers: in memory where there is room for them. They start the program a hundred times:
# what Python has compiled is kept, whatever the environment says.
ROOM := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4096 { print "/dev/shm" }')

.PHONY: help demo test lint wheel screens docs lock texts system clean

help:
	@sed -n 's/^# //p' Makefile

demo: $(VENV)/.installed texts
	@$(BIN)/habitue demo $(DEMO)

test: $(VENV)/.installed-dev system lint
	@PYTHONDONTWRITEBYTECODE= TMPDIR=$(or $(TMPDIR),$(ROOM),/tmp) $(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.installed-dev texts
	@$(BIN)/ruff check src tests tools bench
	@$(BIN)/ruff format --check src tests tools bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/python tools/i18n.py check

wheel: $(VENV)/.installed-dev texts
	@$(BIN)/python -m build --wheel --outdir dist .

screens: $(VENV)/.installed-dev system texts
	@HABITUE_SCREENS=all $(BIN)/python -m pytest -m browser tests/browser

docs: $(VENV)/.installed-dev
	@$(BIN)/python tools/reference.py

lock: $(VENV)/.installed-dev
	@$(BIN)/python tools/lock.py

texts: $(VENV)/.installed
	@$(BIN)/python tools/i18n.py compile

system:
	@.ci/system

clean:
	rm -rf build dist $(VENV) src/*.egg-info

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Habitué needs Python 3.11 or newer; none was found."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python cannot make a virtual environment; on Debian and Ubuntu install python3-venv."; exit 1; }

$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml
	@echo "Installing Habitué into $(VENV) …"
	@$(PIP) install --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@$(PIP) install --requirement requirements-dev.lock
	@touch $@
