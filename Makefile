# `make help` lists the commands. All tools live in .venv, which uv fills from uv.lock; a machine
# without uv gets one of its own in .tools.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The first Python that really runs and is new enough: a shim of a version manager may only pretend.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& command -v $$python && break; done)
UV ?= $(shell command -v uv || echo .tools/bin/uv)
BIN := .venv/bin

# How many tests run at the same time: twice the usual two cores, as many tests wait.
WORKERS ?= 4
PYTEST := $(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadgroup

# What `make demo` reads instead of its sample data.
JOBS ?=
CVS ?=

# Where `make backup` writes, and `make restore` reads.
FILE ?= blacklight.backup

# Without compiled bytecode every process of the stack starts three times slower.
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(filter .tools/%,$(UV)) ## Install everything the other commands need (they do it by themselves)
	@$(UV) sync --quiet --frozen --all-packages $(if $(PYTHON),--python "$(PYTHON)")

.tools/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"

.PHONY: demo
demo: setup ## Match sample jobs with sample CVs, start to end (JOBS=file.csv CVS=folder: your own)
	@$(BIN)/python -m blacklight_devstack demo $(if $(JOBS),--jobs $(JOBS)) $(if $(CVS),--cvs "$(CVS)")

.PHONY: dev
dev: setup ## Run the whole system on this machine until Ctrl-C; data is kept in .blacklight
	@$(BIN)/python -m blacklight_devstack dev

.PHONY: test
test: setup ## Run every test (WORKERS=2: fewer at the same time)
	@$(PYTEST)

.PHONY: browser
browser: setup ## Install Chromium for the tests of pages, unless the machine has it
	@if command -v chromium chromium-browser google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium >/dev/null; \
	else $(BIN)/playwright install --with-deps chromium; fi

.PHONY: e2e
e2e: setup ## Run the tests of the whole system (INNGEST_BASE_URL=...: on that Inngest server)
	@$(PYTEST) tests/e2e

.PHONY: conformance
conformance: setup ## Test the engine named by INNGEST_BASE_URL, else the local one
	@$(PYTEST) tests/conformance

.PHONY: pages
pages: browser ## Try every page in Chromium, on a phone and on a desk
	@BLACKLIGHT_BROWSER=long $(PYTEST) services/api/tests/portal/browser

.PHONY: tour
tour: browser ## Photograph every page for docs/tour.md, in a system full of sample data
	@$(BIN)/python -m tour

.PHONY: contract
contract: setup ## Hold the gateway against its OpenAPI document, every limit of every field
	@BLACKLIGHT_CONTRACT=long $(PYTEST) services/api/tests/test_contract.py

# Two recent versions of Kubernetes; the tools that know them have environments of their own.
KUBERNETES ?= 1.36 1.37
KUBERNETES_VALIDATE := $(UV) tool run --quiet kubernetes-validate==1.37.0
CHECKOV := $(UV) tool run --quiet checkov==3.3.30
MANIFESTS := .blacklight/manifests

.PHONY: manifests
manifests: setup ## Render the Kubernetes manifests, validate them and look for weaknesses
	@command -v kubectl >/dev/null || { echo "kubectl 1.27 or newer is needed" >&2; exit 1; }
	@rm -rf $(MANIFESTS) && mkdir -p $(MANIFESTS)
	@cd deploy/k8s && for folder in base/installation services/* overlays/*; do \
		kubectl kustomize $$folder >"../../$(MANIFESTS)/$$(echo $$folder | tr / -).yaml" || exit 1; done
	@$(KUBERNETES_VALIDATE) --strict --quiet --no-warn \
		$(addprefix --kubernetes-version ,$(KUBERNETES)) $(MANIFESTS)/*.yaml
	@$(CHECKOV) --directory $(MANIFESTS) --framework kubernetes --skip-download --compact --quiet
	@$(PYTEST) tests/deploy

# What builds and runs containers; Podman has both too: CONTAINER=podman COMPOSE=podman-compose.
CONTAINER ?= docker
COMPOSE ?= docker compose
# Given to every build, such as --build-arg PYTHON_IMAGE=... or --network=host.
BUILD_FLAGS ?=
VERSION ?= latest
# dev: the source of this checkout, reloading. demo: sample data, emulated providers.
PROFILE ?=
# none: stand-ins are built here for the images that others publish.
REGISTRY ?=
SCALE_MATCHING ?= 1

STAND_INS := $(if $(REGISTRY),local/postgres local/debian)
IMAGES := migrations api matching notifications email-sync registration \
	$(if $(REGISTRY)$(filter demo,$(PROFILE)),devstack)
COMPOSE_FLAGS := --file deploy/compose.yml \
	$(if $(PROFILE),--file deploy/compose.$(PROFILE).yml --profile $(PROFILE)) \
	$(if $(REGISTRY),--file deploy/compose.local.yml)
# Podman leaves health checks out of images of its own format.
BUILD := BUILDAH_FORMAT=docker $(CONTAINER) build $(BUILD_FLAGS)

.PHONY: images
images: ## Build the container image of every service (CONTAINER=podman, VERSION=1.2.3)
	@for target in build runtime; do \
		$(BUILD) --target $$target --tag blacklight/$$target \
			--file deploy/images/base.Containerfile . || exit 1; done
	@for image in $(IMAGES) $(STAND_INS); do \
		$(BUILD) --build-arg VERSION=$(VERSION) \
			--build-arg REVISION=$$(git rev-parse --short HEAD 2>/dev/null || echo unknown) \
			--tag blacklight/$$(echo $$image | tr / -):$(VERSION) \
			--file deploy/images/$$image.Containerfile . || exit 1; done

.PHONY: env
env: ## Make deploy/.env with strong secrets, for `make up`; what is there is kept
	@$(PYTHON) deploy/make_env.py

.PHONY: up
up: env images ## Run the system on containers (PROFILE=dev or demo, SCALE_MATCHING=3, REGISTRY=none)
	@BLACKLIGHT_VERSION=$(VERSION) $(COMPOSE) $(COMPOSE_FLAGS) up --detach --remove-orphans \
		--scale matching=$(SCALE_MATCHING)

.PHONY: down
down: ## Stop the containers of `make up`; the data stays
	@$(COMPOSE) $(COMPOSE_FLAGS) down --remove-orphans

.PHONY: chaos
chaos: setup ## Kill processes while work is under way, again and again
	@BLACKLIGHT_CHAOS=long $(PYTEST) -m chaos --timeout=1800

.PHONY: lint
lint: setup ## Check style, formatting and which package imports which
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-cache

.PHONY: format
format: setup ## Format the code and repair what can be repaired
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: typecheck
typecheck: setup ## Check types
	@$(BIN)/mypy

.PHONY: bench
bench: setup ## Measure how fast postings are imported and matched, beside a peer and a limit
	@$(BIN)/python -m benchmarks.speed

.PHONY: quality
quality: setup ## Measure how good rankings and scores are, on public data in ../shared/data if it is there
	@$(BIN)/python -m benchmarks.quality

.PHONY: docs
docs: setup ## Generate docs/events.md, its JSON Schema and docs/metrics.md from the code
	@$(BIN)/python -m blacklight_shared.events
	@$(BIN)/python -m blacklight_shared.metrics_catalogue

.PHONY: trace
trace: setup ## Record the trace of one import and draw it for docs/operations.md
	@$(BIN)/python -m blacklight_devstack trace docs/images/trace-of-an-import.svg

.PHONY: backup
backup: setup ## Back up the data of `make dev` (FILE=blacklight.backup)
	@$(BIN)/python -m blacklight_devstack backup $(FILE)

.PHONY: restore
restore: setup ## Bring back the data of `make dev` (FILE=blacklight.backup)
	@$(BIN)/python -m blacklight_devstack restore $(FILE)

.PHONY: audit
audit: setup ## Look for known vulnerabilities in everything that is locked
	@$(UV) audit --frozen --preview-features audit-command; status=$$?; \
	if [ $$status = 2 ]; then \
		echo "Nothing was checked: the database of vulnerabilities gives no answer." >&2; fi; \
	exit $$status

.PHONY: sbom
sbom: setup ## Write a software bill of materials (CycloneDX) of each service to .blacklight/sbom
	@mkdir -p .blacklight/sbom
	@for service in api email-sync matching notifications registration; do \
		$(UV) export --quiet --frozen --no-dev --all-extras --package blacklight-$$service \
			--format cyclonedx1.5 --preview-features sbom-export \
			--output-file .blacklight/sbom/$$service.cdx.json || exit 1; done
	@ls .blacklight/sbom/*

.PHONY: licenses
licenses: setup ## List the licences of what the images contain; fails on one that is not allowed
	@$(BIN)/python -m blacklight_devstack licenses docs/licenses.md

.PHONY: clean
clean: ## Stop the system and delete its data, caches and everything installed
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m blacklight_devstack clean; fi
	rm -rf .blacklight .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
