package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/results/imports"
)

// importRunFlags are the flags of import run.
type importRunFlags struct {
	printFlags
	from       string
	name       string
	target     string
	columns    []string
	unit       string
	here       bool
	out        string
	tags       []string
	thresholds []string
}

func newImportRun() *cobra.Command {
	var i importRunFlags
	c := &cobra.Command{
		Use:   "run FILE|-...",
		Short: "Make a run of what another load generator recorded, to report and compare",
		Long: `Import run makes a run directory of files of another load generator, which report,
compare, check and history then read. The format is found by the content; files may be
compressed by gzip. Several files, such as those of several machines, make one run.

compare, check and report take such a file in place of a run, too: compare and report
import it for that moment, check into the folder of its baseline. The same file is the
same run, however often it is imported.

What a file does not say is in the run, and in every report of it. No program records how
it performed itself, so the verdict on the run is unknown: whether a slow response was the
load generator's doing cannot be told. Most do not record when requests were due either.
So two such runs are compared with wide intervals, and beyond the median only with a
history of ten runs. --here states that this machine sent the requests, also of compare
and check: without it, it is not known whether one machine made two runs, and only a
history gives a verdict.

Reports of percentiles (of wrk, ab, k6's summary, vegeta report) are refused: of those
it cannot be told how they vary, so nothing can be compared with them.

--threshold limits what was measured, as in a scenario.

EXIT STATUS
  0   imported, every threshold kept; without one nothing is evaluated, and the report
      says so
  1   could not read or write a file
  2   wrong flags, or a file that cannot be imported
  96  the run is invalid: no request ended, or the generator's own errors set the result
  99  a threshold failed, or not one request succeeded

FORMATS
` + importFormatsHelp(),
		Example: `  vegeta attack -duration 30s < targets.txt | tollgate import run - --name checkout
  tollgate import run results.jtl --threshold 'p(99) < 250ms'
  tollgate import run samples.csv --column latency_ms=elapsed --column time=at
  tollgate compare monday.bin today.bin
  tollgate check today.bin --history baselines`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return i.run(c, given) },
	}
	i.printFlags.flags(c)
	f := c.Flags()
	choice(c, &i.from, "from", "", "`format` of the files (default: by their content)", imports.Names()...)
	f.StringVar(&i.name, "name", "", "`name` of the load, by which runs find each other (default: that of the first file)")
	f.StringVar(&i.target, "target", "", "`name` of the target (default: as the files say, else target)")
	f.StringArrayVar(&i.columns, "column", nil, "of CSV: `column=HEADER` names the column that holds it (may be repeated)")
	choice(c, &i.unit, "unit", "", "of a histogram log: `unit` of its values: ns, us, ms or s", "ns", "us", "ms", "s")
	hereFlag(c, &i.here)
	f.StringVar(&i.out, "out", runsFolder(), "`folder` that the run directory is made in")
	f.StringArrayVar(&i.tags, "tag", nil, "`key=value` to find the run by later (may be repeated)")
	f.StringArrayVar(&i.thresholds, "threshold", nil, "`limit` such as 'p(99) < 250ms' or 'error_share < 0.1%' (may be repeated)")
	return c
}

// importFormatsHelp lists the formats, and the columns of CSV.
func importFormatsHelp() string {
	var b strings.Builder
	for _, f := range imports.Formats {
		for n, line := range wrapped(f.Title, 78) {
			name := f.Name
			if n > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-9s %s\n", name, line)
		}
	}
	b.WriteString("\nCOLUMNS of CSV, by their names in the header or by --column\n")
	for _, c := range imports.Columns {
		if c.What != "" {
			fmt.Fprintf(&b, "  %-11s %s\n", c.Name, c.What)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// wrapped breaks a text into lines.
func wrapped(text string, width int) (all []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			all, line = append(all, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(all, line)
}

func (i *importRunFlags) run(c *cobra.Command, given []string) error {
	options, err := i.options()
	if err != nil {
		return usage(err)
	}
	thresholds := []results.Threshold{}
	var errs []error
	for _, text := range i.thresholds {
		t, err := results.ParseThreshold(text)
		thresholds, errs = append(thresholds, t), append(errs, err)
	}
	tags, err := tagsOf(i.tags, os.Getenv)
	if err := errors.Join(append(errs, err)...); err != nil {
		return usage(err)
	}
	run, again, err := importRun(c, given, options, i.out, imports.Run{Name: i.name, Machine: sentFrom(i.here), Tags: tags, Thresholds: thresholds})
	if err != nil {
		return err
	}
	if again {
		fmt.Fprintf(c.ErrOrStderr(), "note: this was imported before, as %s\n", run.Dir)
	}
	book, err := books.Latest()
	if err != nil {
		return err
	}
	if err := present(c, run, live(book), &i.printFlags); err != nil {
		return err
	}
	return importedVerdict(run)
}

// importedVerdict is the exit status of an imported run.
func importedVerdict(run *results.Run) error {
	switch d := &run.Document; {
	case d.Verdict == results.Invalid:
		return coded{exitInvalid, errors.New("the run is invalid")}
	case d.Result == results.Fail:
		return coded{exitFailedRun, errors.New("the run failed: " + strings.Join(d.Failures, "; "))}
	}
	return nil
}

// options reads the flags that say how files are read.
func (i *importRunFlags) options() (o imports.Options, err error) {
	o = imports.Options{Format: i.from, Target: i.target, Columns: map[string]string{}}
	o.Unit = map[string]time.Duration{"ns": time.Nanosecond, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second}[i.unit]
	for _, text := range i.columns {
		column, header, ok := strings.Cut(text, "=")
		if !ok || column == "" || header == "" {
			return o, fmt.Errorf("--column %s: write COLUMN=HEADER, such as latency_ms=elapsed", text)
		}
		if o.Columns[column] != "" {
			return o, fmt.Errorf("--column %s is given twice", column)
		}
		o.Columns[column] = header
	}
	if len(o.Columns) > 0 && i.from != "" && i.from != "csv" {
		return o, fmt.Errorf("--column names columns of CSV files, and --from says that these are %s: leave one of the two out", i.from)
	}
	return o, nil
}

// importRun makes a run directory of files in a folder. The same files make one run:
// again says that it was there. That one keeps its thresholds if there are none, not even
// an empty list.
func importRun(c *cobra.Command, names []string, o imports.Options, folder string, as imports.Run) (run *results.Run, again bool, err error) {
	sum := sha256.New()
	var files []imports.File
	for _, name := range names {
		file, hashed, err := importFile(c, name)
		if err != nil {
			return nil, false, err
		}
		defer hashed.Close()
		file.Reader = io.TeeReader(hashed, sum)
		files = append(files, file)
		as.Inputs = append(as.Inputs, results.Input{Role: results.InputImported, Name: filepath.Base(file.Name)})
	}
	recording, err := imports.Read(files, o)
	for _, f := range files { // a reader may not need the end
		_, rest := io.Copy(io.Discard, f.Reader)
		err = errors.Join(err, rest)
	}
	if err != nil {
		return nil, false, usage(err)
	}
	fmt.Fprintf(sum, "%v %v %v %v %v", o.Format, o.Target, o.Unit, o.Columns, as.Machine) // other flags, another run
	as.Digest, as.Tool = hexSum(sum), version()
	if as.Name == "" {
		as.Name = loadName(files[0].Name)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, false, err
	}
	dir := recording.Dir(folder, as)
	if results.IsRun(dir) {
		run, err := results.Open(dir)
		if err == nil && as.Thresholds != nil {
			err = usage(imports.Limit(run, as.Thresholds))
		}
		return run, true, err
	}
	run, err = recording.Write(dir, as)
	return run, false, usage(err)
}

func hexSum(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

// loadName is the name of a load by that of a file: without its endings.
func loadName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	if name == "" || document.IsStdin(file) || name == document.Stdin {
		return "imported"
	}
	return name
}

// importFile opens a file, or standard input.
func importFile(c *cobra.Command, name string) (imports.File, io.ReadCloser, error) {
	if document.IsStdin(name) {
		return imports.File{Name: document.Stdin}, io.NopCloser(c.InOrStdin()), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return imports.File{}, nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory: name its files", name)
	}
	if err != nil {
		return imports.File{}, nil, errors.Join(err, f.Close())
	}
	return imports.File{Name: name, Modified: info.ModTime()}, f, nil
}
