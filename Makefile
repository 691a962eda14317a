# Two commands set everything up: `make run` and `make test`.
SHELL  := /bin/bash
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 5000
PORTS  ?= 5000 5001 5002
DASHBOARD_PORT ?= 8050
API_URL ?= http://127.0.0.1:$(PORT)
USERS  ?= 50
DURATION ?= 60s

.PHONY: setup run test check audit serve serve-many dashboard load load-report clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

run: setup            ## the API on PORT and the dashboard on DASHBOARD_PORT, until Ctrl-C
	@trap 'kill $$api $$dashboard 2>/dev/null; wait' EXIT; trap exit INT TERM; \
	$(BIN)/python app.py --port $(PORT) & api=$$!; \
	$(BIN)/python dashboard.py --api-url $(API_URL) --port $(DASHBOARD_PORT) & dashboard=$$!; \
	wait -n

test: setup           ## the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup          ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup          ## known vulnerabilities of the pinned packages
	$(BIN)/python .ci/audit.py

serve: setup          ## one API instance: make serve PORT=5001
	$(BIN)/python app.py --port $(PORT)

serve-many: setup     ## several instances: make serve-many PORTS="5000 5001 5002"
	$(BIN)/python app.py --ports $(PORTS)

dashboard: setup      ## one dashboard: make dashboard DASHBOARD_PORT=8051 API_URL=http://127.0.0.1:5001
	$(BIN)/python dashboard.py --api-url $(API_URL) --port $(DASHBOARD_PORT)

load: setup           ## a load test of API_URL: make load USERS=50 DURATION=60s
	$(BIN)/locust --headless --users $(USERS) --spawn-rate 10 --run-time $(DURATION) --host $(API_URL)

load-report: setup    ## 1, 2 and 3 instances under 100 and 200 users: the table and plots of the README
	$(BIN)/python -m benchmarks.load_report

clean:                ## remove the environment, keep the data
	rm -rf $(VENV)
