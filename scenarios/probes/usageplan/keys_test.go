package usageplan

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
	"tollgate/targets"
)

// threeKeys are two keys of one plan and one of another.
const threeKeys = `usage-plan: {keys: [{name: first, key: "${env:K1}"}, {name: second, key: "${env:K2}"}, {name: third, key: "${env:K3}", expect: {rate: 12/s, burst: 6}}], expect: {rate: 20/s, burst: 10}}`

// keyQuestions parses a probe whose keys are in the environment.
func keyQuestions(t *testing.T, probe, kind string, yes bool) ([]probe.Question, error) {
	t.Helper()
	text := fmt.Sprintf("name: x\ntargets:\n  rest: {kind: %s, url: lab}\nrequests:\n  - {name: a, path: /}\n  - {name: b, path: /b}\nprobes:\n  - %s\n", kind, probe)
	s, err := scenarios.Parse("x.yaml", []byte(text), func(name string) (string, bool) { return "hunter-" + strings.TrimRight(name, "_"), true })
	if err != nil {
		t.Fatal(err)
	}
	all := Probe().Questions(s, 0, yes)
	return all, errors.Join(s.Probes[0].Options.Err(), all[0].Refused)
}

// nobody is the bucket of a key that is not accepted.
var nobody = &simulate.Bucket{}

// buckets let each key's requests pass by the bucket that it draws on.
func buckets(keys map[string]*simulate.Bucket) func(probe.Stage, []results.Sample) {
	return func(stage probe.Stage, samples []results.Sample) {
		of := map[*simulate.Bucket][]results.Sample{}
		where := map[*simulate.Bucket][]int{}
		for i := range samples {
			b := keys[stage.Requests[samples[i].Request].APIKey.Reveal()]
			if b == nil {
				continue // no limit
			}
			if b == nobody {
				samples[i].Code, samples[i].Mark.Fault = 403, targets.FaultForbidden
				continue
			}
			of[b] = append(of[b], samples[i])
			where[b] = append(where[b], i)
		}
		for b, some := range of {
			b.Respond(some)
			for n, i := range where[b] {
				samples[i] = some[n]
			}
		}
	}
}

func TestSeveralKeysAreCompared(t *testing.T) {
	bucket := func(rate, burst float64) *simulate.Bucket {
		return simulate.NewBucket(rate, burst, 1e-3, 0.005, 0.005, 3)
	}
	own := bucket(20, 10)
	for _, row := range []struct {
		name            string
		keys            map[string]*simulate.Bucket
		rates           [3]float64 // 0: no limit
		holds, says     string
		pairs, unclear  float64
		sharedWithFirst string
	}{
		{
			"two plans, each key by itself",
			map[string]*simulate.Bucket{"hunter-K1": bucket(20, 10), "hunter-K2": bucket(20, 10), "hunter-K3": bucket(12, 6)},
			[3]float64{20, 20, 12},
			"yes", "No two of them share a bucket: each key is throttled on its own. The buckets of first and second are alike", 0, 0, "none",
		},
		{
			"two keys that draw on one bucket",
			map[string]*simulate.Bucket{"hunter-K1": own, "hunter-K2": own, "hunter-K3": bucket(12, 6)},
			[3]float64{20, 20, 12},
			"yes", "first and second draw on one bucket, which is not a key's own limit", 1, 0, "second",
		},
		{
			"a key without a limit",
			map[string]*simulate.Bucket{"hunter-K1": bucket(20, 10), "hunter-K2": bucket(20, 10)},
			[3]float64{20, 20, 0},
			"no", "No two of them share a bucket", 0, 0, "none",
		},
		{
			"a key that is not accepted",
			map[string]*simulate.Bucket{"hunter-K1": bucket(20, 10), "hunter-K2": bucket(20, 10), "hunter-K3": nobody},
			[3]float64{20, 20, 0},
			"unknown", "of third: No limit can be measured: every request failed", 0, 2, "third?",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			all, err := keyQuestions(t, threeKeys, "rest-api", true)
			if err != nil {
				t.Fatal(err)
			}
			f, h := simulate.Play(t, all[0], buckets(row.keys))
			t.Logf("%d stages, %d requests: %s", len(h), f.Requests, f.Conclusion)
			for i, key := range []string{"first", "second", "third"} {
				rate, limited := f.Values[key+".rate"]
				if limited != (row.rates[i] > 0) || limited && math.Abs(rate.Value/row.rates[i]-1) > 0.01 {
					t.Errorf("%s has %+v, want %v", key, rate, row.rates[i])
				}
			}
			if v := f.Values; v["pairs_that_share_a_bucket"].Value != row.pairs || v["pairs_undecided"].Value != row.unclear || v["keys"].Value != 3 {
				t.Errorf("%v share, %v undecided", v["pairs_that_share_a_bucket"].Value, v["pairs_undecided"].Value)
			}
			if (f.Verdict == results.Valid) == (row.holds == "unknown") || !strings.Contains(f.Conclusion, row.says) {
				t.Errorf("%s %v: %s", f.Verdict, f.Reasons, f.Conclusion)
			}
			if table := f.Tables[0]; len(table.Rows) != 3 || table.Rows[0][0] != "first" || table.Rows[0][4] != row.sharedWithFirst {
				t.Errorf("%+v", table)
			}
			holds := "yes"
			for _, c := range f.Checks {
				if c.Must && c.Holds != "yes" {
					holds = c.Holds
				}
			}
			if holds != row.holds {
				t.Errorf("the expected plans are there: %s, want %s: %+v", holds, row.holds, f.Checks)
			}
			if text := fmt.Sprintf("%+v", f); strings.Contains(text, "hunter") {
				t.Errorf("a key is in the finding: %s", text)
			}
		})
	}
}

func TestKeysThatCannotBeAsked(t *testing.T) {
	const two = `{name: a, key: "${env:K1}"}, {name: b, key: "${env:K2}"}`
	for name, row := range map[string]struct{ probe, kind, want string }{
		"one key":             {`usage-plan: {keys: [{name: a, key: "${env:K1}"}]}`, "rest-api", "name another one"},
		"a key in the file":   {`usage-plan: {keys: [{name: a, key: hunter2}, {name: b, key: "${env:K2}"}]}`, "rest-api", "a secret does not belong in a file"},
		"a key twice":         {`usage-plan: {keys: [{name: a, key: "${env:K1}"}, {name: b, key: "${env:K1_}"}]}`, "rest-api", `is also the key of "a"`},
		"a name twice":        {`usage-plan: {keys: [{name: a, key: "${env:K1}"}, {name: a, key: "${env:K2}"}]}`, "rest-api", "is the name of another key"},
		"a key without name":  {`usage-plan: {keys: [{key: "${env:K1}"}, {name: b, key: "${env:K2}"}]}`, "rest-api", `needs "name"`},
		"a door without keys": {`usage-plan: {keys: [` + two + `]}`, "http-api", "only REST APIs have API keys"},
		"a quota that burns":  {`usage-plan: {quota: 5000, keys: [` + two + `]}`, "rest-api", "the key b's quota of 5000: confirm with --yes"},
		"an unknown option":   {`usage-plan: {keys: [{nam: a}, {name: b, key: "${env:K2}"}]}`, "rest-api", `unknown key "nam"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := keyQuestions(t, row.probe, row.kind, false)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter") {
				t.Errorf("said %v, want %s", err, row.want)
			}
		})
	}
}

// Evidence grows with what an empty bucket refuses, and there is none where the
// bucket was not empty.
func TestEvidenceOfSharing(t *testing.T) {
	k := &keys{all: []*key{{name: "a"}, {name: "b"}}, each: 1}
	stage := func(own, other string) probe.Measured { // in turn, after two that empty the bucket
		m := probe.Measured{Samples: []results.Sample{{Code: 200}, {Code: 200}}}
		for i := range other {
			for whose, fate := range []byte{other[i], own[i]} {
				s := results.Sample{Code: 200, Request: uint16(1 - whose)}
				if fate == 'x' {
					s.Code, s.Mark.Fault = 429, targets.FaultThrottled
				}
				m.Samples = append(m.Samples, s)
			}
		}
		return m
	}
	for name, row := range map[string]struct {
		own, other string
		decided    int // 1 they share, -1 they do not
	}{
		"both are refused":                    {"xx.xx.xx.xx.", "xx.xx.xx.xx.", 1},
		"only the drained one is refused":     {"xx.xx.xx.xx.", "............", -1},
		"the other is refused once, by noise": {"xxxxxxxxxxxx", "....x.......", -1},
		"the bucket was not empty":            {"............", "............", 0},
		"too few looks":                       {"x.x.", "....", 0},
	} {
		t.Run(name, func(t *testing.T) {
			evidence := k.evidence(stage(row.own, row.other), 0)[1]
			decided := 0
			if evidence > sure {
				decided = 1
			} else if evidence < -sure {
				decided = -1
			}
			if decided != row.decided {
				t.Errorf("evidence %.2f decides %d, want %d", evidence, decided, row.decided)
			}
		})
	}
}
