package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/report"
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
	idle   time.Duration
	ttls   []time.Duration
	limits []string
	levels []int
	charts string
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

Usual settings are tried; --ttl, --throttle, --provisioned and --idle add others. First
comes what is worth changing, in dollars and requests, then a curve for each model, and
last what the figures assume, and what logs leave out. Logs are those that tollgate
import logs reads. Give the log of one front door and, for cold starts, that of its
function.

Many logs have times in whole seconds, as API Gateway's presets do: bursts, overlaps and
the order of requests are lost then. Figures in parentheses are the least and the most
that other moments within these seconds give; where they are far apart, log times in
milliseconds ($context.requestTimeEpoch). A log without paths shows no hits: add
$context.path.

Up to ` + pricing.Count(whatif.Most) + ` requests every figure is of all of them, and none is an estimate.
Of more, throttles still count each one, and give two figures between which the truth
lies; hits are estimates from a sample of the paths, with their error; and cold starts
are those of the first requests that fit into memory.

EXIT STATUS
  0  done, even if some lines could not be read
  1  could not read a file
  2  wrong flags, or the logs cannot be compared`,
		Example: `  tollgate whatif access.log.gz --region eu-central-1
  tollgate whatif logs/ --door http-api --from 2026-11-29T00:00:00Z --to 2026-11-30T00:00:00Z
  tollgate whatif access.log --ttl 90s --throttle 100/s,200 --charts curves
  aws logs tail /aws/lambda/ml --since 1d | tollgate whatif - --region eu-central-1 --json`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error { return w.run(c, given) },
	}
	w.logFlags.flags(c)
	w.bookFlags.flags(c)
	c.Flags().StringVar(&w.region, "region", "", "`region` of the front door (default: as the logs say)")
	c.Flags().StringVar(&w.door, "door", "", "front `door` whose bills and cache are shown (default: the first with a throttle and a cache)")
	c.Flags().BoolVar(&w.json, "json", false, "print JSON")
	c.Flags().DurationVar(&w.init, "init", 0, "`time` that INIT of a cold start takes, where no log of the function says it")
	c.Flags().DurationSliceVar(&w.ttls, "ttl", nil, "`time` to live of a cache that is tried, too")
	c.Flags().StringArrayVar(&w.limits, "throttle", nil, "throttle that is tried, too, as `RATE,BURST`: 100/s,200; again for another one")
	c.Flags().IntSliceVar(&w.levels, "provisioned", nil, "`number` of provisioned environments that is tried, too")
	c.Flags().DurationVar(&w.idle, "idle", 0, "`time` that an idle environment stays, for levels of provisioned concurrency (default "+whatif.UsualIdle.String()+")")
	c.Flags().StringVar(&w.charts, "charts", "", "`folder` that the curves are written to, as SVG and PNG")
	_ = c.RegisterFlagCompletionFunc("door", cobra.FixedCompletions(doorNames(), cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (f *whatifFlags) run(c *cobra.Command, given []string) error {
	options, err := f.options()
	if err != nil {
		return usage(err)
	}
	o, err := f.settings(c)
	if err != nil {
		return usage(err)
	}
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
		if s.Add(e) {
			log.Add(e)
		}
	}
	if err := f.read(c, given, see, s.From); err != nil {
		return err
	}
	if o.Workload, o.Notes, err = f.workload(s); err != nil {
		return usage(err)
	}
	found, err := log.Report(o)
	if err != nil {
		return usage(err)
	}
	if f.charts != "" {
		names, err := report.Save(f.charts, curves(found), nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.ErrOrStderr(), "%s: %d files\n", f.charts, len(names))
	}
	if f.json {
		return printJSON(c, found)
	}
	return found.Text(c.OutOrStdout())
}

// mostTried bounds what an idle time, a TTL or a level may be.
const mostTried = 24 * time.Hour

// settings are those that are tried besides the usual ones.
func (f *whatifFlags) settings(c *cobra.Command) (o whatif.Options, err error) {
	o = whatif.Options{Init: f.init, Idle: f.idle, TTLs: f.ttls, Levels: f.levels}
	var wrong []error
	within := func(flag string, value, above time.Duration) {
		if value > mostTried || value <= above {
			wrong = append(wrong, fmt.Errorf("--%s: %v is not a time of %s to 24h: write one such as 90s", flag, value, map[bool]string{true: "0s", false: "more than 0s"}[above < 0]))
		}
	}
	for _, ttl := range f.ttls {
		within("ttl", ttl, 0)
	}
	if c.Flags().Changed("idle") {
		within("idle", f.idle, 0)
	}
	within("init", f.init, -1)
	for _, n := range f.levels {
		if n < 0 || int64(n) > pricing.LambdaLimits.Concurrency {
			wrong = append(wrong, fmt.Errorf("--provisioned: %d is not a number from 0 to %s", n, pricing.Count(pricing.LambdaLimits.Concurrency)))
		}
	}
	for _, text := range f.limits {
		one, err := readThrottle(text)
		if err != nil {
			wrong = append(wrong, err)
		}
		o.Throttles = append(o.Throttles, one)
	}
	return o, errors.Join(wrong...)
}

// readThrottle reads 100/s,200.
func readThrottle(text string) (t whatif.Throttle, err error) {
	rate, burst, _ := strings.Cut(text, ",")
	t.Rate, err = strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rate), "/s"), 64)
	n, wrong := strconv.ParseInt(strings.TrimSpace(burst), 10, 64)
	if t.Burst = n; err != nil || wrong != nil || !(t.Rate >= 0.001 && t.Rate <= 1e6) || n < 1 || n > 1e6 {
		return t, fmt.Errorf("--throttle: %q is not a rate of 0.001/s to 1000000/s with a burst of 1 to 1000000: write 100/s,200", text)
	}
	return t, nil
}

// workload is that of the logs, by which the months are priced, and what was not logged of it.
func (f *whatifFlags) workload(s *summary.Summary) (*pricing.Workload, []string, error) {
	if err := s.Err(); err != nil {
		return nil, nil, err
	}
	region := f.region
	if found, ok := s.Region(); ok && region == "" {
		region = found
	}
	if region == "" {
		return nil, nil, errors.New("the logs do not say in which region the front door is, and prices differ: add --region, such as --region eu-central-1")
	}
	made, err := s.Workload("logs", region)
	if err != nil {
		return nil, nil, err
	}
	w, err := pricing.ReadWorkload("logs", made.Text)
	return w, made.Notes, err
}
