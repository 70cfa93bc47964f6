package imports

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"tollgate/results"
)

// A Recording is what files of one format say.
type Recording struct {
	Program string
	Format  string
	Keeps   results.Keeps
	Lacks   []results.Lack
	Notes   []string // what else has to be known of it

	samples   []sample
	intervals []interval
	targets   table
	requests  table
	urls      map[uint16]string // of targets, the first that was met
	causes    map[cause]string  // texts of errors, the first of each
	relative  bool              // times are from the start of the run, which is not known
	written   time.Time         // when the file was, where times are relative
	left      int64
	coarse    float64
	block     time.Duration // of the samples that are one replicate; 0: the run is cut by its time
}

// A sample is one request. Tens of millions of them have to fit in memory.
type sample struct {
	at, took        int64 // nanoseconds: since 1970, or from the start of the run
	out, in         int64
	target, request uint16
	code            uint16
	err             results.ErrClass
	wanted          bool // its status is one that the load expects
}

// An interval is the good responses of a while.
type interval struct {
	from, to int64
	target   uint16
	h        *results.Histogram
}

// A cause is what an error's text is kept for.
type cause struct {
	target, request uint16
	err             results.ErrClass
}

// The bounds of a recording.
const (
	maxSamples   = 8 << 20
	maxIntervals = 1 << 20
	maxTargets   = 200
	maxRequests  = 32 // that have names; what comes after is "other"
	maxSpan      = 366 * 24 * time.Hour
	maxTook      = 1000 * time.Hour // longer is no time of a response
)

// A table numbers names.
type table struct {
	names []string
	index map[string]uint16
}

// number returns that of a name, if it is one of at most so many.
func (t *table) number(name string, most int) (uint16, bool) {
	if i, ok := t.index[name]; ok {
		return i, true
	}
	if len(t.names) >= most {
		return 0, false
	}
	if t.index == nil {
		t.index = map[string]uint16{}
	}
	i := uint16(len(t.names))
	t.names, t.index[name] = append(t.names, name), i
	return i, true
}

// The names of what has none.
const (
	theTarget  = "target"
	theRequest = "request"
	others     = "other"
)

// target numbers a target.
func (r *Recording) target(name string) (uint16, error) {
	i, ok := r.targets.number(named(name, theTarget), maxTargets)
	if !ok {
		return 0, fmt.Errorf("there are more than %d targets: --target NAME makes them one", maxTargets)
	}
	return i, nil
}

// request numbers a request; there are few names.
func (r *Recording) request(name string) uint16 {
	i, ok := r.requests.number(named(name, theRequest), maxRequests-1)
	if !ok {
		i, _ = r.requests.number(others, maxRequests)
	}
	return i
}

// maxName is how long a name may be.
const maxName = 100

// named is a name as a run may have it: a line of printable characters, without colons.
func named(name, otherwise string) string {
	name = strings.Map(func(r rune) rune {
		if r == ':' || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(name))
	if runes := []rune(name); len(runes) > maxName {
		name = string(runes[:maxName-1]) + "…"
	}
	if name == "" {
		return otherwise
	}
	return name
}

// requestOf is the name of a request by its method and address: without query, which may
// hold a secret.
func requestOf(method, address string) string {
	path, _, _ := strings.Cut(address, "?")
	if u, err := url.Parse(address); err == nil && u.Host != "" { // else it is a name already
		path = u.EscapedPath()
	}
	if method == "" && path == "" {
		return ""
	}
	if path == "" {
		path = "/"
	}
	return strings.TrimSpace(method + " " + path)
}

// add takes in a sample.
func (r *Recording) add(s sample) error {
	switch {
	case len(r.samples) >= maxSamples:
		return fmt.Errorf("there are more than %d samples: import a part of them, or record an HdrHistogram log", maxSamples)
	case s.took < 0:
		return fmt.Errorf("a latency of %v is negative", time.Duration(s.took))
	case s.took > int64(maxTook):
		return fmt.Errorf("no response takes %v: is the unit of the latency right?", time.Duration(s.took))
	case s.at < -1<<61 || s.at > 1<<62 || s.out < 0 || s.in < 0 || s.out > maxSize || s.in > maxSize:
		return fmt.Errorf("a time of %d ns, or sizes of %d and %d bytes, are out of range", s.at, s.out, s.in)
	}
	r.samples = append(r.samples, s)
	return nil
}

// maxSize is more than a request or a response has.
const maxSize = 1 << 44

// located notes where a target is, without what may be secret in an address.
func (r *Recording) located(target uint16, address string) {
	if r.urls[target] != "" || address == "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return
	}
	if r.urls == nil {
		r.urls = map[uint16]string{}
	}
	r.urls[target] = (&url.URL{Scheme: u.Scheme, Host: u.Host}).String()
}

// failed notes the text of an error, the first of each cause.
func (r *Recording) failed(s *sample, text string) {
	k := cause{s.target, s.request, s.err}
	if _, known := r.causes[k]; known || len(r.causes) >= maxCauses {
		return
	}
	if r.causes == nil {
		r.causes = map[cause]string{}
	}
	r.causes[k] = detail(text)
}

const maxCauses = 1000

// detail is an error's text without an address, which may hold a secret.
func detail(text string) string {
	if _, rest, ok := strings.Cut(text, `": `); ok && strings.Contains(text, "://") {
		text = rest
	}
	if strings.Contains(text, "://") || strings.Contains(text, "?") {
		return ""
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	runes := []rune(text)
	return string(runes[:min(len(runes), results.MaxExcerptDetail)])
}

// begins is when the first request was sent.
func (r *Recording) begins() (at int64) {
	for i, s := range r.samples {
		if i == 0 || s.at < at {
			at = s.at
		}
	}
	for i, v := range r.intervals {
		if i == 0 && len(r.samples) == 0 || v.from < at {
			at = v.from
		}
	}
	return at
}

// ends is when the last response ended.
func (r *Recording) ends() (at int64) {
	at = r.begins()
	for _, s := range r.samples {
		at = max(at, s.at+s.took)
	}
	for _, v := range r.intervals {
		at = max(at, v.to)
	}
	return at
}

// sort puts everything into the order in which it ended.
func (r *Recording) sort() {
	slices.SortStableFunc(r.samples, func(a, b sample) int { return cmp.Compare(a.at+a.took, b.at+b.took) })
	slices.SortStableFunc(r.intervals, func(a, b interval) int { return cmp.Compare(a.to, b.to) })
}
