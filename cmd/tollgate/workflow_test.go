//go:build !race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/results"
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

// runsAt are the runs that a runner had at the end.
func runsAt(t *testing.T, p *pipeline) (dirs []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(p.dir, p.env["RUNS"], "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range all {
		if results.IsRun(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func TestTheNightlyWorkflowRunsStepByStep(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	p, known := r.execute(nil, nil)
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
		filepath.Join(p.temp, "summary.md"): "### Gate: learning", // first its state
		filepath.Join(dir, "run.json"):      `"commit": "0df4f10aa11bb22cc33dd44ee55ff6677889900a"`,
		filepath.Join(dir, "junit.xml"):     "nightly gate",
	} {
		if data, err := os.ReadFile(name); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s: no %q (%v)\n%s", name, want, err, p.log.String())
		}
	}
	r.executeAgain(filepath.Base(dir))
	t.Run("the comment of a pull request", func(t *testing.T) { theActionComments(t, p, r.program, dir) })

	t.Run("with runs in a branch", func(t *testing.T) {
		branch := newRepository(t)
		branch.program, branch.vars["HISTORY_BRANCH"] = r.program, "history/runs"
		p, known := branch.execute(nil, nil)
		if known["steps.artifact.outputs.fetched"] != "" || len(runsAt(t, p)) != 1 {
			t.Fatalf("the first execution has %q\n%s", runsAt(t, p), p.log.String())
		}
		branch.executeAgain(filepath.Base(known["steps.tollgate.outputs.run-dir"]))
	})
}

// ghComments stands for gh where the action comments: it keeps the comment of pull request
// 7, and refuses to write where FORK says so. GitHub applies the filter itself.
const ghComments = `#!/bin/sh
test "$GH_TOKEN" = secret-token || { echo "gh: no token" >&2; exit 4; }
case "$*" in
"api graphql --paginate -F owner=ada -F name=shop -F number=7 "*viewerDidAuthor*startswith*env.MARKER*)
  test -e "$STORE/comment" && grep -qxF -e "$MARKER" "$STORE/comment" && echo 31 || true ;;
"api --silent --method PATCH repos/ada/shop/issues/comments/31 -F body=@"* | "api --silent --method POST repos/ada/shop/issues/7/comments -F body=@"*)
  test -z "$FORK" || { echo "gh: Resource not accessible by integration (HTTP 403)" >&2; exit 1; }
  cp "${7#body=@}" "$STORE/comment" ;;
*) echo "gh: $*" >&2; exit 1 ;;
esac
`

// theActionComments executes the step of the action that comments, on a run that there is.
func theActionComments(t *testing.T, p *pipeline, program, dir string) {
	if err := os.WriteFile(filepath.Join(p.temp, "gh"), []byte(ghComments), 0o700); err != nil {
		t.Fatal(err)
	}
	var a composite
	p.read("action.yml", &a)
	step := a.Runs.Steps[len(a.Runs.Steps)-1]
	kept, summary := filepath.Join(p.store, "comment"), filepath.Join(p.temp, "summary.md")
	for _, row := range []struct {
		what, asked, number, fork, run, want, says string
	}{
		{"no comment was asked for", "false", "7", "", dir, "", ""},
		{"there is no pull request", "true", "", "", dir, "summary", ""},
		{"the first run", "true", "7", "", dir, "created", "gate is learning 0/10"},
		{"a run that did not begin", "true", "7", "", "", "updated", "## ⚠️ `nightly.yaml`: not measured\n\nThe run for commit `0df4f10aa11b` ended"},
		{"the next run", "true", "7", "", dir, "updated", "gate is learning 0/10"},
		{"a pull request from a fork", "true", "7", "yes", dir, "summary", "gate is learning 0/10"},
	} {
		p.env["FORK"] = row.fork
		before, _ := os.ReadFile(summary)
		p.failed = false
		p.log.Reset()
		got := p.script(99, step, map[string]string{
			"steps.program.outputs.program": program, "steps.run.outputs.run-dir": row.run, "inputs.scenario": "nightly.yaml", "inputs.comment": row.asked, "inputs.token": "secret-token",
			"github.event.pull_request.number": row.number,
		})
		after, _ := os.ReadFile(summary)
		marked := strings.Contains(strings.TrimPrefix(string(after), string(before)), "<!-- tollgate-action:nightly.yaml -->")
		if log := p.log.String(); got["comment"] != row.want || p.failed || marked != (row.want == "summary") || strings.Contains(log, "secret-token") || marked != strings.Contains(log, "::notice::tollgate did not comment") {
			t.Errorf("%s: comment %q, failed %v, on the page of the job %v\n%s", row.what, got["comment"], p.failed, marked, log)
		}
		text, _ := os.ReadFile(kept)
		if !strings.Contains(string(text), row.says) || row.says != "" && !strings.HasPrefix(string(text), "<!-- tollgate-action:nightly.yaml -->\n") {
			t.Errorf("%s: the comment is\n%s", row.what, text)
		}
	}
}

// executeAgain executes the workflow after its first execution: each time it has all earlier runs.
func (r *repository) executeAgain(first string) {
	t := r.t
	t.Helper()
	p, known := r.execute(nil, map[string]string{"SCENARIO": "forgotten.yaml"})
	if !p.failed || known["steps.tollgate.outputs.run-dir"] != "" || len(runsAt(t, p)) != 1 {
		t.Fatalf("an execution that could not measure has %q\n%s", runsAt(t, p), p.log.String())
	}
	p, _ = r.execute(map[string]string{"note": "annotate", "run": first, "why": `the day of the "move"`}, nil)
	if p.failed || len(runsAt(t, p)) != 1 {
		t.Fatalf("a note left %q\n%s", runsAt(t, p), p.log.String())
	}
	p, _ = r.execute(nil, nil)
	if got := len(runsAt(t, p)); got != 2 || !strings.Contains(p.log.String(), "no change of level in 2 runs") {
		t.Fatalf("the second execution has %d runs\n%s", got, p.log.String())
	}
	notes, err := os.ReadFile(filepath.Join(p.dir, p.env["RUNS"], first, "notes.jsonl"))
	if err != nil || !strings.Contains(string(notes), `"who":"ada","what":"annotate","why":"the day of the \"move\""`) {
		t.Errorf("the note on the first run: %s, %v", notes, err)
	}
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
