package accesslog

import (
	"bytes"
	"fmt"
	"time"
)

// distributionFields are those of CloudFront's standard logs, in the order of a file whose
// header is lost; those of version 2 follow. Source: CloudFront developer guide, "Standard
// log file fields". date and time are when the response was finished.
var distributionFields = []field{
	{"date", setEndedDay},
	{"time", setEndedClock},
	{"x-edge-location", setEdge},
	{"sc-bytes", setAllOut},
	{"c-ip", setClient},
	{"cs-method", setMethod},
	{"cs(Host)", setHostIfNone},
	{"cs-uri-stem", setPath},
	{"sc-status", setStatus},
	{"cs(Referer)", nil},
	{"cs(User-Agent)", setAgent},
	{"cs-uri-query", setQuery},
	{"cs(Cookie)", nil},
	{"x-edge-result-type", setResult},
	{"x-edge-request-id", nil},
	{"x-host-header", setHost},
	{"cs-protocol", setSocketType},
	{"cs-bytes", setAllIn},
	{"time-taken", length(tookOf, time.Second)},
	{"x-forwarded-for", nil},
	{"ssl-protocol", nil},
	{"ssl-cipher", nil},
	{"x-edge-response-result-type", nil},
	{"cs-protocol-version", nil},
	{"fle-status", nil},
	{"fle-encrypted-fields", nil},
	{"c-port", nil},
	{"time-to-first-byte", nil},
	{"x-edge-detailed-result-type", nil},
	{"sc-content-type", nil},
	{"sc-content-len", nil},
	{"sc-range-start", nil},
	{"sc-range-end", nil},
}

var distributionFields2 = []field{
	{"timestamp(ms)", setEndedMS},
	{"origin-lbl", length(backendOf, time.Second)},
}

var distributionW3C = Format{
	Name: "cloudfront-w3c", Title: "standard log of CloudFront, W3C",
	is: func(line []byte) bool {
		return bytes.HasPrefix(line, []byte("#Version:")) || bytes.HasPrefix(line, []byte("#Fields:")) || isDistributionLine(line)
	},
	open: openW3C,
}

var distributionJSON = Format{
	Name: "cloudfront-json", Title: "standard log of CloudFront, JSON",
	is:   func(line []byte) bool { return isObject(line) && has(line, `"sc-status"`) },
	open: func() decoder { return objects(Request, named(distributionFields, distributionFields2)) },
}

// openW3C decodes lines by the header that stands above them. Old headers name the fields
// as today's do.
func openW3C() decoder {
	fields := distributionFields
	return func(e *Entry, line []byte) (bool, error) {
		if line[0] == '#' {
			if names, ok := bytes.CutPrefix(line, []byte("#Fields:")); ok {
				fields = fieldsNamed(names)
			}
			return false, nil
		}
		return tabbed(e, line, fields)
	}
}

func fieldsNamed(names []byte) (all []field) {
	known := named(distributionFields, distributionFields2)
	for _, name := range bytes.Fields(names) {
		all = append(all, field{string(name), known[string(name)]})
	}
	return all
}

func tabbed(e *Entry, line []byte, fields []field) (bool, error) {
	e.clear(Request)
	for i, f := range fields {
		v, rest, more := bytes.Cut(line, []byte("\t"))
		if f.set != nil && !none(v) {
			if err := f.set(e, v); err != nil {
				return false, fmt.Errorf("field %d, %s, %w", i+1, f.name, err)
			}
		}
		if !more && i < min(len(fields)-1, 12) {
			return false, fmt.Errorf("%w: %d of %d", errFew, i+1, len(fields))
		}
		if line = rest; !more {
			break
		}
	}
	return true, nil
}

func isDistributionLine(line []byte) bool {
	if bytes.Count(line, []byte("\t")) < 12 {
		return false
	}
	day, _, _ := bytes.Cut(line, []byte("\t"))
	_, err := readDay(day)
	return err == nil
}

func setEndedDay(e *Entry, v []byte) error {
	day, err := readDay(v)
	e.day = day
	return err
}

func setEndedClock(e *Entry, v []byte) error {
	clock, err := readClock(v)
	e.ofDay = clock
	return err
}

func setHostIfNone(e *Entry, v []byte) error {
	if e.Host == nil {
		e.Host = v
	}
	return nil
}

// setResult: what the edge answers by itself, a redirect to HTTPS too, passes nothing on to
// the origin, and neither does what a limit refuses.
func setResult(e *Entry, v []byte) error {
	e.Cache = Miss
	switch string(v) {
	case "Hit", "RefreshHit", "OriginShieldHit", "Redirect", "FunctionGeneratedResponse", "LimitExceeded", "CapacityExceeded":
		e.Cache = Hit
	}
	return nil
}
