package results

import "time"

// A Health is how the load generator itself fared during one second. An engine
// reports it; the validity verdict is drawn from it.
type Health struct {
	Second    int           // of the run
	LagP99    time.Duration // of the requests taken up in this second
	LagMax    time.Duration
	InFlight  int     // highest
	Opened    int     // connections opened
	Failed    int     // connections that could not be opened
	Retried   int     // requests sent again because a kept connection had gone stale
	Skipped   int     // requests that policy "late: skip" left out
	CPU       float64 // cores' worth of CPU that this process used
	GCPause   time.Duration
	Files     int // open file descriptors, and how many may be open
	FileLimit int
}
