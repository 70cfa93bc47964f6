package results

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"reflect"
)

// FindingsVersion is the version of findings.json that this program writes. It
// reads no other.
const FindingsVersion = 1

// FileFindings is what probes concluded, in a run directory.
const FileFindings = "findings.json"

// Findings is findings.json. Its schema is published (findings.schema.json).
type Findings struct {
	Version  int       `json:"version"`
	Findings []Finding `json:"findings"`
}

// A Finding is what one probe concluded about one target: values, each with its
// interval, the method that gave it, and what had to be assumed.
type Finding struct {
	Probe       string           `json:"probe" text:"name"`
	Title       string           `json:"title"`
	Target      string           `json:"target" text:"name"`
	Lab         bool             `json:"lab,omitempty"`       // the target was a model on this machine, and not AWS
	Verdict     Verdict          `json:"verdict"`             // invalid: the generator, not the target, set the result
	Reasons     []string         `json:"reasons"`             // why the verdict is not "valid"
	Disturbed   []string         `json:"disturbed,omitempty"` // stages in which the generator was disturbed, and whether they were sent again or left out
	Conclusion  string           `json:"conclusion"`
	Values      map[string]Value `json:"values"`
	Assumptions []string         `json:"assumptions"`
	Checks      []Check          `json:"checks,omitempty"` // what the scenario, a document or a guide expects, and what was measured
	Tables      []Table          `json:"tables,omitempty"`
	Series      []Series         `json:"series,omitempty"` // for pictures
	Requests    int64            `json:"requests"`         // that the probe sent
	Seconds     float64          `json:"duration_s"`
}

// A Value is a measured quantity with its interval. Low and High are null
// where the method has no interval.
type Value struct {
	Value  float64  `json:"value"`
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"`
	Unit   string   `json:"unit"`   // "per_s", "requests", "ms", "s", "share", "bytes", "usd" or "count"
	Method string   `json:"method"` // how it was found, and the confidence of its interval
}

// Between makes a value with an interval.
func Between(value, low, high float64, unit, method string) Value {
	return Value{Value: value, Low: &low, High: &high, Unit: unit, Method: method}
}

// Exactly makes a value without an interval, such as a count.
func Exactly(value float64, unit, method string) Value {
	return Value{Value: value, Unit: unit, Method: method}
}

// A Check compares a claim with what was measured. One that Must hold and does not
// fails the run like a threshold. A claim about AWS that was checked at a model of
// the lab neither holds nor fails: Holds is [OfModel] then, and Measured is what the
// model was given.
type Check struct {
	Claim    string `json:"claim"`           // "rate 1000/s"
	Source   string `json:"source"`          // who claims it: "the scenario", "AWS quotas", Guides
	About    string `json:"about,omitempty"` // the key, the path and the load that Measured is of
	Measured string `json:"measured"`        // in words, with its interval
	Holds    string `json:"holds"`           // "yes", "no", "unknown" or OfModel
	Must     bool   `json:"must"`
	Why      string `json:"why,omitempty"`
}

// OfModel is the Holds of a claim about AWS that was checked at a model of the lab.
const OfModel = "model"

// Guides is the Source of what common guides claim of AWS.
const Guides = "common guides"

// A Table is part of a finding.
type Table struct {
	Title   string     `json:"title"`
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// A Series is a line or a cloud of points for a picture.
type Series struct {
	Name   string       `json:"name"`
	X      string       `json:"x"` // title of the axis, with its unit
	Y      string       `json:"y"`
	Points [][2]float64 `json:"points"`
}

// units are those of values.
var units = []string{"per_s", "requests", "ms", "s", "share", "bytes", "usd", "count"}

// The bounds of a finding: it is a conclusion, and no second copy of the samples.
const (
	MaxPoints   = 2_000 // of a series
	maxSeries   = 100
	maxFindings = 1_000
)

// WriteFindings replaces findings.json.
func WriteFindings(dir string, all []Finding) error {
	doc := Findings{Version: FindingsVersion, Findings: make([]Finding, len(all))}
	for i, f := range all {
		f.Reasons, f.Assumptions = orEmpty(f.Reasons), orEmpty(f.Assumptions)
		if f.Values == nil {
			f.Values = map[string]Value{}
		}
		if err := errors.Join(f.check(), cleanse(reflect.ValueOf(&f), "", false)); err != nil {
			return fmt.Errorf("%s: %s at %s: %w", FileFindings, f.Probe, f.Target, err)
		}
		doc.Findings[i] = f
	}
	return WriteJSON(dir, FileFindings, doc)
}

// readFindings reads the findings of a run directory; a run without probes has
// none.
func readFindings(dir fs.FS) ([]Finding, error) {
	data, err := readFile(dir, FileFindings)
	if notThere(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all, err := ParseFindings(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileFindings, err)
	}
	return all, nil
}

// ParseFindings reads the bytes of a findings.json.
func ParseFindings(data []byte) ([]Finding, error) {
	var doc Findings
	if err := ParseJSON(data, &doc, doc.check); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return doc.Findings, nil
}

func (doc *Findings) check() error {
	if doc.Version != FindingsVersion {
		return fmt.Errorf("version %d is not the version %d that this program reads; use the tollgate that wrote it", doc.Version, FindingsVersion)
	}
	if len(doc.Findings) > maxFindings {
		return fmt.Errorf("%d findings are more than the %d that a run can have", len(doc.Findings), maxFindings)
	}
	var errs []error
	for i := range doc.Findings {
		if err := doc.Findings[i].check(); err != nil {
			errs = append(errs, fmt.Errorf("finding %d: %w", i+1, err))
		}
	}
	return errors.Join(errs...)
}

// check refuses what no probe concludes.
func (f *Finding) check() error {
	if err := OneOf("verdict", f.Verdict, Valid, Suspect, Invalid); err != nil {
		return err
	}
	if f.Probe == "" || f.Target == "" || f.Conclusion == "" {
		return errors.New("it needs a probe, a target and a conclusion")
	}
	for name, v := range f.Values {
		if !v.finite() {
			return fmt.Errorf("value %q is not a number", name)
		}
		if err := OneOf("values."+name+".unit", v.Unit, units...); err != nil {
			return err
		}
	}
	for _, c := range f.Checks {
		if err := OneOf("checks.holds", c.Holds, "yes", "no", "unknown", OfModel); err != nil {
			return err
		}
	}
	if len(f.Series) > maxSeries {
		return fmt.Errorf("%d series are more than %d", len(f.Series), maxSeries)
	}
	for _, s := range f.Series {
		if len(s.Points) > MaxPoints {
			return fmt.Errorf("series %q has %d points, more than %d", s.Name, len(s.Points), MaxPoints)
		}
	}
	return nil
}

func (v Value) finite() bool {
	for _, x := range []*float64{&v.Value, v.Low, v.High} {
		if x != nil && (math.IsNaN(*x) || math.IsInf(*x, 0)) {
			return false
		}
	}
	return true
}
