package results

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"tollgate/pricing/escape"
)

// A tag names a series in a log. Its grammar:
//
//	tag    = "target=" name ";request=" name ";block=" number ";" what
//	what   = "outcome=" outcome ";clock=" clock   // a latency
//	       | "clock=lag"                          // of the generator
//	       | "clock=control"                      // of the control measurement
//	       | "size=" ( "request" | "response" )   // in sizes.hlog
//
// Names are percent-encoded as in a URL's query, since a tag must not hold a
// comma, a space or a line break.
type tag struct {
	Group
	kind    tagKind
	outcome Outcome
	clock   Clock
}

type tagKind uint8

const (
	tagLatency tagKind = iota
	tagLag
	tagControl
	tagRequest
	tagResponse
)

// names translates between indices and the names that files hold.
type names struct {
	targets, requests []string
}

func namesOf(doc *Document) names {
	n := names{requests: doc.Requests}
	if len(doc.Probes)+len(doc.Flows) > 0 || doc.namesReleases() {
		n.requests = slices.Clone(doc.Requests)
	}
	for _, p := range doc.Probes {
		n.requests = append(n.requests, probePrefix+p)
	}
	for _, f := range doc.Flows {
		n.requests = append(n.requests, flowPrefix+f.Name)
	}
	if doc.namesReleases() {
		for _, name := range releaseNames {
			n.requests = append(n.requests, releasePrefix+name)
		}
	}
	for _, t := range doc.Targets {
		n.targets = append(n.targets, t.Name)
	}
	return n
}

// probePrefix distinguishes probes from requests in the files of a run: no request's
// name holds a colon.
const probePrefix = "probe:"

// at returns the i'th name; an index beyond the document's is shown as a number.
func at(of []string, i uint16) string {
	if int(i) < len(of) {
		return of[i]
	}
	return "#" + strconv.Itoa(int(i))
}

func (n names) target(i uint16) string  { return at(n.targets, i) }
func (n names) request(i uint16) string { return at(n.requests, i) }

func index(of []string, name string) (uint16, error) {
	if i := slices.Index(of, name); i >= 0 {
		return uint16(i), nil
	}
	return 0, fmt.Errorf("%q is not named in run.json", name)
}

// tag spells t.
func (n names) tag(t tag) string {
	s := "target=" + url.QueryEscape(n.target(t.Target)) + ";request=" + url.QueryEscape(n.request(t.Request)) +
		";block=" + strconv.FormatUint(uint64(t.Block), 10)
	switch t.kind {
	case tagLag:
		return s + ";clock=lag"
	case tagControl:
		return s + ";clock=control"
	case tagRequest:
		return s + ";size=request"
	case tagResponse:
		return s + ";size=response"
	}
	return s + ";outcome=" + t.outcome.String() + ";clock=" + t.clock.String()
}

// parseTag reads what tag spelled.
func (n names) parseTag(s string) (t tag, err error) {
	seen := map[string]string{}
	for part := range strings.SplitSeq(s, ";") {
		k, v, ok := strings.Cut(part, "=")
		if _, twice := seen[k]; twice || !ok {
			return t, fmt.Errorf("tag %.100q: want target=…;request=…;block=…;outcome=…;clock=…", s)
		}
		if seen[k], err = url.QueryUnescape(v); err != nil {
			return t, fmt.Errorf("tag %.100q: %w", s, err)
		}
	}
	if t.Group, err = n.group(seen["target"], seen["request"], seen["block"]); err != nil {
		return t, fmt.Errorf("tag %.100q: %w", s, err)
	}
	switch {
	case seen["size"] == "request":
		t.kind = tagRequest
	case seen["size"] == "response":
		t.kind = tagResponse
	case seen["clock"] == "lag":
		t.kind = tagLag
	case seen["clock"] == "control":
		t.kind = tagControl
	default:
		o, c := slices.Index(outcomeNames[:], seen["outcome"]), slices.Index(clockNames[:], seen["clock"])
		if o < 0 || c < 0 {
			return t, fmt.Errorf("tag %.100q: unknown outcome or clock", s)
		}
		t.outcome, t.clock = Outcome(o), Clock(c)
	}
	return t, nil
}

// apostrophe stands before a name that a spreadsheet would take for a formula, and before one
// that begins with it, so that names can be read again.
const apostrophe = "'"

// quoted is a name as a cell of seconds.csv.
func quoted(name string) string {
	if escape.Cell(name) != name || strings.HasPrefix(name, apostrophe) {
		return apostrophe + name
	}
	return name
}

// named is the name that a cell holds; runs of earlier versions have names as they are.
func named(of []string, cell string) (uint16, error) {
	if name, ok := strings.CutPrefix(cell, apostrophe); ok {
		if i, err := index(of, name); err == nil {
			return i, nil
		}
	}
	return index(of, cell)
}

// group reads the three columns that name a row of seconds.csv.
func (n names) group(target, request, block string) (g Group, err error) {
	if g.Target, err = named(n.targets, target); err != nil {
		return g, fmt.Errorf("target %w", err)
	}
	if g.Request, err = named(n.requests, request); err != nil {
		return g, fmt.Errorf("request %w", err)
	}
	b, err := strconv.ParseUint(block, 10, 32)
	if err != nil {
		return g, fmt.Errorf("block %.20q is not a number", block)
	}
	g.Block = uint32(b)
	return g, nil
}

// printable refuses names that would break a line of a file.
func (n names) printable() error {
	var errs []error
	for _, name := range slices.Concat(n.targets, n.requests) {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			errs = append(errs, fmt.Errorf("%q is not a name: it must be printable and not empty", name))
		}
	}
	return errors.Join(errs...)
}
