//go:build !race

// Without the race detector, because the program that the workflow builds and
// runs is another process anyway.

package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// A step of a workflow, or of a composite action, as far as this test executes it.
type step struct {
	ID    string            `yaml:"id"`
	Name  string            `yaml:"name"`
	If    string            `yaml:"if"`
	Uses  string            `yaml:"uses"`
	Run   string            `yaml:"run"`
	Shell string            `yaml:"shell"`
	Env   map[string]string `yaml:"env"`
	With  map[string]any    `yaml:"with"`
}

type composite struct {
	Inputs map[string]struct {
		Default  string `yaml:"default"`
		Required bool   `yaml:"required"`
	} `yaml:"inputs"`
	Outputs map[string]struct {
		Value string `yaml:"value"`
	} `yaml:"outputs"`
	Runs struct {
		Steps []step `yaml:"steps"`
	} `yaml:"runs"`
}

type workflow struct {
	Jobs map[string]struct {
		Env   map[string]string `yaml:"env"`
		Steps []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

// A pipeline stands for GitHub: it executes every run: step as a script, in
// order, and hands on what steps put out. Steps that use other people's actions
// are left out; what they would do is the business of the test.
type pipeline struct {
	t      *testing.T
	top    string // of the repository
	dir    string // that steps run in
	temp   string
	env    map[string]string // of every step
	failed bool
	log    bytes.Buffer
}

// expression is ${{ … }}.
var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// fill puts values in place of expressions. What is not known is a mistake in
// the file.
func (p *pipeline) fill(text string, known map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		value, ok := known[name]
		if !ok && !strings.HasPrefix(name, "steps.") && !strings.HasPrefix(name, "vars.") {
			p.t.Errorf("nothing is called %s", name)
		}
		return value
	})
}

// wanted evaluates an if: conditions that a context is empty or not, after
// always().
func (p *pipeline) wanted(condition string, known map[string]string) bool {
	if m := expression.FindStringSubmatch(condition); m != nil {
		condition = m[1]
	}
	always := false
	for _, term := range strings.Split(condition, "&&") {
		switch term = strings.TrimSpace(term); {
		case term == "":
		case term == "always()":
			always = true
		default:
			name, empty := strings.CutSuffix(term, " != ''")
			if !empty {
				p.t.Fatalf("a condition that this test does not know: %s", term)
			}
			if known[name] == "" {
				return false
			}
		}
	}
	return always || !p.failed
}

// steps executes steps in order; known is what their expressions may name.
func (p *pipeline) steps(all []step, known map[string]string) {
	for i, s := range all {
		if !p.wanted(s.If, known) {
			fmt.Fprintf(&p.log, "--- left out: %s\n", s.Name)
			continue
		}
		var outputs map[string]string
		switch {
		case s.Run != "":
			outputs = p.script(i, s, known)
		case s.Uses == "./":
			outputs = p.action(s, known)
		case !strings.Contains(s.Uses, "@"):
			p.t.Errorf("step %d uses %q without a version", i, s.Uses)
		}
		for name, value := range outputs {
			known["steps."+s.ID+".outputs."+name] = value
		}
	}
}

// script executes one run: step and returns its outputs.
func (p *pipeline) script(number int, s step, known map[string]string) map[string]string {
	if expression.MatchString(s.Run) {
		p.t.Errorf("%s: an expression within a script is code that comes from elsewhere: hand it over by env", s.Name)
	}
	file := filepath.Join(p.temp, fmt.Sprintf("step-%d.sh", number))
	put := filepath.Join(p.temp, fmt.Sprintf("outputs-%d-%s", number, s.ID))
	for name, text := range map[string]string{file: s.Run, put: ""} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			p.t.Fatal(err)
		}
	}
	c := exec.CommandContext(p.t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", file)
	c.Dir, c.Env = p.dir, append(os.Environ(), "GITHUB_OUTPUT="+put)
	for name, value := range p.env {
		c.Env = append(c.Env, name+"="+p.fill(value, known))
	}
	for name, value := range s.Env {
		c.Env = append(c.Env, name+"="+p.fill(value, known))
	}
	out, err := c.CombinedOutput()
	fmt.Fprintf(&p.log, "--- %s\n%s%v\n", s.Name, out, err)
	if err != nil {
		p.failed = true
	}
	return p.outputs(put)
}

func (p *pipeline) outputs(file string) map[string]string {
	data, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		found[name] = value
	}
	return found
}

// action executes the repository's own action.
func (p *pipeline) action(s step, outer map[string]string) map[string]string {
	var a composite
	p.read("action.yml", &a)
	known := map[string]string{"github.action_path": p.top}
	for name, in := range a.Inputs {
		known["inputs."+name] = in.Default
		if _, given := s.With[name]; in.Required && !given {
			p.t.Errorf("%s is not given", name)
		}
	}
	for name, value := range s.With {
		if _, ok := a.Inputs[name]; !ok {
			p.t.Errorf("the action has no input %q", name)
		}
		known["inputs."+name] = p.fill(fmt.Sprint(value), outer)
	}
	for _, inner := range a.Runs.Steps {
		if inner.Run != "" && inner.Shell != "bash" {
			p.t.Errorf("%s: a step of an action needs a shell", inner.Name)
		}
	}
	p.steps(a.Runs.Steps, known)
	outputs := map[string]string{}
	for name, out := range a.Outputs {
		outputs[name] = p.fill(out.Value, known)
	}
	return outputs
}

func (p *pipeline) read(name string, into any) {
	data, err := os.ReadFile(filepath.Join(p.top, name))
	if err == nil {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// night executes the nightly workflow and returns what its steps put out.
func (p *pipeline) night(environment map[string]string) map[string]string {
	var w workflow
	p.read(filepath.Join(".github", "workflows", "nightly.yml"), &w)
	job, ok := w.Jobs["measure"]
	if !ok {
		p.t.Fatal("there is no job")
	}
	p.env = map[string]string{
		"RUNNER_TEMP": p.temp, "GITHUB_STEP_SUMMARY": filepath.Join(p.temp, "summary.md"),
		"GITHUB_SHA": "0df4f10aa11bb22cc33dd44ee55ff6677889900a", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "42", "GITHUB_ACTOR": "ada",
		"PATH": p.temp + string(os.PathListSeparator) + os.Getenv("PATH"),
	}
	known := map[string]string{"github.token": "none"}
	maps.Copy(p.env, job.Env)
	maps.Copy(p.env, environment)
	for name, value := range p.env {
		known["env."+name] = value
	}
	p.steps(job.Steps, known)
	return known
}

const labNight = `name: night
targets:
  http: {kind: http-api, url: lab}
requests:
  - {name: health, path: /}
load:
  - constant: {rate: 50/s, for: 1s}
pricing: {region: us-east-1, requests_per_month: 10M}
`

// The workflow fetches the nights before with gh, which stands in for here: it
// has one artifact, of a night that was left in the folder "artifact".
const gh = `#!/bin/sh
case "$1 $2" in
"run list") echo 41 ;;
"run download") for last; do :; done; cp -r artifact/. "$last" ;;
*) echo "gh: $*" >&2; exit 1 ;;
esac
`

func TestTheNightlyWorkflowRunsStepByStep(t *testing.T) {
	t.Parallel()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	p := &pipeline{t: t, top: top, dir: t.TempDir(), temp: t.TempDir()}
	for name, text := range map[string]string{filepath.Join(p.dir, "night.yaml"): labNight, filepath.Join(p.temp, "gh"): gh} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(p.dir, "artifact"), 0o750); err != nil {
		t.Fatal(err)
	}
	known := p.night(map[string]string{"SCENARIO": "night.yaml"})
	verdict, gate := known["steps.tollgate.outputs.verdict"], known["steps.tollgate.outputs.gate"]
	// A machine that is too busy to measure on makes an invalid run, and the gate refuses it.
	if invalid := verdict == "invalid"; verdict == "" || p.failed != invalid || gate != map[bool]string{true: "refused", false: "learning"}[invalid] {
		t.Errorf("verdict %q, gate %q, failed %v\n%s", verdict, gate, p.failed, p.log.String())
	}
	dir := known["steps.tollgate.outputs.run-dir"]
	if !strings.HasPrefix(filepath.Base(filepath.Dir(dir)), "runs") || known["steps.tollgate.outputs.month-usd"] == "" {
		t.Errorf("run-dir %q, month-usd %q", dir, known["steps.tollgate.outputs.month-usd"])
	}
	for name, want := range map[string]string{
		filepath.Join(p.temp, "summary.md"): "### Gate: " + gate,
		filepath.Join(dir, "run.json"):      `"commit": "0df4f10aa11bb22cc33dd44ee55ff6677889900a"`,
		filepath.Join(dir, "junit.xml"):     "night gate",
	} {
		if data, err := os.ReadFile(name); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: no %q (%v)\n%s", name, want, err, p.log.String())
		}
	}
	if !strings.Contains(p.log.String(), "no change of level in 1 nights") {
		t.Errorf("nobody looked for drift:\n%s", p.log.String())
	}
}
