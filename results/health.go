package results

import "time"

// A Health is the state of the load generator during one second. Engines report it,
// and the verdict on the run is based on it.
type Health struct {
	Second    int           // of the run
	LagP99    time.Duration // of the requests begun in this second
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
	Machine   Strain

	ClockStep time.Duration // of the wall clock against the monotonic one; the recorder fills it in
}

// With adds what another engine of the same process counted. The worst lag is that of either.
// How many requests are in flight stays as it is: whether theirs add up is for the caller to
// say.
func (h Health) With(o Health) Health {
	h.LagP99, h.LagMax = max(h.LagP99, o.LagP99), max(h.LagMax, o.LagMax)
	h.Opened += o.Opened
	h.Failed += o.Failed
	h.Retried += o.Retried
	h.Skipped += o.Skipped
	return h
}

// A Strain is what else the generator's machine had to do during a second, in
// cores' worth of processor time. Zero where the system does not say.
type Strain struct {
	Busy    float64 // all processes and the kernel, the generator among them
	Stolen  float64 // what a hypervisor gave to other machines while this one wanted it
	SoftIRQ float64 // of Busy, the kernel's work for network packets and the like
	Sockets int     // TCP sockets in use or in TIME_WAIT
	Ports   int     // how many ports there are for outgoing connections

	// RunQueue is how many threads of the generator were ready to run and waited for a
	// processor, in the mean over the second.
	RunQueue float64
}

func (s Strain) and(o Strain) Strain {
	return Strain{
		Busy: max(s.Busy, o.Busy), Stolen: max(s.Stolen, o.Stolen), SoftIRQ: max(s.SoftIRQ, o.SoftIRQ),
		Sockets: max(s.Sockets, o.Sockets), Ports: max(s.Ports, o.Ports),
		RunQueue: max(s.RunQueue, o.RunQueue),
	}
}

// and combines two reports of the same second.
func (h Health) and(o Health) Health {
	h.LagP99 = max(h.LagP99, o.LagP99)
	h.LagMax = max(h.LagMax, o.LagMax)
	h.InFlight = max(h.InFlight, o.InFlight)
	h.Opened += o.Opened
	h.Failed += o.Failed
	h.Retried += o.Retried
	h.Skipped += o.Skipped
	h.CPU = max(h.CPU, o.CPU)
	h.GCPause += o.GCPause
	h.Files = max(h.Files, o.Files)
	h.FileLimit = max(h.FileLimit, o.FileLimit)
	h.Machine = h.Machine.and(o.Machine)
	return h
}

// plus combines the reports of two generators for the same second. What they use and
// hold adds up, whether or not they share a machine.
func (h Health) plus(o Health) Health {
	both := h.and(o)
	both.InFlight = h.InFlight + o.InFlight
	both.CPU = h.CPU + o.CPU
	both.GCPause = max(h.GCPause, o.GCPause)
	both.Files, both.FileLimit = h.Files+o.Files, h.FileLimit+o.FileLimit
	if o.ClockStep.Abs() > both.ClockStep.Abs() {
		both.ClockStep = o.ClockStep
	}
	return both
}
