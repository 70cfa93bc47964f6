package sources

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/coding"
	"tollgate/targets"
)

// The load of a request that says nothing of it: enough for a median, and little for any
// server.
const (
	DefaultRate = "5/s"
	DefaultFor  = "10s"
)

// defaultTimeout is how long a server that is no front door may take. Front doors have
// limits of their own, which the default of scenarios exceeds.
const defaultTimeout = "10s"

// Lab is the address of the embedded front doors.
const Lab = "lab"

// good are the status codes that are expected. A redirect is not: what it leads to was to
// be measured.
var good = []*document.Node{document.Number("200"), document.Number("201"), document.Number("202"), document.Number("204"), document.Number("206")}

// A Request is a request and its load, as typed. Empty fields were not given.
type Request struct {
	Address string // with or without a scheme: https://host/path?query, localhost:8000; or lab
	Kind    string // of front door; "": as the host says
	Region  string
	Behind  []string // kinds of front doors of the lab that send the request to the server; nil: none

	Method  string
	Headers []string // "Name: value"
	Data    *Data    // nil: no body
	User    string   // "name:password", of Basic authentication
	Timeout string

	Reply string // to a message: "in order", "none" or a JSONPath such as "$.id"; "": in order

	Example bool // where no message is given, one is written as an example

	Compressed bool // all content codings are accepted that are decoded

	Connection Connection

	Rate, For, Users string

	Name   string // of the scenario; "": the host
	Memory string // of the function behind the front door; "": not stated
	Blocks int    // that the load is cut into; 0: as scenarios are

	toSockets bool // a template describes a front door that takes messages
}

// Data is a body.
type Data struct {
	Bytes   []byte
	Literal bool // ${ in it are the characters themselves: it comes from a file
}

// A Made is a scenario that was made.
type Made struct {
	Text   []byte
	Values map[string]string // of the variables that stand for secrets in Text
	Files  map[string][]byte // that the scenario refers to, by their names from its folder
	Notes  []string          // what was assumed or moved
}

// Scenario makes a scenario of a request. env looks variables up.
func (r Request) Scenario(env func(string) (string, bool)) (*Made, error) {
	m, err := r.maker(env, &Made{Values: map[string]string{}})
	if err != nil {
		return nil, err
	}
	if m.messages() {
		return m.ofMessages()
	}
	if m.Reply != "" {
		return nil, errors.New("--reply: of messages over WebSocket only, to an address that begins with wss://")
	}
	request, err := m.request()
	if err != nil {
		return nil, err
	}
	if len(m.Behind) > 0 {
		return m.behind(request)
	}
	made, err := m.connection()
	if err != nil {
		return nil, err
	}
	target := m.target()
	target.Entries = append(target.Entries, made...)
	return m.scenario("One request, made of an address by tollgate."+m.unsaid(), document.Pairs("api", target), request)
}

// unsaid is what a comment says of keys that no address holds: what is behind a distribution,
// and who asks there.
func (m *maker) unsaid() string {
	if !m.kind.HasOrigin || m.host == Lab {
		return ""
	}
	return "\n# No address says what is behind a distribution, or where its viewers are. Bills and metrics need\n" +
		"# both at the target: behind: {kind: …}, viewers: europe, and distribution: E1A2B3C4D5E6F7.\n#"
}

// maker reads the address and finds its kind.
func (r Request) maker(env func(string) (string, bool), made *Made) (*maker, error) {
	m := &maker{Request: r, env: env, made: made}
	if err := m.address(); err != nil {
		return nil, err
	}
	kind, err := m.findKind()
	m.kind = kind
	return m, err
}

// scenario writes the scenario; what is the first line of its comment.
func (m *maker) scenario(what string, targets, request *document.Node) (*Made, error) {
	load, err := m.load()
	if err != nil {
		return nil, err
	}
	var pricing, blocks *document.Node
	if m.kind.OnAWS() || m.lab != nil {
		pricing = document.Pairs("requests_per_month", document.Number("1M"))
	}
	if m.Blocks > 0 {
		blocks = document.Number(strconv.Itoa(m.Blocks))
	}
	root := document.Pairs(
		"name", cmp.Or(m.Name, m.hostName()),
		"targets", targets,
		"requests", document.Items(request),
		"websocket", m.websocket,
		"load", document.Items(load),
		"blocks", blocks,
		"thresholds", document.Items(document.Text("error_share < 1%")),
		"pricing", pricing,
		"lab", m.lab,
	)
	m.made.Text = slices.Concat([]byte("# yaml-language-server: $schema=./scenario.schema.json\n#\n# "+what+" tollgate schema scenario describes all keys.\n"), root.YAML())
	return m.made, nil
}

// A maker is a scenario in the making.
type maker struct {
	Request
	env  func(string) (string, bool)
	made *Made
	kind *targets.Kind

	scheme, host string // with its port
	path         string // of the request, with its query, as typed
	prefix       string // of the path, that belongs to the target
	bearer       string // a reference
	lab          *document.Node
	websocket    *document.Node // how connections are held
}

func (m *maker) note(format string, args ...any) {
	m.made.Notes = append(m.made.Notes, fmt.Sprintf(format, args...))
}

// target is the target. What always has its stage in the path has it in its address there.
func (m *maker) target() *document.Node {
	address := m.scheme + "://" + m.host
	if m.host == Lab {
		address = Lab
	}
	if stage := m.stage(); stage != "" {
		address += "/" + stage
	}
	target := document.Pairs("kind", m.kind.Name, "url", address+m.prefix)
	if m.Region != "" {
		target.Entries = append(target.Entries, document.Pairs("region", m.Region).Entries...)
	}
	if m.Memory != "" && m.kind.HasFunction() {
		target.Entries = append(target.Entries, document.Pairs("function", document.Pairs("memory", m.Memory)).Entries...)
	}
	if m.bearer != "" {
		target.Entries = append(target.Entries, document.Pairs("auth", document.Pairs("bearer", m.bearer)).Entries...)
	}
	return target
}

// load is the load that is asked for.
func (m *maker) load() (*document.Node, error) {
	if m.Users != "" && m.Rate != "" {
		return nil, errors.New("--rate and --users contradict each other: a rate arrives whether or not the server keeps up, and users wait for their responses; use one of them")
	}
	length := cmp.Or(m.For, DefaultFor)
	if _, err := document.ParseDuration(length); err != nil {
		return nil, fmt.Errorf("--for %s: %w; a body is --data", length, err)
	}
	if m.Users != "" {
		if n, err := strconv.Atoi(m.Users); err != nil || n < 1 {
			return nil, fmt.Errorf("--users %s: write a number of users, such as 20", m.Users)
		}
		return document.Pairs("closed", document.Pairs("users", document.Number(m.Users), "for", length)), nil
	}
	return document.Pairs("constant", document.Pairs("rate", cmp.Or(m.Rate, DefaultRate), "for", length)), nil
}

// request is the request itself.
func (m *maker) request() (*document.Node, error) {
	method := strings.ToUpper(m.Method)
	if method == "" {
		method = http.MethodGet
		if m.Data != nil {
			method = http.MethodPost
		}
	}
	headers, err := m.headers()
	if err != nil {
		return nil, err
	}
	body, err := m.body()
	if err != nil {
		return nil, err
	}
	path, err := m.pathWithoutSecrets()
	if err != nil {
		return nil, err
	}
	path = m.belowStage(path)
	timeout := m.Timeout
	if timeout == "" && !m.kind.OnAWS() {
		timeout = defaultTimeout
	}
	r := document.Pairs("name", strings.ToLower(method), "method", method, "path", path, "headers", headers, "body", body,
		"accept_encoding", m.accepted(), "expect", document.Pairs("status", document.Items(good...)))
	if timeout != "" {
		r.Entries = append(r.Entries, document.Pairs("timeout", timeout).Entries...)
	}
	return r, nil
}

// accepted are the content codings that are asked for; nil: none.
func (m *maker) accepted() *document.Node {
	if !m.Compressed {
		return nil
	}
	var all []*document.Node
	for _, name := range coding.Names() {
		all = append(all, document.Text(name))
	}
	return document.Items(all...)
}

// Lookup is env with the values that stand for secrets.
func (m *Made) Lookup(env func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if value, ok := m.Values[name]; ok {
			return value, true
		}
		return env(name)
	}
}
