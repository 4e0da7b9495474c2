# `make` lists the targets. All but `setup` run without a network once the modules are there.

SHELL := bash
.DELETE_ON_ERROR:
.NOTPARALLEL: # so that the output of the steps of `test` can be read

GO        ?= go
PREFIX    ?= /usr/local
FUZZTIME  ?= 10s
MAX_BYTES ?= 15728640

tool       = $(GO) tool -modfile=tools/go.mod
testcount  = $(GO) run ./scripts/testcount
sources    = bench cmd internal scripts
systems    = linux darwin windows
processors = amd64 arm64

# A tarball has no git: the program then shows its built-in version.
version = $(shell git describe --tags --always --dirty 2>/dev/null)
commit  = $(shell git rev-parse HEAD 2>/dev/null)
date    = $(shell git log -1 --format=%cI 2>/dev/null)
ldflags = -s -w $(if $(version),-X main.version=$(version) -X main.commit=$(commit) -X main.date=$(date))

# -count=1, because go test does not see changes of the servers that the interop suite talks to.
interop = -tags interop -count=1 -timeout 10m ./internal/interop/... ./internal/store/...

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build bin/oauthget, stripped
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(ldflags)' -o bin/ ./cmd/oauthget

.PHONY: test
test: setup lint cross size ## Run everything; the last line counts what passed, failed and was skipped
	@echo 'test: unit, interop'
	@$(testcount) -race ./... -- $(interop)

.PHONY: unit
unit: ## Run the tests that need nothing but Go
	@$(testcount) -race ./...

.PHONY: setup
setup: ## Install what the interop suite talks to: browser, keychain, independent servers
	@testdata/interop/setup

.PHONY: interop
interop: setup ## Run the tests against independent servers, a real browser, a real keychain
	@$(testcount) $(interop)

# -trimpath and no cgo, as in `cross`, so that both compile the dependencies once.
.PHONY: lint
lint: ## Check the format, the modules and the code, for each system
	@echo 'lint: gofumpt'
	@unformatted=$$($(tool) gofumpt -l $(sources)) && \
		if [ -n "$$unformatted" ]; then printf 'not in the form of gofumpt:\n%s\n' "$$unformatted"; exit 1; fi
	@echo 'lint: go mod tidy, go mod verify'
	@$(GO) mod tidy -diff
	@$(GO) mod verify >/dev/null
	@set -e; staticcheck=$$($(tool) -n staticcheck); export CGO_ENABLED=0 GOFLAGS="$$GOFLAGS -trimpath"; \
	for system in $(systems); do \
		echo "lint: go vet, staticcheck ($$system)"; \
		GOOS=$$system $(GO) vet -tags interop ./...; \
		GOOS=$$system "$$staticcheck" -tags interop ./...; \
	done

.PHONY: fuzz
fuzz: ## Fuzz each target for FUZZTIME (10s)
	@set -eo pipefail; \
	for file in $$(grep -rl --include='*_test.go' '^func Fuzz' $(sources)); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "fuzz: $${file%/*} $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "./$${file%/*}"; \
		done; \
	done

.PHONY: cross
cross: ## Build for each system and processor, and keep nothing
	@set -e; for system in $(systems); do for processor in $(processors); do \
		echo "cross: $$system/$$processor"; \
		CGO_ENABLED=0 GOOS=$$system GOARCH=$$processor $(GO) build -trimpath -ldflags '-s -w' -o /dev/null ./cmd/oauthget; \
	done; done

.PHONY: size
size: build ## Fail where the stripped binary is larger than MAX_BYTES (15 MiB)
	@bytes=$$(($$(wc -c <bin/oauthget))); echo "size: $$bytes bytes of $(MAX_BYTES)"; [ "$$bytes" -le $(MAX_BYTES) ]

.PHONY: bench
bench: ## Measure what users notice beside other programs, and print it with the goals (Linux; docs/internals/performance.md)
	@CGO_ENABLED=0 $(GO) run ./bench

.PHONY: generate
generate: ## Write docs/providers from the presets
	@$(GO) run ./scripts/providerpages

.PHONY: completions
completions: ## Write bin/completions for bash, zsh, fish and PowerShell
	@mkdir -p bin/completions
	@$(GO) run ./cmd/oauthget completion bash >bin/completions/oauthget.bash
	@$(GO) run ./cmd/oauthget completion zsh >bin/completions/_oauthget
	@$(GO) run ./cmd/oauthget completion fish >bin/completions/oauthget.fish
	@$(GO) run ./cmd/oauthget completion powershell >bin/completions/oauthget.ps1

.PHONY: man
man: ## Write bin/man, the manual pages
	@rm -rf bin/man
	@$(GO) run ./scripts/manpages -date '$(or $(date),$(shell date -u +%F))' bin/man

.PHONY: packagefiles
packagefiles: completions man ## Write bin/package: licences, Debian's changelog, compressed manual pages
	@rm -rf bin/package
	@$(GO) run ./scripts/packagefiles -version '$(or $(VERSION),$(version:v%=%))' -date '$(date)' bin/package

.PHONY: winres
winres: ## Write what Windows shows of the program's version; the next build for Windows has it
	@$(tool) go-winres simply --arch amd64,arm64 --out cmd/oauthget/rsrc --icon '' --manifest cli \
		--product-name oauthget --original-filename oauthget.exe --file-description 'OAuth 2.0 access tokens for the command line' \
		--copyright 'The oauthget authors, Apache License 2.0' \
		--product-version '$(or $(VERSION),$(version:v%=%))' --file-version '$(firstword $(subst -, ,$(or $(VERSION),$(version:v%=%))))'

.PHONY: install
install: build completions man ## Install the program, its completions and manual pages below PREFIX (/usr/local), DESTDIR in front
	@put() { mkdir -p "$${3%/*}" && install -m "$$1" "$$2" "$$3" && echo "install: $$3"; }; set -e; to='$(DESTDIR)$(PREFIX)'; \
	put 0755 bin/oauthget "$$to/bin/oauthget"; \
	put 0644 bin/completions/oauthget.bash "$$to/share/bash-completion/completions/oauthget"; \
	put 0644 bin/completions/_oauthget "$$to/share/zsh/site-functions/_oauthget"; \
	put 0644 bin/completions/oauthget.fish "$$to/share/fish/vendor_completions.d/oauthget.fish"; \
	for page in bin/man/*/*; do put 0644 "$$page" "$$to/share/$${page#bin/}"; done

.PHONY: release-check
release-check: ## Make the release of this commit twice, publish nothing, and check what users would get (docs/internals/release.md)
	@testdata/release/check

.PHONY: windows
windows: ## Run the tests for Windows, and a login, under Wine, which it installs (docs/internals/windows.md)
	@testdata/windows/run

.PHONY: clean
clean: ## Remove what was built
	@rm -rf bin dist cmd/oauthget/*.syso
