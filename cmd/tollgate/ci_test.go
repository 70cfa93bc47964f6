package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestOurWorkflowsRunTargetsOfTheMakefile holds the workflows that check this
// repository to its Makefile, and the checks of a pull request to `make check`.
func TestOurWorkflowsRunTargetsOfTheMakefile(t *testing.T) {
	top := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(top, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(text), -1) {
		targets[m[1]] = true
	}
	run := map[string]bool{}
	for _, name := range []string{"ci.yml", "nightly.yml"} {
		for _, check := range checksOf(t, filepath.Join(top, ".github", "workflows", name)) {
			run[check] = true
			if !targets[check] {
				t.Errorf("%s runs %q, and the Makefile has no such target", name, check)
			}
		}
	}
	m := regexp.MustCompile(`(?m)^CHECKS := (.*)$`).FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("the Makefile lists no CHECKS")
	}
	for check := range strings.FieldsSeq(m[1]) {
		if !run[check] && !run[strings.TrimSuffix(check, "-short")] {
			t.Errorf("no workflow runs %q, which `make check` does", check)
		}
	}
}

// checksOf returns the make targets in the matrix of a workflow.
func checksOf(t *testing.T, name string) (checks []string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Strategy struct {
				Matrix struct {
					Include []struct{ Checks string }
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &workflow); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, job := range workflow.Jobs {
		for _, row := range job.Strategy.Matrix.Include {
			for word := range strings.FieldsSeq(row.Checks) {
				if !strings.Contains(word, "=") {
					checks = append(checks, word)
				}
			}
		}
	}
	if len(checks) == 0 {
		t.Fatalf("%s runs no checks", name)
	}
	return checks
}
