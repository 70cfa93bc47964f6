# `make check` is exactly what CI runs. Everything else is for people.

GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 10s

.PHONY: check lint build test race interop browser cross fuzz clean

check: lint build cross test race interop browser fuzz

lint: ## layout, vet, staticcheck
	@out=$$(go run $(GOFUMPT) -l .); test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

build:
	go build -o tollgate ./cmd/tollgate

cross: ## systems that CI cannot run must at least compile
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

test: ## the command that the README names
	go test ./...

race:
	go test -race ./...

clean:
	rm -rf tollgate results/runs
