//go:build !race

// Without the race detector, because the program that the workflow builds and
// runs is another process anyway.

package main

import (
	"bytes"
	"fmt"
	"io/fs"
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

// A pipeline stands for GitHub and one of its runners: it executes every run:
// step as a script, in order, hands on what steps put out, and keeps artifacts.
// Steps that use other people's actions are left out otherwise; what they would
// do is the business of the test.
type pipeline struct {
	t       *testing.T
	top     string            // of the repository
	dir     string            // that steps run in
	temp    string            // of this runner
	env     map[string]string // of every step
	inputs  map[string]string // of whoever starts it by hand
	vars    map[string]string // of the repository
	store   string            // folder of artifacts, each in one named by the run that left it
	program string            // adapted: what the action need not build
	github  map[string]string // of the context github, in place of the usual values
	failed  bool
	log     bytes.Buffer
}

// pinned is an action at a commit, which cannot be moved as a tag can.
var pinned = regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)

// expression is ${{ … }}.
var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// fill puts values in place of expressions. What is not known is a mistake in
// the file.
func (p *pipeline) fill(text string, known map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		value, ok := known[name]
		if !ok && !strings.HasPrefix(name, "steps.") && !strings.HasPrefix(name, "vars.") && !strings.HasPrefix(name, "inputs.") {
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
			name, filled := strings.CutSuffix(term, " != ''")
			if !filled {
				var empty bool
				if name, empty = strings.CutSuffix(term, " == ''"); !empty {
					p.t.Fatalf("a condition that this test does not know: %s", term)
				}
			}
			if filled == (known[name] == "") {
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
		case strings.HasPrefix(s.Uses, "OWNER/tollgate@"):
			outputs = p.action(s, known)
		case strings.HasPrefix(s.Uses, "actions/upload-artifact@"):
			p.upload(s, known)
		case !pinned.MatchString(s.Uses):
			p.t.Errorf("step %d uses %q, which is not pinned to a commit", i, s.Uses)
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
	known := map[string]string{
		"github.action_path": p.top, "github.token": "secret-token", "github.event.pull_request.number": "",
		"github.action_ref": "", "github.server_url": "https://github.com", "github.action_repository": "ada/tollgate",
	}
	maps.Copy(known, p.github)
	for name, in := range a.Inputs {
		known["inputs."+name] = p.fill(in.Default, known)
		if _, given := s.With[name]; in.Required && !given {
			p.t.Errorf("%s is not given", name)
		}
	}
	known["inputs.path"] = p.program
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

// upload keeps a folder as the artifact of this run, as its action does: without
// hidden files.
func (p *pipeline) upload(s step, known map[string]string) {
	from := filepath.Join(p.dir, p.fill(fmt.Sprint(s.With["path"]), known))
	to := filepath.Join(p.store, p.env["GITHUB_RUN_ID"])
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(from, path)
		switch {
		case err != nil:
			return err
		case within != "." && strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, within), 0o750)
		case strings.HasPrefix(d.Name(), "."):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, within), data, 0o600)
	})
	if err != nil {
		p.t.Error(err)
	}
}

// nightly executes the example of a nightly workflow and returns the outputs of its steps.
func (p *pipeline) nightly(environment map[string]string) map[string]string {
	var w workflow
	p.read(filepath.Join("scenarios", "examples", "nightly.yml"), &w)
	job, ok := w.Jobs["measure"]
	if !ok {
		p.t.Fatal("there is no job")
	}
	p.env = map[string]string{
		"RUNNER_TEMP": p.temp, "GITHUB_STEP_SUMMARY": filepath.Join(p.temp, "summary.md"),
		"GITHUB_SHA": "0df4f10aa11bb22cc33dd44ee55ff6677889900a", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "42", "GITHUB_ACTOR": "ada",
		"GITHUB_REPOSITORY": "ada/shop", "STORE": p.store,
		"PATH": p.temp + string(os.PathListSeparator) + os.Getenv("PATH"),
	}
	known := map[string]string{"github.token": "none"}
	maps.Copy(p.env, job.Env)
	maps.Copy(p.env, environment)
	for context, values := range map[string]map[string]string{"env.": p.env, "inputs.": p.inputs, "vars.": p.vars} {
		for name, value := range values {
			known[context+name] = value
		}
	}
	p.steps(job.Steps, known)
	return known
}
