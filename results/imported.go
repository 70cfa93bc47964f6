package results

import (
	"fmt"
	"slices"
	"strings"
)

// An ImportDoc says of a run that another program recorded what its files say, and what
// they do not.
type ImportDoc struct {
	Program string  `json:"program" text:"name"`         // that recorded it: "vegeta"; "" where the file does not say
	Format  string  `json:"format" text:"name"`          // of its files
	Keeps   Keeps   `json:"keeps"`                       // what a latency in them is
	Lacks   []Lack  `json:"not_recorded"`                // what the files do not say
	Left    int64   `json:"rows_left_out,omitempty"`     // of other metrics than response times
	Coarse  float64 `json:"precision_percent,omitempty"` // of the histograms in them, if it is coarser than Tollgate's; 0: it is not
}

// Keeps is what the latencies of an imported run were made of.
type Keeps string

// What files keep.
const (
	KeepsSamples    Keeps = "samples"    // each request
	KeepsHistograms Keeps = "histograms" // requests of an interval, by their latency
	KeepsMeans      Keeps = "means"      // the mean of a batch of operations
)

// A Lack is something that the files of an imported run do not say.
type Lack string

// What files may lack.
const (
	LackGenerator   Lack = "generator"          // how the load generator performed
	LackDue         Lack = "due_times"          // when requests were due
	LackOutcomes    Lack = "outcomes"           // which requests failed
	LackBroken      Lack = "broken_connections" // requests without a response
	LackSizes       Lack = "sizes"              // of requests and responses
	LackConnections Lack = "connections"        // that were opened
	LackTimes       Lack = "times"              // when requests were sent
	LackStart       Lack = "start"              // when the run began: from then on times are known
	LackMachine     Lack = "machine"            // that sent them
)

// lacks are all of them, in the order in which they are shown, and what each means.
var lacks = []struct {
	lack Lack
	text string
}{
	{LackGenerator, "how the load generator performed was not recorded (lateness, processor time, pauses): whether response times are its own doing cannot be told; tollgate run records it"},
	{LackDue, "when each request was due was not recorded: response times begin when it was sent, and if the generator waited for slow responses before it sent the next, they leave that wait out (coordinated omission); a generator that records due times, such as tollgate run, would tell"},
	{LackOutcomes, "which requests failed was not recorded: all count as good, and shares of errors cannot be told"},
	{LackBroken, "requests without a response are not in the file: shares of errors have only those that the server answered"},
	{LackSizes, "sizes of requests and responses were not recorded: no bill can be made of them"},
	{LackConnections, "which requests opened a connection was not recorded"},
	{LackTimes, "when the requests were sent was not recorded: rates, and how the run changed, cannot be told"},
	{LackStart, "when the run began was not recorded: it is taken to have ended when the file was written"},
	{LackMachine, "which machine sent the requests was not recorded (--here states that it was this one)"},
}

// lackNames are the words of lacks.
func lackNames() (all []Lack) {
	for _, l := range lacks {
		all = append(all, l.lack)
	}
	return all
}

// Lacks says whether a run is imported from files that do not say something.
func (d *Document) Lacks(what Lack) bool {
	return d.Imported != nil && slices.Contains(d.Imported.Lacks, what)
}

// figureLacks are those that are about figures.
func (i *ImportDoc) figureLacks() (all []Lack) {
	if i == nil {
		return nil
	}
	for _, l := range i.Lacks {
		switch l {
		case LackOutcomes, LackSizes, LackConnections, LackTimes:
			all = append(all, l)
		}
	}
	return all
}

// Known says whether figures have what they say of something: those of an imported run may
// lack it.
func (f *Figures) Known(what Lack) bool { return !f.lacks(what) }

func (f *Figures) lacks(what Lack) bool { return slices.Contains(f.Lacks, what) }

// By is the program that recorded the run.
func (i *ImportDoc) By() string {
	if i.Program == "" {
		return "another program"
	}
	return i.Program
}

// Text says in a line what the run was made of.
func (i *ImportDoc) Text() string {
	text := fmt.Sprintf("recorded by %s, and imported from %s", i.By(), i.Format)
	switch i.Keeps {
	case KeepsHistograms:
		text += ": of single requests nothing is known"
	case KeepsMeans:
		text += ": each sample is the mean of a batch of operations, so percentiles are of batches, and of single operations nothing is known"
	}
	if i.Coarse > 0 {
		text += fmt.Sprintf("; its histograms are exact to %.2g %%", i.Coarse)
	}
	return text
}

// Missing says what the files lack, one sentence each, without the generator: that is a
// reason of the verdict.
func (i *ImportDoc) Missing() (texts []string) {
	for _, l := range lacks {
		if slices.Contains(i.Lacks, l.lack) && l.lack != LackGenerator {
			texts = append(texts, l.text)
		}
	}
	return texts
}

func (i *ImportDoc) check() error {
	if i == nil {
		return nil
	}
	if err := OneOf("imported.keeps", i.Keeps, KeepsSamples, KeepsHistograms, KeepsMeans); err != nil {
		return err
	}
	if i.Left < 0 || !(i.Coarse >= 0 && i.Coarse <= 100) {
		return fmt.Errorf("imported: rows_left_out %d or precision_percent %g cannot be", i.Left, i.Coarse)
	}
	for _, l := range i.Lacks {
		if err := OneOf("imported.not_recorded", l, lackNames()...); err != nil {
			return err
		}
	}
	return nil
}

// Unassessed says which thresholds cannot be held against an imported run, since its files
// do not say what they limit.
func (i *ImportDoc) Unassessed(t Threshold) error {
	needs := map[string]Lack{
		"error_share": LackOutcomes, "share": LackOutcomes, "count": LackOutcomes,
		"goodput": LackTimes, "rate": LackTimes,
		"bytes_in": LackSizes, "bytes_out": LackSizes, "connections": LackConnections,
	}
	lack, known := needs[t.Metric]
	if known && slices.Contains(i.Lacks, lack) {
		return fmt.Errorf("threshold %q: %s", t.Text, lack.text())
	}
	return nil
}

func (l Lack) text() string {
	for _, one := range lacks {
		if one.lack == l {
			return strings.TrimSpace(one.text)
		}
	}
	return string(l)
}

// importedVerdict is that of a run of which nothing is known about the load generator: at
// best it cannot be told whether its numbers may be trusted.
func importedVerdict(run *Run, all *totals) (Verdict, []string) {
	a := &assessor{run: run, all: all, assessment: assessment{verdict: Valid, reasons: []string{}}}
	for _, i := range sortedTargets(run) {
		name, p := run.Document.Targets[i].Name, all.part(allOf(i))
		n, own := p.requests(), p.sum.Errors[ErrGenerator]
		if n == 0 {
			a.invalid("%s: no request ended, so there is nothing to measure", name)
			continue
		}
		a.faults(name+": ", &Conduct{Requests: n + own, Own: own})
		if p.sum.Clamped > 0 {
			a.suspect("%s: %d times were outside of 0 to 1 h and were clamped", name, p.sum.Clamped)
		}
	}
	a.thresholds()
	reasons := append([]string{LackGenerator.text()}, a.reasons...)
	if a.verdict == Invalid {
		return Invalid, reasons
	}
	return Unknown, reasons
}
