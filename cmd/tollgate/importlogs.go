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
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/pricing/escape"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/summary"
)

func newImport() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Make workloads of what others recorded",
		Long:  "Import reads what front doors and functions logged (see its commands).",
	}
	c.AddCommand(newImportLogs())
	return c
}

// logFlags say which logs are read, and what of them.
type logFlags struct {
	format   string
	host     string
	from, to string
}

func (l *logFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.format, "format", "", "`format` of the logs, or the template that they were written by (default: by their lines)")
	c.Flags().StringVar(&l.host, "host", "", "only requests to this `host`")
	c.Flags().StringVar(&l.from, "from", "", "only what arrived at this `time` or later, such as 2026-11-29T00:00:00Z")
	c.Flags().StringVar(&l.to, "to", "", "only what arrived before this `time`")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(accesslog.Names(), cobra.ShellCompDirectiveNoFileComp))
}

// importFlags are the flags of import logs.
type importFlags struct {
	logFlags
	out    string
	force  bool
	name   string
	region string
}

func newImportLogs() *cobra.Command {
	var i importFlags
	c := &cobra.Command{
		Use:   "logs FILE|FOLDER|-...",
		Short: "Make a workload of access logs: the bill of real traffic at every front door",
		Long: `Import logs reads access logs and writes a workload of their traffic: requests a month and
their hours, sizes, durations, errors, connections, classes of paths. tollgate price bills
it at every front door.

It reads the access and connection logs of load balancers, the standard logs of CloudFront
(W3C or JSON), the access logs of API Gateway (JSON, CLF, CSV, XML, or any other by the
template that the stage has, --format), the REPORT lines of Lambda's logs, and logs of
nginx, Apache and HAProxy. The format is found by the lines. Files may be compressed by
gzip, and in folders; lines may have what CloudWatch Logs puts before them (aws logs tail,
exports). Give the log of one front door at a time, and with it those of its connections
and functions, which say what it does not.

Lines that cannot be read are counted, and the first are listed. Nothing personal is kept:
no address, user, query or user agent, and of paths only their classes, such as
GET /users/{id}. Parts of paths that fewer than five requests have are {name}.

It prints the workload, or writes it to the file that --workload names. What the logs
cannot say is left out, and noted with what would say it.

EXIT STATUS
  0  done, even if some lines could not be read
  1  could not read a file
  2  wrong flags, or no workload can be made of the logs` + "\n\nFORMATS\n" + formatsHelp(),
		Example: `  tollgate import logs access.log.gz --region eu-central-1 --workload traffic.yaml
  tollgate price traffic.yaml --compare
  aws logs tail /aws/lambda/ml --since 1d | tollgate import logs - --region eu-central-1
  tollgate import logs stage.log --format '$context.requestTime $context.status …'`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return i.run(c, given) },
	}
	i.logFlags.flags(c)
	c.Flags().StringVar(&i.out, "workload", "", "`file` that the workload is written to (default: it is printed)")
	c.Flags().BoolVar(&i.force, "force", false, "overwrite what exists")
	c.Flags().StringVar(&i.name, "name", "", "`name` of the workload (default: the host with the most requests)")
	c.Flags().StringVar(&i.region, "region", "", "`region` of the front door (default: as the logs say)")
	return c
}

func formatsHelp() string {
	var b strings.Builder
	for _, f := range accesslog.Formats() {
		fmt.Fprintf(&b, "  %-16s %s\n", f.Name, f.Title)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (i *importFlags) run(c *cobra.Command, given []string) error {
	options, err := i.options()
	if err != nil {
		return usage(err)
	}
	if i.region != "" {
		if err := pricing.CheckRegion(i.region); err != nil {
			return usage(fmt.Errorf("--region: %s %w", i.region, err))
		}
	}
	if i.out != "" && !i.force {
		if _, err := os.Stat(i.out); err == nil {
			return usage(fmt.Errorf("%s exists: overwrite it with --force, or name another file", i.out))
		}
	}
	s := summary.New(options)
	if err := i.read(c, given, s.Add, s.From); err != nil {
		return err
	}
	if err := s.Err(); err != nil {
		return usage(err)
	}
	w, err := i.workload(s)
	if err != nil {
		return usage(err)
	}
	for _, text := range w.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
	}
	if i.out == "" {
		_, err := c.OutOrStdout().Write(w.Text)
		return err
	}
	if err := writeWhole(i.out, w.Text); err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "wrote %s; next: tollgate price %s --compare\n", i.out, i.out)
	return nil
}

func (i *importFlags) workload(s *summary.Summary) (summary.Workload, error) {
	region := i.region
	if found, ok := s.Region(); ok && region == "" {
		region = found
	}
	if region == "" {
		return summary.Workload{}, errors.New("the logs do not say in which region the front door is, and prices differ: add --region, such as --region eu-central-1")
	}
	name := i.name
	if name == "" {
		name = s.Name()
	}
	return s.Workload(name, region)
}

// options reads the flags that select entries.
func (l *logFlags) options() (o summary.Options, err error) {
	o.Host = l.host
	for _, one := range []struct {
		flag, text string
		at         *time.Time
	}{{"--from", l.from, &o.From}, {"--to", l.to, &o.To}} {
		if one.text == "" {
			continue
		}
		if *one.at, err = time.Parse(time.RFC3339, one.text); err != nil {
			return o, fmt.Errorf("%s: %q is no time: write 2026-11-29T00:00:00Z", one.flag, one.text)
		}
	}
	switch {
	case o.From.IsZero() != o.To.IsZero():
		return o, errors.New("--from and --to go together: they say which time the logs cover")
	case !o.From.IsZero() && !o.From.Before(o.To):
		return o, errors.New("--to must be after --from")
	case o.To.Sub(o.From) > summary.Longest:
		return o, fmt.Errorf("--from and --to: a workload is a month, and this is more than %d days", summary.Longest/(24*time.Hour))
	}
	return o, nil
}

// read reads all files, and says what could not be read of them.
func (l *logFlags) read(c *cobra.Command, given []string, see func(*accesslog.Entry), from func(accesslog.Format, bool)) error {
	var format *accesslog.Format
	if l.format != "" {
		f, err := accesslog.Parse(l.format)
		if err != nil {
			return usage(fmt.Errorf("--format: %w", err))
		}
		format = &f
	}
	files, err := logFiles(given)
	if err != nil {
		return err
	}
	for _, name := range files {
		requests := false
		counted, err := readLog(c.InOrStdin(), name, format, func(e *accesslog.Entry) {
			requests = requests || e.What == accesslog.Request || e.What == accesslog.Message
			see(e)
		})
		if err != nil && counted.Entries == 0 {
			return usage(fmt.Errorf("%s %w", name, err))
		}
		from(counted.Format, requests)
		for _, p := range counted.Problems {
			fmt.Fprintf(c.ErrOrStderr(), "%s:%d: %s\n", name, p.Line, escape.Text(p.What))
		}
		if err != nil {
			fmt.Fprintf(c.ErrOrStderr(), "note: %s %v: what stands before that is counted\n", name, err)
		}
		if counted.Malformed > 0 {
			fmt.Fprintf(c.ErrOrStderr(), "note: %s: %s of %s cannot be read as %s\n", name, pricing.Count(counted.Malformed), pricing.Counted(counted.Lines, "line"), counted.Format.Title)
		}
	}
	return nil
}

// readLog reads one file, or standard input.
func readLog(stdin io.Reader, name string, format *accesslog.Format, see func(*accesslog.Entry)) (accesslog.Counted, error) {
	if document.IsStdin(name) {
		return accesslog.Read(stdin, format, see)
	}
	f, err := os.Open(name)
	if err != nil {
		return accesslog.Counted{}, errors.Unwrap(err)
	}
	defer f.Close()
	return accesslog.Read(f, format, see)
}

// logFiles are the files that are named, and those in folders that are.
func logFiles(given []string) (all []string, err error) {
	for _, name := range given {
		if document.IsStdin(name) {
			all = append(all, name)
			continue
		}
		before := len(all)
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() || path != name && strings.HasPrefix(d.Name(), "."):
			default:
				all = append(all, path)
			}
			return nil
		})
		if err != nil {
			return nil, usage(err)
		}
		if len(all) == before {
			return nil, usage(fmt.Errorf("%s is an empty folder: name log files, or a folder of them", name))
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
