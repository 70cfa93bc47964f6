package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

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

// aRun is a recorded run at one of the targets, with the files that it read.
func aRun(t *testing.T) (run *results.Run, folder string, r runFlags) {
	t.Helper()
	folder = t.TempDir()
	for name, text := range map[string]string{"scenario.yaml": repeated, "order.json": "{}", "prices.yaml": "version: 1\n", "other.json": "[]"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.files = []string{filepath.Join(folder, "prices.yaml")}
	run = &results.Run{Dir: t.TempDir(), Document: results.Document{
		Seed: 8, Engine: results.EngineChoice{Name: "vegeta"}, Targets: []results.TargetDoc{{Name: "rest"}}, Tags: results.Tags{"team": "shop"},
		Digest: results.Digest([]byte(repeated)),
	}}
	for name, role := range map[string]results.Role{"order.json": results.InputFile, "prices.yaml": results.InputPrices} {
		in, err := inputOf(role, filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		run.Document.Inputs = append(run.Document.Inputs, in)
	}
	return run, folder, r
}

func TestARunIsRepeatedWithTheFilesThatTheUserNames(t *testing.T) {
	run, folder, r := aRun(t)
	s, err := r.repeat(&cobra.Command{}, filepath.Join(folder, "scenario.yaml"), run)
	if err != nil {
		t.Fatal(err)
	}
	if s.Seed != 8 || s.Engine.Use != "vegeta" || len(s.Targets) != 1 || s.Targets[0].Name != "rest" || string(s.Requests[0].Body) != "{}" {
		t.Errorf("seed %d, engine %s, targets %v, body %q", s.Seed, s.Engine.Use, s.Targets, s.Requests[0].Body)
	}
	if len(s.Stages) != 1 || len(s.Probes) != 0 {
		t.Errorf("%d stages and %d probes: the load is what is repeated", len(s.Stages), len(s.Probes))
	}
	if len(r.tags) != 1 || r.tags[0] != "team=shop" {
		t.Errorf("tags %q", r.tags)
	}
}

func TestFilesThatAreNotThoseOfTheRunAreNotRun(t *testing.T) {
	for name, row := range map[string]struct {
		change func(folder string, run *results.Run, r *runFlags)
		want   string
	}{
		"another scenario":        {func(_ string, run *results.Run, _ *runFlags) { run.Document.Digest = results.Digest(nil) }, "is not the scenario that ran"},
		"a body that was changed": {func(folder string, _ *results.Run, _ *runFlags) { put(t, folder, "order.json", "[]") }, `the run read "order.json" (file): you did not name that file, or it has changed`},
		"a body that is gone":     {func(folder string, _ *results.Run, _ *runFlags) { _ = os.Remove(filepath.Join(folder, "order.json")) }, "does not exist in the scenario's folder"},
		"prices not named":        {func(_ string, _ *results.Run, r *runFlags) { r.files = nil }, "name it with --prices"},
		"a role of a newer program": {
			func(_ string, run *results.Run, _ *runFlags) { run.Document.Inputs[0].Role = "moon" },
			"(moon): you did not name that file",
		},
		"another lab":                {func(_ string, run *results.Run, _ *runFlags) { run.Document.Lab = strings.Repeat("0", 64) }, "name its lab file with --lab"},
		"a target that is not in it": {func(_ string, run *results.Run, _ *runFlags) { run.Document.Targets[0].Name = "alb" }, "no such target"},
		"a path in the run directory": {func(folder string, run *results.Run, _ *runFlags) {
			_ = os.Remove(filepath.Join(folder, "scenario.yaml")) // the copy in the directory is not taken in its place
			put(t, run.Dir, "scenario.yaml", repeated)
		}, "neither a file nor a scenario of the library"},
	} {
		run, folder, r := aRun(t)
		row.change(folder, run, &r)
		if _, err := r.repeat(&cobra.Command{}, filepath.Join(folder, "scenario.yaml"), run); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
}

func put(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheCommandThatConfirmsNamesNoFileOfTheDirectory(t *testing.T) {
	library, err := os.ReadFile(filepath.Join("..", "..", "scenarios", "library", "front-doors.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		dir  string
		doc  results.Document
		want string
	}{
		"a scenario of the library":                   {"runs/x", results.Document{Scenario: "front-doors", Digest: results.Digest(library)}, "tollgate check runs/x --scenario front-doors"},
		"one that only calls itself so":               {"runs/x", results.Document{Scenario: "front-doors", Digest: "0"}, "tollgate check runs/x --scenario FILE"},
		"a name that is a path":                       {"runs/x", results.Document{Scenario: "/etc/passwd", Digest: "0"}, "tollgate check runs/x --scenario FILE"},
		"a lab file and prices, whatever their names": {"my runs/it's", results.Document{Inputs: []results.Input{{Role: results.InputLab, Folder: "/evil", Name: "lab.json"}, {Role: results.InputPrices}}}, `tollgate check 'my runs/it'\''s' --scenario FILE --lab FILE --prices FILE`},
	} {
		if got := confirming(&results.Run{Dir: row.dir, Document: row.doc}); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}
