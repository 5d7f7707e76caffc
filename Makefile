# Everything a newcomer runs. `make help` says what each does.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# The first that runs: pyenv puts names on PATH that only say which version they would want.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
  $$name -c '' 2>/dev/null && echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --no-deps
EDITABLE := $(PIP) install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help setup demo test test-all test-slice check fix words bench bench-scale chaos docs build clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --requirement requirements/run.txt
	$(EDITABLE)
	touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --requirement requirements/dev.txt
	$(EDITABLE)
	touch $@ $(VENV)/.run

GENERATORS := $(VENV)/generators

$(GENERATORS)/.python: requirements/generators.txt
	$(PYTHON) -m venv $(GENERATORS)/python
	$(GENERATORS)/python/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes \
	  --no-deps --requirement requirements/generators.txt
	touch $@

$(GENERATORS)/.node: tests/generators/package-lock.json
	mkdir -p $(GENERATORS)/node
	cp tests/generators/package.json tests/generators/package-lock.json tests/generators/.npmrc $(GENERATORS)/node
	cd $(GENERATORS)/node && npm ci --silent --ignore-scripts
	touch $@

BLUESKY := $(VENV)/bluesky

# Its database is compiled, quickly rather than fast, with the headers of the Node that runs it.
$(BLUESKY)/.node: tests/bluesky/package-lock.json
	mkdir -p $(BLUESKY)
	cp tests/bluesky/package.json tests/bluesky/package-lock.json tests/bluesky/.npmrc $(BLUESKY)
	cd $(BLUESKY) && npm ci --silent --ignore-scripts && node=$$(ls -d $$PWD/node_modules/node-linux-*) \
	  && cd node_modules/better-sqlite3 \
	  && PATH=$$node/bin:$$PATH ../.bin/node-gyp rebuild --silent --debug --nodedir=$$node >/dev/null
	touch $@

$(VENV)/.browser: requirements/browser.txt $(VENV)/.dev
	$(INSTALL) --requirement requirements/browser.txt
	touch $@

setup: $(VENV)/.run ## create .venv with .venv/bin/publish, from the locked packages

demo: setup ## publish the sample site into queue/
	@sh sample/demo.sh

test: $(VENV)/.dev ## every test that needs only Python wheels and loopback
	$(BIN)/python -m pytest -n auto -m "not bluesky and not browser and not debian and not generators" --cov --cov-report=term

test-all: $(VENV)/.dev $(VENV)/.browser $(GENERATORS)/.python $(GENERATORS)/.node $(BLUESKY)/.node ## the tests above, and those that need Debian's packages, the generators or Bluesky's server
	$(BIN)/python -m pytest -n auto -m "not bluesky and not browser and not debian and not generators" --cov --cov-report=term
	$(BIN)/python -m pytest -m browser
	$(BIN)/python -m pytest -m debian
	GENERATORS=$(abspath $(GENERATORS)) $(BIN)/python -m pytest -n 2 -m generators
	BLUESKY=$(abspath $(BLUESKY)) $(BIN)/python -m pytest -m bluesky

SLICE := tests/cli tests/config tests/content tests/outbox tests/plan

test-slice: $(VENV)/.dev ## what another Python may break (PYTHON=python3.13 VENV=.venv-3.13)
	$(BIN)/python -m pytest -n auto -m "not bluesky and not browser and not debian and not generators" $(SLICE)

check: $(VENV)/.dev ## formatting, lint, types, layers, and that everything is documented
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py tests/tools

fix: $(VENV)/.dev ## fix what can be fixed automatically
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format --quiet .
	$(BIN)/python -m tools.commands_page
	$(BIN)/python -m tools.config_schema
	$(BIN)/python -m tools.options_page
	$(BIN)/python -m tools.front_matter_page

words: $(VENV)/.dev ## collect what readers see for translators, into locales/
	$(BIN)/python -m tools.catalogues

bench: $(VENV)/.dev ## speed and memory against named peers, as ratios (OPTIONS=--quick: in minutes)
	$(BIN)/python -m benchmarks $(OPTIONS)

bench-scale: $(VENV)/.dev ## one edition for 1,000,000 subscribers (OPTIONS=--postgres)
	$(BIN)/python -m benchmarks.scale $(OPTIONS)

chaos: $(VENV)/.dev ## disturb a mailing 100 times, then compare every row with what arrived (OPTIONS)
	$(BIN)/python -m tests.chaos $(OPTIONS)

docs: $(VENV)/.dev ## the documentation as HTML, into docs/_build
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build

build: $(VENV)/.dev ## wheel and source archive, into dist/
	$(BIN)/python -m build --no-isolation

clean: ## remove what the targets above made
	rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
