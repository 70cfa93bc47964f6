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

	"tollgate/pricing"
	"tollgate/scenarios"
)

func newInit() *cobra.Command {
	var force, workload bool
	var from string
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first scenario or workload and its schema",
		Long: `Init writes a scenario that runs against the lab as it is; its comments say how to use
a deployed API instead. With --from it copies a scenario of the library. It also writes
the JSON Schema to the same folder, by which editors check and complete scenarios. With
--workload it writes a commented workload for tollgate price, and the schema of these.

Without FILE it writes scenario.yaml, NAME.yaml with --from NAME, or workload.yaml, to the
current folder. It overwrites nothing without --force, except the schema of an older
version.

EXIT STATUS
  0  written
  1  could not
  2  wrong flags, or a file of that name exists; nothing is written
` + libraryHelp(),
		Example: `  tollgate init my-api.yaml
  tollgate init --from real-api
  tollgate init --workload my-month.yaml`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if workload && from != "" {
				return usage(errors.New("--from copies a scenario, and --workload writes a workload: choose one of them"))
			}
			if workload {
				return firstWorkload(given).write(c, force)
			}
			first, err := firstScenario(from, given)
			if err != nil {
				return err
			}
			return first.write(c, force)
		},
	}
	c.Flags().BoolVar(&force, "force", false, "overwrite what exists")
	c.Flags().StringVar(&from, "from", "", "begin with this `scenario` of the library")
	c.Flags().BoolVar(&workload, "workload", false, "write a workload, for tollgate price, in place of a scenario")
	_ = c.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(scenarios.Library(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func firstWorkload(given []string) firstFile {
	file := append(given, "workload.yaml")[0]
	return firstFile{file, pricing.StarterWorkload(), "workload.schema.json", pricing.WorkloadSchema(), "tollgate price " + file + " --compare"}
}

func firstScenario(from string, given []string) (firstFile, error) {
	file := append(given, cmp.Or(from, "scenario")+".yaml")[0]
	text, err := firstText(from, file)
	return firstFile{file, text, "scenario.schema.json", scenarios.Schema(), "tollgate run " + file}, err
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

// A firstFile is a document to begin with, its schema, and what to do next.
type firstFile struct {
	file       string
	text       []byte
	schemaName string
	schema     []byte
	next       string
}

func (first firstFile) write(c *cobra.Command, force bool) error {
	files := []struct {
		name string
		data []byte
	}{{first.file, first.text}, {filepath.Join(filepath.Dir(first.file), first.schemaName), first.schema}}
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
	fmt.Fprintln(c.ErrOrStderr(), "next:", first.next)
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
