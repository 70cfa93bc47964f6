package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tollgate/results/history"
)

// noteVerbs are what people can say about a run.
var noteVerbs = []struct {
	what        history.What
	short, long string
}{
	{history.Acknowledge, "Say that a run's alarm is known", "The run counts as history again: later runs are held against it and its like."},
	{history.Annotate, "Remark on a run", "A remark changes nothing that gates do. Runs with remarks are not pruned."},
	{history.Accept, "Accept what a run measured as the new normal", "The history that later runs are held against begins anew with this run."},
	{history.Exclude, "Exclude a run from the history", "Later runs are not held against it, and it is in no search for drift."},
}

func newHistoryNote(n struct {
	what        history.What
	short, long string
},
) *cobra.Command {
	var folder, who, why string
	c := &cobra.Command{
		Use:   string(n.what) + " RUN --why TEXT",
		Short: n.short,
		Long: n.long + `

It is kept in the run's notes.jsonl, with who said it, when and why; nothing is
ever taken out of that file, and the last word counts.

EXIT STATUS
  0  kept
  1  there is no such run, or it cannot be written to
  2  wrong flags`,
		Example: "  tollgate history " + string(n.what) + ` 20261122T190000Z-front-doors-1a2b3c --why "moved to arm64"`,
		Args:    args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if why == "" {
				return usage(errors.New("--why is missing: what should whoever reads this next year know?"))
			}
			dir := runNamed(folder, given[0])
			if err := history.Add(dir, history.Note{At: time.Now(), Who: who, What: n.what, Why: why}); err != nil {
				return err
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "%s: %s by %s: %s\n", dir, n.what, who, why)
			return err
		},
	}
	folderFlag(c, &folder)
	c.Flags().StringVar(&why, "why", "", "the `reason`, in a sentence")
	c.Flags().StringVar(&who, "who", whoami(os.Getenv), "`name` of who says so")
	return c
}

// whoami is who runs this, as far as the environment says.
func whoami(env func(string) string) string {
	for _, name := range []string{"GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME", "USERNAME"} {
		if who := env(name); who != "" {
			return who
		}
	}
	return "somebody"
}
