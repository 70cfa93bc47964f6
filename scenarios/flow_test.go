package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

const baseRequests = "requests:\n  - {name: health, path: /, weight: 1}\n  - {name: predict, method: POST, path: /predict, json: {features: [5.1]}, weight: 9}\n"

// flowing is a flow of two steps, of which the second uses what the first leaves.
const flowing = `flows:
  - name: buy
    weight: 3
    steps:
      - {name: login, method: POST, path: /login, json: {user: me}, extract: {token: $.token, next: {json: $.next, default: ""}}}
      - {think: {p50: 1s, p99: 3s}}
      - {name: call, path: "/me?page=${steps.login.next}", headers: {x-token: "${steps.login.token}"}, when: "${steps.login.status} == 200", repeat: {times: 3, think: 100ms}}
  - {name: look, steps: [{name: login, path: /}, {name: page, path: "/?at=${steps.page.next}", extract: {next: {json: $.next, default: ""}}, repeat: {while: "${steps.page.next}", at_most: 20}}]}
`

// flowRows are rows about flows; what stands in place of %s is the steps of one.
func flowRows() (all []row) {
	add := func(name, steps, want string, deeper bool) {
		all = append(all, row{name: name, old: baseRequests, new: "flows:\n  - {name: buy, steps: " + steps + "}\n", want: want, deeper: deeper})
	}
	whole := func(name, flows, want string, deeper bool) {
		all = append(all, row{name: name, old: baseRequests, new: flows, want: want, deeper: deeper})
	}
	whole("flows", flowing, "", false)
	whole("flows and requests", baseRequests+flowing, "a scenario has requests or flows", false)
	whole("neither flows nor requests", "", `needs "requests"`, false)
	whole("flows and probes", flowing+"probes: [{usage-plan: {target: rest}}]\n", "probes send single requests", false)
	whole("flows and thresholds", flowing+"thresholds: ['buy: p(99) < 3s', 'buy/login: max < 1s', 'rest/look: error_share < 1%', '/look/page: max < 1s']\nabort: ['buy/login: error_share > 50% for 5s']\n", "", false)
	whole("a threshold of an unknown flow", flowing+"thresholds: ['by: p(99) < 3s']\n", `the scenario has no target "by"`, true)
	whole("a threshold of an unknown step", flowing+"thresholds: ['buy/logn: p(99) < 3s']\n", `the scenario has no request "buy/logn"; did you mean "buy/login"?`, true)
	whole("a limit on the bill of a flow", flowing+"thresholds: ['buy: month_usd < 3']\n", "month_usd is known of a target, not of one of its flows: leave out buy", true)
	whole("a rule about a whole flow", flowing+"abort: ['buy: error_share > 50% for 5s']\n", `the scenario has no request "buy"`, true)
	whole("two flows of one name", "flows:\n  - {name: buy, steps: [{name: a, path: /}]}\n  - {name: buy, steps: [{name: a, path: /}]}\n", `"buy" is the name of another flow, on line 6`, true)
	whole("a flow that is named as a target", "flows:\n  - {name: rest, steps: [{name: a, path: /}]}\n", `"rest" is the name of a target`, true)
	whole("a flow without steps", "flows:\n  - {name: buy}\n", `flows[0]: needs "steps"`, false)
	add("one step", "[{name: a, path: /}]", "", false)
	add("a step without a path", "[{name: a}]", `needs "path"`, false)
	add("a step with a weight", "[{name: a, path: /, weight: 2}]", "belongs to the flow", false)
	add("a step with an unknown key", "[{name: a, path: /, repeats: 2}]", `unknown key "repeats"; did you mean "repeat"?`, false)
	add("two steps of one name", "[{name: a, path: /}, {name: a, path: /}]", `"a" is the name of an earlier step`, true)
	add("nothing but a pause", "[{think: 1s}]", "ends with a pause", true)
	add("a pause at the end", "[{name: a, path: /}, {think: 1s}]", "ends with a pause, after which nothing is sent", true)
	add("two pauses", "[{name: a, path: /}, {think: 1s}, {think: 1s}, {name: b, path: /}]", "is the second pause in a row", true)
	add("a condition on the first step", `[{name: a, path: /, when: "${steps.a.status} == 200"}]`, "no earlier step leaves a.status", true)
	add("a value that no step leaves", `[{name: a, path: /}, {name: b, path: "/${steps.a.id}"}]`, "${steps.a.id}: no earlier step of this flow extracts that", true)
	add("a value of a later step", `[{name: a, path: "/${steps.b.id}"}, {name: b, path: /, extract: {id: $.id}}]`, "steps.b.id", true)
	add("a value of its own without a default", `[{name: a, path: "/${steps.a.id}", extract: {id: $.id}}]`, "steps.a.id", true)
	add("a value of its own with a default", `[{name: a, path: "/?id=${steps.a.id}", extract: {id: {json: $.id, default: x}}}]`, "", false)
	add("a value of a step that may be left out", `[{name: a, path: /}, {name: b, path: /, when: "${steps.a.status} == 200", extract: {id: $.id}}, {name: c, path: "/${steps.b.id}"}]`, "steps.b.id", true)
	add("a condition on a step that may be left out", `[{name: a, path: /}, {name: b, path: /, when: "${steps.a.status} == 200"}, {name: c, path: "/", when: "${steps.b.status} == 200"}]`, "", false)
	add("a condition that is none", `[{name: a, path: /}, {name: b, path: /, when: "status == 200"}]`, "is not a condition", false)
	add("a condition on something unknown", `[{name: a, path: /}, {name: b, path: /, when: "${steps.a.stauts} == 200"}]`, `did you mean "a.status"?`, true)
	add("a repeat", "[{name: a, path: /, repeat: 1000}]", "", false)
	add("a repeat without an end", `[{name: a, path: /, extract: {n: {json: $.n, default: ""}}, repeat: {while: "${steps.a.n}"}}]`, `needs "at_most"`, false)
	add("a repeat of nothing", "[{name: a, path: /, repeat: {think: 1s}}]", "needs times, or while and at_most", false)
	add("a repeat with a bound in vain", "[{name: a, path: /, repeat: {times: 3, at_most: 4}}]", "at_most: belongs to while", false)
	add("too many repeats", "[{name: a, path: /, repeat: 1001}]", "is out of bounds: from 1 to 1000", false)
	add("an extract", "[{name: a, path: /, extract: {id: $.id, b: {header: location, matches: '/([0-9]+)'}, c: {cookie: S}, d: {body: 'x=(.)'}}}]", "", false)
	add("an extract of nothing", "[{name: a, path: /, extract: {id: {}}}]", "needs exactly one of json, header, cookie, body", false)
	add("an extract of the status", "[{name: a, path: /, extract: {status: $.status}}]", "is there for each step without being asked for", false)
	whole("a population of flows", flowing+"", "", false)
	populated := func(name, one, want string, deeper bool) {
		all = append(all, row{name: name, old: baseRequests + baseLoad, new: flowing + "populations:\n  free: " + one + "\n", want: want, deeper: deeper})
	}
	const load = "load: [{constant: {rate: 1/s, for: 1s}}]"
	populated("a population of all flows", "{"+load+"}", "", false)
	populated("a population of one flow", "{flows: [buy], thresholds: ['/buy: p(99) < 5s', '/buy/login: max < 1s'], "+load+"}", "", false)
	populated("a population of flows with weights", "{flows: {buy: 1, look: 2}, "+load+"}", "", false)
	populated("a population of an unknown flow", "{flows: [by], "+load+"}", `the scenario has no flow "by"; did you mean "buy"?`, true)
	populated("a population of requests where there are flows", "{requests: [buy], "+load+"}", "the scenario has flows: select those", true)
	return append(all, row{name: "a population of flows where there are none", old: baseLoad, new: "populations:\n  free: {flows: [buy], " + load + "}\n", want: "the scenario has no flows: select requests", deeper: true})
}

// flowPlan is the plan of base with these flows.
func flowPlan(t *testing.T, flows string) *Plan {
	t.Helper()
	s, err := Parse("x.yaml", []byte(with(t, baseRequests, flows)), environment)
	if err != nil {
		t.Fatal(err)
	}
	return planOf(t, s)
}

func TestStepsAreRequestsOfThePlan(t *testing.T) {
	p := flowPlan(t, flowing)
	var names []string
	for _, r := range p.Sent {
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "buy/login buy/call look/login look/page" {
		t.Errorf("sent are %s", got)
	}
	flows := p.Flows()
	buy, look := &flows[0], &flows[1]
	if buy.Number != 0 || look.Number != 1 || look.Steps[1].Request != 3 || p.Stride != 21 {
		t.Errorf("%+v, %+v, stride %d", buy, look, p.Stride)
	}
	if login, call := buy.Steps[0], buy.Steps[1]; login.Slot != 0 || call.Slot != 3 || call.Think.P99 != 3*time.Second || call.Repeat.Most != 3 || call.Repeat.Think.P50 != 100*time.Millisecond {
		t.Errorf("%+v, %+v", login, call)
	}
	counts := map[uint16]int{}
	for seq := range uint64(400) {
		counts[p.Populations[0].Pick(seq)]++
	}
	if counts[0] != 300 || counts[1] != 100 {
		t.Errorf("400 flows are %v, want 3 of 4 to be the first", counts)
	}
}

// A rate counts flows; requests, costs and limits count what they send.
func TestARateIsOneOfFlows(t *testing.T) {
	p := flowPlan(t, "flows:\n  - {name: a, steps: [{name: x, path: /, repeat: 3}, {name: y, path: /}]}\n")
	stage := p.Stages[0]
	if stage.Words() != "constant 200 flows/s" || stage.Starts != 6000 || stage.Requests() != 24_000 || stage.Peak() != 800 || p.Requests() != 48_000 {
		t.Errorf("%s: %d flows, %d requests, up to %g/s, %d in all", stage.Words(), stage.Starts, stage.Requests(), stage.Peak(), p.Requests())
	}
	if e := p.Flows()[0].Extent(); e.Least != 4 || e.Most != 4 {
		t.Errorf("%+v", e)
	}
	loop := flowPlan(t, flowing)
	if buy := loop.Flows()[0].Extent(); buy.Least != 1 || buy.Likely != 4 || buy.Most != 4 || buy.Thinks != 0 || buy.Mean < time.Second {
		t.Errorf("a step that may be left out: %+v", buy)
	}
	if look := loop.Flows()[1].Extent(); look.Least != 2 || look.Likely != 11.5 || look.Most != 21 {
		t.Errorf("a step that is sent up to 20 times: %+v", look)
	}
}

// Flows are tried when each of their steps may be sent once more.
func TestFlowsAreTriedAsAWhole(t *testing.T) {
	p := flowPlan(t, flowing)
	if len(p.Trials) != 2 || p.Trials[0] != (Trial{0, 0, 1}) || p.trials("rest") != 6 {
		t.Errorf("%+v", p.Trials)
	}
	if all, own := p.Sendings(p.Trials[0]); all != 2 || own != 2 {
		t.Errorf("%d sendings, %d to the target", all, own)
	}
	if want := "buy (POST) only with --trial all, since the method is not idempotent"; len(p.Untried) != 1 || p.Untried[0] != want {
		t.Errorf("untried: %q", p.Untried)
	}
}

// A step has every key of a request but its weight.
func TestTheSchemaHasTheKeysOfARequestForSteps(t *testing.T) {
	var doc struct {
		Defs map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	want := append(slices.Sorted(maps.Keys(doc.Defs["request"].Properties)), stepExtract, stepRepeat, stepURL, stepWhen)
	want = slices.DeleteFunc(want, func(key string) bool { return key == "weight" })
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(doc.Defs["step"].Properties)); !slices.Equal(got, want) {
		t.Errorf("the schema has %v for a step, want %v", got, want)
	}
}

func TestFlowsThatTakeLongerThanTheirBlocks(t *testing.T) {
	const steps = "steps: [{name: a, path: /}, {think: %s}, {name: b, path: /}]}\n"
	for think, want := range map[string]string{
		"100ms": "",
		"5s":    "flow f thinks for about 5s: each of the 20 turns waits so long for its last flows, up to 1m40s longer in all",
		"1m":    "flow f thinks for about 1m0s, and flows have 30s to end after their block (graceful_stop): those that begin in its last 30s are cut off",
	} {
		p := flowPlan(t, "flows:\n  - {name: f, "+strings.Replace(steps, "%s", think, 1))
		var said []string
		for _, err := range p.longFlows() {
			said = append(said, err.Error())
		}
		if got := strings.Join(said, "\n"); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %s", think, got)
		}
	}
}
