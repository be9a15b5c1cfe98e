# `make app` runs the lab, `make test` runs the tests; both set up everything they need.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: app hall test lint types check browser screenshots axe wheel clean

app: .venv/app.stamp
	$(BIN)/streamlit run app.py

hall: .venv/app.stamp  ## the hosted demo: one process, many visitors
	$(BIN)/cvdemo app --hall

test: .venv/dev.stamp browser  ## in two processes of one thread each
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lint: .venv/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev.stamp
	$(BIN)/mypy

check: lint types test

browser:  ## a Chromium for the browser tests, where none is there
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium; }

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
