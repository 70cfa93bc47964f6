package pricing

import (
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

//go:embed workload.schema.json
var workloadSchema []byte

//go:embed starter/workload.yaml
var starter []byte

// StarterWorkload returns the workload that "tollgate init --workload" writes.
func StarterWorkload() []byte { return slices.Clone(starter) }

// WorkloadSchema returns the published JSON Schema of workloads.
func WorkloadSchema() []byte { return slices.Clone(workloadSchema) }

// ReadWorkload reads a workload, YAML or JSON; name is the file's, for messages.
// The error holds everything that is wrong with it, each as a document.Problem.
func ReadWorkload(name string, data []byte) (*Workload, error) {
	var file struct {
		Version     int64  `json:"version" doc:"min=1;max=1"`
		Integration string `json:"integration" doc:"one=lambda,direct,http"`
		APIs        apisOf `json:"apis"`
		Workload
		Account
	}
	if n := document.Open(name, data, document.Options{}).Key("targets"); n != nil {
		return nil, document.Problem{File: name, Line: n.Line, Column: n.Column, Text: `this is a scenario, since it has targets: a workload states requests_per_month, and "tollgate init --workload" writes one to start from`}
	}
	doc := document.Read(name, data, &file, document.Options{Empty: `"tollgate init --workload" writes a workload to start from`})
	w := &file.Workload
	if file.Account.stated() {
		w.Account = &file.Account
	}
	f := doc.Value().Fields()
	if err := CheckRegion(w.Region); err != nil && w.Region != "" {
		f.Get("region").Bad("%v", err)
	}
	w.Requires = ReadRequires(f.Get("requires"))
	if n := file.APIs.Node; n != nil && !doc.Failed() { // what they inherit is reported once
		w.APIs = file.APIs.read(w, doc.Root)
	}
	if doc.Failed() { // check would complain of what could not be read
		return nil, doc.Err()
	}
	w.integration(file.Integration)
	if err := doc.Errors(w.check); err != nil {
		return nil, err
	}
	w.Notes = doc.Notes()
	return w, nil
}

// ReadRequires reads the list of features that a front door must have.
func ReadRequires(v document.Value) (names []string) {
	if v.Node == nil {
		return nil
	}
	var known []string
	for _, f := range Features {
		known = append(known, f.Name)
	}
	for _, item := range v.List(len(Features)) {
		feature, ok := FeatureNamed(item.Node.Text)
		switch {
		case !ok:
			item.Problem("unknown feature %s%s (known are %s)", item.Quote(), document.DidYouMean(item.Raw, known), strings.Join(known, ", "))
			continue
		case slices.Contains(names, feature.Name):
			item.Problem("%q is listed twice", feature.Name)
			continue
		case feature.Name != item.Node.Text:
			item.Note("%s is now called %s", item.Quote(), feature.Name)
		}
		names = append(names, feature.Name)
	}
	return names
}

// check finds what no value alone can say.
func (w *Workload) check() error {
	if len(w.APIs) > 0 {
		return errors.Join(append(w.checkAPIs(), w.checkName())...)
	}
	return errors.Join(append(w.checkParts(), w.checkName())...)
}

// integration is what the front door calls.
func (w *Workload) integration(name string) { w.Direct, w.HTTP = name == "direct", name == "http" }

// checkParts are those of one API.
func (w *Workload) checkParts() []error {
	return []error{w.checkTraffic(), w.checkConnections(), w.checkZones(), w.checkTask(), w.checkProvisioned(), w.checkWAF(), w.checkLink(), w.checkDurations()}
}

// checkDurations finds invocations that take no time: AWS bills each one at least 1 ms
// (AWS Lambda pricing page), so a 0 would leave GB-seconds out of the bill.
func (w *Workload) checkDurations() error {
	for _, one := range []struct {
		key   string
		shape *Shape
	}{
		{"function.duration", &w.Function.Duration},
		{"authorizer.duration", &w.Authorizer.Duration},
		{"cloudfront.lambda_edge.duration", &w.CDN.Edge.Duration},
	} {
		if one.shape.isZero() {
			return fmt.Errorf("%s: must be more than 0: AWS bills at least 1 ms of an invocation; leave it out if it is not known", one.key)
		}
	}
	return nil
}

func (w *Workload) checkName() error {
	if w.Name == "" || len(w.Name) > 80 {
		return errors.New("name: must have 1 to 80 characters")
	}
	return nil
}

func (w *Workload) checkTraffic() error {
	if w.Requests.High.Sign() == 0 && !w.Sockets.stated() {
		return errors.New("needs requests_per_month, or a websocket section")
	}
	return nil
}

func (w *Workload) checkConnections() error {
	if c := w.Connections; c.PerSecond.High.Sign() > 0 && c.Requests.High.Sign() > 0 {
		return errors.New("connections.new_per_second: state new_per_second or requests_per_connection, not both: either follows from the other")
	}
	return nil
}

func (w *Workload) checkZones() error {
	if z := w.Balancer.Zones; z != nil && *z == 1 {
		return errors.New("load_balancer.public_zones: must be 0, of an internal load balancer, or at least 2: a load balancer is in two zones or more")
	}
	return nil
}

func (w *Workload) checkTask() error {
	if w.Containers.Tasks.High.Sign() == 0 {
		return nil
	}
	return w.Containers.checkSize()
}

// checkProvisioned compares environments with the month, which has up to 744 hours if it
// is not stated.
func (w *Workload) checkProvisioned() error {
	hours := w.Hours
	if hours.Sign() == 0 {
		hours = Whole(longestMonth)
	}
	if ready := w.Function.Provisioned.Hours.High; ready.Cmp(hours) > 0 {
		return fmt.Errorf("function.provisioned.hours: must be at most %s, the hours of the month, is %s", Figure(hours), Figure(ready))
	}
	return nil
}

func (w *Workload) checkWAF() error {
	if w.WAF.Rules > 0 && w.WAF.ACLs == 0 {
		return errors.New("waf.acls: rules are in a web ACL: state at least 1, or no rules")
	}
	return nil
}

// most is more than anything of this world counts in a month.
var most = new(big.Rat).SetInt64(1e15)

// Decode reads a number within its bounds.
func (q *Quantity) Decode(v document.Value) {
	if r, ok := v.Exact(); ok {
		q.r = fractionOf(new(big.Rat).Set(r))
	}
}

// quantityOf reads a number that is not negative.
func quantityOf(v document.Value) (q Quantity) {
	if v.Node != nil {
		q.Decode(v.Default(new(big.Rat), most))
	}
	return q
}

// ranged are the keys of a range.
var ranged = []string{"low", "likely", "high"}

// Decode reads a number, or a range such as {low: 4, likely: 5, high: 8}.
func (r *Range) Decode(v document.Value) {
	if v.Type != document.Mapping {
		*r = exactly(quantityOf(v))
		return
	}
	f := v.Fields(ranged...)
	f.Need(ranged...)
	*r = Range{quantityOf(f.Get("low")), quantityOf(f.Get("likely")), quantityOf(f.Get("high"))}
	checkAscending(f, ranged)
}

// checkAscending reports a number that is less than the one before.
func checkAscending(f document.Fields, keys []string) {
	for i, key := range keys[1:] {
		before, at := quantityOf(f.Get(keys[i])), quantityOf(f.Get(key))
		if at.Cmp(before) < 0 && !f.Failed() {
			f.Get(key).Bad("must be at least %s, %s", keys[i], f.Get(keys[i]).Quote())
		}
	}
}

// Decode reads a number, a range, percentiles such as {p50: 4, p99: 20},
// to which a mean may be added, or {histogram: [[value, count], ...]}.
func (s *Shape) Decode(v document.Value) {
	switch {
	case v.Type != document.Mapping || v.Find("low") != nil || v.Find("likely") != nil || v.Find("high") != nil:
		s.Range.Decode(v)
	case v.Find("histogram") != nil:
		s.histogram(v.Fields("histogram").Get("histogram"))
	default:
		s.percentiles(v)
	}
	s.none = !s.stated()
}

// mostPairs bounds a histogram.
const mostPairs = 10_000

func (s *Shape) histogram(v document.Value) {
	for _, pair := range v.List(mostPairs) {
		two := pair.List(2)
		if len(two) != 2 {
			pair.Problem("needs a value and how often it was counted")
			continue
		}
		value := quantityOf(two[0])
		s.Buckets = append(s.Buckets, Bucket{nearest(value.Mul(Whole(thousandths))), two[1].In(document.Count).Whole(0, 1e15)})
	}
}

func (s *Shape) percentiles(v document.Value) {
	var keys []string
	for _, e := range v.Entries {
		switch {
		case e.Key == "mean":
			continue
		case shareOf(e.Key) < 0:
			v.At(e.At(), v.Path).Problem("unknown key %q: write a range {low: 4, likely: 5, high: 8}, percentiles {min: 1, p50: 4, p99.9: 20, mean: 6} or {histogram: [[value, count], ...]}", e.Key)
			return
		}
		keys = append(keys, e.Key)
	}
	if len(keys) == 0 {
		v.Problem("needs a range, percentiles or a histogram; a mean alone is written as a number")
		return
	}
	slices.SortFunc(keys, func(a, b string) int { return int(shareOf(a) - shareOf(b)) })
	f := v.Fields()
	var ps []percentile
	for _, key := range keys {
		ps = append(ps, percentile{shareOf(key), quantityOf(f.Get(key))})
	}
	checkAscending(f, keys)
	if f.Failed() {
		return
	}
	*s = fromPercentiles(ps)
	if !f.Has("mean") {
		return
	}
	made, err := s.stating(quantityOf(f.Get("mean")))
	if err != nil && !f.Failed() {
		f.Get("mean").Bad("%v", err)
	}
	*s = made
}

// shareOf turns a percentile's key into hundredths of a percent: p99.9 is 9990,
// min is 0 and max all. It is negative for any other key.
func shareOf(key string) int64 {
	switch key {
	case "min":
		return 0
	case "max":
		return 10_000
	}
	number, is := strings.CutPrefix(key, "p")
	f, err := strconv.ParseFloat(number, 64)
	if !is || err != nil || !(f >= 0 && f < 100) || len(number) > 5 {
		return -1
	}
	return int64(f*100 + 0.5)
}

const profileRule = "must be flat, business-hours, diurnal, {day: [24 numbers]}, {week: [7 times 24 numbers]} or {hourly: [up to 744 numbers]}"

// Decode reads a profile's name, a day of 24 hours or a week of seven such, or
// hourly counts.
func (p *Profile) Decode(v document.Value) {
	var weights []int64
	switch name := v.Node.Text; {
	case v.Type == document.String && name == "flat":
		return
	case v.Type == document.String:
		weights = profileNamed(name)
	case v.Type == document.Mapping && len(v.Entries) == 1:
		f := v.Fields("day", "week", "hourly")
		for _, day := range append(f.Get("week").List(7), f.Get("day"), f.Get("hourly")) {
			for _, hour := range day.List(HoursInMonth + 14) {
				weights = append(weights, hour.Whole(0, 1e15))
			}
		}
		if n := len(weights); f.Has("day") && n != 24 || f.Has("week") && n != 7*24 {
			weights = nil
		}
	}
	if weights == nil {
		v.Problem(profileRule)
		return
	}
	made, err := ProfileOf(weights)
	if err != nil {
		v.Problem("%v", err)
	}
	*p = made
}
