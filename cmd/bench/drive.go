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
	"strings"
	"syscall"
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
	s, err := readScenario(args)
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
	f, err := measure(plan, filepath.Join(dir, "run"))
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(f)
}

func readScenario(args []string) (*scenarios.Scenario, error) {
	var o scenarios.Engine
	var stage scenarios.Stage
	f := flag.NewFlagSet("drive", flag.ContinueOnError)
	f.StringVar(&o.Use, "engine", engines.All[0].Name, strings.Join(engines.All.Names(), " or "))
	f.IntVar(&o.Streams, "streams", 0, "on a connection of HTTP/2 at most; 0: as many as the server allows, up to 100")
	f.StringVar((*string)(&o.HTTP), "http", "", strings.Join(scenarios.Protocols, ", "))
	address := f.String("url", plainURL, "where to")
	rate := f.Float64("rate", 0, "open model: requests per second")
	random := f.Bool("poisson", false, "open model: at random, as many users send")
	users := f.Int("users", 64, "closed model, unless there is a rate")
	f.DurationVar(&stage.For, "for", 5*time.Second, "how long")
	f.IntVar(&o.Connections, "connections", 0, "to open beforehand")
	ramp := f.String("ramp", "500/s", "engine websocket: how quickly they are opened")
	f.IntVar(&o.MaxConnections, "max-connections", 0, "0: as many as needed")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	u, err := url.Parse(*address)
	if err != nil {
		return nil, err
	}
	stage.Load = scenarios.Users{N: *users}
	if *rate > 0 {
		r, err := scenarios.ParseRate(fmt.Sprintf("%f/s", *rate))
		if err != nil {
			return nil, err
		}
		stage.Load = scenarios.Arrivals{Shape: scenarios.Constant{Rate: r}}
		if *random {
			stage.Load = scenarios.Arrivals{Shape: scenarios.Poisson{Rate: r}}
		}
	}
	request := scenarios.Request{Name: "get", Method: "GET", Weight: 1, Timeout: 30 * time.Second}
	if u.Scheme == "ws" {
		u.Scheme = "http"
		request.Socket, request.Body = &scenarios.SocketStep{}, []byte(socketMessage)
		o.Sockets = &scenarios.Sockets{Frame: 32 << 10, Reconnect: scenarios.Backoff{First: 100 * time.Millisecond, Most: time.Second}, Header: targets.Header{}}
		o.Sockets.Connections = o.Connections
		if o.Sockets.Ramp, err = scenarios.ParseRate(*ramp); err != nil {
			return nil, err
		}
	}
	return &scenarios.Scenario{
		Name: "bench", Targets: []targets.Target{{Name: "bench", Messages: o.Sockets != nil, URL: u, Kind: &targets.Kind{}}},
		Requests: []scenarios.Request{request},
		Stages:   []scenarios.Stage{stage}, Blocks: 1, Seed: 1, Engine: o,
	}, nil
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
		Epoch: doc.Started, Targets: s.Targets, Requests: s.Requests, Pick: plan.Populations[0].Pick,
		Shard: func() load.Shard { return recorder.Shard() }, Options: s.Engine,
	})
	if err != nil {
		return figure{}, errors.Join(err, recorder.Close(results.Torn))
	}
	recorder.Watch(engine.Health)
	before, began := spent(), time.Now()
	for turn := range plan.Populations[0].Turns() {
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

type figure struct {
	Engine     string  `json:"engine"`
	Requests   int64   `json:"requests"`
	Failed     int64   `json:"failed"`
	Rate       float64 `json:"rate_per_s"`
	CPU        float64 `json:"cpu_us_per_request"` // of this process, user and system, while it drove
	Cores      float64 `json:"cpu_cores"`
	P50        float64 `json:"response_p50_ms"`
	P99        float64 `json:"response_p99_ms"`
	ServiceP50 float64 `json:"service_p50_ms"`
	LagP50     float64 `json:"lag_p50_ms"`
	LagP99     float64 `json:"lag_p99_ms"`
	LagMax     float64 `json:"lag_max_ms"`
	InFlight   int     `json:"in_flight_max"`
	Opened     int64   `json:"connections"`
	MemoryMB   float64 `json:"memory_max_mb"`
}

func newFigure(run *results.Run, engine string, took, used time.Duration) figure {
	quantile := func(c results.Clock, q float64) float64 {
		h := run.Histogram(func(k results.Key) bool { return k.Clock == c && k.Outcome == results.OK })
		return ms(h.Quantile(q))
	}
	doc := results.Summarise(run)
	t, g := doc.Targets[0], doc.Generator
	return figure{
		Engine: engine, Requests: t.Requests, Failed: t.Failed, Rate: t.Rate,
		CPU: float64(used.Nanoseconds()) / 1e3 / float64(max(t.Requests, 1)), Cores: used.Seconds() / took.Seconds(),
		P50: quantile(results.Response, 0.5), P99: quantile(results.Response, 0.99), ServiceP50: quantile(results.Service, 0.5),
		LagP50: g.Lag.P50, LagP99: g.Lag.P99, LagMax: g.Lag.Max, InFlight: g.InFlight, Opened: g.Opened,
		MemoryMB: float64(usage().Maxrss) / 1024,
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func spent() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for oneself
	return u
}
