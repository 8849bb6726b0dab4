# Sagascope: `make demo` shows it, `make test` proves it; each installs what is missing and builds first.
.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint proto docs torture clean

SWIFT  ?= swift
export SWIFT
PYTHON := .build/venv/bin/python3
APT    := libprotobuf-c-dev protobuf-c-compiler protobuf-compiler zlib1g-dev libsqlite3-dev liblz4-dev libxxhash-dev pkg-config \
          prometheus python3 python3-venv gzip openssl strace e2fsprogs

# The demo's options.
ORDERS ?= 2000
SEED   ?= 1
RATE   ?=
OUT    ?= .demo
HOLD   ?=
# runtime or handwritten: what runs the saga; CRASH=1: kill it in mid-run, and go on.
ENGINE ?=
CRASH  ?=

# A launcher of a real OpenTelemetry Collector (see CONTRIBUTING.md), where there is one; tests that need it say that they
# were left out.
TEST_OTELCOL ?= $(abspath $(firstword $(wildcard ../*/bin/otelcol)))
export TEST_OTELCOL

help: ## Show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup: .build/setup ## Install the Debian packages that building and testing need

# Only what is missing is asked for, so that a machine which has everything needs neither network nor root.
.build/setup: Makefile
	@mkdir -p .build
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is not in PATH: see https://www.swift.org/install/linux" >&2; exit 1; }
	@missing=$$(for p in $(APT); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing: $$missing"; \
	  sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@touch $@

# The official Python messages and parsers judge our payloads.
$(PYTHON): .build/setup
	python3 -m venv .build/venv
	.build/venv/bin/pip install --quiet --disable-pip-version-check opentelemetry-proto perfetto prometheus-client
	@touch $@

# Tests that keep all threads busy, or the disk: beside them others would wait for their turn beyond their time limits.
HEAVY := ^(SagaLogTests|TortureTests)\.|^SagaRuntimeTests\.(Simulation|CoordinatorFault)
# Tests that run sagas all the while: what those record, others would count.
SAGAS := ^SagaRuntimeTests\.|^AdminServerTests\.Run|^SagascopeCLITests\.RunsCommand

demo: setup ## Drive orders through the checkout example: ORDERS=2000 SEED=1 RATE=… OUT=.demo HOLD=1 ENGINE=handwritten CRASH=1
	$(SWIFT) build --product checkout
	.build/debug/checkout --orders $(ORDERS) --seed $(SEED) --out $(OUT) $(if $(RATE),--rate $(RATE)) \
	  $(if $(ENGINE),--engine $(ENGINE)) $(if $(CRASH),--crash) $(if $(HOLD),--hold)

test: setup $(PYTHON) ## Check the style, then run every test, debug and release
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests exporters examples
	Tests/Tools/swift-test.sh --skip '$(HEAVY)|$(SAGAS)'
	Tests/Tools/swift-test.sh --skip-build --filter '$(HEAVY)'
	Tests/Tools/swift-test.sh --skip-build --filter '$(SAGAS)' --skip '$(HEAVY)'
	Tests/Tools/swift-test.sh --configuration release -Xswiftc -enable-testing --skip '$(HEAVY)|$(SAGAS)'
	Tests/Tools/swift-test.sh --configuration release --skip-build --filter '$(HEAVY)'
	Tests/Tools/swift-test.sh --configuration release --skip-build --filter '$(SAGAS)' --skip '$(HEAVY)'

bench: setup ## Measure, each figure beside its floor or peer; writes .build/bench.json
	$(SWIFT) run --configuration release sagascope-bench --json .build/bench.json

torture: setup $(PYTHON) ## Run the long tests: storms, overload, kills, power cuts, 100,000 histories; also under sanitizers
	TEST_TORTURE=1 Tests/Tools/swift-test.sh --filter 'Torture|^SagaRuntimeTests\.(Simulation|CoordinatorFault)'
	Tests/Tools/sanitized-storm.sh address
	Tests/Tools/sanitized-storm.sh thread

lint: ## Check the style
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests exporters examples

proto: setup ## Generate the C messages anew and check that nothing changes
	exporters/Protobuf/generate.sh exporters/OTLP/proto exporters/OTLP/COTLP
	exporters/Protobuf/generate.sh exporters/Prometheus/proto exporters/Prometheus/CPrometheusProto
	git diff --exit-code -- exporters/OTLP/COTLP exporters/Prometheus/CPrometheusProto

docs: setup ## Write docs/reference.md and docs/configuration.md from the lists in the code
	$(SWIFT) build --product sagascope-reference
	.build/debug/sagascope-reference docs

clean: ## Remove what was built
	rm -rf .build .demo
