package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/results"
)

const repeated = `name: repeated
targets:
  web: {kind: http-api, url: lab}
  rest: {kind: rest-api, url: lab}
requests:
  - {name: order, method: POST, path: /, file: order.json}
load:
  - constant: {rate: 10/s, for: 1s}
probes:
  - cold-start: {target: web}
seed: 3
`

// aRun is a recorded run at one of the targets, which read two files.
func aRun(t *testing.T) *results.Run {
	t.Helper()
	folder := t.TempDir()
	run := &results.Run{Dir: t.TempDir(), Scenario: []byte(repeated), Document: results.Document{
		Seed: 8, Engine: results.EngineChoice{Name: "vegeta"}, Targets: []results.TargetDoc{{Name: "rest"}}, Tags: results.Tags{"team": "shop"},
	}}
	for name, role := range map[string]results.Role{"order.json": results.InputFile, "prices.yaml": results.InputPrices} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := inputOf(role, path)
		if err != nil {
			t.Fatal(err)
		}
		run.Document.Inputs = append(run.Document.Inputs, in)
	}
	return run
}

func TestARunIsRepeatedAsItWas(t *testing.T) {
	var r running
	run := aRun(t)
	s, err := r.repeat(run)
	if err != nil {
		t.Fatal(err)
	}
	if s.Seed != 8 || s.Engine.Use != "vegeta" || len(s.Targets) != 1 || s.Targets[0].Name != "rest" || string(s.Requests[0].Body) != "order.json" {
		t.Errorf("seed %d, engine %s, targets %v, body %q", s.Seed, s.Engine.Use, s.Targets, s.Requests[0].Body)
	}
	if len(s.Stages) != 1 || len(s.Probes) != 0 {
		t.Errorf("%d stages and %d probes, want the load alone", len(s.Stages), len(s.Probes))
	}
	if len(r.files) != 1 || filepath.Base(r.files[0]) != "prices.yaml" || len(r.tags) != 1 || r.tags[0] != "team=shop" {
		t.Errorf("prices %q, tags %q", r.files, r.tags)
	}
	in, err := r.inputs(s)
	if err != nil || len(in) != 2 || in[0].Digest == "" || in[0].Folder != run.Document.Inputs[0].Folder {
		t.Errorf("the repetition read %+v, %v", in, err)
	}
}

func TestARunThatCannotBeRepeatedSaysWhy(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*results.Run)
		want   string
	}{
		"a file was changed":        {func(r *results.Run) { r.Document.Inputs[0].Digest = "another" }, "was changed since"},
		"a file is gone":            {func(r *results.Run) { r.Document.Inputs[0].Name = "gone" }, "no such file"},
		"a role of a newer program": {func(r *results.Run) { r.Document.Inputs[0].Role = "moon" }, `what for ("moon"): it was recorded by a newer one`},
		"no lab file and no record": {func(r *results.Run) {
			r.Document.Inputs = []results.Input{{Role: results.InputLab, Name: standardInput}}
		}, "came by standard input and was not kept"},
		"a target that is not in it": {func(r *results.Run) { r.Document.Targets[0].Name = "alb" }, "no such target"},
		"a scenario that is none":    {func(r *results.Run) { r.Scenario = []byte("[") }, "scenario.yaml"},
	} {
		run := aRun(t)
		row.change(run)
		if _, err := new(running).repeat(run); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}
