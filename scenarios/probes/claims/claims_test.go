package claims

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/limits"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// TestClaimsAreDecidedOnlyWhereTheirPremiseWasBroughtAbout reads: the claim, under
// this evidence, is decided so, since its premise was met, or was not.
func TestClaimsAreDecidedOnlyWhereTheirPremiseWasBroughtAbout(t *testing.T) {
	plan := func(prefix string, rate, burst float64) map[string]results.Value {
		return map[string]results.Value{
			prefix + "rate": between95(rate, 0.995*rate, 1.005*rate, "per_s"), prefix + "burst": between95(burst, 0.995*burst, 1.005*burst, "requests"),
		}
	}
	gateway := func(v, low, high float64) results.Finding {
		return found("overhead", map[string]results.Value{"gateway": between95(v, low, high, "ms"), "total": between95(110, 105, 115, "ms")})
	}
	fan := func(n, share, low, high float64) results.Finding {
		return found("cold-start", map[string]results.Value{"largest_fan_out": exactly(n, "requests"), "environments_per_request": between95(share, low, high, "share"), "environments": exactly(share*n, "count")})
	}
	cold := func(ms float64) results.Finding {
		return found("cold-start", map[string]results.Value{"cold_p50": between95(ms, ms-20, ms+20, "ms")})
	}
	passing := [5]string{limits.Passes + "a", "200 ok", limits.AsDocumented, "5ms", ""}
	cached := func(ttl float64) results.Finding {
		return found("cache", map[string]results.Value{"ttl": between95(ttl, 0.99*ttl, 1.01*ttl, "s")})
	}
	for _, row := range []struct {
		claim, when string
		e           *evidence
		want, why   string // why: part of it
	}{
		{"warm", "60 responses took 30 ms", at(), holds, ""},
		{"warm", "three responses came", &evidence{history: steady(30, 3), scenario: &scenarios.Scenario{}}, cannotTell, "too few"},
		{"warm", "the generator set the result", &evidence{history: steady(30, 60), scenario: &scenarios.Scenario{}, unfit: true}, cannotTell, "load generator"},

		{"overhead-rest", "no probe split the time", at(), cannotTell, "put the probe overhead before this one"},
		{"overhead-rest", "the interval reaches below 10", at(gateway(12, 9, 15)), cannotTell, "times as many requests"},
		{"overhead-rest", "there is no interval", at(found("overhead", map[string]results.Value{"gateway": exactly(12, "ms")})), cannotTell, "without an interval"},
		{"overhead-rest", "the interval lies within", at(gateway(14, 11, 17)), holds, ""},
		{"overhead-rest", "the interval lies below", at(gateway(6, 5, 7)), fails, "less than claimed"},
		{"get-end-to-end", "all requests are GET", at(gateway(12, 9, 15)), holds, ""},

		{"cold-first", "cold starts took 120 ms", at(found("cold-start", map[string]results.Value{"cold_p50": between95(120, 110, 130, "ms")})), fails, ""},
		{"environments", "40 requests came at once", at(fan(40, 1, 0.95, 1)), cannotTell, "only 40 requests were sent at once"},
		{"environments", "1000 came at once, each with its own", at(fan(1000, 1, 0.996, 1)), holds, ""},
		{"environments", "1000 came at once, half waited", at(fan(1000, 0.5, 0.47, 0.53)), fails, "waited"},
		{"environments", "1000 came at once, half were as fast as in an environment that was there", at(byLatency(fan(1000, 0.5, 0.47, 0.53))), cannotTell, "latency shows"},
		{"account-concurrency", "1000 came at once", at(fan(1000, 1, 0.996, 1)), cannotTell, "only 1000"},
		{"account-concurrency", "1500 came at once, and 1000 environments served them", at(fan(1500, 1000./1500, 0.64, 0.69)), holds, ""},
		{"account-concurrency", "1500 came at once, to one environment each", at(fan(1500, 1, 0.99, 1)), fails, ""},

		{"plan-example", "the key's plan is not known", at(found("usage-plan", plan("", 1000, 2000))), cannotTell, "no measured key is known to be of that plan"},
		{"plan-example", "the key is of that plan", of("example", at(found("usage-plan", plan("", 1000, 2000)))), holds, ""},
		{"plan-free", "only the pro plan's key was measured", at(found("usage-plan", plan("pro.", 1000, 2000))), cannotTell, "keys of the probe usage-plan"},
		{"plan-free", "the free plan's key was measured", at(found("usage-plan", plan("free.", 100, 200))), holds, ""},
		{"plan-free", "the free plan's key has another bucket", at(found("usage-plan", plan("free.", 50, 100))), fails, ""},
		{"plan-pro", "the pro plan's key was measured", at(found("usage-plan", plan("pro.", 1000, 2000))), holds, ""},
		{"500-pass", "another bucket is in force", at(found("usage-plan", plan("", 14, 187))), cannotTell, "another bucket is in force"},
		{"500-pass", "that bucket is in force", at(found("usage-plan", plan("", 1000, 2000))), holds, ""},
		{"1500-burst", "that bucket is in force", at(found("usage-plan", plan("", 1000, 2000))), fails, "tokens come back"},
		{"2000-sustained", "no bucket was found", at(found("usage-plan", nil)), cannotTell, "no token bucket"},
		{"2000-sustained", "that bucket is in force", at(found("usage-plan", plan("", 1000, 2000))), holds, ""},
		{"throttled-429", "nothing was throttled", at(found("usage-plan", map[string]results.Value{"refused": exactly(0, "count")})), cannotTell, "a load that the front door throttles"},
		{"throttled-429", "requests were throttled by 429", at(found("usage-plan", map[string]results.Value{"refused": exactly(9, "count"), "refused_429": exactly(9, "count")})), holds, ""},
		{"throttled-429", "some were throttled by 503", at(found("usage-plan", map[string]results.Value{"refused": exactly(9, "count"), "refused_429": exactly(4, "count")})), fails, ""},
		{"quota-free", "no configuration could be read", at(), cannotTell, "no quota"},
		{"quota-free", "the plan's quota was read", configured(at(), "free", 100_000), holds, ""},
		{"quota-free", "another plan's quota was read", configured(at(), "gold", 100_000), cannotTell, "gold"},
		{"quota-free", "the plan has another quota", configured(at(), "free", 5), fails, ""},
		{"account-rate", "the account's settings were not read", at(), cannotTell, "could not be read"},

		{"timeout", "nothing slow was requested", at(limitsRow(limits.NoPath, "403 x", limits.AsDocumented, "5ms", own)), cannotTell, "slow"},
		{"timeout", "the path answered in 10 ms", at(limitsRow(limits.Slow+"29s", "200 ok, after 0.01 s and not after 29.00 s", limits.CannotTell, "10ms", "")), cannotTell, "0.01 s"},
		{"timeout", "the front door gave up after 29 s", at(limitsRow(limits.Slow+"29s", "504 timed out", limits.AsDocumented, "29.02s", own)), holds, ""},
		{"timeout", "it gave up after 10 s, as it is set to", at(limitsRow(limits.Slow+"29s", "504 timed out", limits.NotAsDocumented, "10.01s", own)), cannotTell, "set to less"},
		{"timeout", "it waited for 33 s", at(limitsRow(limits.Slow+"29s", "200 ok", limits.NotAsDocumented, "33s", "")), fails, "raised"},
		{"error-403-path", "the front door refused the path", at(limitsRow(limits.NoPath, "403 Missing Authentication Token", limits.AsDocumented, "5ms", own)), holds, ""},
		{"error-403-path", "a greedy route took it", at(limitsRow(limits.NoPath, "200 ok", limits.NotAsDocumented, "5ms", "")), cannotTell, "greedy"},
		{"error-403-key", "the method asks for no key", at(limitsRow(limits.NoProof, "200 ok", limits.NotAsDocumented, "5ms", "")), cannotTell, "require an API key"},
		{"error-403-slash", "the path without the slash is served", at(limitsRow(limits.NoSlash, "200 ok", limits.AsDocumented, "5ms", "")), fails, "the same resource"},
		{"error-503", "a backend could not be reached, and it is 504", at(limitsRow(limits.Unreachable, "504 Network error", limits.AsDocumented, "5ms", own)), fails, ""},
		{"error-503", "nothing was down", at(limitsRow(limits.NoPath, "403", limits.AsDocumented, "5ms", own)), cannotTell, "down"},
		{"request-10mb", "the row was not sent", at(limitsRow(limits.Body(10*mb+1), "not sent: too many bytes", limits.NotAsked, "", "")), cannotTell, "too many bytes"},
		{"request-10mb", "a byte more is refused", at(limitsRow(limits.Body(10*mb+1), "413 Request Too Long", limits.AsDocumented, "5ms", own)), holds, ""},
		{"response-10mb", "9 MB pass", at(limitsRows([5]string{limits.Largest, "200 ok", limits.NotAsDocumented, "5ms", ""}, [5]string{limits.Response(10 * mb * 9 / 10), "200 ok", limits.AsDocumented, "5ms", ""})), holds, ""},
		{"response-10mb", "the front door stops 9 MB", at(limitsRows([5]string{limits.Largest, "200 ok", limits.NotAsDocumented, "5ms", ""}, [5]string{limits.Response(10 * mb * 9 / 10), "502 Internal server error", limits.AsDocumented, "5ms", own})), fails, ""},
		{"response-10mb", "Lambda's limit came first", at(limitsRow(limits.Largest, "502 Internal server error", limits.AsDocumented, "5ms", own)), cannotTell, "Lambda's own limit"},
		{"validation-no-invocation", "the front door rejected the body", at(limitsRow(limits.MalformedBody, "400 Invalid request body", limits.AsDocumented, "5ms", own)), holds, ""},
		{"validation-no-invocation", "the application rejected it", at(limitsRow(limits.MalformedBody, "400 no JSON", limits.AsDocumented, "5ms", "")), cannotTell, "the application answered"},
		{"error-400", "a validator rejected the body", at(limitsRow(limits.MalformedBody, "400 Invalid request body", limits.AsDocumented, "5ms", own)), holds, "by the front door"},

		{"cached", "the backend is fast", at(found("cache", map[string]results.Value{"hit_p50": between95(9, 8, 10, "ms"), "miss_p50": between95(20, 19, 21, "ms")})), cannotTell, "does not take 100 to 200 ms"},
		{"cached", "the backend is slow", at(found("cache", map[string]results.Value{"hit_p50": between95(9, 8, 10, "ms"), "miss_p50": between95(120, 119, 121, "ms")})), holds, ""},
		{"ttl-default", "the stage is set to a minute", at(cached(60)), cannotTell, "the stage says otherwise"},
		{"cache-encryption", "the settings could not be read", at(), cannotTell, "could be read"},
		{"cache-encryption", "this stage's is encrypted", encrypting(true, at()), holds, ""},
		{"cache-encryption", "this stage's is not", encrypting(false, at()), cannotTell, "a stage whose cache is encrypted"},
		{"cache-renewed", "the probe cache did not ask", at(cached(300)), cannotTell, "renew: true"},
		{"cache-renewed", "each is a miss, and stored anew", at(found("cache", map[string]results.Value{"renewed": between95(1, 0.9, 1, "share"), "hits_after_renewal": between95(1, 0.9, 1, "share")})), holds, ""},
		{"cache-renewed", "each is a miss, and not stored", at(found("cache", map[string]results.Value{"renewed": between95(1, 0.9, 1, "share"), "hits_after_renewal": between95(0, 0, 0.1, "share")})), cannotTell, "leave it open"},
		{"cache-renewed", "the header is ignored", at(found("cache", map[string]results.Value{"renewed": between95(0, 0, 0.1, "share")})), cannotTell, "not authorised"},
		{"cache-renewed", "the client may not", at(found("cache", map[string]results.Value{"renewals_refused": exactly(25, "count")})), cannotTell, "this client is not authorised"},
		{"cache-flush", "the probe cache did not flush", at(cached(300)), cannotTell, "flush: true"},
		{"cache-flush", "everything is a miss", at(found("cache", map[string]results.Value{"flushed": between95(1, 0.9, 1, "share")})), holds, ""},
		{"cache-flush", "nothing is", at(found("cache", map[string]results.Value{"flushed": between95(0, 0, 0.1, "share")})), fails, "still there"},
		{"cache-flush", "half is", at(found("cache", map[string]results.Value{"flushed": between95(0.5, 0.4, 0.6, "share")})), cannotTell, "part of it"},
		{"alb-websocket", "a server behind it agrees", at(limitsRow(limits.Handshake, "101 Switching Protocols", limits.AsDocumented, "5ms", "")), fails, "passes WebSocket"},
		{"alb-websocket", "a function is behind it", at(limitsRow(limits.Handshake, "400 Bad Request", limits.NotAsDocumented, "5ms", own)), cannotTell, "may be a function"},
		{"cache-method", "one path was probed", at(cached(300)), cannotTell, "twice"},
		{"cache-method", "two paths have different TTLs", at(cached(300), cached(60)), holds, ""},
		{"error-403-waf", "no path is known to be blocked", at(limitsRow(limits.Passes+"a", "200 ok", limits.AsDocumented, "5ms", "")), cannotTell, "it takes a web ACL"},
		{"error-403-waf", "a rule blocks it, and others pass", at(limitsRows(passing, [5]string{limits.Blocked, "403 Forbidden", limits.AsDocumented, "5ms", own})), holds, ""},
		{"error-403-waf", "nothing else passes", at(limitsRows([5]string{limits.Passes + "a", "403 Forbidden", limits.NotAsDocumented, "5ms", own}, [5]string{limits.Blocked, "403 Forbidden", limits.AsDocumented, "5ms", own})), cannotTell, "no other request passes"},
		{"error-403-waf", "there is no such path", at(limitsRows(passing, [5]string{limits.Blocked, "403 Missing Authentication Token", limits.NotAsDocumented, "5ms", own})), cannotTell, "for another reason"},
		{"error-403-waf", "no rule blocks it", at(limitsRows(passing, [5]string{limits.Blocked, "200 ok", limits.NotAsDocumented, "5ms", ""})), cannotTell, "no rule"},
		{"error-403-waf", "the front door answers by 429", at(limitsRows(passing, [5]string{limits.Blocked, "429 slow down", limits.NotAsDocumented, "5ms", own})), fails, ""},
		{"error-403-waf", "the application answers", at(limitsRows(passing, [5]string{limits.Blocked, "403 not yours", limits.NotAsDocumented, "5ms", ""})), cannotTell, "customised"},

		{"rest-authorization", "no target has it", at(gateway(6, 5.9, 6.1)), cannotTell, "variants: {authorization: TARGET}"},
		{"rest-authorization", "the other was not measured", differing("authorization", gateway(6, 5.9, 6.1)), cannotTell, "has no finding at other"},
		{"rest-authorization", "it adds 3 ms", differing("authorization", gateway(6, 5.9, 6.1), there(gateway(9, 8.9, 9.1))), holds, "differ in nothing else"},
		{"rest-authorization", "it adds 0.2 ms", differing("authorization", gateway(6, 5.9, 6.1), there(gateway(6.2, 6.1, 6.3))), fails, "less than claimed"},
		{"rest-authorization", "it adds 9 ms", differing("authorization", gateway(6, 5.9, 6.1), there(gateway(15, 14.9, 15.1))), fails, "more than claimed"},
		{"rest-authorization", "the two overlap with a bound", differing("authorization", gateway(6, 5, 7), there(gateway(9, 7, 11))), cannotTell, "crosses a bound"},
		{"rest-authorization", "the load has few blocks", loaded(4, 0, differing("authorization")), cannotTell, "cannot be told: the load has 4 blocks, and an interval of what other adds needs 10 or more: set blocks in the scenario, and let a stage last at least a second for each"},
		{"rest-authorization", "the blocks are disturbed", loaded(20, 0, differing("authorization")), cannotTell, "good responses are too few"},
		{"rest-authorization", "the run goes on until it is decided", loaded(20, 0.05, differing("authorization")), cannotTell, "leave decide out"},
		{"rest-authorization", "the load says nothing, and the probe does", loaded(4, 0, differing("authorization", gateway(6, 5.9, 6.1), there(gateway(9, 8.9, 9.1)))), holds, ""},
		{"rest-logging", "another part was asked about", differing("validation", gateway(6, 5.9, 6.1), there(gateway(7.5, 7.4, 7.6))), cannotTell, "variants: {logging: TARGET}"},
		{"rest-logging", "it adds 1.5 ms", differing("logging", gateway(6, 5.9, 6.1), there(gateway(7.5, 7.4, 7.6))), holds, ""},
		{"rest-response", "it adds 6 ms", differing("response", gateway(6, 5.9, 6.1), there(gateway(12, 11.9, 12.1))), fails, ""},
		{"cold-package", "the larger one takes longer", differing("package", cold(500), there(cold(900))), holds, "differ in nothing else"},
		{"cold-package", "the larger one is faster", differing("package", cold(900), there(cold(500))), fails, "longer here"},
		{"cold-package", "they are about the same", differing("package", cold(900), there(cold(905))), cannotTell, "overlap"},
		{"cold-provisioned", "provisioned ones are shorter", differing("provisioned", cold(900), there(cold(50))), holds, ""},
		{"cold-provisioned", "they are longer", differing("provisioned", cold(50), there(cold(900))), fails, ""},
	} {
		t.Run(row.claim+", "+row.when, func(t *testing.T) {
			c := named(t, row.claim)
			check, verdict := c.check(row.e)
			if verdict != row.want || !strings.Contains(check.Why, row.why) {
				t.Errorf("%s: %q, %+v; want %s, since %q", c.says, verdict, check, row.want, row.why)
			}
			if verdict == cannotTell && len(check.Why) < len("cannot be told: it takes") {
				t.Errorf("%q does not say what it takes", check.Why)
			}
			if verdict != cannotTell && check.About == "" {
				t.Error("it does not say which key, path and load it is about")
			}
		})
	}
}

// At the lab nothing is decided about AWS, whatever its settings give; prices and
// documents are AWS's own.
func TestAtTheLabAClaimReadsWhatTheModelWasGiven(t *testing.T) {
	e := at(
		found("overhead", map[string]results.Value{"gateway": between95(6, 5, 7, "ms")}),
		found("usage-plan", map[string]results.Value{"rate": between95(1000, 995, 1005, "per_s"), "burst": between95(2000, 1990, 2010, "requests")}),
	)
	e.target.Lab, e.Target.Lab = true, true
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	e.Book = book
	f := conclude(e)
	rows := map[string][]string{}
	for _, row := range f.Tables[0].Rows {
		rows[row[0]] = row
		if row[3] == cannotTell && row[4] == "" {
			t.Errorf("%q does not say what it takes", row)
		}
	}
	for says, want := range map[string][2]string{
		"a REST API adds 10 to 25 ms":                                      {"the model was given 6 ms (5 to 7)", "not as claimed: less than claimed"},
		"500/s under a plan of 1000/s and 2000: nothing is throttled":      {"the model was given a bucket that is refilled", "as claimed"},
		"a request that AWS WAF blocks: 403":                               {"nothing", "put the probe limits before this one; it takes a web ACL"},
		"a Lambda authorizer's result is kept for 300 s":                   {"nothing", "the lab lacks a log of its authorizers' functions"},
		"of a REST API's overhead, logging takes 1 to 2 ms":                {"nothing", "it takes a second target that differs in its logging alone"},
		"100,000 requests a month at a REST API cost $0.37, requests only": {"$0.37: REST API requests $0.35 + Lambda requests $0.02", "the guides: $0.35 + $0.02"},
		"10 s at 1024 MB become 2 s at 512 MB: 80 % are saved":             {"90.0 % are saved", "a tenth of the GB-seconds"},
	} {
		row := rows[says]
		if row == nil || !strings.Contains(row[2], want[0]) || !strings.Contains(row[4], want[1]) {
			t.Errorf("%q is %q, want %q", says, row, want)
		}
	}
	for _, c := range f.Checks {
		if c.Source == results.Guides && c.Holds != results.OfModel && c.Holds != "unknown" {
			t.Errorf("a model of the lab decides about AWS: %+v", c)
		}
	}
	if !strings.HasPrefix(f.Conclusion, "This target is a model and not AWS, so no claim about AWS is decided") {
		t.Error(f.Conclusion)
	}
}

// Every claim of guides that is listed has an entry.
func TestEveryClaimOfTheGuidesIsChecked(t *testing.T) {
	data, err := os.ReadFile("testdata/guides.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range slices.Concat(table()...) {
		if slices.Contains(names, c.name) || c.name == "" || c.says == "" || c.basis == measured && c.premise == "" {
			t.Errorf("%+v needs a name of its own, what guides say, and its premise", c.name)
		}
		names = append(names, c.name)
	}
	listed := 0
	for line := range strings.Lines(string(data)) {
		claimed, entries, is := strings.Cut(strings.TrimSpace(line), ": ")
		if !is || strings.HasPrefix(line, "#") {
			continue
		}
		listed++
		for _, name := range strings.Fields(entries) {
			if !slices.Contains(names, name) {
				t.Errorf("%q has no entry %q", claimed, name)
			}
		}
	}
	if listed < 50 {
		t.Errorf("%d claims are listed", listed)
	}
}

// The sums of the guides, to the cent; where a guide is wrong, ours with the reason.
func TestMoneyIsDecidedByTheListPrices(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	e := at()
	e.Book = book
	for name, want := range map[string][2]string{
		"price-rest": {holds, "$3.50"}, "price-transfer": {holds, "$0.09"}, "price-cache": {holds, "$0.02"}, "price-cache-other": {fails, "$0.02"},
		"price-http": {holds, "$1.00"}, "price-http-cheaper": {holds, "71.4 %"}, "price-websocket-messages": {holds, "$1.00"}, "price-websocket-minutes": {holds, "$0.25"},
		"price-lambda-requests": {holds, "$0.20"}, "price-lambda-duration": {holds, "$0.0000166667"}, "price-balancer": {holds, "$16.425"},
		"bill-1000-a-day": {fails, "$0.111: REST API requests $0.105 + Lambda requests $0.006"}, "bill-100k": {holds, "$0.37"}, "bill-10m-http": {holds, "$12.00"},
		"bill-10m-cached": {holds, "$49.80"}, "bill-chat": {holds, "$13.80"}, "halved": {fails, "90.0 %"}, "direct": {holds, "REST API requests $3.50"},
		"balancer-above-10m": {fails, "an internal one from 4.7 million on against a REST API; an internal one from 16.8 million on against an HTTP API; an internet-facing one in two zones from 6.8 million"},
		"cache-invocations":  {holds, "80 % fewer"}, "feature-preflights": {holds, "$7.00"}, "feature-cache-sizes": {holds, "237"}, "feature-url-free": {holds, "Lambda"},
		"feature-balancer-websocket": {fails, "WebSocket"}, "feature-rest": {holds, "api-keys"}, "feature-balancer-none": {holds, "waf"}, "feature-metrics": {holds, "Throttles"},
	} {
		c := named(t, name)
		check, verdict := c.check(e)
		if verdict != want[0] || !strings.Contains(check.Measured, want[1]) {
			t.Errorf("%s: %s, %+v; want %q", name, verdict, check, want)
		}
	}
	e.Book = nil
	c := named(t, "bill-100k")
	if _, verdict := c.check(e); verdict != cannotTell {
		t.Errorf("without a price book it is %q", verdict)
	}
}

func TestClaimsOfOtherKindsAreLeftOut(t *testing.T) {
	e := at()
	e.target.Kind = &targets.ALB
	for _, row := range conclude(e).Tables[0].Rows {
		if strings.Contains(row[0], "REST API's overhead") || strings.Contains(row[0], "under a plan") {
			t.Errorf("%q is checked at a load balancer", row[0])
		}
	}
}

// What prices and documents decide is said once in a run, and so is what cannot be told at one
// target and was decided at another.
func TestWhatWasDecidedBeforeIsNotSaidAgain(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	first := at(found("overhead", map[string]results.Value{"gateway": between95(14, 11, 17, "ms")}))
	first.Book = book
	before := conclude(first)
	before.Probe, before.Target = "claims", "http"
	again := map[string]bool{}
	for _, c := range conclude(at(before)).Checks {
		again[c.Claim] = true
		if c.Source != results.Guides {
			t.Errorf("%q is said again", c.Claim)
		}
	}
	for claim, want := range map[string]bool{"overhead-rest": false, "plan-free": true, "warm": true} {
		if says := named(t, claim); again[says.says] != want {
			t.Errorf("%q is said again: %v", says.says, !want)
		}
	}
}

// A target that is there for its usage plan has rows about that plan only.
func TestOnlyThePlanOfAKeyIsAskedAbout(t *testing.T) {
	free := configured(of("free", at(found("usage-plan", map[string]results.Value{
		"rate": between95(100, 99.5, 100.5, "per_s"), "burst": between95(200, 199, 201, "requests"),
	}))), "free", 100_000)
	free.only = onlyPlan
	f := conclude(free)
	if len(f.Checks) != 2 {
		t.Errorf("%d rows", len(f.Checks))
	}
	for _, c := range f.Checks {
		if !strings.Contains(c.Claim, "free plan") || c.Holds != "yes" || c.About == "" {
			t.Errorf("%+v", c)
		}
	}
}

func TestAnInvalidFindingSupportsNoClaim(t *testing.T) {
	f := found("overhead", map[string]results.Value{"gateway": between95(14, 11, 17, "ms")})
	f.Verdict = results.Invalid
	c := named(t, "overhead-rest")
	if check, verdict := c.check(at(f)); verdict != cannotTell || !strings.Contains(check.Why, "invalid") {
		t.Errorf("%s: %+v", verdict, check)
	}
}

func TestAClaimOfTwoHalves(t *testing.T) {
	yes, no, open := answer{holds: "yes"}, answer{holds: "no", why: "less"}, answer{why: "longer"}
	for _, row := range []struct {
		name      string
		a, b      answer
		want, why string
	}{
		{"both hold", yes, yes, "yes", ""},
		{"one does not", yes, no, "no", "so"},
		{"one does not, and the other is open", no, open, "no", "so"},
		{"one is open", open, yes, "", "longer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := both(row.a, row.b, "m", "so"); got.holds != row.want || got.why != row.why || got.measured != "m" {
				t.Errorf("%+v, want %s for %q", got, row.want, row.why)
			}
		})
	}
}

func TestMoreMemoryIsComparedWithLess(t *testing.T) {
	sized := func(name string, mb int64) targets.Target {
		return targets.Target{Name: name, Kind: &targets.RESTAPI, Function: targets.Function{MemoryMB: mb}}
	}
	cold := func(target string, ms float64) results.Finding {
		f := found("cold-start", map[string]results.Value{"cold_p50": between95(ms, ms-20, ms+20, "ms")})
		f.Target = target
		return f
	}
	for _, row := range []struct {
		name        string
		small, more float64 // ms
		memory      int64   // of the small one
		want        string
	}{
		{"cold starts are shorter with more memory", 900, 500, 512, holds},
		{"they are longer", 500, 900, 512, fails},
		{"they are about the same", 500, 510, 512, cannotTell},
		{"both have the same memory", 900, 500, 1024, cannotTell},
	} {
		t.Run(row.name, func(t *testing.T) {
			all := []targets.Target{sized("small", row.memory), sized("more", 1024)}
			e := &evidence{Evidence: probe.Evidence{Earlier: []results.Finding{cold("small", row.small), cold("more", row.more)}}, target: all[1], scenario: &scenarios.Scenario{Targets: all}}
			c := named(t, "cold-memory")
			if check, verdict := c.check(e); verdict != row.want || check.Why == "" {
				t.Errorf("%s: %+v, want %s", verdict, check, row.want)
			}
		})
	}
}

// Whatever answers at an address of this machine is no front door of AWS.
func TestWhatAnswersOnThisMachineIsNotAWS(t *testing.T) {
	e := at(found("overhead", map[string]results.Value{"gateway": between95(6, 5, 7, "ms")}))
	e.Target.URL = &url.URL{Scheme: "http", Host: "127.0.0.1:4566", Path: "/prod"}
	c := named(t, "overhead-rest")
	if check, verdict := c.check(e); verdict != ofModel || check.Holds != results.OfModel {
		t.Errorf("%s: %+v", verdict, check)
	}
	e.Target.URL = &url.URL{Scheme: "https", Host: "a1.execute-api.us-east-1.amazonaws.com", Path: "/prod"}
	if _, verdict := c.check(e); verdict != fails {
		t.Errorf("a deployed one is %s", verdict)
	}
}
