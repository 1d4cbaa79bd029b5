# Jaga - container security monitor
# SPDX-License-Identifier: Apache-2.0
#
# The words of the project. Each is also what CI runs, and each is a script or two: look there for options.
# More words for the command behind a target go in ARGS: make run ARGS="--config FILE", make test ARGS="--filter Patterns"

ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run build test golden check fmt bench load detection soak demo dist fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up this machine, build a release, watch its Docker engine (needs root)
	@scripts/setup
	@scripts/build release
	@exec .build/release/jaga up $(ARGS)

build: ## build for development
	@scripts/setup
	@scripts/build debug

test: ## run all tests, those on a real Docker engine included (needs root)
	@scripts/setup --test
	@scripts/test $(ARGS)

golden: ## run the golden cases; UPDATE=1 rewrites what they expect, for review in the diff
	@scripts/setup
	@JAGA_GOLDEN_UPDATE=$(UPDATE) scripts/test --no-engine --filter GoldenTests

check: ## format, layers, warnings, licence headers, documents: all that is not a test
	@scripts/setup --test
	@scripts/check

fmt: ## format the Swift files
	@swift format format --in-place --recursive --parallel Package.swift Sources Tests

bench: ## measure a release build over generated logs
	@scripts/setup
	@scripts/bench $(ARGS)

load: ## measure the API under 200 requests/s while 5,000 events/s come in
	@scripts/setup
	@scripts/load $(ARGS)

detection: ## judge the web rules by the development data, class by class; ARGS="--binary FILE"
	@scripts/setup
	@scripts/detection $(ARGS)

soak: ## kill, freeze and starve a running Jaga, and count what is lost (needs root); ARGS="--short" for seconds
	@scripts/setup --test
	@scripts/soak $(ARGS)

demo: ## show the tutorial: an engine, containers, an attack, and the alerts as they come (needs root)
	@scripts/setup --test
	@scripts/demo $(ARGS)

dist: ## pack dist/jaga-VERSION-linux-ARCH.tar.gz and prove it in a bare container (needs root)
	@scripts/setup --test
	@scripts/dist $(ARGS)

fuzz: ## libFuzzer on all that reads others' texts, 60 s each; ARGS="XML --seconds 600" for one
	@scripts/setup
	@scripts/fuzz $(ARGS)

clean: ## remove what was built
	rm -rf .build .build-dist dist
