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

# The real eodash client and STAC Browser: eight minutes to build on two cores, so by night or by hand. They need Node 20 with npm, and
# Chromium. Each step tells, where it fails, what to do.
test-clients: $(VENV)/.tested-with
	@command -v $(NPM) >/dev/null || { echo "npm is not here. Install Node 20 with npm, or say where it is: make test-clients NPM=…"; exit 1; }
	@[ -x /usr/bin/chromium ] || { echo "Chromium is not here. Install it as /usr/bin/chromium (Debian: apt-get install chromium)."; exit 1; }
	cd tools/eodash && ($(NPM) install --no-audit --no-fund && $(NPM) run build) || { $(call failed,eodash); exit 1; }
	cd tools/stac-browser && $(NPM) run build || { $(call failed,stac-browser); exit 1; }
	cd tools/ogc-client && $(NPM) install --no-audit --no-fund || { $(call failed,ogc-client); exit 1; }
	$(BIN)/python -m pytest -n 0 tests/clients/test_javascript_clients.py tests/eodash || { echo "A client reads something of ours otherwise \
	than before. Run the named test alone: $(BIN)/python -m pytest -n 0 TEST; what the client asks for stands in docs/eodash.md."; exit 1; }

failed = echo "tools/$(1) was not built. Is the registry of npm reachable (npm ping), and are there 2 GB of room? Delete \
tools/$(1)/node_modules, tools/$(1)/source and tools/$(1)/dist, and try again."

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
