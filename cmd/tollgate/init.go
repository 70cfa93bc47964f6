package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
)

func newInit() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first scenario, with its schema beside it",
		Long: `Init writes a scenario that runs as it stands, against the lab, and says in
comments how to point it at a deployed API. The JSON Schema is written beside
it, so that an editor checks and completes what is typed.

Without FILE it writes scenario.yaml into the current folder. Nothing that
exists is overwritten without --force.`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			file := "scenario.yaml"
			if len(given) == 1 {
				file = given[0]
			}
			return writeFirst(c, file, force)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "overwrite what exists")
	return c
}

func writeFirst(c *cobra.Command, file string, force bool) error {
	schema := filepath.Join(filepath.Dir(file), "scenario.schema.json")
	for _, f := range []struct {
		name string
		data []byte
	}{{file, scenarios.Template()}, {schema, scenarios.Schema()}} {
		if err := writeNew(f.name, f.data, force); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout(), "wrote", f.name)
	}
	fmt.Fprintf(c.ErrOrStderr(), "next: tollgate run %s\n", file)
	return nil
}

// writeNew writes a file that must not exist yet, unless force is set or it
// says the same already.
func writeNew(name string, data []byte, force bool) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == string(data) {
		return nil
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage(fmt.Errorf("%s exists; choose another name, or overwrite it with --force", name))
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
