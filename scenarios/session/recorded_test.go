package session

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// fromEnvironment is a scenario that takes values from the environment.
func fromEnvironment(t *testing.T, address string) *scenarios.Scenario {
	t.Helper()
	text := `name: env
targets:
  a: {kind: rest-api, url: "${env:ADDRESS}", region: us-east-1, api: "${env:API}", stage: s, function: {name: f, memory: "${env:MEMORY}"}, auth: {iam: {profile: prod}}}
requests: [{name: get, path: /x}]
load: [{constant: {rate: 20/s, for: 1s}}]
` + month
	env := map[string]string{"ADDRESS": address, "API": "shop", "MEMORY": "1GB"}
	s, err := scenarios.Parse("env.yaml", []byte(text), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARecordedScenarioUsesNeitherEnvironmentNorProfile(t *testing.T) {
	for name, value := range map[string]string{"ADDRESS": "http://127.0.0.1:1", "API": "leaked", "MEMORY": "2GB"} {
		t.Setenv(name, value)
	}
	var count atomic.Int64
	s := fromEnvironment(t, server(t, &count).URL)
	c := config(t, s)
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	sent := count.Load()
	var asked []targets.Target
	c.Observer = observerFunc(func(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
		asked = ts
		return sees(ctx, run, ts)
	})

	c.Scenario = nil
	if _, err := Observe(t.Context(), run.Dir, c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), "targets.a.api (API)") || !strings.Contains(err.Error(), "--scenario FILE") {
		t.Errorf("observed by the recorded copy: %v", err)
	}
	if _, err := Price(run.Dir, c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), "targets.a.function.memory (MEMORY)") {
		t.Errorf("priced by the recorded copy: %v", err)
	}
	if asked != nil {
		t.Errorf("AWS was asked about %+v", asked)
	}

	c.Scenario = s
	if _, err := Observe(t.Context(), run.Dir, c); err != nil || len(asked) != 1 || asked[0].API != "shop" || asked[0].Auth.IAM.Profile != "prod" {
		t.Errorf("observed by the scenario that the user names: %+v, %v", asked, err)
	}
	other := *s
	other.Source = append([]byte("# changed\n"), s.Source...)
	c.Scenario = &other
	if _, err := Observe(t.Context(), run.Dir, c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), "is not the scenario that") {
		t.Errorf("observed by another scenario: %v", err)
	}
	if count.Load() != sent {
		t.Errorf("%d requests were sent to the target", count.Load()-sent)
	}
}

func TestARecordedProfileIsNotUsed(t *testing.T) {
	t.Parallel()
	run, err := results.Create(filepath.Join(t.TempDir(), "run"), results.Document{
		Version: results.Version, Scenario: "x", Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "a", Kind: "rest-api"}},
	}, []byte("name: x\ntargets: {a: {kind: rest-api, url: \"https://abc.execute-api.eu-central-1.amazonaws.com/prod\", auth: {iam: {profile: admin}}}}\nrequests: [{name: get, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"))
	if err == nil {
		err = run.Close(results.Finished)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := new(Config).recorded(run.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.targets[0]; got.Auth != (targets.Auth{}) || got.CloudWatch != "" || got.Keys != (targets.Keys{}) || got.Region != "eu-central-1" {
		t.Errorf("the recorded copy decides about %+v", got)
	}
}

func TestARunWhoseScenarioWasChangedIsNotOpened(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 20/s, for: 1s}", month))
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	c.Scenario = nil
	if err := os.WriteFile(filepath.Join(run.Dir, results.FileScenario), append(run.Scenario, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]func() error{
		"observe": func() error { _, err := Observe(t.Context(), run.Dir, c); return err },
		"price":   func() error { _, err := Price(run.Dir, c); return err },
		"compare": func() error { _, err := Compare(run.Dir, "", c); return err },
	} {
		if err := step(); err == nil || !strings.Contains(err.Error(), "scenario.yaml was changed after the run") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
