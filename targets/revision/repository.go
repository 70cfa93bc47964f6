package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Repository is a git repository, and temporary worktrees of it. It must be closed.
type Repository struct {
	dir   string // of the user, in which git is run
	temp  string
	build string
	trees map[string]*tree
}

// A Commit is one commit.
type Commit struct {
	ID      string // whole
	Author  string
	Date    string // as git prints it, in ISO 8601
	Subject string
}

// Open opens the repository that a folder belongs to, whose revisions are built with a
// command for the shell; "": there is nothing to build.
func Open(ctx context.Context, dir, build string) (*Repository, error) {
	r := &Repository{dir: dir, build: build, trees: map[string]*tree{}}
	if _, err := r.git(ctx, "rev-parse", "--git-dir"); err != nil {
		return nil, fmt.Errorf("%s is in no git repository: %w", dir, err)
	}
	temp, err := os.MkdirTemp("", "tollgate-bisect-")
	if err != nil {
		return nil, err
	}
	r.temp = temp
	return r, nil
}

// git runs a command of git that leaves the user's checkout alone.
func (r *Repository) git(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, "git", append([]string{
		"-C", r.dir, "-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "advice.detachedHead=false",
	}, args...)...)
	c.Env = append(environment(os.Environ()), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	var out, problems bytes.Buffer
	c.Stdout, c.Stderr = &out, &problems
	if err := c.Run(); err != nil {
		if text := strings.TrimSpace(problems.String()); text != "" {
			err = errors.New(text)
		}
		return "", err
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

// environment leaves out the variables by which git finds a repository: within a hook they
// name the user's own index.
func environment(env []string) (kept []string) {
	for _, line := range env {
		name, _, _ := strings.Cut(line, "=")
		switch name {
		case "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX":
		default:
			kept = append(kept, line)
		}
	}
	return kept
}

// Commits are the good revision, and those after it up to the bad one, oldest first.
func (r *Repository) Commits(ctx context.Context, good, bad string) ([]Commit, error) {
	first, err := r.Resolve(ctx, good)
	if err != nil {
		return nil, fmt.Errorf("--good %s: %w", good, err)
	}
	last, err := r.Resolve(ctx, bad)
	if err != nil {
		return nil, fmt.Errorf("--bad %s: %w", bad, err)
	}
	if first == last {
		return nil, fmt.Errorf("%s and %s are the same commit, %s", good, bad, first[:10])
	}
	if _, err := r.git(ctx, "merge-base", "--is-ancestor", first, last); err != nil {
		return nil, fmt.Errorf("%s is no ancestor of %s: name a good revision that came before the bad one (git merge-base %s %s finds one)", good, bad, good, bad)
	}
	commits, err := r.log(ctx, "--no-walk", first)
	if err != nil {
		return nil, err
	}
	after, err := r.log(ctx, "--first-parent", "--reverse", first+".."+last)
	return append(commits, after...), err
}

// Resolve is the id of the commit that a revision names.
func (r *Repository) Resolve(ctx context.Context, revision string) (string, error) {
	id, err := r.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", errors.New("there is no such commit in this repository")
	}
	return id, nil
}

// log lists commits.
func (r *Repository) log(ctx context.Context, args ...string) (all []Commit, err error) {
	text, err := r.git(ctx, append([]string{"log", "--no-show-signature", "--no-color", "--format=%H%x00%an%x00%cI%x00%s"}, args...)...)
	if err != nil {
		return nil, err
	}
	for line := range strings.SplitSeq(text, "\n") {
		if parts := strings.SplitN(line, "\x00", 4); len(parts) == 4 {
			all = append(all, Commit{parts[0], parts[1], parts[2], parts[3]})
		}
	}
	return all, nil
}

// Close removes the worktrees, also after an interrupt.
func (r *Repository) Close() error {
	var errs []error
	for _, t := range r.trees {
		if _, err := r.git(context.Background(), "worktree", "remove", "--force", "--force", t.dir); err != nil {
			errs = append(errs, err)
		}
	}
	errs = append(errs, os.RemoveAll(r.temp))
	return errors.Join(errs...)
}

// folder is where the worktree of a commit is.
func (r *Repository) folder(id string) string { return filepath.Join(r.temp, id[:10]) }
