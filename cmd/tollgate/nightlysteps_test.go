//go:build scripts && !race

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/results"
)

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
