package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/replay"
	"tollgate/scenarios/accesslog/summary"
	"tollgate/scenarios/sources"
)

func newImport() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Make workloads of access logs, and runs of what other programs recorded",
		Long:  "Import reads what front doors logged and what other load generators recorded.",
	}
	c.AddCommand(newImportLogs(), newImportRun())
	return c
}

// importFlags are the flags of import logs.
type importFlags struct {
	logFlags
	out    string
	force  bool
	name   string
	region string
	replay string // the scenario's file
	url    string
	kind   string
}

func newImportLogs() *cobra.Command {
	var i importFlags
	c := &cobra.Command{
		Use:   "logs FILE|FOLDER|s3://BUCKET/PREFIX|-...",
		Short: "Make a workload of access logs, for the bill of real traffic, or replay them",
		Long: `Import logs reads access logs and writes a workload of their traffic: requests a month and
their hours, sizes, durations, errors, connections, classes of paths. tollgate price bills
it at every front door.

It reads the access and connection logs of load balancers, the standard logs of CloudFront
(W3C or JSON), the access logs of API Gateway (JSON, CLF, CSV, XML, or any other by the
template that the stage has, --format), the REPORT lines of Lambda's logs, and logs of
nginx, Apache and HAProxy. The format is found by the lines. Files may be compressed by
gzip, in folders, and objects of S3, which the SDK's credentials must be allowed to list
and read; lines may have what CloudWatch Logs puts before them (aws logs tail, exports).
Give the log of one front door at a time, and with it those of its connections and
functions, which say what it does not.

Lines that cannot be read are counted, and the first are listed. No address, user, query
or user agent is kept, and of paths only their classes, such as GET /users/{id}. What
looks like an identifier is {id}; a part of a path that fewer than five requests have, or
fewer than five clients, is {name}. Other parts are kept as they are. Where the log has
no addresses, or all requests come through a few proxies, a name that one person asks
for often is kept, too: read the list of classes before you pass it on.

With --replay it also writes a scenario that sends the logged requests again, each at its
time: to the address that --url names or, with --kind, to the lab's front door of that
kind, whose function answers the logged routes by the status that each had most often.
Next to it stand a file of arrivals, and one of numbers that take the place of ids: the
same number wherever the log had the same path.

It prints the workload, or writes it to the file that --workload names. What the logs
cannot say is left out, and noted with what would say it.

EXIT STATUS
  0  done, even if some lines could not be read
  1  could not read a file
  2  wrong flags, or no workload can be made of the logs` + "\n\nFORMATS\n" + formatsHelp(),
		Example: `  tollgate import logs access.log.gz --region eu-central-1 --workload traffic.yaml
  tollgate price traffic.yaml --compare
  tollgate import logs access.log.gz --replay day.yaml --url https://staging.example.com
  aws logs tail /aws/lambda/ml --since 1d | tollgate import logs - --region eu-central-1
  tollgate import logs stage.log --format '$context.requestTime $context.status …'`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return i.run(c, given) },
	}
	i.logFlags.flags(c)
	c.Flags().StringVar(&i.out, "workload", "", "`file` that the workload is written to (default: it is printed)")
	c.Flags().BoolVar(&i.force, "force", false, "overwrite what exists")
	c.Flags().StringVar(&i.replay, "replay", "", "`file` that a scenario is written to which sends the requests again")
	c.Flags().StringVar(&i.url, "url", "", "with --replay: `address` that the requests are sent to (default: the lab)")
	c.Flags().StringVar(&i.kind, "kind", "", "with --replay: `kind` of front door, where the address does not say it")
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
	if i.replay == "" && (i.url != "" || i.kind != "") {
		return usage(errors.New("--url and --kind are for --replay: name the file of the scenario with it"))
	}
	if err := i.free(append(i.replayFiles(), i.out)...); err != nil {
		return usage(err)
	}
	s, log := summary.New(options), replay.New()
	see := func(e *accesslog.Entry) { s.Add(e) }
	if i.replay != "" {
		see = func(e *accesslog.Entry) {
			if s.Add(e) {
				log.Add(e)
			}
		}
	}
	if err := i.read(c, given, see, s.From); err != nil {
		return err
	}
	if err := s.Err(); err != nil {
		return usage(err)
	}
	if i.replay != "" {
		if err := i.writeReplay(c, log, s.Month()); err != nil || i.out == "" {
			return err
		}
	}
	return i.writeWorkload(c, s)
}

// free reports a file that exists and would be overwritten.
func (i *importFlags) free(names ...string) error {
	for _, name := range names {
		if _, err := os.Stat(name); name != "" && err == nil && !i.force {
			return fmt.Errorf("%s exists: overwrite it with --force, or name another file", name)
		}
	}
	return nil
}

// replayFiles are the files of a replay.
func (i *importFlags) replayFiles() []string {
	if i.replay == "" {
		return nil
	}
	stem := strings.TrimSuffix(i.replay, filepath.Ext(i.replay))
	return []string{i.replay, stem + ".csv", stem + "-keys.csv"}
}

// writeReplay writes the scenario and its files.
func (i *importFlags) writeReplay(c *cobra.Command, log *replay.Log, month int64) error {
	address := i.url
	if address == "" {
		address = sources.Lab
	}
	made, err := sources.Request{Address: address, Kind: i.kind, Region: i.region, Name: "replay"}.Scenario(os.LookupEnv)
	if err != nil {
		return usage(err)
	}
	names := i.replayFiles()
	files, err := log.Made(made.Text, strings.TrimSuffix(filepath.Base(names[1]), ".csv"), month, address == sources.Lab)
	if err != nil {
		return usage(err)
	}
	for _, text := range append(made.Notes, files.Notes...) {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
	}
	for n, text := range [][]byte{files.Scenario, files.Arrivals, files.Keys} {
		if text == nil {
			continue
		}
		if err := writeWhole(names[n], text); err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "wrote %s\n", names[n])
	}
	fmt.Fprintf(c.ErrOrStderr(), "next: tollgate plan %s\n", i.replay)
	return nil
}

// writeWorkload prints the workload, or writes it to its file.
func (i *importFlags) writeWorkload(c *cobra.Command, s *summary.Summary) error {
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
