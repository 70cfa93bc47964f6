package main

import (
	"context"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"tollgate/targets/revision"
)

// revisionFlags say how revisions of a git repository are built and served: ab and bisect
// have them.
type revisionFlags struct {
	dir, build, serve string
}

func (f *revisionFlags) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVarP(&f.dir, "repository", "C", ".", "`folder` of the git repository")
	flags.StringVar(&f.build, "build", "", "`command` for the shell that builds a checkout of a revision")
	flags.StringVar(&f.serve, "serve", "", "`command` for the shell that serves such a build")
}

// open opens the repository. It must be closed.
func (f *revisionFlags) open(ctx context.Context) (*revision.Repository, error) {
	signal.Ignore(syscall.SIGPIPE) // worktrees are removed also where no one reads the output any more
	r, err := revision.Open(ctx, f.dir, f.build)
	return r, usage(err)
}

// ofGit is how a side of ab names a revision.
const ofGit = "git:"

// checkedOut builds the sides that name revisions, which are then served by --serve in the
// folders that it returns. What it built is removed by done, which is never nil.
func (f *revisionFlags) checkedOut(ctx context.Context, sides *[2]string) (dirs [2]string, done func() error, err error) {
	done = func() error { return nil }
	var r *revision.Repository
	for i, side := range sides {
		name, named := strings.CutPrefix(side, ofGit)
		switch {
		case !named:
			continue
		case f.serve == "":
			return dirs, done, usage(fmt.Errorf("%s: add --serve COMMAND, which serves a checkout of it (and --build COMMAND, if it has to be built)", side))
		case r == nil:
			if r, err = f.open(ctx); err != nil {
				return dirs, done, err
			}
			done = r.Close
		}
		id, err := r.Resolve(ctx, name)
		if err != nil {
			return dirs, done, usage(fmt.Errorf("%s: %w", side, err))
		}
		if dirs[i], err = r.Tree(ctx, id); err != nil {
			return dirs, done, fmt.Errorf("%s: %w", side, err)
		}
		sides[i] = f.serve
	}
	return dirs, done, nil
}
