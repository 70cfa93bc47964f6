package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/sources"
)

// initFlags say what to begin with.
type initFlags struct {
	requestFlags
	force    bool
	workload bool
	from     string
	fromRun  string
	url      string
	behind   []string
	sources  sourceFlags
	resource string
}

func newInit() *cobra.Command {
	i := initFlags{sources: sourceFlags{}}
	c := &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a first scenario or workload and its schema",
		Long: `Init writes a scenario that runs against the lab as it is; its comments say how to use
a deployed API instead. With --url it writes one for an address, as tollgate run URL makes
it, and with --kind alone one for the lab's front door of that kind. With --from it copies
a scenario of the library, and with --from-run the scenario of a recorded run, to go on
from. It also writes the JSON Schema to the same folder, by which editors check and
complete scenarios. With --workload it writes a commented workload for tollgate price, and
the schema of these.

What other programs wrote of requests becomes a scenario as well:

` + sourcesHelp() + `
What is deployed is read by the AWS SDK with your credentials, and nothing is changed
there. An error says what is missing: credentials, a permission by its name, or the right
name. Of API keys only the names are shown.

Such a scenario says in comments what its source did not say. Requests that may change
data (other than GET, HEAD and OPTIONS), that only some callers may send, or whose paths
have values that are made up stand in comments, unless there are no others, or a command
has them. What is recognized as a secret, by its name or form, is written to no file:
references to environment variables stand for it, and init names those. Look through paths
and bodies for others. --url is the server, where the file has none, several, or another
one; --kind, --region, --rate, --for, --users and --timeout hold too.
A template names no server: without --url its front door is modelled by the lab.

Without FILE it writes scenario.yaml, NAME.yaml with --from NAME, or workload.yaml, to the
current folder. It overwrites nothing without --force, except the schema of an older
version.

EXIT STATUS
  0  written
  1  could not
  2  wrong flags, or a file of that name exists; nothing is written
` + libraryHelp(),
		Example: `  tollgate init my-api.yaml
  tollgate init my-api.yaml --url https://api.example.com/items --rate 100/s
  tollgate init my-api.yaml --url http://localhost:8000/items --behind all
  tollgate init my-api.yaml --from-run latest
  tollgate init my-api.yaml --curl 'curl https://api.example.com/items -H "x-api-key: $KEY"'
  tollgate init my-api.yaml --template template.yaml
  tollgate init my-api.yaml --stack shop-prod --region eu-central-1
  tollgate init my-api.yaml --api-id abc123/prod --region eu-central-1
  tollgate init my-api.yaml --load-balancer shop-prod
  tollgate init my-api.yaml --har session.har --url https://api.example.com
  tollgate init --from real-api
  tollgate init --workload my-month.yaml`,
		Args: args(0, 1),
		RunE: func(c *cobra.Command, given []string) error {
			first, err := i.first(c, given)
			if err != nil {
				return err
			}
			return first.write(c, i.force)
		},
	}
	c.Flags().BoolVar(&i.force, "force", false, "overwrite what exists")
	c.Flags().StringVar(&i.from, "from", "", "begin with this `scenario` of the library")
	c.Flags().StringVar(&i.fromRun, "from-run", "", "begin with the scenario of this `run`, such as latest")
	c.Flags().StringVar(&i.url, "url", "", "begin with a request to this `address`")
	c.Flags().BoolVar(&i.workload, "workload", false, "write a workload, for tollgate price, in place of a scenario")
	i.requestFlags.flags(c)
	i.sources.flags(c)
	c.Flags().StringVar(&i.resource, "resource", "", "with --stack, --template or --terraform-plan: the `id` of the front door, where there are several")
	behindFlag(c, &i.behind)
	_ = c.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(scenarios.Library(), cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("from-run", func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return runDirs(c), cobra.ShellCompDirectiveDefault
	})
	return c
}

// first is the file to begin with.
func (i *initFlags) first(c *cobra.Command, given []string) (firstFile, error) {
	begin := i.sources.named()
	ofSource := len(begin) > 0
	for flag, set := range map[string]bool{"--from": i.from != "", "--from-run": i.fromRun != "", "--workload": i.workload, "--url": i.url != "" && !ofSource} {
		if set {
			begin = append(begin, flag)
		}
	}
	slices.Sort(begin)
	typed := typedFlags(c, append(slices.Clone(ofAddress), "rate", "for", "users", "behind")...)
	switch kind := len(typed) == 1 && typed[0] == "--kind" && begin == nil; {
	case len(begin) > 1:
		return firstFile{}, usage(fmt.Errorf("%s each say what to begin with: choose one of them", strings.Join(begin, " and ")))
	case i.resource != "" && !ofSource:
		return firstFile{}, usage(errors.New("--resource: of a stack, a template or a plan of Terraform only"))
	case ofSource:
		return i.ofSource(c, given)
	case len(typed) > 0 && i.url == "" && !kind:
		return firstFile{}, usage(fmt.Errorf("%s: of an address only: name it with --url", strings.Join(typed, ", ")))
	case i.workload:
		return firstWorkload(given), nil
	case i.url != "" || kind:
		return i.ofAddress(c, given)
	case i.fromRun != "":
		return firstOfRun(c, i.fromRun, given)
	}
	return firstScenario(i.from, given)
}

// ofAddress begins with a request to an address, or to the lab.
func (i *initFlags) ofAddress(c *cobra.Command, given []string) (firstFile, error) {
	made, err := i.made(c, cmp.Or(i.url, sources.Lab), i.behind)
	if err != nil {
		return firstFile{}, err
	}
	for _, text := range made.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
	}
	return scenarioFile(append(given, "scenario.yaml")[0], made.Text), nil
}

// firstOfRun begins with the scenario of a run, which is copied as data.
func firstOfRun(c *cobra.Command, name string, given []string) (firstFile, error) {
	dir, err := runNamed(runsFolder(), name)
	if err != nil {
		return firstFile{}, err
	}
	run, err := results.Open(dir)
	if err != nil {
		return firstFile{}, err
	}
	if run.Document.Imported != nil {
		return firstFile{}, usage(fmt.Errorf("%s is imported, and has no scenario: tollgate init --url ADDRESS makes one", dir))
	}
	s, err := scenarios.ParseRecorded(filepath.Join(dir, results.FileScenario), run.Scenario)
	if err != nil {
		return firstFile{}, err
	}
	for _, in := range run.Document.Inputs {
		if in.Role == results.InputFile && in.Folder != "" {
			fmt.Fprintf(c.ErrOrStderr(), "note: the scenario refers to %s: copy it next to %s; the run read it in %s\n", in.Name, append(given, s.Name+".yaml")[0], in.Folder)
		}
	}
	return scenarioFile(append(given, s.Name+".yaml")[0], run.Scenario), nil
}

func firstWorkload(given []string) firstFile {
	file := append(given, "workload.yaml")[0]
	return firstFile{file: file, text: pricing.StarterWorkload(), schemaName: "workload.schema.json", schema: pricing.WorkloadSchema(), next: "tollgate price " + file + " --compare"}
}

func firstScenario(from string, given []string) (firstFile, error) {
	file := append(given, cmp.Or(from, "scenario")+".yaml")[0]
	text, err := firstText(from, file)
	return scenarioFile(file, text), err
}

// scenarioFile is a scenario to begin with.
func scenarioFile(file string, text []byte) firstFile {
	return firstFile{file: file, text: text, schemaName: "scenario.schema.json", schema: scenarios.Schema(), next: "tollgate run " + shellQuoted(file)}
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
	further    []namedData // that the document refers to
}

// namedData is a file to be written.
type namedData struct {
	name string
	data []byte
}

func (first firstFile) write(c *cobra.Command, force bool) error {
	files := append([]namedData{{first.file, first.text}, {filepath.Join(filepath.Dir(first.file), first.schemaName), first.schema}}, first.further...)
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
		if f.name != first.file {
			if err := os.MkdirAll(filepath.Dir(f.name), 0o755); err != nil {
				return err
			}
		}
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
