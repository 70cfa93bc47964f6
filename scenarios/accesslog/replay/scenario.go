package replay

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/document"
)

// dataName is what the file of keys is called in the scenario.
const dataName = "logged"

// A maker writes the files.
type maker struct {
	log      *Log
	requests map[class]*request // by classes as they are in the end
	sent     []*request         // the most frequent first
	dropped  int64              // requests of classes that are left out
}

// A request is one of the scenario's.
type request struct {
	class
	text     string // of its class of paths
	name     string
	count    int64
	statuses map[int64]int64 // how often
	bytes    mean            // of responses
	numbers  map[uint64]int  // by key, in the order of first arrival
}

// classes finds out which requests the scenario has.
func (m *maker) classes() {
	m.log.tree.Finish()
	for _, a := range m.log.arrivals {
		m.of(a).count++
	}
	for old, statuses := range m.log.statuses {
		r := m.requests[m.now(old)]
		for status, n := range statuses {
			r.statuses[status] += n
		}
		b := m.log.bytes[old]
		r.bytes = mean{r.bytes.sum + b.sum, r.bytes.n + b.n}
	}
	for _, r := range m.requests {
		m.sent = append(m.sent, r)
	}
	slices.SortFunc(m.sent, func(a, b *request) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(a.text+a.method, b.text+b.method), compareBools(a.query, b.query))
	})
	for i, r := range m.sent {
		if i >= mostClasses {
			m.dropped += r.count
			continue
		}
		r.name = m.unique(slug(r))
	}
	m.sent = m.sent[:min(len(m.sent), mostClasses)]
}

func compareBools(a, b bool) int {
	if a == b {
		return 0
	}
	if a {
		return 1
	}
	return -1
}

// now is what became of a class.
func (m *maker) now(c class) class {
	c.path = m.log.tree.Now(c.path)
	return c
}

func (m *maker) of(a arrival) *request {
	c := m.now(m.log.classes[a.class])
	r := m.requests[c]
	if r == nil {
		r = &request{class: c, text: m.log.tree.Path(c.path), statuses: map[int64]int64{}, numbers: map[uint64]int{}}
		m.requests[c] = r
	}
	return r
}

// slug makes a name of GET /users/{id}: get-users-id.
func slug(r *request) string {
	words := strings.FieldsFunc(strings.ToLower(r.method+r.text), func(c rune) bool { return !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') })
	if r.query {
		words = append(words, "query")
	}
	name := strings.Join(words, "-")
	return strings.TrimRight(name[:min(len(name), 50)], "-")
}

// unique adds a number to a name that is taken.
func (m *maker) unique(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(m.sent, func(r *request) bool { return r.name == name })
	}
	made := name
	for i := 2; taken(made); i++ {
		made = name + "-" + strconv.Itoa(i)
	}
	return made
}

// keyed says whether the request has a place for its key.
func (r *request) keyed() bool { return r.query || strings.Contains(r.text, "{") }

// path writes the path, with the key in each segment that is a variable, or in the query.
func (r *request) path() string {
	const key = "${" + dataName + ".key}"
	var segments []string
	variable := false
	for segment := range strings.SplitSeq(r.text, "/") {
		if begin := strings.IndexByte(segment, '{'); begin >= 0 {
			end := strings.LastIndexByte(segment, '}')
			segment, variable = segment[:begin]+key+segment[end+1:], true
		}
		segments = append(segments, segment)
	}
	path := strings.Join(segments, "/")
	if r.query && !variable {
		path += "?key=" + key
	} else if r.query {
		path += "?query=" + key
	}
	return path
}

// rows writes the arrivals, and the keys of those that have one.
func (m *maker) rows() (arrivals, keys []byte) {
	var out, keyed bytes.Buffer
	out.WriteString("time,request\n")
	keyed.WriteString("key\n")
	first, some := m.log.arrivals[0].at, false
	var b []byte
	for _, a := range m.log.arrivals {
		r := m.of(a)
		if r.name == "" {
			continue
		}
		b = strconv.AppendFloat(b[:0], float64(a.at-first)/1e9, 'f', 6, 64)
		b = append(append(append(b, ','), r.name...), '\n')
		out.Write(b)
		if !r.keyed() {
			continue
		}
		number, known := r.numbers[a.key]
		if !known {
			number = len(r.numbers) + 1
			r.numbers[a.key] = number
		}
		keyed.Write(append(strconv.AppendInt(b[:0], int64(number), 10), '\n'))
		some = true
	}
	if !some {
		return out.Bytes(), nil
	}
	return out.Bytes(), keyed.Bytes()
}

// mostWeight is the highest weight that a request may have.
const mostWeight = 1000

// nodes are the requests of the scenario. Weights are for what does not read the file of
// arrivals: estimates, and the turns of probes.
func (m *maker) nodes() *document.Node {
	var all []*document.Node
	for _, r := range m.sent {
		weight := max(1, r.count*mostWeight/max(m.sent[0].count, 1))
		one := document.Pairs("name", r.name, "method", r.method, "path", r.path(), "weight", document.Number(strconv.FormatInt(weight, 10)))
		if slices.Contains([]string{"POST", "PUT", "PATCH"}, r.method) {
			one.Entries = append(one.Entries, document.Entry{Key: "json", Value: document.Pairs()})
		}
		if expected := r.expected(); len(expected) > 0 {
			one.Entries = append(one.Entries, document.Entry{Key: "expect", Value: document.Pairs("status", document.Items(expected...))})
		}
		all = append(all, one)
	}
	return document.Items(all...)
}

// expected are the status codes that the log had, but for those of servers that failed or
// throttled.
func (r *request) expected() (all []*document.Node) {
	var codes []int64
	for status := range r.statuses {
		codes = append(codes, status)
	}
	slices.Sort(codes)
	for _, status := range codes {
		all = append(all, document.Number(strconv.FormatInt(status, 10)))
	}
	return all
}

// mostAnswered is the longest body that the lab's function answers with, in bytes: a load
// balancer passes on 1 MB of a function. Source: Application Load Balancer guide, "Lambda
// functions as targets".
const mostAnswered = 1e6

// answers are what the lab's function answers: the status that a class had most often, and
// its mean size.
func (m *maker) answers() *document.Node {
	all := document.Pairs()
	for _, r := range m.sent {
		key, status := r.method+" "+r.text, int64(200)
		if slices.ContainsFunc(all.Entries, func(e document.Entry) bool { return e.Key == key }) {
			continue // with a query and without
		}
		most := int64(0)
		for code, n := range r.statuses {
			if n > most || n == most && code < status {
				status, most = code, n
			}
		}
		one := document.Pairs("status", document.Number(strconv.FormatInt(status, 10)))
		if bytes := min(r.bytes.sum/max(r.bytes.n, 1), mostAnswered); bytes > 0 && status != 204 && status != 304 {
			one.Entries = append(one.Entries, document.Entry{Key: "bytes", Value: document.Number(strconv.FormatInt(bytes, 10))})
		}
		all.Entries = append(all.Entries, document.Entry{Key: key, Value: one})
	}
	return all
}

func (m *maker) notes(atLab bool) (all []string) {
	note := func(n int64, format string) {
		if n > 0 {
			all = append(all, fmt.Sprintf(format, pricing.Counted(n, "request")))
		}
	}
	coarse := int64(0)
	for _, a := range m.log.arrivals {
		if a.coarse {
			coarse++
		}
	}
	note(m.dropped, fmt.Sprintf("%%s of the rarest classes are not replayed: a scenario has at most %d", mostClasses))
	note(m.log.otherMethod, "%s are not replayed: their methods are not those that a scenario sends")
	note(m.log.unplaced, "%s are not replayed: the log does not say when they arrived")
	note(m.log.pathless, "%s are not replayed: the log has no path of them; $context.path in the format of the stage's access log would say it")
	note(m.log.keyless, "of %s the log has the route, and not the path: which of them asked for the same cannot be told, and each has a number of its own; $context.path would say it")
	if !atLab {
		note(m.log.staged, "of %s the path began with the stage of the API, or with what a mapping puts there: it is left out, and the address that --url names must have it")
	}
	note(coarse, "of %s the log knows the second alone: they are spread evenly within it, so bursts shorter than a second are lost")
	for _, r := range m.sent {
		if slices.Contains([]string{"POST", "PUT", "PATCH"}, r.method) {
			all = append(all, "logs have no bodies: POST, PUT and PATCH send {}; write what the application takes")
			break
		}
	}
	if !atLab && slices.ContainsFunc(m.sent, func(r *request) bool {
		return slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, r.method)
	}) {
		all = append(all, "POST, PUT, PATCH and DELETE are sent, too, which may change data: remove their requests, and their lines of the file of arrivals, where they must not")
	}
	return all
}
