# run       make the environment, build the dashboard, start SentiStream on http://127.0.0.1:8000
# run-team  the same as a team: Valkey, PostgreSQL, 2 workers, API and the rest as processes of their own
# test      the whole suite, browser and checkpoints of Hugging Face included
# check     linters, types, layers, generated pages
# bench     the benchmarks, results in benchmarks/results/; with PROFILE=team or PROFILE=dashboard, of those
# docs      write the generated pages anew
#
# make run SOURCE=file:PATH SPEED=600 PORT=8001 replays a file at 600 times its own speed.

PYTHON ?= python3
SOURCE ?=
SPEED ?=
PORT ?=
PROFILE ?=

BIN := .venv/bin
ENVIRONMENT := .venv/.made
CHECKPOINTS := .venv/.checkpoints
DEPLOY := .venv/.deploy
MODULES := frontend/node_modules/.package-lock.json
DASHBOARD := src/sentistream/dashboard/index.html
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/e2e/*' \
	-not -path '*/dist/*' -not -path '*/test-results/*' -not -name '*.tsbuildinfo' 2>/dev/null)
# Each writes a page, or says with --check that it is out of date.
PAGES := $(basename $(notdir $(sort $(wildcard scripts/document_*.py))))

.PHONY: run run-team test check bench docs dashboard clean
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

run: $(ENVIRONMENT) $(DASHBOARD)
	$(BIN)/sentistream up $(if $(SOURCE),--source $(SOURCE)) $(if $(SPEED),--speed $(SPEED)) $(if $(PORT),--port $(PORT))

run-team: $(ENVIRONMENT) $(DASHBOARD)
	$(BIN)/python -m scripts.run_team $(if $(PORT),--port $(PORT))

# pytest comes last, so that its summary is the last thing on the screen.
test: $(CHECKPOINTS) $(DEPLOY) $(DASHBOARD) $(MODULES)
	cd frontend && npm test
	$(BIN)/pytest -n 2 --dist worksteal

check: $(CHECKPOINTS) $(MODULES)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	for page in $(PAGES); do $(BIN)/python -m scripts.$$page --check || exit 1; done
	cd frontend && npm run --silent types -- --check
	cd frontend && npm run check

bench: $(ENVIRONMENT) $(DASHBOARD)
	$(BIN)/python -m benchmarks $(PROFILE)

docs: $(ENVIRONMENT) $(MODULES)
	for page in $(PAGES); do $(BIN)/python -m scripts.$$page || exit 1; done
	cd frontend && npm run --silent types

dashboard: $(DASHBOARD)

clean:
	rm -rf .venv frontend/node_modules src/sentistream/dashboard dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis

$(ENVIRONMENT): pyproject.toml constraints.txt hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "SentiStream needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which one to use: make PYTHON=/path/to/python3")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[llm,parquet,team]' --group dev
	@touch $@

# What only the analyser `transformers` needs, torch above all: hundreds of megabytes that `make run` does without.
$(CHECKPOINTS): $(ENVIRONMENT)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[transformers]'
	@touch $@

# Linters of deploy/ with their schemas, and the proxy of its frontend.
$(DEPLOY): $(ENVIRONMENT)
	$(BIN)/python -m pip install --quiet -c constraints.txt --group deploy
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json
	@command -v npm >/dev/null || { echo 'The dashboard needs Node 20 or newer, with npm: install it and try again.' >&2; exit 1; }
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || { echo "The dashboard needs Node 20 or newer; this is $$(node --version)." >&2; exit 1; }
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

$(DASHBOARD): $(MODULES) $(FRONTEND)
	cd frontend && npm run build
	@touch $@
