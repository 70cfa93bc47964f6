package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
)

func newInit() *cobra.Command {
	var force bool
	var from string
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first scenario and its schema",
		Long: `Init writes a scenario that runs against the lab as it is; its comments say how to use
a deployed API instead. With --from it copies a scenario of the library. It also writes
the JSON Schema to the same folder, by which editors check and complete scenarios.

Without FILE it writes scenario.yaml, or NAME.yaml with --from NAME, to the current
folder. It overwrites nothing without --force, except the schema of an older version.

EXIT STATUS
  0  written
  1  could not
  2  wrong flags, or a file of that name exists; nothing is written
` + libraryHelp(),
		Example: `  tollgate init my-api.yaml
  tollgate init --from real-api`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			file := cmp.Or(from, "scenario") + ".yaml"
			if len(given) == 1 {
				file = given[0]
			}
			text, err := firstText(from, file)
			if err != nil {
				return err
			}
			return writeFirst(c, file, text, force)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "overwrite what exists")
	c.Flags().StringVar(&from, "from", "", "begin with this `scenario` of the library")
	_ = c.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(scenarios.Library(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

// firstText is the text to begin with: the template, or a scenario of the
// library, whose schema and whose commands are then those of the file.
func firstText(from, file string) ([]byte, error) {
	if from == "" {
		return scenarios.Starter(), nil
	}
	if !slices.Contains(scenarios.Library(), from) {
		return nil, usage(fmt.Errorf("--from %s: the library has %s", from, strings.Join(scenarios.Library(), ", ")))
	}
	_, text, err := scenarios.Find(from)
	return []byte(strings.NewReplacer(
		"$schema=../", "$schema=./", "tollgate run "+from, "tollgate run "+file, "tollgate plan "+from, "tollgate plan "+file,
	).Replace(string(text))), err
}

func writeFirst(c *cobra.Command, file string, text []byte, force bool) error {
	files := []struct {
		name string
		data []byte
	}{{file, text}, {filepath.Join(filepath.Dir(file), "scenario.schema.json"), scenarios.Schema()}}
	var taken []error
	for _, f := range files {
		if !force && another(f.name, f.data) {
			taken = append(taken, fmt.Errorf("%s exists and would be overwritten: choose another name or folder, or confirm with --force", f.name))
		}
	}
	if len(taken) > 0 {
		return usage(errors.Join(taken...))
	}
	for _, f := range files {
		if err := writeWhole(f.name, f.data); err != nil {
			return err
		}
		fmt.Fprintln(c.OutOrStdout(), "wrote", f.name)
	}
	fmt.Fprintf(c.ErrOrStderr(), "next: tollgate run %s\n", file)
	return nil
}

// another says whether a file has other content than data, and is not the schema of
// another version of this program.
func another(name string, data []byte) bool {
	_, old, err := readInput(nil, name)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	var was, is struct {
		ID string `json:"$id"`
	}
	if json.Unmarshal(old, &was) == nil && json.Unmarshal(data, &is) == nil && is.ID != "" {
		return was.ID != is.ID
	}
	return !bytes.Equal(old, data)
}
