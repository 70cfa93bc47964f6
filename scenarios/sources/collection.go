package sources

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/targets"
)

// A Collection is the requests that a file of another program has.
type Collection struct {
	What    string   // the file and its format, such as "the HAR file shop.har"
	Name    string   // of the scenario; "": the host
	Address string   // that paths are below; "": the requests say it, or nothing does
	Found   []Found  // in the order of the file
	Typed   bool     // every request was typed for this scenario: all are sent
	Unseen  []string // what the file does not say, and what was assumed: sentences
	Without string   // the error if nothing says where requests go
	Bodies  string   // the folder for bodies that are too large for a scenario
	Needs   []Need   // variables that the requests refer to, and that must be set
	Door    *Door    // that a template describes; nil: none
	Region  string   // of the front door; "": not known
	HTTP    string   // the version: "1.1" or "2"; "": as by default
}

// A Found is one request of a collection. Path, header values and body are written as
// scenarios have them: ${env:NAME} is a reference, and [Literal] escapes a text.
type Found struct {
	Where   string // file:line
	Name    string // "": of its method and path
	Method  string
	Origin  string // scheme://host:port; "": the address of the collection
	Path    string // with its query
	Headers []Header
	Body    []byte // nil: none
	Raw     bool   // the body is not text: it has no references
	Public  bool   // the values of the body are no secrets: a published example has them
	Weight  int
	Secret  []string // values that are secrets, whatever their names
	Status  []int    // of a good response; nil: as by default
	Auth    string   // "iam": the request carries a signature of AWS
	Proof   bool     // callers prove who they are, which those of other requests do not
	MadeUp  bool     // values in the path are made up, and a server may not have them
	Timeout string

	Send  *document.Node // a message over WebSocket, in place of a request; nil: none
	Reply string         // to it, as scenarios have it
}

// A Need is a variable that must be set before a run.
type Need struct{ Name, What string }

// A Header is one field.
type Header struct{ Name, Value string }

// Literal writes a text so that a scenario takes all of it as it is.
func Literal(text string) string { return strings.ReplaceAll(text, "${", "$${") }

// Scenario makes a scenario of the collection. r has what the command line says of the
// address, the connection and the load.
func (c Collection) Scenario(r Request, env func(string) (string, bool)) (*Made, error) {
	made := &Made{Values: map[string]string{}}
	if len(c.Found) == 0 && c.Door == nil {
		return nil, fmt.Errorf("%s has no request that could be sent%s", c.What, because(c.Unseen))
	}
	w := &collecting{Collection: c, made: made}
	for _, need := range c.Needs {
		w.unset = append(w.unset, unset{need.Name, need.What})
	}
	c.Door.placed(&r)
	c.regionOf(&r)
	if err := w.choose(&r); err != nil {
		return nil, err
	}
	m, err := r.maker(env, made)
	if err != nil {
		return nil, err
	}
	if m.kind.OnlyMessages != (c.Door != nil && r.toSockets) {
		return nil, errors.New("the address is one of WebSocket, and these are requests: write http:// or https://")
	}
	w.m = m
	w.below()
	if m.kind.OnlyMessages {
		if err := w.handshake(); err != nil {
			return nil, err
		}
	}
	if err := w.requests(); err != nil {
		return nil, err
	}
	return made, w.write()
}

// because are the reasons among what a source does not say.
func because(unseen []string) string {
	var reasons []string
	for _, text := range unseen {
		if strings.Contains(strings.ToLower(text), "left out") {
			reasons = append(reasons, strings.TrimSuffix(text, "."))
		}
	}
	if reasons == nil {
		return ""
	}
	return ": " + strings.Join(reasons, "; ")
}

// A collecting is a collection that becomes a scenario.
type collecting struct {
	Collection
	m        *maker
	made     *Made
	given    bool       // the command line names the address
	sent     []prepared // in the load
	spared   []prepared // in comments, since they change data, or callers have to prove who they are
	unsigned int        // requests that would be signed at a front door
	unset    []unset    // variables that stand for secrets
	bearer   string     // that every request of the load carries
	dropped  []string   // names of headers
	refused  []string   // what cannot be sent, and why
}

// choose finds the server: a scenario sends every request to each of its targets.
func (w *collecting) choose(r *Request) error {
	w.given = r.Address != ""
	counts := map[string]int{}
	var origins []string
	for _, f := range w.Found {
		if (f.Origin != "" || w.given) && counts[f.Origin] == 0 {
			origins = append(origins, f.Origin)
		}
		counts[f.Origin] += max(1, f.Weight)
	}
	if len(origins) == 0 || len(origins) == 1 && origins[0] == "" {
		r.Address = cmp.Or(r.Address, w.Address)
		if r.Address == "" {
			return errors.New(w.Without)
		}
		return nil
	}
	slices.SortStableFunc(origins, func(a, b string) int { return counts[b] - counts[a] })
	chosen := origins[0]
	if slices.Contains(origins, "") { // --url says which server that is
		chosen = ""
	}
	for _, origin := range origins {
		if origin != "" && w.given && sameHost(origin, r.Address) {
			chosen = origin
		}
	}
	w.only(chosen, origins, counts)
	if !w.given {
		r.Address = chosen + w.Found[0].Path
	}
	return nil
}

// only keeps the requests to one server, and says which others there are.
func (w *collecting) only(chosen string, origins []string, counts map[string]int) {
	w.Found = slices.DeleteFunc(slices.Clone(w.Found), func(f Found) bool { return f.Origin != chosen })
	var others []string
	for _, origin := range origins {
		if origin != chosen {
			others = append(others, fmt.Sprintf("%s (%d)", cmp.Or(origin, "one that only a variable names"), counts[origin]))
		}
	}
	if n := len(others); n > 0 {
		const most = 8
		if n > most {
			others = append(others[:most], fmt.Sprintf("%d more", n-most))
		}
		w.unseen("Requests to other servers are left out: %s. --url chooses one of them.", strings.Join(others, ", "))
	}
}

// sameHost says whether two addresses have the same host and port.
func sameHost(a, b string) bool {
	one, err := url.Parse(a)
	other, also := url.Parse(b)
	if !strings.Contains(b, "://") {
		other, also = url.Parse("//" + b)
	}
	return err == nil && also == nil && strings.EqualFold(one.Host, other.Host)
}

func (w *collecting) unseen(format string, args ...any) {
	w.Unseen = append(w.Unseen, fmt.Sprintf(format, args...))
}

// below makes paths those below the target's address.
func (w *collecting) below() {
	base, _, _ := strings.Cut(w.m.path, "?")
	if w.given || len(w.Found) == 0 || w.Found[0].Origin == "" {
		w.m.prefix = strings.TrimSuffix(w.m.belowStage(base), "/")
	}
	for i := range w.Found {
		f := &w.Found[i]
		if f.Origin != "" {
			f.Path = w.m.belowStage(f.Path)
			if rest, found := strings.CutPrefix(f.Path, w.m.prefix+"/"); found {
				f.Path = "/" + rest
			}
		}
		if w.m.host == Lab {
			f.Path = w.m.prefix + f.Path
		}
		f.Path = cleanPath(f.Path)
	}
	if w.m.host == Lab {
		w.m.prefix = ""
	}
}

// A prepared is a request as the scenario has it.
type prepared struct {
	found  Found
	node   *document.Node
	bearer string
	file   []byte // the body, where that is a file of its own
}

// most is how many requests a scenario made of a file has.
const most = 200

// requests prepares all requests. Those that only read are the load: others may change
// data, and no user asked for that as often as a load repeats them; those that only some
// callers may send would be refused; and what is made up may not exist. Where there are no
// requests without such reasons, those with the least of them are the load.
func (w *collecting) requests() error {
	names := map[string]int{}
	var all []prepared
	for _, f := range w.Found {
		p, err := w.prepare(f)
		if err == nil {
			w.name(&p, names)
			err = w.valid(p)
		}
		if err != nil {
			w.refused = append(w.refused, fmt.Sprintf("%s %s (%s): %v", f.Method, shortened(f.Path), f.Where, err))
			continue
		}
		all = append(all, p)
	}
	least := spoilt
	for _, p := range all {
		least = min(least, p.found.reason())
	}
	for _, p := range all {
		if (p.found.reason() == least || w.Typed) && !w.modelled() {
			w.sent = append(w.sent, p)
		} else {
			w.spared = append(w.spared, p)
		}
	}
	if w.modelled() || w.Door != nil && len(w.sent)+len(w.spared) == 0 {
		w.sent = append(w.sent, w.ofLab())
	}
	if len(w.sent) == 0 {
		return fmt.Errorf("%s has no request that could be sent: %s", w.What, strings.Join(w.refused, "; "))
	}
	w.fewest()
	w.hoist()
	return nil
}

// Why a request is not sent, the weightiest last.
const (
	sendable = iota
	madeUp
	proven
	spoilt // it may change data
)

// reason is why the request is not sent where there are others.
func (f Found) reason() int {
	switch {
	case changes(f.Method) && f.Send == nil:
		return spoilt
	case f.Proof:
		return proven
	case f.MadeUp:
		return madeUp
	}
	return sendable
}

// fewest leaves out requests that are more than a scenario can have, the rarest first.
func (w *collecting) fewest() {
	for _, list := range []*[]prepared{&w.sent, &w.spared} {
		if n := len(*list); n > most {
			slices.SortStableFunc(*list, func(a, b prepared) int { return b.found.Weight - a.found.Weight })
			*list = (*list)[:most]
			w.unseen("Of %d requests %d are here: those that occur most often, and of equal ones the first. A cache looks better with so few.", n, most)
		}
	}
}

// hoist gives the target the bearer token that all requests carry.
func (w *collecting) hoist() {
	bearer := w.sent[0].bearer
	for _, p := range append(slices.Clone(w.sent), w.spared...) {
		if p.bearer == "" || p.bearer != bearer {
			bearer = ""
		}
	}
	w.bearer = bearer
	for _, list := range [][]prepared{w.sent, w.spared} {
		for i := range list {
			if p := &list[i]; p.bearer != "" && bearer == "" {
				p.node.Entries = append(p.node.Entries, document.Pairs("auth", document.Pairs("bearer", p.bearer)).Entries...)
			}
		}
	}
}

// valid says why no scenario could have the request.
func (w *collecting) valid(p prepared) error {
	target := document.Pairs("kind", targets.KindsAt("127.0.0.1")[0].Name, "url", "http://127.0.0.1:1")
	if w.m.kind.OnAWS() {
		target = document.Pairs("kind", w.m.kind.Name, "url", Lab)
	}
	node := *p.node
	node.Entries = slices.DeleteFunc(slices.Clone(node.Entries), func(e document.Entry) bool { return e.Key == "file" || e.Key == "auth" })
	root := document.Pairs("name", "one", "targets", document.Pairs("api", target), "requests", document.Items(&node),
		"load", document.Items(document.Pairs("constant", document.Pairs("rate", DefaultRate, "for", DefaultFor))))
	return parses(root.YAML())
}

// parses says why a scenario cannot be read, whatever its variables hold.
func parses(text []byte) error {
	_, err := scenarios.Parse("made.yaml", text, func(string) (string, bool) { return "0", true })
	if err == nil {
		return nil
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if _, rest, found := strings.Cut(first, " "); found && strings.HasPrefix(first, "made.yaml:") {
		first = rest
	}
	return errors.New(first)
}

func shortened(text string) string {
	const longest = 80
	if len(text) > longest {
		return text[:longest] + "…"
	}
	return text
}
