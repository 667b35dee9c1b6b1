# Two commands matter on a fresh machine: `make run` and `make test`. They need Python 3.11 or
# later with venv, make, and the registries of Python and npm packages; everything else they fetch.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check bench soak audit sbom setup lock clean

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
TRANSLATIONS := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/*.po))

# Neither uv nor Node trusts by itself what the system trusts, such as a company's own certificate.
CERTIFICATES := $(wildcard /etc/ssl/certs/ca-certificates.crt)
ifneq ($(CERTIFICATES),)
export UV_SYSTEM_CERTS ?= 1
export NODE_EXTRA_CA_CERTS ?= $(CERTIFICATES)
endif

# An environment that already holds the developers' tools is kept: theirs is the larger set.
PACKAGES := runtime
test check bench soak audit lock: PACKAGES := development

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup $(TRANSLATIONS) ## Set up, load the demonstration market once, serve on 127.0.0.1 (PORT=8000)
	@$(BIN)/offtake serve --set-up --with-worker --port $(PORT)

test: setup $(TRANSLATIONS) ## Every test: both databases, browser, migrations (fetches Chromium by apt as root)
	@$(BIN)/python tools/chromium.py
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

check: setup $(TRANSLATIONS) ## Format, lint, types, import contracts, house rules, dependencies; seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy -p tools
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest tests/test_house_rules.py
	$(BIN)/deptry .

bench: setup $(TRANSLATIONS) ## Every benchmark, as a table and in bench/results/latest.json
	$(BIN)/python -m bench

soak: setup $(TRANSLATIONS) ## The long random and fault runs
	@$(BIN)/python tools/chromium.py
	$(BIN)/python -m pytest -m soak

audit: setup ## What is known of holes in the pinned packages; 1: something is, 2: nobody answers
	@$(BIN)/python -m tools.audit

sbom: setup ## The bill of materials, CycloneDX JSON, to instance/bom.cdx.json
	@$(BIN)/python -m tools.bom

setup: ## The environment and the browser assets alone; at once when nothing changed
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) tools/environment.py $(PACKAGES)
	@$(BIN)/python tools/vendor.py

%.mo: %.po | setup
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# Without addresses the locks hold for whichever mirror the machine is set to; the hashes stay the same.
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --fork-strategy fewest \
	--python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links

lock: setup ## Refresh every pin of Python and npm packages, and prove that no address is in the locks
	$(COMPILE) requirements-boot.in --output-file requirements-boot.txt
	$(COMPILE) pyproject.toml --all-extras --output-file requirements-dev.txt
	$(COMPILE) pyproject.toml --extra setup --constraints requirements-dev.txt --output-file requirements.txt
	$(COMPILE) tools/audit.in --output-file tools/audit.txt
	$(BIN)/python tools/vendor.py --refresh
	! grep -n '://' requirements.txt requirements-dev.txt requirements-boot.txt tools/audit.txt
	! grep -n '"resolved"' package-lock.json

clean: ## Remove what set-up made and every cache; instance/, with its database, stays
	rm -rf .venv node_modules app/static/vendor bench/results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f $(TRANSLATIONS)
	find app models matching migrations tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
