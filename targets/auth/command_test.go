//go:build unix

package auth

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

func TestTokensOfCommands(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "token"), []byte("from-the-folder\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOKEN_SEED", "seed-of-a-token")
	t.Setenv("MY_PASSWORD", "hunter2hunter2")
	for name, test := range map[string]struct{ command, token, problem string }{
		"the first line of its output":      {"printf 'one\\ntwo\\n'", "one", ""},
		"without blanks around it":          {"printf '  one \\r\\n'", "one", ""},
		"with a variable of the shell":      {"echo $TOKEN_SEED", "seed-of-a-token", ""},
		"in the folder of the scenario":     {"cat token", "from-the-folder", ""},
		"what it leaves running holds none": {"echo one; sleep 60 &", "one", ""},
		"no output":                         {"true", "", `the command "true" gave no token: the first line of its output is empty, and should be the token; try it in a shell`},
		"a failure":                         {"echo wrong password $MY_PASSWORD >&2; exit 3", "", "exit status 3; it wrote: wrong password ***; try it in a shell"},
		"a failure without a word":          {"exit 4", "", "exit status 4; try it in a shell"},
		"too much output":                   {"head -c 100000 /dev/zero", "", "it wrote more than 65536 bytes"},
		"a token that no header can hold":   {"printf 'a\\tb'", "", "the token holds a line break or another character that no header may hold"},
		"standard input":                    {"cat; echo read-to-its-end", "read-to-its-end", ""},
	} {
		t.Run(name, func(t *testing.T) {
			stamp, err := new(Issuer).Stamp(t.Context(), targets.Target{Kind: &targets.HTTPAPI, Auth: targets.Auth{Command: &targets.TokenCommand{Text: test.command, Dir: folder}}})
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("error %v, want %q", err, test.problem)
				}
				return
			}
			r := &targets.Request{Header: targets.Header{}}
			if err != nil || stamp.Sign(r) != nil || r.Header.Get("Authorization") != "Bearer "+test.token {
				t.Errorf("header %v, error %v", r.Header, err)
			}
		})
	}
}

// What the flag says and what the token says: the earlier one counts.
func TestWhenACommandRunsAgain(t *testing.T) {
	for name, test := range map[string]struct {
		life, every time.Duration
		least, most time.Duration
	}{
		"its flag is earlier":       {time.Hour, time.Minute, time.Minute - time.Second, time.Minute},
		"its token expires earlier": {10 * time.Second, time.Minute, 4 * time.Second, 6 * time.Second},
		"only its token expires":    {time.Hour, 0, 49 * time.Minute, 53 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			token := webToken(fmt.Sprintf(`{"exp":%d}`, time.Now().Add(test.life).Unix()))
			g, err := commandSource(targets.TokenCommand{Text: "echo " + token, Every: test.every}).grant(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if pause, never := g.pause(time.Now()); never || pause < test.least || pause > test.most {
				t.Errorf("it runs again after %v", pause)
			}
		})
	}
	g, err := commandSource(targets.TokenCommand{Text: "echo opaque"}).grant(t.Context())
	if _, never := g.pause(time.Now()); err != nil || !never {
		t.Errorf("an opaque token without every is renewed; error %v", err)
	}
}

// A command that hangs ends with its context, with all that it started.
func TestACommandThatHangsIsEnded(t *testing.T) {
	done := filepath.Join(t.TempDir(), "done")
	s := commandSource(targets.TokenCommand{Text: "(sleep 0.4; touch " + done + ") & sleep 60"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.grant(ctx); err == nil || !strings.Contains(err.Error(), "did not end within") {
		t.Errorf("error %v", err)
	}
	time.Sleep(500 * time.Millisecond) // as long as what it started would have taken
	if _, err := os.Stat(done); err == nil {
		t.Error("what the command started went on")
	}
}

// What a command wrote is for people who look on: a warning ends in the files of a run.
func TestWhatACommandWroteIsNotRecorded(t *testing.T) {
	_, err := commandSource(targets.TokenCommand{Text: "echo + curl -u me:opensesame >&2; exit 3"})(t.Context())
	if err == nil || !strings.Contains(err.Error(), "opensesame") {
		t.Errorf("shown is %v", err)
	}
	if text := recordable(err).Error(); text != "exit status 3; what it wrote is not recorded, because it may hold secrets" {
		t.Errorf("recorded is %q", text)
	}
}
