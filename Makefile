# Every chore of this project. `make demo` shows the provider at work, `make test` proves it.

.DEFAULT_GOAL := help
.PHONY: help build test live soak planted mutants fuzz peers official demo lint fmt docs bench dist verify install matrix tools

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

build: ## Build the provider and the simulator for release
	@.ci/build

install: build ## Put a release build where terraform and tofu find it
	@.ci/install

test: ## Run unit, protocol and acceptance tests with every CLI found
	@.ci/tools any
	cargo test

live: ## Live the safe part of a life with the real accounts that TEST_LIVE_* name, or with the simulator
	@.ci/tools any
	TEST_LIVE=1 cargo test --test it live:: -- --nocapture --test-threads 1

soak: ## Live SEEDS lives drawn by number (300), or the one of SEED, with the disturbances ONLY=0,2
	@.ci/tools any
	TEST_SOAK_SEEDS=$(or $(SEEDS),300) TEST_SOAK_SEED=$(SEED) TEST_SOAK_ONLY=$(ONLY) cargo test --test it soak::every_seed -- --nocapture

planted: ## Plant faults (or those of FAULT) into copies of the provider and live until one is noticed
	@.ci/tools any
	TEST_PLANTED=$(or $(FAULT),all) cargo test --test it soak::planted:: -- --nocapture

mutants: ## Change the code of MODULE (all) in one place after the other, SHARD=k/n of them: do the tests notice?
	@.ci/mutants --install $(MODULE)

fuzz: ## Hand made-up input to TARGET (all) for SECONDS (60); needs a nightly toolchain and cargo-fuzz
	@.ci/fuzz $(or $(TARGET),all) $(or $(SECONDS),60)

peers: ## Let the SDKs of Microsoft, MSAL and hashicorp/azuread (AZUREAD_BIN) live on the simulator
	@.ci/peers

official: ## Run the tests that are written with HashiCorp's own framework; needs Go
	@.ci/tools any
	@.ci/official

demo: ## Apply the quick start against the simulator; KEEP=1 leaves it running, with its page
	@.ci/tools any
	@.ci/demo

lint: ## Check format, lints, walls between crates, licences, examples and workflows
	cargo fmt --all --check
	cargo clippy --all-targets -- -D warnings
	@.ci/walls
	@.ci/deny
	@.ci/format-examples --check
	@.ci/lint-workflows

fmt: ## Format Rust and Terraform sources
	cargo fmt --all
	@.ci/format-examples

docs: ## Write docs/ from the schema and the examples
	cargo run --quiet --package proofpoint-tools --bin generate-docs -- write
	cargo run --quiet --package another-provider --bin another-provider-docs -- write
	cargo run --quiet --bin proofpoint-azure-simulator -- --moods > src/simulator/MOODS.md

bench: SHIPPED = $(shell .ci/shipped)
bench: ## Measure PARTS (start plan tenants report) against the numbers in ARCHITECTURE.md
	@.ci/build $(SHIPPED) -- --package terraform-provider-proofpoint --package proofpoint-tools --bins
	@"$${CARGO_TARGET_DIR:-target}/$(addsuffix /,$(SHIPPED))release/bench" $(PARTS)

dist: SHIPPED = $(shell .ci/shipped)
dist: ## Zip release builds of what is shipped for this machine, the provider as a registry wants it, into target/dist
	@.ci/build $(SHIPPED)
	@.ci/dist $(SHIPPED)

verify: ## Verify release VERSION, downloaded or in DIR, by KEY; REBUILD=1 builds it again, OFFLINE=1 asks nobody
	@[ -n "$(VERSION)" ] || { echo 'usage: make verify VERSION=0.1.0 [DIR=DIR] [KEY=FILE] [OFFLINE=1] [REBUILD=1]' >&2; exit 64; }
	@.ci/verify $(VERSION) $(if $(DIR),--dir "$(DIR)") $(if $(KEY),--key "$(KEY)") $(if $(OFFLINE),--offline) $(if $(REBUILD),--rebuild)

matrix: ## Live one smoke life on each CLI that the README names, or on those of CLIS ("terraform-1.9 opentofu-1.8")
	@.ci/matrix $(CLIS)

tools: ## Provide every CLI this machine can, into target/tools
	@.ci/tools all
