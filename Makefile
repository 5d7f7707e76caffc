# Everything a newcomer runs. `make help` says what each does.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --no-deps
EDITABLE := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help setup demo test test-all check fix bench bench-scale chaos docs build clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --requirement requirements/run.txt
	$(EDITABLE)
	touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --requirement requirements/dev.txt
	$(EDITABLE)
	touch $@ .venv/.run

.venv/.browser: requirements/browser.txt .venv/.dev
	$(INSTALL) --requirement requirements/browser.txt
	touch $@

setup: .venv/.run ## make .venv with .venv/bin/publish, from the locked packages

demo: setup ## the main job on the sample site, delivered into queue/
	@sh sample/demo.sh

test: .venv/.dev ## every test that needs only Python wheels and loopback
	$(BIN)/python -m pytest -n auto -m "not browser and not debian" --cov --cov-report=term

test-all: .venv/.dev .venv/.browser ## the tests above and those that need Debian's packages
	$(BIN)/python -m pytest -n auto -m "not browser and not debian" --cov --cov-report=term
	$(BIN)/python -m pytest -m browser
	$(BIN)/python -m pytest -m debian

check: .venv/.dev ## formatting, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/.dev ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m publisher.cli.reference
	$(BIN)/python -m publisher.config.schema
	$(BIN)/python -m publisher.config.reference

bench: .venv/.dev ## speed and memory against named peers, as ratios (OPTIONS=--quick: in minutes)
	$(BIN)/python -m benchmarks $(OPTIONS)

bench-scale: .venv/.dev ## one edition for 1,000,000 readers (OPTIONS=--postgres)
	$(BIN)/python -m benchmarks.scale $(OPTIONS)

chaos: .venv/.dev ## a mailing hurt 100 times, then every row held against what arrived (OPTIONS)
	$(BIN)/python -m tests.chaos $(OPTIONS)

docs: .venv/.dev ## the documentation as HTML, into docs/_build
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build

build: .venv/.dev ## wheel and source archive, into dist/
	$(BIN)/python -m build --no-isolation

clean: ## remove what the targets above made
	rm -rf .venv build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
