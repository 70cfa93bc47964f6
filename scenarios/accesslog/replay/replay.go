// Package replay writes the requests of a log as a scenario that sends them again: each at
// its time, as a request of its class of paths.
//
// # The design
//
//  1. A [Log] keeps of each request its arrival, its class (package paths) and a hash of its
//     path and query, by a key that is not stored: 32 bytes each, for at most [Most].
//  2. [Log.Made] writes a scenario, a file of arrivals with the request of each, and a file of
//     keys. Of a class such as /users/{id} each different path has a number, in the order in
//     which they were first asked for: who asked for the same thing twice asks for the same
//     number twice. A cache sees the repetitions of the log, and no one's id.
//
// What logs do not hold, bodies and headers, is left to the reader of the scenario: a POST
// sends {}.
//
// # Why
//
// Files of arrivals and keys, and not a request for each line: they are what stages and data
// files read already, they stay small, and people can cut and change them with any tool.
//
// Rejected: to replay real paths, which are personal data and would not exist at another
// target. Rejected: a sample of the arrivals, which would not fill a token bucket as they did.
package replay

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/paths"
)

const (
	// Most is how many requests are kept, as many as a file of arrivals may have.
	Most = 4 << 20

	mostClasses = 250                // of the 256 requests that a scenario may have
	longest     = 7 * 24 * time.Hour // that a stage may take
)

// A Log is the requests of a log. See [New].
type Log struct {
	tree     *paths.Tree
	seed     maphash.Seed
	classes  []class
	numbers  map[class]uint32 // of classes
	arrivals []arrival
	statuses map[class]map[int64]int64 // how often
	bytes    map[class]mean            // of responses

	tooMany, otherMethod, unplaced int64
	pathless, keyless, staged      int64 // of which the log has no path, none but the route's, one below a stage
	buffer                         []byte
}

type class struct {
	path   int
	method string
	query  bool // it has one
}

type mean struct{ sum, n int64 }

type arrival struct {
	at     int64
	key    uint64 // of its path and query
	class  uint32
	coarse bool // at is a whole second
}

// New is a log without requests.
func New() *Log {
	return &Log{tree: paths.New(func(int, int) {}), seed: maphash.MakeSeed(), numbers: map[class]uint32{}, statuses: map[class]map[int64]int64{}, bytes: map[class]mean{}}
}

// Add keeps a request.
func (l *Log) Add(e *accesslog.Entry) {
	switch {
	case e.What != accesslog.Request:
		return
	case e.Arrived == 0:
		l.unplaced++
		return
	case len(l.arrivals) == Most:
		l.tooMany++
		return
	}
	c := class{query: len(e.Query) > 0}
	if c.method = methodOf(e.Method); c.method == "" {
		l.otherMethod++
		return
	}
	key := l.key(e)
	switch {
	case len(e.Path) > 0:
		c.path = l.tree.Class(e.Path, e.Client)
	case len(e.Route) > 0 && e.Route[0] == '/':
		c.path = l.tree.Route(e.Route)
		if bytes.IndexByte(e.Route, '{') >= 0 {
			l.keyless++
			key = uint64(l.keyless) // so that none is asked for twice
		}
	default: // $default, which is no path
		l.pathless++
		return
	}
	if len(e.Stage) > 0 {
		l.staged++
	}
	number, known := l.numbers[c]
	if !known {
		number = uint32(len(l.classes))
		l.numbers[c], l.classes = number, append(l.classes, c)
		l.statuses[c] = map[int64]int64{}
	}
	if e.Status >= 200 && e.Status < 500 && e.Status != 429 {
		l.statuses[c][e.Status]++
		if e.Out >= 0 {
			b := l.bytes[c]
			l.bytes[c] = mean{b.sum + e.Out, b.n + 1}
		}
	}
	l.arrivals = append(l.arrivals, arrival{e.Arrived, key, number, e.Resolution >= time.Second})
}

// key is the same for the same path and query.
func (l *Log) key(e *accesslog.Entry) uint64 {
	l.buffer = binary.AppendUvarint(l.buffer[:0], uint64(len(e.Path)))
	l.buffer = append(append(l.buffer, e.Path...), e.Query...)
	return maphash.Bytes(l.seed, l.buffer)
}

// methods are those that a scenario's requests may have.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}

func methodOf(b []byte) string {
	if i := slices.IndexFunc(methods, func(m string) bool { return m == string(b) }); i >= 0 {
		return methods[i]
	}
	return ""
}

// Files are those of a scenario, next to each other.
type Files struct {
	Scenario, Arrivals, Keys []byte // no Keys: no request needs one
	Notes                    []string
}

// Made writes the scenario. It is that of another source, with its targets, whose requests
// and load are replaced; stem is what the names of the other files begin with. month is how
// many requests a month has; 0: as the scenario says. The lab's function answers as the log
// says where atLab.
func (l *Log) Made(scenario []byte, stem string, month int64, atLab bool) (Files, error) {
	if err := l.check(); err != nil {
		return Files{}, err
	}
	l.spread()
	m := maker{log: l, requests: map[class]*request{}}
	m.classes()
	var f Files
	f.Arrivals, f.Keys = m.rows()
	root := document.Open("scenario", scenario, document.Options{Recorded: true}).Root
	if root == nil {
		return f, fmt.Errorf("the scenario that the log is replayed by cannot be read")
	}
	load := document.Pairs("replay", document.Pairs("file", stem+".csv", "request", "request"))
	changes := []struct {
		key  string
		node *document.Node
	}{{"requests", m.nodes()}, {"load", document.Items(load)}}
	if len(f.Keys) > 0 {
		changes = append(changes, struct {
			key  string
			node *document.Node
		}{"data", document.Pairs(dataName, document.Pairs("file", stem+"-keys.csv"))})
	}
	if month > 0 && root.Find("pricing") != nil {
		changes = append(changes, struct {
			key  string
			node *document.Node
		}{"pricing", document.Pairs("requests_per_month", document.Number(strconv.FormatInt(month, 10)))})
	}
	if atLab {
		changes = append(changes, struct {
			key  string
			node *document.Node
		}{"lab", document.Pairs("function", document.Pairs("answers", m.answers()))})
	}
	for _, change := range changes {
		made, err := root.With(change.key, change.node)
		if err != nil {
			return f, err
		}
		root = made
	}
	f.Scenario = slices.Concat([]byte(l.head()), root.YAML())
	f.Notes = m.notes(atLab)
	return f, nil
}

func (l *Log) check() error {
	switch {
	case len(l.arrivals) == 0 && l.pathless > 0:
		return fmt.Errorf("the log has no paths of its requests: they cannot be replayed; add $context.path to the format of the stage's access log")
	case len(l.arrivals) == 0 && l.unplaced > 0:
		return fmt.Errorf("no request of the log says when it arrived: it cannot be replayed")
	case len(l.arrivals) == 0:
		return fmt.Errorf("the log has no requests that could be sent again")
	case l.tooMany > 0:
		return fmt.Errorf("the log has %s, and %s can be replayed: choose a part of it by --from and --to", pricing.Counted(int64(len(l.arrivals))+l.tooMany, "request"), pricing.Count(Most))
	}
	slices.SortStableFunc(l.arrivals, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	if took := l.arrivals[len(l.arrivals)-1].at - l.arrivals[0].at; took > int64(longest) {
		return fmt.Errorf("the log has more than %d days, the most that a stage takes: choose a part of it by --from and --to", longest/(24*time.Hour))
	}
	return nil
}

// spread puts arrivals that are known to the second only at equal distances within it.
func (l *Log) spread() {
	second := func(a arrival) int64 { return a.at / int64(time.Second) }
	for i := 0; i < len(l.arrivals); {
		n := 1
		for i+n < len(l.arrivals) && second(l.arrivals[i+n]) == second(l.arrivals[i]) {
			n++
		}
		for j := range n {
			if a := &l.arrivals[i+j]; a.coarse {
				a.at = second(*a)*int64(time.Second) + int64(time.Second)*int64(2*j+1)/int64(2*n)
			}
		}
		i += n
	}
	slices.SortStableFunc(l.arrivals, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
}

func (l *Log) head() string {
	from, to := time.Unix(0, l.arrivals[0].at).UTC(), time.Unix(0, l.arrivals[len(l.arrivals)-1].at).UTC()
	return fmt.Sprintf(`# yaml-language-server: $schema=./scenario.schema.json
#
# Replays %s of a log, from %s to %s, each at its time:
# made by tollgate import logs. Paths are classes; ${%s.key} has the same number wherever
# the log had the same path and query. Headers and bodies are not logged: add what your
# application needs. tollgate schema scenario describes all keys.
`, pricing.Counted(len(l.arrivals), "request"), from.Format(time.RFC3339), to.Format(time.RFC3339), dataName)
}
