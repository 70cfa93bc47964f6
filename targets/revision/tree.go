package revision

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"

	"tollgate/targets/process"
)

// A tree is a worktree of a commit.
type tree struct {
	dir string
	err error // of its build
}

// A BuildError says that a commit cannot be built.
type BuildError struct{ Why string }

// Error implements error.
func (e *BuildError) Error() string { return "it cannot be built: " + e.Why }

// Tree is the folder of a commit, by its id, that was built, which is made when it is first asked for.
func (r *Repository) Tree(ctx context.Context, id string) (string, error) {
	if t := r.trees[id]; t != nil {
		return t.dir, t.err
	}
	t := &tree{dir: r.folder(id)}
	if _, err := r.git(ctx, "worktree", "add", "--quiet", "--detach", "--force", t.dir, id); err != nil {
		return "", fmt.Errorf("%s cannot be checked out: %w", id, err)
	}
	r.trees[id] = t
	if r.build == "" {
		return t.dir, nil
	}
	why, err := r.run(ctx, t.dir)
	switch {
	case ctx.Err() != nil:
		delete(r.trees, id)
		_, _ = r.git(context.Background(), "worktree", "remove", "--force", "--force", t.dir) // Close removes the folder
		return "", ctx.Err()
	case err != nil:
		return "", err
	case why != "":
		t.err = &BuildError{why}
	}
	return t.dir, t.err
}

// run runs the build command in a folder; why is how it failed.
func (r *Repository) run(ctx context.Context, dir string) (why string, err error) {
	mark := rand.Text()
	s := process.New(mark)
	defer s.Close()
	p, err := s.Start(process.Command{Args: process.Shell(r.build), Dir: dir, Env: append(environment(os.Environ()), process.MarkName+"="+mark)})
	if err != nil {
		return "", err
	}
	var output process.Tail
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&output, p.Output) // until none of its processes writes any more
	}()
	select {
	case <-p.Ended():
	case <-ctx.Done():
		p.Kill()
		<-p.Ended()
	}
	p.Swept(mark)
	<-read
	p.Output.Close()
	if err := p.Err(); err != nil {
		return err.Error() + output.String(), nil
	}
	return "", nil
}
