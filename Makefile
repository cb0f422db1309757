# Two commands: `make up` opens the house, `make test` checks it. All that a machine needs is Python ≥ 3.11.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
NPM ?= npm
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up test test-slow test-clients check lint docs bench clean

up: $(VENV)/.installed
	@$(BIN)/repeatpass up

test: $(VENV)/.tested-with
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

# What kills servers, fills disks and measures memory: CI does it, too.
test-slow: $(VENV)/.tested-with
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow

# The real eodash client and STAC Browser: minutes to build, so by night or by hand. They need Node 20 with npm, and Chromium.
test-clients: $(VENV)/.tested-with
	cd tools/eodash && ($(NPM) install --no-audit --no-fund && $(NPM) run build)
	cd tools/stac-browser && $(NPM) run build
	cd tools/ogc-client && $(NPM) install --no-audit --no-fund
	$(BIN)/python -m pytest -n 0 tests/clients/test_javascript_clients.py tests/eodash

check: lint test test-slow

lint: $(VENV)/.tested-with
	$(BIN)/ruff check .
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.tested-with
	$(BIN)/mkdocs build --strict

bench: $(VENV)/.tested-with
	$(BIN)/python -m benchmarks

$(VENV)/.installed: pyproject.toml hatch_build.py $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
	./tools/install $(PYTHON) $(VENV) 'server,demo'
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed
	./tools/install $(PYTHON) $(VENV) 'server,demo,postgresql' dev
	@touch $@

clean:
	rm -rf $(VENV) build dist site src/repeatpass/web/static/dist
