package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/store"
	"tollgate/targets"
)

const shardHelp = `One machine of several sends a shard of the run (see tollgate fleet --help): with
--shard 3/8 every 8th request or user, from the third on. Rates, users, connections and
--max-cost stay those of the whole run. All shards have the same --store, --run-id and
scenario; they wait for each other there, begin together, and upload what they recorded.
Which shard it is may also come from JOB_COMPLETION_INDEX (a Kubernetes Indexed Job, with
--shards) or AWS_BATCH_JOB_ARRAY_INDEX. A shard that was claimed before the start sends
nothing a second time. tollgate merge STORE/RUN-ID makes one run of all of them: its
thresholds, bill and verdict are those that count.`

// The variables by which platforms tell a process which of several it is. Sources:
// kubernetes.io, "Indexed Job for Parallel Processing with Static Work Assignment"; AWS Batch
// user guide, "AWS Batch job environment variables".
const (
	kubernetesIndex = "JOB_COMPLETION_INDEX"
	batchIndex      = "AWS_BATCH_JOB_ARRAY_INDEX"
	batchSize       = "AWS_BATCH_JOB_ARRAY_SIZE"
)

// shardFlags say which part of a run this machine sends.
type shardFlags struct {
	shard, store, runID string
	shards              int
	barrier             time.Duration
}

func (s *shardFlags) flags(c *cobra.Command) {
	s.which(c)
	f := c.Flags()
	f.StringVar(&s.store, "store", "", "where the shards of a run meet: `s3://BUCKET/PREFIX`, or a folder that all machines share")
	f.StringVar(&s.runID, "run-id", "", "`name` of the run that the shards are of, the same for all and new for each run")
	f.DurationVar(&s.barrier, "barrier-timeout", 5*time.Minute, "how long a shard waits for the others")
}

// which are the flags that choose a shard.
func (s *shardFlags) which(c *cobra.Command) {
	c.Flags().StringVar(&s.shard, "shard", "", "send only this shard of the run, such as `3/8`: the third of eight")
	c.Flags().IntVar(&s.shards, "shards", 0, "how many shards the run has, where the platform says which one this is")
}

// asked says whether the run is to be a shard.
func (s *shardFlags) asked() bool {
	return s.shard != "" || s.shards != 0 || s.store != "" || s.runID != ""
}

// chosen is which shard this is; the zero value: it is the whole run.
func (s *shardFlags) chosen(getenv func(string) string) (scenarios.Shard, error) {
	if !s.asked() {
		return scenarios.Shard{}, nil
	}
	if s.store == "" || s.runID == "" {
		return scenarios.Shard{}, errors.New("a shard needs --store, where the shards of a run meet, and --run-id, which names the run")
	}
	if err := fleet.CheckID(s.runID); err != nil {
		return scenarios.Shard{}, fmt.Errorf("--run-id: %w", err)
	}
	if s.barrier <= 0 {
		return scenarios.Shard{}, fmt.Errorf("--barrier-timeout must be more than 0, is %v", s.barrier)
	}
	if s.shard != "" {
		one, err := scenarios.ParseShard(s.shard)
		switch {
		case err != nil:
			return one, fmt.Errorf("--shard: %w", err)
		case s.shards != 0 && s.shards != one.Count:
			return one, fmt.Errorf("--shard %s and --shards %d contradict each other", s.shard, s.shards)
		}
		return one, nil
	}
	return s.placed(getenv)
}

// placed is the shard that the platform says this is.
func (s *shardFlags) placed(getenv func(string) string) (one scenarios.Shard, err error) {
	count, from := strconv.Itoa(s.shards), "--shards"
	if s.shards == 0 {
		count, from = getenv(batchSize), batchSize
	}
	if count == "" {
		return one, errors.New("how many shards the run has is not known: give --shard 3/8, or --shards 8 where the platform sets the index")
	}
	var index, by string
	for _, name := range []string{kubernetesIndex, batchIndex} {
		switch value := getenv(name); {
		case value == "":
		case index != "" && value != index:
			return one, fmt.Errorf("%s=%s and %s=%s contradict each other: say which shard this is with --shard", by, index, name, value)
		default:
			index, by = value, name
		}
	}
	if index == "" {
		return one, fmt.Errorf("which of the %s shards this is is not known: give --shard, or set %s or %s, which platforms do that number their processes", count, kubernetesIndex, batchIndex)
	}
	i, errIndex := strconv.Atoi(index)
	n, errCount := strconv.Atoi(count)
	switch {
	case errIndex != nil || i < 0:
		return one, fmt.Errorf("%s=%.40q is no index, which is a number from 0", by, index)
	case errCount != nil || n < 1 || n > scenarios.MaxShards:
		return one, fmt.Errorf("%s: %.40s is no number of shards, which is from 1 to %d", from, count, scenarios.MaxShards)
	case i >= n:
		return one, fmt.Errorf("%s=%d is not below the number of shards, %d (%s): start as many processes as there are shards", by, i, n, from)
	}
	return scenarios.Shard{Index: i, Count: n}, nil
}

// applyShard makes the scenario that of a shard, where the flags ask for one.
func (r *runFlags) applyShard(s *scenarios.Scenario) error {
	one, err := r.shardFlags.chosen(os.Getenv)
	if err != nil {
		return usage(err)
	}
	if s.Shard = one; one.Count == 0 {
		return nil
	}
	switch {
	case r.retries > 0:
		err = errors.New("--retry-invalid: a shard is sent once, so that nothing is sent twice: start the whole run again, with another --run-id")
	case r.continues != "":
		err = errors.New("--continue: a run in shards has a fixed length")
	case slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Lab }):
		err = errors.New("url: lab: each shard would serve a lab of its own; name the address of one that all shards reach (tollgate lab)")
	}
	return usage(err)
}

// member is this machine among those that send the run; nil: it sends all of it.
func (r *runFlags) member(ctx context.Context, s *scenarios.Scenario) (*fleet.Member, error) {
	if s.Shard.Count == 0 {
		return nil, nil
	}
	at, err := store.Open(ctx, r.store)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname() // for people alone
	files := map[string]string{}
	for _, f := range s.Files {
		if files[f.Name], err = f.Digest(); err != nil {
			return nil, err
		}
	}
	files["--target"] = results.Digest([]byte(strings.Join(s.TargetNames(), "\n")))
	return &fleet.Member{
		Store: at, RunID: r.runID, Index: s.Shard.Index + 1, Count: s.Shard.Count, Timeout: r.barrier, Host: host,
		Inputs: fleet.Inputs{Scenario: results.Digest(s.Source), Files: files, Seed: strconv.FormatUint(s.Seed, 10), Program: version()},
	}, nil
}

// planned reads which shard a plan is to be of, or of how many.
func (s *shardFlags) planned() (one scenarios.Shard, err error) {
	if s.shard != "" {
		if one, err = scenarios.ParseShard(s.shard); err == nil && s.shards != 0 && s.shards != one.Count {
			err = fmt.Errorf("%s and --shards %d contradict each other", s.shard, s.shards)
		}
		if err != nil {
			err = fmt.Errorf("--shard: %w", err)
		}
		return one, usage(err)
	}
	if s.shards < 0 || s.shards > scenarios.MaxShards {
		return one, usage(fmt.Errorf("--shards: a run has from 1 to %d, not %d", scenarios.MaxShards, s.shards))
	}
	return scenarios.Shard{Count: s.shards}, nil
}

// printShard says what one of several machines sends of a plan.
func printShard(w io.Writer, s *scenarios.Scenario, one scenarios.Shard, named bool) error {
	part := *s
	part.Shard = one
	p, err := scenarios.NewPlan(&part)
	if err != nil {
		return usage(fmt.Errorf("%s: %w", s.File, err))
	}
	whole, err := scenarios.NewPlan(s)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	title := fmt.Sprintf("each of %d shards", one.Count)
	if named {
		title = "shard " + one.String()
	}
	fmt.Fprintf(t, "\n%s\t%s\n", title, shardText(p, whole))
	for i := range p.Populations {
		e := p.EngineFor(i)
		for _, limit := range []struct {
			what string
			n    int
		}{{"opened beforehand", e.Connections}, {"at most", e.MaxConnections}} {
			if limit.n > 0 {
				fmt.Fprintf(t, "\t%s %s\n", pricing.Counted(limit.n, "connection"), limit.what)
			}
		}
		if e.MaxInFlight > 0 {
			fmt.Fprintf(t, "\tat most %s in flight\n", pricing.Counted(e.MaxInFlight, "request"))
		}
	}
	return t.Flush()
}

// shardText is the load of a shard against that of the whole run.
func shardText(p, whole *scenarios.Plan) string {
	var parts []string
	if n := whole.Requests(); n > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s, up to %s of %s a second", pricing.Count(p.Requests()), pricing.Counted(n, "request"), rounded(p.Peak()), rounded(whole.Peak())))
	}
	var own, all int
	for i := range p.Stages {
		u, _ := p.Stages[i].Users()
		w, _ := whole.Stages[i].Users()
		own, all = max(own, u.N), max(all, w.N)
	}
	if all > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s", own, pricing.Counted(all, "user")))
	}
	share := 100 * p.Portion().Float()
	return strings.Join(parts, ", and ") + fmt.Sprintf(": %s%% of the load, and of --max-cost", strconv.FormatFloat(share, 'g', 4, 64))
}
