//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/targets"
)

// lead is how far in the future the load starts.
const lead = 20 * time.Millisecond

// drive sends one constant load through one of our engines, recorded as in a
// real run, and prints a figure.
func drive(args []string, stdout io.Writer) error {
	s, profile, err := readScenario(args)
	if err != nil {
		return err
	}
	plan, err := scenarios.NewPlan(s)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tollgate-bench-*")
	if err != nil {
		return err
	}
	stop, err := startProfile(profile)
	if err != nil {
		return err
	}
	f, err := measure(plan, filepath.Join(dir, "run"))
	stop()
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(f)
}

// startProfile profiles the processor's time into a file, if there is a name.
func startProfile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}

// readScenario makes a scenario of one stage, target and request from flags,
// and says where a profile goes.
func readScenario(args []string) (*scenarios.Scenario, string, error) {
	var o scenarios.Engine
	var stage scenarios.Stage
	f := flag.NewFlagSet("drive", flag.ContinueOnError)
	f.StringVar(&o.Use, "engine", engines.All[0].Name, strings.Join(engines.All.Names(), " or "))
	address := f.String("url", plainURL, "where to")
	rate := f.Float64("rate", 0, "open model: requests per second")
	users := f.Int("users", 64, "closed model, unless there is a rate")
	f.DurationVar(&stage.For, "for", 5*time.Second, "how long")
	f.IntVar(&o.Connections, "connections", 0, "to open beforehand")
	f.IntVar(&o.MaxConnections, "max-connections", 0, "0: as many as needed")
	profile := f.String("profile", "", "file for a profile of the processor's time")
	if err := f.Parse(args); err != nil {
		return nil, "", err
	}
	u, err := url.Parse(*address)
	if err != nil {
		return nil, "", err
	}
	stage.Load = scenarios.Users{N: *users}
	if *rate > 0 {
		r, err := scenarios.ParseRate(fmt.Sprintf("%f/s", *rate))
		if err != nil {
			return nil, "", err
		}
		stage.Load = scenarios.Arrivals{Shape: scenarios.Constant{Rate: r}}
	}
	return &scenarios.Scenario{
		Name: "bench", Targets: []targets.Target{{Name: "bench", URL: u, Kind: &targets.Kind{}}},
		Requests: []scenarios.Request{{Name: "get", Method: "GET", Weight: 1, Timeout: 30 * time.Second}},
		Stages:   []scenarios.Stage{stage}, Blocks: 1, Seed: 1, Engine: o,
	}, *profile, nil
}

// measure drives a plan into a run directory and reads off it what came of it.
func measure(plan *scenarios.Plan, dir string) (figure, error) {
	s := plan.Scenario
	doc := results.Document{Started: time.Now(), Scenario: s.Name, Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "bench", Kind: "origin"}}}
	recorder, err := results.Create(dir, doc, nil)
	if err != nil {
		return figure{}, err
	}
	engine, _, err := engines.All.Open(load.Job{
		Epoch: doc.Started, Targets: s.Targets, Requests: s.Requests, Pick: plan.Pick,
		Shard: func() load.Shard { return recorder.Shard() }, Options: s.Engine,
	})
	if err != nil {
		return figure{}, errors.Join(err, recorder.Close(results.Torn))
	}
	recorder.Watch(engine.Health)
	before, began := spent(), time.Now()
	for turn := range plan.Turns() {
		err = errors.Join(err, engine.Run(context.Background(), turn, time.Since(doc.Started)+lead))
	}
	took, used := time.Since(began)-lead, spent()-before
	if err := errors.Join(err, engine.Close(), recorder.Close(results.Finished)); err != nil {
		return figure{}, err
	}
	run, err := results.Open(dir)
	if err != nil {
		return figure{}, err
	}
	return newFigure(run, s.Engine.Use, took, used), nil
}
