# `make demo` and `make test` are the two commands of a fresh machine: each creates .venv first if it is not there.
# Another interpreter: make test PYTHON=python3.12      Another source for torch: PIP_INDEX_URL, PIP_FIND_LINKS as pip reads them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2

# One thread per process: two test workers with two threads each would fight over two cores.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help demo test quick lint format types house docs site proofs build integrations fuzz audit install clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(STAMP) ## Watch a sick network train on real digits and say what ails it
	$(BIN)/gainstage demo

test: $(STAMP) ## Run all tests, the slow ones too
	$(BIN)/pytest -n $(JOBS) --dist worksteal

quick: $(STAMP) ## Run the quick tests only
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not slow"

lint: $(STAMP) ## Check style
	$(BIN)/ruff check .

format: $(STAMP) ## Repair what the linter can repair
	$(BIN)/ruff check --fix .

types: $(STAMP) ## Check types
	$(BIN)/pyright

house: $(STAMP) ## Check the rules of the house: layers, file sizes, readers without torch
	$(BIN)/pytest -q tests/house

docs: $(STAMP) ## Generate the pages that are made from code and measurements
	$(BIN)/python docs/generate.py

site: $(STAMP) ## Build the documentation as a site into build/site; every warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

proofs: $(STAMP) ## Derive and prove all functions' properties again; needed when a definition changes
	$(BIN)/python -c "from gainstage.functions.table import write; write()"

build: $(STAMP) ## Build wheel and sdist, install the wheel in an empty environment, start it
	bash .ci/build

# An environment of its own: some frameworks want older versions of what the tests are pinned to.
integrations: ## Install every framework and tracker into .venv-integrations and run its page's script
	@test -x .venv-integrations/bin/python || $(PYTHON) -m venv .venv-integrations
	.venv-integrations/bin/python -m pip install --disable-pip-version-check $$(grep -E '^torch==' constraints.txt)
	grep -v -i '^pillow' constraints.txt >.venv-integrations/constraints.txt
	.venv-integrations/bin/python -m pip install --disable-pip-version-check -c .venv-integrations/constraints.txt \
	  -e '.[dev,accelerate,fastai,ignite,keras,lightning,mlflow,skorch,tensorboard,trackio,transformers,wandb]'
	.venv-integrations/bin/python -m pytest -q tests/integrations tests/export

fuzz: $(STAMP) ## Hand damaged files, odd settings and hostile names to the readers (EXAMPLES=2000 of each)
	$(BIN)/python benchmarks/fuzz.py --examples $(or $(EXAMPLES),2000)

audit: $(STAMP) ## Ask for known weaknesses of the pinned dependencies; says so where it cannot
	bash tools/audit

install: $(STAMP) ## Create .venv with everything pinned

# torch comes first and alone, pinned exactly: a resolver that meets it later may pick another build.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "gainstage needs Python 3.10 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Try: make $(or $(MAKECMDGOALS),test) PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "could not create $(VENV): on Debian and Ubuntu, apt install python3-venv" >&2; exit 2; }
	$(BIN)/python -m pip install --disable-pip-version-check $$(grep -E '^torch==' constraints.txt)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean: ## Remove the environment and everything built
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis
