//go:build probes

package probes_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/lab"
)

// atAccount runs one probe at the only door of a lab, with the lab's account
// behind it: functions are renewed and X-Ray is read as at AWS. Env has the keys
// that the probe names.
func atAccount(t *testing.T, c lab.Config, probe string, env map[string]string) (results.Finding, lab.DoorTruth, error) {
	t.Helper()
	l, err := lab.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	door, err := l.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	door.Name, door.Lab, door.CloudWatch = "door", false, l.CloudWatchURL() // it runs already
	a, err := aws.Open(t.Context(), door)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("name: live\ntargets:\n  door: {kind: %s, url: %q, region: us-east-1, function: {name: %s}}\nrequests:\n  - {name: health, path: /}\nprobes:\n  - %s\n", door.Kind.Name, door.URL, door.Function.Name, probe)
	s, err := scenarios.Parse("live.yaml", []byte(text), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	s.Targets[0] = door
	run, err := session.Run(t.Context(), session.Config{Scenario: s, Out: t.TempDir(), Yes: true, Renewer: a, Traces: traces(a)})
	if run == nil || len(run.Findings) != 1 {
		return results.Finding{}, lab.DoorTruth{}, fmt.Errorf("no finding: %w", err)
	}
	f := run.Findings[0]
	t.Logf("%s %q (%.1f s, %d requests)", f.Conclusion, f.Reasons, f.Seconds, f.Requests)
	return f, l.Truth().Doors[0], nil
}

func traces(a *aws.Account) session.FunctionTraces {
	return func(ctx context.Context, t targets.Target, _, _ time.Time, ids []string) ([]targets.Trace, error) {
		return a.Traces(ctx, t, ids)
	}
}

func TestRenewalsOfTheLab(t *testing.T) {
	t.Parallel()
	tried(t, func() []error {
		f, truth, err := atAccount(t, lab.Config{
			Seed: 4, Function: lab.Function{Init: median(400*time.Millisecond, 0.05), Warm: median(60*time.Millisecond, 0.1)},
			Doors: []lab.DoorConfig{{Kind: "function-url"}},
		}, "cold-start: {cold_starts: 40, fan_out: 20, warm_requests: 60, settle: 700ms, renew: true, restore: true}", nil)
		if err != nil {
			return []error{err}
		}
		return []error{
			near(t, f, "cold_starts", float64(truth.ColdStarts), 0.02),
			near(t, f, "init_p50", 400, 0.02),
			near(t, f, "new_after_renewal", 1, 0.05),
		}
	})
}

// X-Ray is the only witness: INIT is far shorter than an invocation varies.
func TestXRayOfTheLab(t *testing.T) {
	for _, row := range []struct {
		name    string
		tracing lab.Tracing
		probe   string
	}{
		{"every invocation is recorded", lab.Tracing{Share: 1}, "cold-start: {cold_starts: 70, fan_out: 40, warm_requests: 40, settle: 200ms}"},
		{"Lambda's own rule", lab.Tracing{}, "cold-start: {cold_starts: 150, fan_out: 80, warm_requests: 60, settle: 200ms}"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			tried(t, func() []error {
				f, truth, err := atAccount(t, lab.Config{
					Seed: 4, Function: lab.Function{Init: median(10*time.Millisecond, 0.1), Warm: median(60*time.Millisecond, 0.3), Tracing: &row.tracing},
					Doors: []lab.DoorConfig{{Kind: "rest-api"}},
				}, row.probe, nil)
				if err != nil {
					return []error{err}
				}
				share, alone := f.Values["cold_share_traced"]
				if !alone { // by X-Ray alone
					share = f.Values["cold_share"]
				}
				want := float64(truth.ColdStarts) / float64(truth.Requests)
				t.Logf("%d cold starts of %d requests, a share of %.4f; X-Ray recorded %v: %.4f [%.4f, %.4f]", truth.ColdStarts, truth.Requests, want, f.Values["traced"].Value, share.Value, *share.Low, *share.High)
				errs := []error{}
				if *share.Low > want || want > *share.High {
					errs = append(errs, fmt.Errorf("the share is %.4f [%.4f, %.4f], and truly %.4f", share.Value, *share.Low, *share.High, want))
				}
				if row.tracing.Share == 1 && (f.Values["cold_starts"].Value != float64(truth.ColdStarts) || math.Abs(f.Values["init_p50"].Value/10-1) > 0.02) {
					errs = append(errs, fmt.Errorf("%v cold starts and INIT p50 %v ms, want %d and 10", f.Values["cold_starts"].Value, f.Values["init_p50"].Value, truth.ColdStarts))
				}
				return errs
			})
		})
	}
}

// Two usage plans of one stage, and three keys.
func TestKeysOfTheLabAreCompared(t *testing.T) {
	t.Parallel()
	tried(t, func() []error {
		keys := map[string]string{"K1": "key-one", "K2": "key-two", "K3": "key-three"}
		f, _, err := atAccount(t, lab.Config{
			Seed: 4, Function: lab.Function{Init: median(time.Millisecond, 0.1), Warm: median(time.Millisecond, 0.1)},
			Doors: []lab.DoorConfig{{
				Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 200, Burst: 40}, Keys: []string{keys["K1"], keys["K2"]}},
				MorePlans: []lab.UsagePlan{{Throttle: lab.Throttle{Rate: 400, Burst: 80}, Keys: []string{keys["K3"]}}},
			}},
		}, `usage-plan: {expect: {rate: 200/s, burst: 40}, keys: [{name: one, key: "${env:K1}"}, {name: two, key: "${env:K2}"}, {name: three, key: "${env:K3}", expect: {rate: 400/s, burst: 80}}]}`, keys)
		if err != nil {
			return []error{err}
		}
		var errs []error
		for key, want := range map[string][2]float64{"one": {200, 40}, "two": {200, 40}, "three": {400, 80}} {
			errs = append(errs, near(t, f, key+".rate", want[0], 0.01))
			if burst := f.Values[key+".burst"].Value; math.Abs(burst-want[1]) > max(1, 0.02*want[1]) {
				errs = append(errs, fmt.Errorf("%s has a burst of %v, want %v", key, burst, want[1]))
			}
		}
		if v := f.Values; v["pairs_that_share_a_bucket"].Value != 0 || v["pairs_undecided"].Value != 0 {
			errs = append(errs, fmt.Errorf("%v pairs share a bucket, %v are undecided", v["pairs_that_share_a_bucket"].Value, v["pairs_undecided"].Value))
		}
		return errs
	})
}
