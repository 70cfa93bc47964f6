//go:build !race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const labScenario = `name: nightly
targets:
  http: {kind: http-api, url: lab}
requests:
  - {name: health, path: /}
load:
  - constant: {rate: 50/s, for: 1s}
pricing: {region: us-east-1, requests_per_month: 10M}
`

// The workflow fetches artifacts with gh, which stands in for here: the newest
// is that of the highest run. A download breaks off where BROKEN says so.
const gh = `#!/bin/sh
case "$1 $2" in
"api repos/ada/shop/actions/artifacts?name=tollgate-runs&per_page=100") ls "$STORE" | sort -n | tail -n 1 ;;
"run download")
  test -z "$BROKEN" && test "$4 $5 $6" = "--name tollgate-runs --dir" && cp -R "$STORE/$3/." "$7" ;;
*) echo "gh: $*" >&2; exit 1 ;;
esac
`

// The action builds the program with go, which stands in for here: this test's
// binary is the program too, and what the action builds is what make build does.
const goTool = `#!/bin/sh
test "$1 $2 $4 $6" = "build -C -o ./cmd/tollgate" && test -e "$3/cmd/tollgate/main.go" && exec ln -s "$(command -v tollgate)" "$5"
echo "go: $*" >&2; exit 1
`

// A repository is what outlasts its runners: what is checked in, and artifacts.
type repository struct {
	t       *testing.T
	top     string // of this checkout
	origin  string // a bare repository
	store   string
	program string // of the first execution
	vars    map[string]string
	runs    int
	gone    bool // what is checked out cannot be fetched again
}

func newRepository(t *testing.T) *repository {
	t.Helper()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	r := &repository{t: t, top: top, origin: filepath.Join(t.TempDir(), "origin"), store: t.TempDir(), vars: map[string]string{}}
	work := t.TempDir()
	if err := os.WriteFile(filepath.Join(work, "nightly.yaml"), []byte(labScenario), 0o600); err != nil {
		t.Fatal(err)
	}
	r.git(work, "init", "--quiet", "--initial-branch", "main")
	r.git(work, "add", "nightly.yaml")
	r.git(work, "-c", "user.name=ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message", "a scenario")
	r.git(work, "clone", "--quiet", "--bare", work, r.origin)
	return r
}

func (r *repository) git(dir string, args ...string) {
	r.t.Helper()
	c := exec.CommandContext(r.t.Context(), "git", args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// execute executes the workflow on a runner of its own, which has only what is
// committed and what earlier executions kept. It returns the outputs of the steps.
func (r *repository) execute(inputs, environment map[string]string) (*pipeline, map[string]string) {
	r.t.Helper()
	r.runs++
	p := &pipeline{t: r.t, top: r.top, dir: r.t.TempDir(), temp: r.t.TempDir(), inputs: inputs, vars: r.vars, store: r.store, program: r.program}
	r.git(p.temp, "clone", "--quiet", r.origin, p.dir)
	if r.gone {
		r.git(p.dir, "remote", "set-url", "origin", r.origin+"-gone")
	}
	for name, script := range map[string]string{"gh": gh, "go": goTool} {
		if err := os.WriteFile(filepath.Join(p.temp, name), []byte(script), 0o700); err != nil {
			r.t.Fatal(err)
		}
	}
	env := map[string]string{"SCENARIO": "nightly.yaml", "GITHUB_RUN_ID": fmt.Sprint(r.runs), "BROKEN": ""}
	for name, value := range environment {
		env[name] = value
	}
	known := p.nightly(env)
	r.program = known["steps.program.outputs.program"]
	return p, known
}

func TestRunsThatCannotBeFetchedAreKept(t *testing.T) {
	t.Parallel()
	for name, vars := range map[string]map[string]string{
		"of an artifact": {},
		"of a branch":    {"HISTORY_BRANCH": "tollgate-runs"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRepository(t)
			r.runs, r.vars, r.gone = 1, vars, true
			if err := os.Mkdir(filepath.Join(r.store, "1"), 0o750); err != nil {
				t.Fatal(err)
			}
			p, known := r.execute(nil, map[string]string{"BROKEN": "yes"})
			if !p.failed || known["steps.program.outputs.program"] != "" {
				t.Errorf("it went on\n%s", p.log.String())
			}
			if left, err := os.ReadDir(r.store); err != nil || len(left) != 1 || left[0].Name() != "1" {
				t.Errorf("artifacts %v, %v", left, err)
			}
		})
	}
}
