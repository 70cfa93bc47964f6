package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/launch"
	"tollgate/scenarios/load/calibration"
	"tollgate/scenarios/probes"
)

// fleetFlags are those of all that describes a fleet.
type fleetFlags struct {
	run      runFlags // of which those that a fleet has are set
	shards   int
	store    string
	runID    string
	barrier  time.Duration
	image    string
	inImage  string
	on       string
	cpu      float64
	memory   string
	endpoint string
	secrets  []string

	kubernetes launch.Kubernetes
	context    string
	fargate    launch.Fargate
	regions    []string // that all shards run in; none: the one of fargate
}

// standardBarrier is how long members wait for each other, unless --barrier-timeout says it.
const standardBarrier = 5 * time.Minute

func (f *fleetFlags) flags(c *cobra.Command, platforms ...string) {
	flags := c.Flags()
	choice(c, &f.on, "on", platforms[0], "`platform`: "+strings.Join(platforms, ", "), platforms...)
	flags.IntVar(&f.shards, "shards", 0, "`number` of shards, each a process, pod or task (see tollgate fleet plan)")
	flags.StringVar(&f.store, "store", "", "`place` that the shards share: s3://BUCKET/PREFIX, or a folder")
	flags.StringVar(&f.runID, "run-id", "", "`name` of the run in the store, new for each run (default: made of the scenario and the time)")
	flags.DurationVar(&f.barrier, "barrier-timeout", standardBarrier, "how `long` the shards wait for each other before the start")
	flags.StringVar(&f.image, "image", "", "container `image` with this program, in a registry that the members can read; with --regions also REGION=IMAGE")
	flags.StringVar(&f.inImage, "in-image", "", "`path` of the scenario in the image, where it is in there with all its files")
	flags.Float64Var(&f.cpu, "cpu", 0, "`processors` that each member reserves (default: by what calibrate measured, or 1)")
	flags.StringVar(&f.memory, "memory", "", "`memory` that each member reserves (default: 512MB)")
	flags.StringVar(&f.endpoint, "member-endpoint", "", "`address` of S3 as members reach it (default: AWS_ENDPOINT_URL_S3, or AWS)")
	flags.StringArrayVar(&f.secrets, "secret", nil, "of kubernetes: a `Secret` whose keys become variables of members; on AWS VARIABLE=ARN (may be repeated)")
	f.scenarioFlags(c)
	f.platformFlags(c)
}

// scenarioFlags are those of run that a fleet has too, for all shards alike.
func (f *fleetFlags) scenarioFlags(c *cobra.Command) {
	flags, r := c.Flags(), &f.run
	flags.StringVarP(&r.rate, "rate", "r", "", "arrival `rate` of all shards together, such as 20000/s")
	flags.StringVarP(&r.for_, "for", "d", "", "`length` of the load, such as 30s")
	flags.StringVar(&r.users, "users", "", "`number` of users of all shards together, in place of a rate")
	flags.StringArrayVar(&r.set, "set", nil, "`path=value` that replaces a value of the scenario (may be repeated)")
	flags.StringVar(&r.http, "http", "", "`version` of HTTP: auto, 1.1 or 2")
	_ = c.RegisterFlagCompletionFunc("http", cobra.FixedCompletions(scenarios.Protocols, cobra.ShellCompDirectiveNoFileComp))
	flags.StringArrayVar(&r.targets, "target", nil, "only this `target` (may be repeated)")
	flags.StringArrayVar(&r.tags, "tag", nil, "`key=value` to find the run by later (may be repeated)")
	flags.Uint64Var(&r.seed, "seed", 0, "seed of everything random (default: the scenario's)")
	flags.BoolVar(&r.samples, "samples", false, "keep a sample of every request")
	flags.BoolVar(&r.noTrial, "no-trial", false, "no trial before the load")
	flags.StringVar(&r.maxCost, "max-cost", "", "refuse a run that may cost more than this many US `dollars`, its own machines included, and stop one that reaches them")
	flags.BoolVar(&r.yes, "yes", false, yesHelp)
}

func (f *fleetFlags) platformFlags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.kubernetes.Namespace, "namespace", "", "of kubernetes: `namespace` (default: that of the context)")
	flags.StringVar(&f.kubernetes.ServiceAccount, "service-account", "", "of kubernetes: service `account` whose role may use the bucket")
	flags.StringVar(&f.kubernetes.Pull, "pull", "IfNotPresent", "of kubernetes: when to pull the image: Always, IfNotPresent or Never (`policy`)")
	flags.StringVar(&f.context, "context", "", "of kubernetes: `context` of the kubeconfig (default: the current one)")
	g := &f.fargate
	flags.StringVar(&g.Region, "fleet-region", "", "AWS `region` of the bucket and of the members (default: AWS_REGION)")
	flags.StringSliceVar(&f.regions, "regions", nil, "of ecs: AWS `regions` that each send the whole load, as runs of their own")
	flags.StringVar(&g.Architecture, "architecture", "arm64", "of ecs and batch: `processor`: arm64 or x86_64")
	flags.StringVar(&g.ExecutionRole, "execution-role", "", "of ecs and batch: `ARN` of the role that pulls the image and reads secrets")
	flags.StringVar(&g.TaskRole, "task-role", "", "of ecs and batch: `ARN` of the role with which members use the bucket")
	flags.StringVar(&g.Cluster, "cluster", "", "of ecs: `name` of the cluster, or REGION=NAME for each of --regions")
	flags.StringSliceVar(&g.Subnets, "subnet", nil, "of ecs: `subnets` of the members, which have no public address; REGION=SUBNET with --regions")
	flags.StringSliceVar(&g.SecurityGroups, "security-group", nil, "of ecs: security `groups` of the members; REGION=GROUP with --regions")
	flags.StringVar(&g.LogGroup, "log-group", "", "of ecs: log `group` for what members write")
	flags.StringVar(&g.Queue, "queue", "", "of batch: job `queue`")
	_ = c.RegisterFlagCompletionFunc("architecture", cobra.FixedCompletions([]string{"arm64", "x86_64"}, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("pull", cobra.FixedCompletions([]string{"Always", "IfNotPresent", "Never"}, cobra.ShellCompDirectiveNoFileComp))
}

// millicores are what --cpu says, or one processor.
func (f *fleetFlags) millicores() int {
	if f.cpu == 0 {
		return 1000
	}
	return int(min(max(f.cpu, 0), 1e6) * 1000)
}

// local says whether the members are processes of this machine.
func (f *fleetFlags) local() bool { return f.on == "local" }

// A plannedFleet is a fleet and what is known of it before it starts.
type plannedFleet struct {
	*launch.Fleet
	scenario *scenarios.Scenario
	plan     *scenarios.Plan
	capacity launch.Capacity
	engine   string
}

// planned reads a scenario, and makes a fleet of it. Values that only members have may be
// missing here if they are not needed.
func (f *fleetFlags) planned(c *cobra.Command, name string, members bool) (*plannedFleet, error) {
	if err := f.checkRegions(); err != nil {
		return nil, err
	}
	s, variables, err := f.read(c, name, members)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.run.apply(c, s), choose(s, f.run.targets), refuseCommands(s)); err != nil {
		return nil, err
	}
	if members {
		if err := refuseLab(s); err != nil {
			return nil, err
		}
	}
	p, _, err := probes.NewPlan(s, true)
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", s.File, err))
	}
	planned := &plannedFleet{scenario: s, plan: p}
	planned.engine, planned.capacity = capacityOf(c, p)
	if f.shards == 0 && !members {
		f.shards = max(1, launch.Shards(p.Peak(), planned.capacity, f.millicores()))
	}
	size := launch.SizeFor(p.Peak(), f.shards, planned.capacity)
	if f.cpu != 0 {
		size.Millicores = f.millicores()
	}
	if f.memory != "" {
		bytes, err := document.Parse(f.memory, document.Bytes)
		if err != nil || !bytes.IsInt() || bytes.Num().BitLen() > 50 {
			return nil, usage(fmt.Errorf("--memory %s: must be a size such as 1GB", f.memory))
		}
		size.MemoryMB = int(bytes.Num().Int64() / 1_000_000)
	}
	if size.Millicores < 100 || size.Millicores > 256_000 || size.MemoryMB < 128 {
		return nil, usage(errors.New("--cpu must be from 0.1 to 256 and --memory at least 128MB"))
	}
	planned.Fleet = &launch.Fleet{
		RunID: f.runID, Shards: f.shards, Store: f.store, Variables: variables,
		Barrier: f.barrier, Load: loadTime(p), Image: f.image, Size: size,
	}
	return planned, f.complete(planned, name, members)
}

// complete adds what members need: how to reach the store, the scenario, and its flags.
func (f *fleetFlags) complete(p *plannedFleet, name string, members bool) error {
	if p.RunID == "" {
		var random [4]byte
		_, _ = rand.Read(random[:]) // it never fails
		p.RunID = launch.MakeRunID(p.scenario.Name, time.Now(), binary.LittleEndian.Uint32(random[:]), f.regionRoom())
	}
	if err := fleet.CheckID(p.RunID); err != nil {
		return usage(fmt.Errorf("--run-id: %w", err))
	}
	if members && f.store == "" {
		return usage(errors.New("--store: name what the shards share: s3://BUCKET/PREFIX, or a folder of this machine for --on local"))
	}
	if f.barrier <= 0 {
		return usage(fmt.Errorf("--barrier-timeout must be above 0, is %v", f.barrier))
	}
	args, err := f.memberArgs()
	if err != nil {
		return err
	}
	p.Args = args
	if f.local() {
		p.Scenario, p.Args = launch.InImage(name), append(p.Args, f.overrideArgs()...)
		return nil
	}
	p.Endpoint, p.Region = f.endpoint, f.fargate.Region
	for _, variable := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if p.Endpoint == "" {
			p.Endpoint = os.Getenv(variable)
		}
	}
	for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if p.Region == "" {
			p.Region = os.Getenv(variable)
		}
	}
	f.fargate.Region = p.Region
	if f.inImage != "" {
		p.Scenario, p.Args = launch.InImage(f.inImage), append(p.Args, f.overrideArgs()...)
		return nil
	}
	p.Scenario, err = bundled(p.scenario)
	return usage(err)
}

// memberArgs are the flags of run that each member gets.
func (f *fleetFlags) memberArgs() (args []string, err error) {
	r := &f.run
	for _, t := range r.targets {
		args = append(args, "--target", t)
	}
	tags, err := tagsOf(r.tags, os.Getenv)
	if err != nil {
		return nil, usage(fmt.Errorf("--tag: %w", err))
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		args = append(args, "--tag", key+"="+tags[key])
	}
	for _, flag := range []struct {
		given bool
		text  string
	}{
		{r.seed != 0, fmt.Sprintf("--seed=%d", r.seed)},
		{r.samples, "--samples"},
		{r.noTrial, "--no-trial"},
		{r.yes, "--yes"},
	} {
		if flag.given {
			args = append(args, flag.text)
		}
	}
	if r.maxCost != "" {
		most, err := pricing.ParseMoney(r.maxCost)
		if err != nil {
			return nil, usage(fmt.Errorf("--max-cost %s: %w", r.maxCost, err))
		}
		args = append(args, f.costArg(most))
	}
	return args, nil
}

// overrideArgs are the flags that replace values of a scenario that members read themselves.
func (f *fleetFlags) overrideArgs() (args []string) {
	r := &f.run
	for _, flag := range []struct{ name, value string }{{"rate", r.rate}, {"for", r.for_}, {"users", r.users}, {"http", r.http}} {
		if flag.value != "" {
			args = append(args, "--"+flag.name+"="+flag.value)
		}
	}
	for _, set := range r.set {
		args = append(args, "--set", set)
	}
	return args
}

// bundled is a scenario as it will run, with the files that it refers to.
func bundled(s *scenarios.Scenario) (launch.Bundle, error) {
	if _, files := referred(s.Source); len(files) > 0 {
		return launch.Bundle{}, fmt.Errorf("%s: refers to ${file:%s}: a secret does not belong into a manifest: put it into an environment variable (${env:NAME}), which --secret sets", s.File, files[0])
	}
	var names []string
	for _, file := range s.Files {
		names = append(names, file.Name)
	}
	file := filepath.Base(s.File)
	return launch.MakeBundle(file, s.Source, s.Folder, names)
}

// refuseLab refuses targets at the lab, which each member would serve for itself.
func refuseLab(s *scenarios.Scenario) error {
	for _, t := range s.Targets {
		if t.Lab {
			return usage(fmt.Errorf("%s: target %q is at the lab, which each member would serve for itself: start tollgate lab, and give its address as the target's url", s.File, t.Name))
		}
	}
	return nil
}

// loadTime is how long a member sends at most, with the trial before and the requests under
// way at the end.
func loadTime(p *scenarios.Plan) time.Duration {
	d := p.Duration() + p.ProbeTime() + p.Scenario.Grace + time.Minute
	if p.Scenario.AlignMinute {
		d += time.Minute
	}
	return d
}

// capacityOf is what this machine was measured to hold with the weakest of a plan's engines.
func capacityOf(c *cobra.Command, p *scenarios.Plan) (engine string, capacity launch.Capacity) {
	k := known(c)
	for _, name := range calibration.Engines(p) {
		if !k.Knows(name) {
			return name, launch.Capacity{}
		}
		if held := float64(k.Engines[name].Rate); engine == "" || held < capacity.Rate {
			engine, capacity = name, launch.Capacity{Rate: held, CPUs: k.Machine.CPUs}
		}
	}
	return engine, capacity
}

// fleetPrice is what the fleet itself costs, as far as this program knows the platform's prices.
func (f *fleetFlags) fleetPrice(p *plannedFleet, book *pricing.Book) (pricing.Money, error) {
	if f.on != "ecs" && f.on != "batch" {
		return pricing.Money{}, nil
	}
	var sum pricing.Money
	for _, region := range f.places() {
		if region == "" {
			return sum, usage(errors.New("--fleet-region: nothing says in which AWS region the members run"))
		}
		one, err := launch.FargatePrice(book, region, f.fargate.Architecture, p.Size, p.Shards, p.Barrier+p.Load)
		if err != nil {
			return sum, err
		}
		sum = sum.Add(one)
	}
	return sum, nil
}
