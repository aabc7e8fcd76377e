# What everybody runs: `make demo` shows the main job, `make test` proves it. Both set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test lint format docs drill-helper recorder bench oracle fuzz build clean

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "hardhull needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable .
	@touch $@

demo: $(STAMP) ## scan the bundled example deployment, fix a copy of it, take that back
	@sh examples/demo.sh $(abspath $(BIN))/python

test: $(STAMP) ## every test; as root on Debian it first installs what the real-engine tests use
	@sh tests/setup.sh
	@$(BIN)/python -m pytest -n auto

lint: $(STAMP) ## formatting, lint, types, layers, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(STAMP) ## the pages made from the rules' own docstrings, and the README's screen
	@$(BIN)/python docs/generate.py

drill-helper: $(STAMP) ## the program that makes drills inside containers, for each architecture, from its C sources
	@$(BIN)/python -m hardhull.prove.drills.helper.build

recorder: $(STAMP) ## the program that records in the kernel, from its C sources
	@$(BIN)/python -m hardhull.learn.program.build

bench: $(STAMP) ## speed and memory, beside peers where they are installed
	@$(BIN)/python bench/run.py

oracle: $(STAMP) ## compare the readers with the real consumers over a folder: make oracle DIR=...
	@sh bench/oracle.sh "$(DIR)"

fuzz: $(STAMP) ## random and mutated input for every reader, or for every fix: make fuzz SECONDS=60 WHAT=fix CORPUS=DIR
	@$(BIN)/python bench/$(if $(filter fix,$(WHAT)),fuzz_fix,fuzz).py --seconds $(or $(SECONDS),60) $(if $(CORPUS),--corpus "$(CORPUS)")

build: $(STAMP)
	@$(BIN)/python -m build --outdir dist .

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
