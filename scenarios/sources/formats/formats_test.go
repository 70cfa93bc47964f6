package formats

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tollgate/scenarios"
	"tollgate/scenarios/sources"
)

// hostile is a variable that files name and may not get. A command that has it outside of
// single quotes asks for it itself.
const hostile = "HOSTILE"

var asked = regexp.MustCompile(`\$\{?HOSTILE`)

// made makes a scenario of a text, and reads it: whatever a source holds, the scenario that
// is written is valid.
func made(t *testing.T, flag, text string, r sources.Request) (*sources.Made, error) {
	t.Helper()
	in := Input{Name: "file", Data: strings.NewReader(text), File: func(name string) ([]byte, error) {
		if name == "body.json" {
			return []byte(`{"from": "a file"}` + "\n"), nil
		}
		return nil, errors.New(name + " is not there")
	}}
	var format Format
	for _, f := range All {
		if f.Flag == flag {
			format = f
		}
	}
	in.Resource, r.Name = r.Name, ""
	c, err := format.Read(in, &r)
	if err != nil {
		return nil, err
	}
	c.Bodies = "bodies"
	m, err := c.Scenario(r, nothing)
	if err != nil {
		return nil, err
	}
	folder := t.TempDir()
	for name, data := range m.Files {
		where := filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(where), 0o755), os.WriteFile(where, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	any := func(name string) (string, bool) {
		if name == hostile && !asked.MatchString(text) {
			t.Errorf("the scenario sends a variable that the file names:\n%s", m.Text)
		}
		return "0", true
	}
	if _, err := scenarios.Parse(filepath.Join(folder, "made.yaml"), m.Text, any); err != nil {
		t.Errorf("the scenario is not valid: %v\n%s", err, m.Text)
	}
	return m, nil
}

func nothing(string) (string, bool) { return "", false }

// A row is a text and what the scenario that is made of it has, and has not. A wrong one
// is not made.
type row struct {
	name, text string
	request    sources.Request
	has, lacks []string
	wrong      string
}

func check(t *testing.T, flag string, rows []row) {
	t.Helper()
	for _, r := range rows {
		m, err := made(t, flag, r.text, r.request)
		if r.wrong != "" || err != nil {
			if err == nil || r.wrong == "" || !strings.Contains(err.Error(), r.wrong) {
				t.Errorf("%s: %v, want %q", r.name, err, r.wrong)
			}
			continue
		}
		unwrapped := strings.ReplaceAll(string(m.Text), "\n# ", " ")
		for _, want := range r.has {
			if !strings.Contains(string(m.Text), want) && !strings.Contains(unwrapped, want) {
				t.Errorf("%s: no %q in\n%s", r.name, want, m.Text)
			}
		}
		for _, not := range append(r.lacks, "hunter2") {
			if strings.Contains(string(m.Text), not) {
				t.Errorf("%s: %q in\n%s", r.name, not, m.Text)
			}
		}
	}
}

// fuzz reads texts: nothing may panic, whatever is made is valid, and no variable of this
// machine is in it.
func fuzz(f *testing.F, flag string, seeds ...string) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = made(t, flag, text, sources.Request{})
	})
}
