package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/sources/formats"
)

// sourceFlags are the files of other programs that a scenario can be made of: one flag a
// format.
type sourceFlags map[string]*string

func (f sourceFlags) flags(c *cobra.Command) {
	for _, format := range formats.All {
		f[format.Flag] = c.Flags().String(format.Flag, "", format.Usage)
		if format.Typed {
			_ = c.RegisterFlagCompletionFunc(format.Flag, cobra.NoFileCompletions)
		}
	}
}

// named are the flags that were given.
func (f sourceFlags) named() (all []string) {
	for _, format := range formats.All {
		if *f[format.Flag] != "" {
			all = append(all, "--"+format.Flag)
		}
	}
	return all
}

// sourcesHelp says what is read of each format.
func sourcesHelp() string {
	var out strings.Builder
	for _, format := range formats.All {
		fmt.Fprintf(&out, "  --%-14s %s\n", format.Flag, format.Help)
	}
	return out.String()
}

// withoutSource are flags that a source has its own word for.
var withoutSource = []string{"request", "header", "data", "reply", "user", "compressed", "behind"}

// ofSource begins with the requests of a file of another program.
func (i *initFlags) ofSource(c *cobra.Command, given []string) (firstFile, error) {
	format := formats.All[slices.IndexFunc(formats.All, func(f formats.Format) bool { return *i.sources[f.Flag] != "" })]
	if typed := typedFlags(c, withoutSource...); len(typed) > 0 {
		return firstFile{}, usage(fmt.Errorf("%s: --%s has the requests already: leave it out, and edit the scenario", strings.Join(typed, ", "), format.Flag))
	}
	if i.resource != "" && !format.Deployed {
		return firstFile{}, usage(errors.New("--resource: of a stack, a template or a plan of Terraform only"))
	}
	in, done, err := i.input(c, format, *i.sources[format.Flag])
	if err != nil {
		return firstFile{}, err
	}
	defer done()
	in.Resource = i.resource
	request, err := i.request(c, i.url)
	if err != nil {
		return firstFile{}, err
	}
	collection, err := format.Read(in, &request)
	if err != nil {
		return firstFile{}, usage(err)
	}
	file := append(given, "scenario.yaml")[0]
	collection.Bodies = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) + "-bodies"
	made, err := collection.Scenario(request, os.LookupEnv)
	if err != nil {
		return firstFile{}, usage(err)
	}
	for _, text := range made.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
	}
	first := scenarioFile(file, made.Text)
	for name, data := range made.Files {
		first.further = append(first.further, namedData{filepath.Join(filepath.Dir(file), filepath.FromSlash(name)), data})
	}
	slices.SortFunc(first.further, func(a, b namedData) int { return strings.Compare(a.name, b.name) })
	return first, nil
}

// input opens what a flag names: a file, standard input, or the text itself where
// requests are typed.
func (i *initFlags) input(c *cobra.Command, format formats.Format, value string) (formats.Input, func(), error) {
	if deployed[format.Flag] != nil {
		of, err := i.deployed(c, format.Flag, value)
		return formats.Input{Name: value, Deployed: of}, func() {}, err
	}
	name := value
	if format.Typed {
		file, isFile := strings.CutPrefix(value, "@")
		if !isFile && value != standardInput {
			return formats.Input{Name: "--" + format.Flag, Data: strings.NewReader(value), File: anyFile}, func() {}, nil
		}
		name = file
	}
	if document.IsStdin(name) {
		return formats.Input{Name: document.Stdin, Data: c.InOrStdin(), File: nearFile(".")}, func() {}, nil
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return formats.Input{}, nil, usage(err)
	case info.IsDir():
		return formats.Input{}, nil, usage(fmt.Errorf("%s is a folder: give the file in it", name))
	}
	f, err := os.Open(name)
	if err != nil {
		return formats.Input{}, nil, usage(err)
	}
	in := formats.Input{Name: name, Data: f, File: nearFile(filepath.Dir(name))}
	if format.Typed {
		in.File = anyFile
	}
	return in, func() { f.Close() }, nil
}

// anyFile reads a file that a command names.
func anyFile(name string) ([]byte, error) {
	data, err := document.ReadFile(name, nil, scenarios.MaxBody)
	return enough(name, data, err)
}

// nearFile reads files in a folder and below, and no others: a file that came from
// elsewhere names them.
func nearFile(folder string) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		root, err := os.OpenRoot(folder)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		f, err := root.Open(filepath.Clean(filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("%s is not read: only files in the folder %s and below are (%w)", name, folder, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err != nil || info.Mode()&fs.ModeType != 0 {
			return nil, fmt.Errorf("%s is no file", name)
		}
		data, err := io.ReadAll(io.LimitReader(f, scenarios.MaxBody+1))
		return enough(name, data, err)
	}
}

func enough(name string, data []byte, err error) ([]byte, error) {
	if err == nil && len(data) > scenarios.MaxBody {
		return nil, fmt.Errorf("%s has more than %d MiB", name, scenarios.MaxBody>>20)
	}
	return data, err
}
