//go:build linux

package main

import (
	"syscall"
	"time"

	"tollgate/results"
)

// A figure is what one drive came to.
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

// spent is the CPU time of this process so far.
func spent() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for oneself
	return u
}
