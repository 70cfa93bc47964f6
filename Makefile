# `make check` is exactly what CI runs. The rest is for people.

GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
TAGS        := interop,browser,console,probes,aaab,readme,soak,kills
FUZZTIME    ?= 5s
FUZZ        ?= .
RATES       ?= 1

.PHONY: help check lint build cross test race rates interop browser probes console readme soak soak-short kills fuzz fuzz-long bench-peers bench-lab aa-ab gallery picture clean

help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# In this order. Each says how long it took. What takes longer (probes, soak, kills,
# fuzz-long, aa-ab) runs at night: .github/workflows/tests-nightly.yml.
CHECKS := lint build cross test race rates soak-short interop browser console readme fuzz

check: ## all that CI runs on a change
	@for check in $(CHECKS); do \
	  start=$$(date +%s); $(MAKE) --no-print-directory $$check || exit; \
	  echo "make $$check: $$(($$(date +%s) - start)) s"; \
	done

lint: ## format, go vet, staticcheck and go.mod
	@out=$$(gofmt -l .; go run $(GOFUMPT) -l .); test -z "$$out" || { echo "gofmt or gofumpt would change:"; echo "$$out"; exit 1; }
	go vet -tags $(TAGS) ./...
	go run $(STATICCHECK) -tags $(TAGS) ./...
	go mod tidy -diff
	go mod verify

build: ## the program, as ./tollgate
	go build -o tollgate ./cmd/tollgate

cross: ## the systems that CI does not run must compile
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

test: ## the command that the README names
	go test ./...

race: ## the same with the race detector, but for packages that start no goroutine
	go test -race -parallel 3 $$(go list ./... | grep -vE '/(report|report/chart|pricing/books)$$')

interop: ## programs of others read and drive ours (see .ci/run for what it needs)
	npm ci --silent --no-audit --no-fund --prefix results/testdata/hlog-js
	npm ci --silent --no-audit --no-fund --prefix targets/lab/testdata/cloudwatch-js
	targets/lab/function/runtime/testdata/ric/build.sh
	go test -count=1 -tags interop -run 'AnotherImplementation|AWS|Invocations|Clients|CommandLine|Nginx' ./results ./targets/lab ./scenarios/load ./scenarios/probes

rates: ## error rates of comparisons and gates, over thousands of simulated runs
	go test -count=1 -run ErrorRates -timeout 60m -v ./results/compare -rates=$(RATES)

probes: ## probes against the lab's truth, over many configurations, and their scripts
	go test -count=1 -tags probes -v -run 'OfTheLab|Buckets' ./scenarios/probes
	go test -count=1 -tags probes -run TestLongScripts ./cmd/tollgate

browser: ## reports in Chromium at four widths (needs Node and Chromium)
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	go test -tags browser -run Browser ./report

console: ## the live view in tmux at three sizes (needs tmux)
	go test -count=1 -tags console -run Console ./cmd/tollgate

readme: ## every command of the README, with the machine to itself
	go test -count=1 -tags readme -run README -v ./cmd/tollgate

soak: ## ten minutes of load by the engine, and at the lab; SOAK=60s for less
	SOAK=$${SOAK:-10m} go test -count=1 -tags soak -run TestSoak -timeout 30m -p 2 -v ./scenarios/load ./targets/lab

kills: ## 200 kills at random moments of runs, pricing, reports, histories and checks
	go test -count=1 -tags kills -run TestTwoHundredKills -timeout 30m -v ./cmd/tollgate

soak-short: ## a minute of it, as CI runs it
	$(MAKE) soak SOAK=60s

fuzz: ## every decoder and every door, FUZZTIME each, four at a time; FUZZ=pattern for some
	@.ci/fuzz $(FUZZTIME) '$(FUZZ)'

fuzz-long: ## ten minutes for each
	$(MAKE) fuzz FUZZTIME=10m

bench-peers: ## our engines beside wrk, h2load, hey, vegeta, fortio and k6 (needs nginx and two processors)
	scenarios/load/bench/install.sh .bin
	go build -o .bin/bench ./scenarios/load/bench
	PATH="$(CURDIR)/.bin:$$PATH" .bin/bench peers $(PEERS)

bench-lab: ## what the lab itself costs, and how late it is
	go test -run '^$$' -bench 'Handler|Served|Excess' ./targets/lab

aa-ab: ## a door against itself, and against 5 % more, in the lab (twenty-five minutes, alone)
	go test -count=1 -tags aaab -run TestADoorAgainstItself -timeout 60m -v ./cmd/tollgate

gallery: build ## the reports of all library scenarios, into gallery/
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	report/gallery/gallery.sh ./tollgate gallery

picture: build ## the README's picture, of a valid run
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	report/gallery/gallery.sh ./tollgate gallery picture

clean: ## what was made here; what was measured stays
	rm -rf tollgate gallery .bin
