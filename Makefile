# Two commands, each complete with only Python 3.11 or later, pip and make:
#
#   make serve    the environment, the graph and the server (PORT=9000 make serve for another port)
#   make test     the environment, then lint, types, import order and tests
#
PORT   ?= 8000
HOST   ?= 127.0.0.1
ifndef PYTHON
PYTHON := $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))) python3)
endif
WORKERS ?= 2
BIN    := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help serve test test-all check-code lock settings readme picture environment environment-dev clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## ?/  make \1|/' | column -t -s '|' 2>/dev/null \
	  || grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST)

environment:
	@$(PYTHON) .ci/environment.py run

environment-dev:
	@$(PYTHON) .ci/environment.py dev

serve: environment ## make the environment and the graph, serve it on PORT (8000)
	@exec $(BIN)/biokg serve --host $(HOST) --port $(PORT)

check-code: environment-dev ## lint, types and import order only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check-code ## make the environment, then lint, types, import order and tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow" $(ARGS)

test-all: check-code ## the same and the slow proofs
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

lock: environment-dev ## resolve the dependencies of pyproject.toml anew into the two lock files
	$(BIN)/python .ci/lock.py

settings: environment ## write docs/settings.md from the table of settings
	$(BIN)/python .ci/settings.py --write

readme: environment-dev ## ask the README's and the notebook's questions again and write their answers
	$(BIN)/python .ci/readme.py --write
	$(BIN)/python .ci/notebook.py --write

picture: environment ## look at the start page with headless Chromium for the README
	$(BIN)/python .ci/picture.py

clean: ## remove the environment, built graphs and caches
	rm -rf .venv .biokg build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
