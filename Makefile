# make demo   the main job on the example pages, in an environment of its own
# make test   everything the tests need, then the tests
# make check  linters and type checker
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check clean
.DELETE_ON_ERROR:

demo: $(VENV)/.rasd
	@$(BIN)/rasd run notebooks/pages --out outputs/demo --overwrite
	@$(BIN)/rasd show outputs/demo --events 12
	@$(BIN)/rasd report outputs/demo --out outputs/demo/report.html >/dev/null
	@echo
	@echo "tables (Parquet): outputs/demo/   pages with names, dates and events: outputs/demo/report.html"

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check pipeline tests
	$(BIN)/ruff format --check pipeline tests
	$(BIN)/mypy

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Rasd needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python lacks venv; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "setting up $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.rasd: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@$(PIP) --editable '.[dev,notebook,stanza,train]'
	@touch $@ $(VENV)/.rasd

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache outputs/demo
