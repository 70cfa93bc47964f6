package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
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
	run, onChange := map[string]bool{}, map[string]bool{}
	for _, name := range []string{"ci.yml", "nightly.yml", "release.yml"} {
		for _, check := range checksOf(t, filepath.Join(top, ".github", "workflows", name)) {
			run[check] = true
			onChange[check] = onChange[check] || name == "ci.yml"
			if !targets[check] {
				t.Errorf("%s runs %q, and the Makefile has no such target", name, check)
			}
		}
	}
	for list, workflows := range map[string]map[string]bool{"CHECKS": run, "MORE": onChange} {
		m := regexp.MustCompile(`(?m)^` + list + ` *:= (.*)$`).FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("the Makefile lists no %s", list)
		}
		for check := range strings.FieldsSeq(m[1]) {
			if !workflows[check] {
				t.Errorf("no workflow runs %q, which %s in the Makefile names", check, list)
			}
		}
	}
}

// Actions of others are used at a commit, with the version in a comment: a tag can be moved.
func TestWorkflowsUseActionsAtACommit(t *testing.T) {
	top := filepath.Join("..", "..")
	files := []string{filepath.Join("help", "ci.md"), filepath.Join(top, "action.yml")}
	for _, folder := range []string{filepath.Join(top, ".github", "workflows"), filepath.Join(top, "scenarios", "examples")} {
		more, err := filepath.Glob(filepath.Join(folder, "*.yml"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	uses, pinned := regexp.MustCompile(`(?m)^ *-? *uses: (.*)$`), regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	found := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if strings.HasPrefix(m[1], "OWNER/tollgate@VERSION") {
				continue
			}
			if found++; !pinned.MatchString(m[1]) {
				t.Errorf("%s uses %s: write OWNER/NAME@COMMIT # vX.Y.Z", name, m[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("%d uses of actions were found", found)
	}
}

// TestPackagesWithoutTheRaceDetectorStartNoGoroutine holds the packages that `make
// race` leaves out to the reason for it.
func TestPackagesWithoutTheRaceDetectorStartNoGoroutine(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^ALONE := (.*)$`).FindStringSubmatch(string(text))
	if m == nil {
		t.Fatal("the Makefile does not say which packages start no goroutine")
	}
	alone := regexp.MustCompile(`(^|/)(` + m[1] + `)$`)
	seen := 0
	eachGoFile(t, func(name, rel string) error {
		if strings.HasSuffix(rel, "_test.go") || !alone.MatchString(path.Dir(rel)) {
			return nil
		}
		seen++
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if starts(n) {
				t.Errorf("%s starts a goroutine: take its package off ALONE in the Makefile", rel)
			}
			return true
		})
		return nil
	})
	if seen == 0 {
		t.Error("ALONE in the Makefile names no package")
	}
}

// starts says whether n starts a goroutine: a go statement, or Go of a WaitGroup or an
// error group.
func starts(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GoStmt:
		return true
	case *ast.CallExpr:
		of, ok := n.Fun.(*ast.SelectorExpr)
		return ok && of.Sel.Name == "Go"
	}
	return false
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
