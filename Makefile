# `make check` is what CI runs on a change. The other targets are for developers, and those
# in MORE and in the nightly workflow for machines of their own.

GOFUMPT     := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.52.0
TAGS        := scripts,interop,browser,console,probes,aaab,readme,soak,kills,foreign,release,kubernetes
FUZZTIME    ?= 5s
FUZZ        ?= .
RATES       ?= 1
FOREIGN     ?= .
# Simulations of thousands of runs compute in one goroutine.
SIMULATIONS ?= ErrorRates|TestAYearOfRuns|TestIntervalsHold|TestForecasts|TestCountsHoldTheTruth
# What scripts start is made of packages whose own tests run with the race detector. On a
# change those scripts do that send load, share it out or stop it; at night all of them.
RACED       ?= TestScripts/(abort|fleet|hangup|interrupt|otlp|pipeline|populations|smoke|users|watched)$$
TOGETHER    ?= 3
CLUSTER     ?= /tmp/tollgate-kubernetes

.PHONY: help check lint build release release-check module module-check cross test scripts race race-scripts rates interop browser stack function probes foreign foreign-short otlp fleet quiet console readme soak soak-short many-shards day-page kills fuzz fuzz-long bench-peers bench-lab aa-ab bisect busy-gate gallery picture e2e-kubernetes clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# In this order; each prints how long it took. Longer checks (probes, foreign, soak, kills,
# aa-ab, busy-gate) and those that look for new inputs (fuzz, RAPID_SEED=0) run at night:
# .github/workflows/nightly.yml.
CHECKS := lint build test race browser console readme
# What the workflow runs on a change besides, where it has machines side by side.
MORE   := interop scripts race-scripts cross rates soak-short foreign-short

# A change is tested with the same inputs each time; 0 draws new ones.
export RAPID_SEED ?= 1

check: ## everything that CI runs on a change
	@for check in $(CHECKS); do \
	  start=$$(date +%s); $(MAKE) --no-print-directory $$check || exit; \
	  echo "make $$check: $$(($$(date +%s) - start)) s"; \
	done

# Analysers run once and end: collecting their garbage less often saves a fifth of the time.
lint cross: export GOGC := 400
lint: ## format, go vet, staticcheck, dead code and go.mod
	@out=$$(gofmt -l .; go run $(GOFUMPT) -l .); test -z "$$out" || { echo "gofmt or gofumpt would change:"; echo "$$out"; exit 1; }
	go vet -tags $(TAGS) ./...
	go run $(STATICCHECK) -tags $(TAGS) ./...
	@out=$$(go run $(DEADCODE) -test=false ./cmd/...); test -z "$$out" || { echo "no command reaches this code:"; echo "$$out"; exit 1; }
	go mod tidy -diff
	go mod verify

build: ## the program, as ./tollgate
	go build -trimpath -ldflags='-s -w' -o tollgate ./cmd/tollgate

release: ## the program for all systems, in dist, with checksums, bills of materials and an image; from a clean checkout of a tag
	go run -C cmd/release . -top "$(CURDIR)" -out "$(CURDIR)/dist"

release-check: ## build a release twice and compare, then install from it on loopback, as the action does and by hand (20 minutes)
	.ci/release-check dist

module: ## give the module the address of its repository, so that go install works there: make module MODULE=github.com/OWNER/tollgate
	.ci/module "$(MODULE)"

module-check: ## the same in a copy, whose tests then run
	.ci/module-check

# Type-checked from source, tests included: go vet would first compile all libraries
# for each system, which takes minutes. At night, make release-check compiles them.
cross: ## type-check for systems that CI does not run
	@for system in darwin windows; do \
	  echo "type-checking for $$system"; \
	  go run -exec "env GOOS=$$system" $(DEADCODE) -test -tags $(TAGS) ./... >/dev/null || exit; \
	done

# Scripts that start programs many times over. They are apart from go test, which is to be quick.
scripts: ## the longer scripts of the command line
	go test -count=1 -vet=off -tags scripts -run 'TestSlowScripts|TestHostile|TestTheNightlyWorkflow' ./cmd/tollgate

# One package more at a time than there are processors: many wait for the clock. Without
# tables for debuggers (-s) a hundred test programs are linked in three quarters of the time.
test: ## go test ./..., which the README names, of packages that make lint has vetted
	GOFLAGS="-vet=off -ldflags=-s -p=$$(($$(getconf _NPROCESSORS_ONLN) + 1))" go test ./...

# A test holds this list to its comment.
ALONE := report|report/chart|accesslog|accesslog/(paths|replay|summary|whatif)|results/bisect|pricing/(books|document|pricelist|statement)|probes/(cache|coldstart|estimate|saturation|usageplan)
# On a change: the packages whose goroutines share the most. At night: all of them.
RACE  ?= ./scenarios ./scenarios/load/... ./scenarios/session ./scenarios/fleet/... ./results/observe ./targets/auth ./targets/lab ./targets/lab/aws/...

# A program with the race detector waits for a second before it exits, and the scripts
# start six hundred. go vet has seen the same files (make lint).
race race-scripts: export GORACE := atexit_sleep_ms=50
race: ## the packages of RACE with the race detector, except those that start no goroutine
	go test -race -vet=off -ldflags=-s -parallel 3 -skip '$(SIMULATIONS)' $$(go list $(RACE) | grep -vE '/($(ALONE)|cmd/tollgate)$$')

race-scripts: ## scripts of the command line with the race detector: those that RACED names
	go test -race -vet=off -ldflags=-s -parallel 3 -timeout 60m -run '$(RACED)' ./cmd/tollgate

interop: ## other people's programs read our files, call our lab, and serve us (.ci/install installs them)
	npm ci --silent --no-audit --no-fund --prefix results/testdata/hlog-js
	npm ci --silent --no-audit --no-fund --prefix scenarios/events/testdata/eventsource-js
	npm ci --silent --no-audit --no-fund --prefix targets/lab/testdata/cloudwatch-js
	npm ci --silent --no-audit --no-fund --prefix targets/lab/testdata/websocket-js
	targets/lab/function/runtime/testdata/ric/build.sh
	go test -count=1 -tags interop -run 'AnotherImplementation|AWS|Invocations|Clients|CommandLine|OtherLanguages' ./results ./scenarios/events ./targets/lab ./targets/lab/doors ./targets/lab/edge ./scenarios/load/engines ./scenarios/load/websocket
	go test -count=1 -tags interop -run TestScriptsWithOtherServers ./cmd/tollgate

rates: ## error rates of comparisons and gates, over thousands of simulated runs
	go test -count=1 -run ErrorRates -timeout 60m -v ./results/compare -rates=$(RATES)

probes: ## probes and what whatif predicts against the lab's truth, over many configurations, their scripts, and WebSocket servers that misbehave
	go test -count=1 -tags probes -v -timeout 90m ./scenarios/probes/...
	go test -count=1 -tags probes -run 'TestEventsAreThoseThatWereSent|TestTheLabMeasuresTheSameGaps' ./scenarios/load/engines
	go test -count=1 -tags probes -run TestLongScripts ./cmd/tollgate
	go test -count=1 -tags probes -v -run 'TestPredictions' ./targets/lab/doors
	go test -race -count=1 -tags probes -run TestServersThatMisbehave ./scenarios/load/websocket

foreign: ## probes against limiters, caches, queues and functions that others wrote; FOREIGN=pattern selects some
	scenarios/probes/foreign/install.sh
	go test -count=1 -tags foreign -v -run 'TestForeignSystems/.*/$(FOREIGN)' -parallel $(TOGETHER) -timeout 60m ./scenarios/probes/foreign
	go test -count=1 -tags foreign -v -run 'TestPredictedHits|TestLogsThat' ./scenarios/probes/foreign

foreign-short: ## those of them that need nothing but what .ci/install installs
	go test -count=1 -tags foreign -short -parallel 4 ./scenarios/probes/foreign

otlp: ## metrics of runs at the receiver of an OpenTelemetry Collector, which is built from its Go modules
	go test -count=1 -tags foreign -run TestACollector ./cmd/tollgate

fleet: ## faults of fleets, by processes that share a folder or versitygw, a server of S3 that is built from its Go module
	go test -count=1 -tags foreign -v ./scenarios/fleet/store
	go test -count=1 -tags foreign -v -run TestFaultsOfAFleet -timeout 30m ./cmd/tollgate

quiet: ## the scripts on an idle machine, where every run has to be valid (not in CI)
	QUIET=1 go test -count=1 -tags probes -run 'TestScripts|TestLongScripts' -timeout 30m ./cmd/tollgate

browser: ## reports in Chromium at four widths (needs Node and Chromium)
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	go test -tags browser -run Browser ./report

stack: ## the reference stack: published schemas, Terraform against the template, its function behind the doors of the lab (needs Node)
	npm ci --silent --no-audit --no-fund --prefix targets/stack/testdata/schemas
	go test -count=1 -tags interop -v ./targets/stack

function: ## the reference stack's function for Lambda, in dist
	@mkdir -p dist
	for architecture in arm64 x86_64; do go run ./cmd/tollgate stack function --force --architecture $$architecture dist/tollgate-function-$$architecture.zip || exit; done

console: ## the live view in tmux at three sizes (needs tmux)
	go test -count=1 -tags console -run Console ./cmd/tollgate

readme: ## every command of the README, with nothing else running
	go test -count=1 -tags readme -run README -v ./cmd/tollgate

soak: ## ten minutes of load by each engine and at the lab; SOAK=60s for less
	SOAK=$${SOAK:-10m} go test -count=1 -tags soak -run TestSoak -timeout 30m -p 2 -v ./scenarios/load/engines ./targets/lab/doors

day-page: ## the page of eight targets over a day: size and time
	go test -count=1 -tags soak -run TestThePageOfADay -timeout 5m -v ./report

many-shards: ## the results of a thousand shards are merged: time and memory
	go test -count=1 -tags soak -run TestAThousandShards -timeout 10m -v ./results

kills: ## kill runs, pricing, reports, histories and checks 200 times at random moments
	go test -count=1 -tags kills -run TestTwoHundredKills -timeout 30m -v ./cmd/tollgate

soak-short: ## a minute of the same
	$(MAKE) soak SOAK=60s

e2e-kubernetes: ## a fleet on two nodes of a real Kubernetes, which is built from its Go modules (root, Debian, 20 minutes at first; not in CI)
	apt-get install -y -qq --no-install-recommends containerd runc containernetworking-plugins etcd-server iptables iproute2 openssl
	.ci/kubernetes/build.sh $(CLUSTER)
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o $(CLUSTER)/bin/tollgate ./cmd/tollgate
	go run -C cmd/release . -top "$(CURDIR)" -image-only -systems linux/$$(go env GOARCH) -out $(CLUSTER)/image
	CLUSTER=$(CLUSTER) go test -count=1 -tags kubernetes -run TestOnKubernetes -timeout 20m -v ./scenarios/fleet/launch

fuzz: ## fuzz every decoder and front door, FUZZTIME each, four at a time; FUZZ=pattern selects some
	@.ci/fuzz $(FUZZTIME) '$(FUZZ)'

fuzz-long: ## ten minutes for each
	$(MAKE) fuzz FUZZTIME=10m

bench-peers: ## compare our engines with wrk, h2load, hey, vegeta, fortio, k6 and Artillery (needs nginx and two processors)
	cmd/bench/install.sh .bin
	go build -o .bin/ ./cmd/bench ./cmd/tollgate
	PATH="$(CURDIR)/.bin:$$PATH" .bin/bench peers $(PEERS)

bench-lab: ## CPU per request and timing error of the lab
	go test -run '^$$' -bench 'Handler|Served|Excess' ./targets/lab ./targets/lab/doors

bisect: ## find the commit in 20 generated repositories, and none in 20 others (an hour, nothing else running); BISECT=5 for fewer
	go test -count=1 -tags aaab -run TestBisectFindsTheCommit -timeout 180m -v ./cmd/tollgate

aa-ab: ## error rates of comparisons, gates and searches; then compare a front door with itself and with 5 % more latency, in the lab (an hour, nothing else running)
	$(MAKE) --no-print-directory rates RATES=1
	go test -count=1 -tags aaab -run TestErrorRatesOfManySearches -v ./results/bisect
	go test -count=1 -tags aaab -run 'TestADoorAgainstItself|TestDoorsUntilDecided' -timeout 120m -v ./cmd/tollgate

busy-gate: ## thirty runs of a real server while other programs compute, then six of a slower one (15 minutes)
	go test -count=1 -tags aaab -run TestTheGateOnABusyMachine -timeout 60m -v ./cmd/tollgate

gallery: build ## write the reports of all library scenarios into gallery/
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	report/gallery/gallery.sh ./tollgate gallery

picture: build ## the README's picture and its recording of a terminal, from a valid run
	npm ci --silent --no-audit --no-fund --prefix report/testdata/browser
	report/gallery/gallery.sh ./tollgate gallery picture

clean: ## remove what make built; measurements stay
	rm -rf tollgate dist gallery .bin
