# `make app` runs the lab, `make test` runs the tests; both set up everything they need.
PYTHON ?= python3
WORKERS ?= 1
BIN := .venv/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
system = $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq $(1)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: app hall test lint types check browser nginx screenshots axe wheel clean

app: .venv/app.stamp
	$(BIN)/streamlit run app.py

hall: .venv/app.stamp $(if $(filter-out 1,$(WORKERS)),nginx)  ## the hosted demo: many visitors, `make hall WORKERS=4`
	$(BIN)/cvdemo app --hall --workers $(WORKERS)

test: .venv/dev.stamp browser nginx  ## in two processes of one thread each
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev.stamp
	$(BIN)/mypy

check: lint types test

browser:  ## a Chromium for the browser tests, where none is there
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { $(call system,chromium); }

nginx:  ## before the workers of a hall, where none is there; Debian's own one, on port 80, is not wanted
	@PATH=$$PATH:/usr/sbin command -v nginx >/dev/null || \
	  { $(call system,nginx-light) && { $(SUDO) systemctl disable --now nginx 2>/dev/null || true; }; }

screenshots: .venv/dev.stamp browser  ## the pictures of the README
	$(BIN)/python -m tests.browser.screenshots

axe: .venv/dev.stamp browser  ## axe-core on every page, light and dark
	$(BIN)/python -m tests.browser.axe

wheel: .venv/dev.stamp  ## every page's notebook in a clean environment made from the built wheel
	$(BIN)/python -m tests.from_wheel build/wheel

.venv/python.stamp:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

.venv/app.stamp: pyproject.toml constraints.txt peers.txt | .venv/python.stamp
	$(PIP) -e .
	$(PIP) --no-deps -r peers.txt
	@touch $@

.venv/dev.stamp: pyproject.toml constraints.txt peers.txt | .venv/python.stamp
	$(PIP) -e '.[dev]'
	$(PIP) --no-deps -r peers.txt
	@touch $@ .venv/app.stamp

clean:
	rm -rf .venv build dist *.egg-info
