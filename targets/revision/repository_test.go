//go:build unix

package revision

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// history makes a repository whose hooks leave a mark, with a merge, and a checkout that was
// changed.
func history(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	script := `set -e
git init -q -b main
git config user.email a@example.com; git config user.name A
echo one > file; git add .; git commit -qm first; git tag good
echo two > file; git commit -qam 'second; "quoted"'
git checkout -q -b side; echo side > other; git add .; git commit -qm 'on a side'; git checkout -q main
git merge -q --no-ff -m merged side
echo exit 4 > broken; git add .; git commit -qm broken
git rm -q broken; git commit -qm mended
git branch elsewhere good; git checkout -q elsewhere; echo x > x; git add .; git commit -qm apart; git checkout -q main
echo changed > file; echo new > untracked; git add untracked
for hook in post-checkout pre-commit post-index-change reference-transaction; do
  printf '#!/bin/sh\ntouch "%s"\n' "$PWD/ran" > .git/hooks/$hook; chmod +x .git/hooks/$hook
done
`
	c := exec.Command("sh", "-c", script)
	c.Dir, c.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// state is what a bisection must leave as it was.
func state(t *testing.T, dir string) string {
	t.Helper()
	c := exec.Command("sh", "-c", "git status --porcelain; git worktree list; git branch -a -v; cat file; sha256sum .git/index .git/HEAD; git stash list")
	c.Dir, c.Env = dir, append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestRevisionsAreBuiltApartFromTheCheckout(t *testing.T) {
	dir := history(t)
	before := state(t, dir)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(dir, ".git", "index")) // as in a hook
	t.Setenv("GIT_DIR", filepath.Join(dir, ".git"))
	r, err := Open(t.Context(), filepath.Join(dir), `set -e; if test -f broken; then sh broken; fi; cp file built; git rev-parse HEAD >> built`)
	if err != nil {
		t.Fatal(err)
	}
	commits, err := r.Commits(t.Context(), "good", "main")
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, c := range commits {
		subjects = append(subjects, c.Subject)
	}
	if got := strings.Join(subjects, "|"); got != `first|second; "quoted"|merged|broken|mended` || commits[1].Author != "A" {
		t.Errorf("commits %s by %s", got, commits[1].Author)
	}
	for _, i := range []int{0, 2, 0} {
		tree, err := r.Tree(t.Context(), commits[i].ID)
		built, _ := os.ReadFile(filepath.Join(tree, "built"))
		if want := []string{"one\n", "", "two\n"}[i] + commits[i].ID + "\n"; err != nil || string(built) != want {
			t.Errorf("%s: %q, %v", commits[i].Subject, built, err)
		}
	}
	var broken *BuildError
	if _, err := r.Tree(t.Context(), commits[3].ID); !errors.As(err, &broken) || !strings.Contains(err.Error(), "exit status 4") {
		t.Errorf("a build that fails: %v", err)
	}
	temp := r.temp
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	os.Unsetenv("GIT_INDEX_FILE")
	os.Unsetenv("GIT_DIR")
	if after := state(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if _, err := os.Stat(temp); err == nil {
		t.Errorf("%s is left", temp)
	}
	if _, err := os.Stat(filepath.Join(dir, "ran")); err == nil {
		t.Error("a hook ran")
	}
}

func TestRevisionsThatCannotBeSearchedSayWhy(t *testing.T) {
	dir := history(t)
	r, err := Open(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, row := range []struct{ good, bad, want string }{
		{"nowhere", "main", "--good nowhere: there is no such commit"},
		{"good", "--help", "--bad --help: there is no such commit"},
		{"main", "main", "are the same commit"},
		{"main", "good", "main is no ancestor of good"},
		{"elsewhere", "main", "git merge-base elsewhere main finds one"},
	} {
		if _, err := r.Commits(t.Context(), row.good, row.bad); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s to %s: %v", row.good, row.bad, err)
		}
	}
	if _, err := Open(t.Context(), t.TempDir(), ""); err == nil || !strings.Contains(err.Error(), "is in no git repository") {
		t.Error(err)
	}
}

func TestABuildThatIsInterruptedLeavesNothing(t *testing.T) {
	dir := history(t)
	before := state(t, dir)
	r, err := Open(t.Context(), dir, "touch begun; sleep 60")
	if err != nil {
		t.Fatal(err)
	}
	commits, err := r.Commits(t.Context(), "good", "main")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		// The build is another process: nothing but its file says that it began.
		for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(r.folder(commits[1].ID), "begun")); err == nil {
				break
			}
		}
		cancel()
	}()
	if _, err := r.Tree(ctx, commits[1].ID); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if after := state(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}
