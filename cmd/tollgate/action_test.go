//go:build !race

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// fakeProgram stands for the program of a release: it says where it comes from.
const fakeProgram = "#!/bin/sh\necho tollgate of the release\n"

// releaseOf is a server with the releases v1.2.3, and v6.6.6 whose archive was replaced.
func releaseOf(t *testing.T) (url, sum string) {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	err := w.WriteHeader(&tar.Header{Name: "tollgate", Mode: 0o755, Size: int64(len(fakeProgram))})
	if err == nil {
		_, err = w.Write([]byte(fakeProgram))
	}
	for _, c := range []interface{ Close() error }{w, z} {
		if err == nil {
			err = c.Close()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	sum = fmt.Sprintf("%x", sha256.Sum256(packed.Bytes()))
	const archive = "tollgate_linux_arm64.tar.gz"
	sums := fmt.Sprintf("%s  tollgate_darwin_arm64.tar.gz\n%s  %s\n", strings.Repeat("0", 64), sum, archive)
	files := map[string]string{
		"/v1.2.3/" + archive: packed.String(), "/v1.2.3/SHA256SUMS": sums,
		"/v6.6.6/" + archive: packed.String() + "x", "/v6.6.6/SHA256SUMS": sums,
		"/v6.6.7/" + archive: packed.String(), "/v6.6.7/SHA256SUMS": "",
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL, sum
}

// builtGo stands for go: what it builds says which sources it was given.
const builtGo = "#!/bin/sh\ntest \"$1 $2 $4 $6\" = \"build -C -o ./cmd/tollgate\" || exit 1\n" +
	"printf '#!/bin/sh\\necho tollgate built of %s\\n' \"$(cat \"$3/name\")\" > \"$5\"\nchmod +x \"$5\"\n"

// TestTheActionGetsTheProgram executes the action's step that finds the program, where
// the action is unpacked without .git, as GitHub does.
func TestTheActionGetsTheProgram(t *testing.T) {
	t.Parallel()
	url, sum := releaseOf(t)
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	r := newRepository(t) // its origin has a tag without a release
	work := t.TempDir()
	r.git(work, "clone", "--quiet", r.origin, work)
	if err := os.WriteFile(filepath.Join(work, "name"), []byte("the tag"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.git(work, "add", "name")
	r.git(work, "-c", "user.name=ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "--message", "a tag")
	r.git(work, "tag", "v0.9.0")
	r.git(work, "push", "--quiet", "origin", "v0.9.0")
	for _, row := range []struct {
		name        string
		with        map[string]any
		ref         string
		want, error string
	}{
		{"the release of the action's own version", nil, "v1.2.3", "tollgate of the release", ""},
		{"the release of another version", map[string]any{"version": "v1.2.3"}, "main", "tollgate of the release", ""},
		{"a release that the workflow knows the checksum of", map[string]any{"version": "v6.6.7", "sha256": sum}, "", "tollgate of the release", ""},
		{"another checksum than the workflow knows", map[string]any{"sha256": strings.Repeat("1", 64)}, "v1.2.3", "", "was expected: it is not used"},
		{"an archive that was replaced", nil, "v6.6.6", "", "has the checksum"},
		{"a release without checksums", nil, "v6.6.7", "", "and none was expected"},
		{"a checksum without a release", map[string]any{"sha256": sum}, "main", "", "there is no tollgate_linux_arm64.tar.gz of the version main"},
		{"an action at a branch", nil, "main", "tollgate built of the action", ""},
		{"an action at a commit", nil, "0df4f10aa11bb22cc33dd44ee55ff6677889900a", "tollgate built of the action", ""},
		{"an action at a tag without a release", nil, "v0.9.0", "tollgate built of the action", ""},
		{"a tag without a release", map[string]any{"version": "v0.9.0"}, "main", "tollgate built of the tag", ""},
		{"a version that does not exist", map[string]any{"version": "v9.9.9"}, "main", "", "Remote branch v9.9.9 not found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			unpacked := t.TempDir()
			p := &pipeline{t: t, top: top, dir: t.TempDir(), temp: t.TempDir(), github: map[string]string{
				"github.action_ref": row.ref, "github.action_path": unpacked, "github.server_url": filepath.Dir(r.origin), "github.action_repository": filepath.Base(r.origin),
			}}
			for name, text := range map[string]string{filepath.Join(p.temp, "go"): builtGo, filepath.Join(unpacked, "name"): "the action"} {
				if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			p.env = map[string]string{"RUNNER_TEMP": p.temp, "RUNNER_OS": "Linux", "RUNNER_ARCH": "ARM64", "PATH": p.temp + string(os.PathListSeparator) + os.Getenv("PATH")}
			with := map[string]any{"releases": url}
			for name, value := range row.with {
				with[name] = value
			}
			program := p.action(step{With: with}, map[string]string{})["program"]
			log := p.log.String()
			if row.error != "" {
				if !p.failed || program != "" || !strings.Contains(log, row.error) {
					t.Errorf("failed %v, program %q\n%s", p.failed, program, log)
				}
				return
			}
			if p.failed || program == "" || !strings.Contains(log, row.want+"\n") {
				t.Errorf("failed %v, program %q\n%s", p.failed, program, log)
			}
		})
	}
}

// notInputs are the flags of run and check that the action does not take, and why.
var notInputs = map[string]string{
	"out":     "is the input history",
	"history": "is the folder of the run",
	"against": "is the input baseline",
	"summary": "is full: a log has room for it",
	"format":  "is text: the run directory and the comment have the others",
	"json":    "is of no use in a log",
	"quiet":   "progress in a log is little",
	"serve":   "start a server in a step of your own", "function": "say it in the lab file", "behind": "is of an address",
	"continue": "a pipeline begins anew", "decide": "write it into the scenario: decide", "within": "write it into the scenario: decide",
	"no-trial": "is the input trial, none",
	"rate":     "is the input set", "for": "is the input set", "users": "is the input set", "http": "is the input set: engine.http",
	"shard": "is of a fleet, not of a gate", "shards": "is of a fleet", "store": "is of a fleet", "run-id": "is of a fleet", "barrier-timeout": "is of a fleet",
	"here":     "is of files of other load generators, which the action does not make",
	"scenario": "is the input scenario", "threshold": "is the input thresholds", "target": "is the input targets", "tag": "is the input tags",
}

// Every flag of the gate's commands is an input of the action, or left out for a reason.
func TestTheActionHasTheFlagsOfTheGate(t *testing.T) {
	var a composite
	(&pipeline{t: t, top: filepath.Join("..", "..")}).read("action.yml", &a)
	text := ""
	for _, s := range a.Runs.Steps {
		text += s.Run
	}
	known := map[string]bool{}
	for _, verb := range []string{"run", "check"} {
		c, _, err := newRoot().Find([]string{verb})
		if err != nil {
			t.Fatal(err)
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			known[f.Name] = true
			_, input := a.Inputs[f.Name]
			of := strings.HasPrefix(f.Usage, "of an address") || strings.HasPrefix(f.Usage, "of wss") || f.Name == "help"
			if !input && notInputs[f.Name] == "" && !of {
				t.Errorf("the action has no input for --%s of %s: %s", f.Name, verb, f.Usage)
			}
			if input && notInputs[f.Name] == "" && !strings.Contains(text, "--"+f.Name) {
				t.Errorf("the action does not hand --%s on", f.Name)
			}
		})
	}
	for name := range notInputs {
		if !known[name] {
			t.Errorf("notInputs has --%s, which is no flag of run or check", name)
		}
	}
}

// What is set reaches the two commands, one argument a line whatever it holds.
func TestTheActionHandsItsInputsOn(t *testing.T) {
	t.Parallel()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program, args := filepath.Join(dir, "program"), filepath.Join(dir, "args")
	script := "#!/bin/sh\nprintf '%s|' \"$@\" >> '" + args + "'\necho >> '" + args + "'\necho run-dir=x >> \"$GITHUB_OUTPUT\"\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := &pipeline{t: t, top: top, dir: dir, temp: t.TempDir(), program: program}
	p.env = map[string]string{"RUNNER_TEMP": p.temp}
	p.action(step{With: map[string]any{
		"scenario": "s.yaml", "targets": "rest\nhttp", "set": "load[0].constant.rate=50/s\n\nname=a b", "seed": "7", "engine": "vegeta", "trial": "all", "samples": "true",
		"tags": "stage=prod", "yes": "true", "percent": "10", "ms": "2", "rerun": "false", "export-alarms": "alarms.yaml", "thresholds": "change(p(99)) < 10%\n",
	}}, map[string]string{})
	got, err := os.ReadFile(args)
	if err != nil || p.failed {
		t.Fatalf("%v\n%s", err, p.log.String())
	}
	const want = "version|\n" +
		"run|s.yaml|--lab||--out|results/runs|--max-cost|1.00|--retry-invalid|0|--summary|full|--trial|all|--samples=true|--yes=true|--target|rest|--target|http|--set|load[0].constant.rate=50/s|--set|name=a b|--tag|stage=prod|--engine|vegeta|--seed|7|\n" +
		"check|x|--scenario|s.yaml|--lab||--against||--max-cost|1.00|--yes=true|--fail-on|regression|--rerun=false|--threshold|change(p(99)) < 10%|--percent|10|--ms|2|--export-alarms|alarms.yaml|\n"
	if string(got) != want {
		t.Errorf("the program was called with\n%s", got)
	}
}
