package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/results/imports"
)

// A runFiles has files of other load generators that are read in place of run directories.
type runFiles struct {
	here   bool   // this machine sent their requests
	folder string // where they are imported; "": none is
}

// hereFlag is --here of a verb that takes such files.
func hereFlag(c *cobra.Command, into *bool) {
	c.Flags().BoolVar(into, "here", false, "of files of other load generators: this machine sent their requests")
}

// sentFrom is the machine that sent the requests: this one, or one that is not known.
func sentFrom(here bool) results.Machine {
	if here {
		return results.ThisMachine()
	}
	return results.Machine{}
}

// remove removes what was imported.
func (r *runFiles) remove() {
	if r.folder != "" {
		_ = os.RemoveAll(r.folder)
	}
}

// isFile says whether a name is a file, which no run directory is.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir()
}

// dirs are the directories of runs: each file among them is imported until remove is
// called.
func (r *runFiles) dirs(c *cobra.Command, given []string) ([]string, error) {
	dirs := make([]string, len(given))
	for i, name := range given {
		dirs[i] = name
		if !isFile(name) {
			continue
		}
		if r.folder == "" {
			folder, err := os.MkdirTemp("", "tollgate-import-")
			if err != nil {
				return nil, err
			}
			r.folder = folder
		}
		run, _, err := importRun(c, []string{name}, imports.Options{}, filepath.Join(r.folder, fmt.Sprint(i)), imports.Run{Machine: sentFrom(r.here)})
		if err != nil {
			return nil, err
		}
		dirs[i] = run.Dir
	}
	return dirs, nil
}

// importedInto imports a file into a folder of runs, where it stays; the directory of a run is
// returned as it is.
func importedInto(c *cobra.Command, folder, name string, here bool) (string, error) {
	if !isFile(name) {
		return name, nil
	}
	run, again, err := importRun(c, []string{name}, imports.Options{}, folder, imports.Run{Machine: sentFrom(here)})
	if err != nil {
		return "", err
	}
	text := "imported %s as %s\n"
	if again {
		text = "%s was imported before, as %s\n"
	}
	fmt.Fprintf(c.ErrOrStderr(), text, name, run.Dir)
	return run.Dir, nil
}
