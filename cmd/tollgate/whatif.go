package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/summary"
	"tollgate/scenarios/accesslog/whatif"
)

// whatifFlags are the flags of whatif.
type whatifFlags struct {
	logFlags
	bookFlags
	region string
	door   string
	json   bool
	init   time.Duration
}

func newWhatif() *cobra.Command {
	var w whatifFlags
	c := &cobra.Command{
		Use:   "whatif FILE|FOLDER|s3://BUCKET/PREFIX|-...",
		Short: "Say what logged requests would have met under other settings, and what it would cost",
		Long: `Whatif runs the requests of access logs through models of a throttle, a cache and a
function's environments, on the log's own clock, and prices the months that follow:

  throttle     for rates from the mean to the busiest second: the least burst that
               refuses nothing, and what a smaller one would have refused; with API
               keys in the log ($context.identity.apiKeyId) also with a bucket for each
  cache        hits for each time to live, and the size that they need
  cold starts  for each idle time, since AWS states none, and for each level of
               provisioned concurrency
  LCUs         of a load balancer, hour by hour

Each figure is of all requests that were logged, and none is an estimate from a sample; at
most ` + pricing.Count(whatif.Most) + ` requests are taken. What logs leave out, and what the models
assume, stands before the figures. Logs are those that tollgate import logs reads. Give
the log of one front door and, for cold starts, that of its function.

EXIT STATUS
  0  done, even if some lines could not be read
  1  could not read a file
  2  wrong flags, or the logs cannot be compared`,
		Example: `  tollgate whatif access.log.gz --region eu-central-1
  tollgate whatif logs/ --door http-api --from 2026-11-29T00:00:00Z --to 2026-11-30T00:00:00Z
  aws logs tail /aws/lambda/ml --since 1d | tollgate whatif - --region eu-central-1 --json`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return w.run(c, given) },
	}
	w.logFlags.flags(c)
	w.bookFlags.flags(c)
	c.Flags().StringVar(&w.region, "region", "", "`region` of the front door (default: as the logs say)")
	c.Flags().StringVar(&w.door, "door", "", "front `door` whose bills are shown (default: the first with a throttle and a cache)")
	c.Flags().BoolVar(&w.json, "json", false, "print JSON")
	c.Flags().DurationVar(&w.init, "init", 0, "`time` that INIT of a cold start takes, where no log of the function says it")
	_ = c.RegisterFlagCompletionFunc("door", cobra.FixedCompletions(doorNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (f *whatifFlags) run(c *cobra.Command, given []string) error {
	options, err := f.options()
	if err != nil {
		return usage(err)
	}
	o := whatif.Options{Init: f.init}
	if o.Book, err = f.book(); err != nil {
		return err
	}
	if f.door != "" {
		door, err := pricing.DoorNamed(f.door)
		if err != nil {
			return usage(fmt.Errorf("--door: %w", err))
		}
		o.Door = &door
	}
	s, log := summary.New(options), whatif.New()
	see := func(e *accesslog.Entry) {
		if s.Add(e); s.Selects(e) {
			log.Add(e)
		}
	}
	if err := f.read(c, given, see, s.From); err != nil {
		return err
	}
	if o.Workload, err = f.workload(s); err != nil {
		return usage(err)
	}
	report, err := log.Report(o)
	switch {
	case err != nil:
		return usage(err)
	case f.json:
		return printJSON(c, report)
	}
	return report.Text(c.OutOrStdout())
}

// workload is that of the logs, by which the months are priced.
func (f *whatifFlags) workload(s *summary.Summary) (*pricing.Workload, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	region := f.region
	if found, ok := s.Region(); ok && region == "" {
		region = found
	}
	if region == "" {
		return nil, errors.New("the logs do not say in which region the front door is, and prices differ: add --region, such as --region eu-central-1")
	}
	made, err := s.Workload("logs", region)
	if err != nil {
		return nil, err
	}
	return pricing.ReadWorkload("logs", made.Text)
}
