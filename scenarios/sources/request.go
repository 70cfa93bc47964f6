package sources

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tollgate/pricing/document"
	"tollgate/scenarios"
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

	Method  string
	Headers []string // "Name: value"
	Data    *Data    // nil: no body
	User    string   // "name:password", of Basic authentication
	Timeout string

	Rate, For, Users string
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
	Notes  []string          // what was assumed or moved
}

// Scenario makes a scenario of a request. env looks variables up.
func (r Request) Scenario(env func(string) (string, bool)) (*Made, error) {
	m := &maker{Request: r, env: env, made: &Made{Values: map[string]string{}}}
	if err := m.address(); err != nil {
		return nil, err
	}
	kind, err := m.kind()
	if err != nil {
		return nil, err
	}
	load, err := m.load()
	if err != nil {
		return nil, err
	}
	request, err := m.request(kind)
	if err != nil {
		return nil, err
	}
	var pricing *document.Node
	if kind.OnAWS() {
		pricing = document.Pairs("requests_per_month", document.Number("1M"))
	}
	root := document.Pairs(
		"name", m.name(),
		"targets", document.Pairs("api", m.target(kind)),
		"requests", document.Items(request),
		"load", document.Items(load),
		"thresholds", document.Items(document.Text("error_share < 1%")),
		"pricing", pricing,
	)
	m.made.Text = slices.Concat([]byte("# yaml-language-server: $schema=./scenario.schema.json\n#\n# One request, made of an address by tollgate. tollgate schema scenario describes all keys.\n"), root.YAML())
	return m.made, nil
}

// A maker is a scenario in the making.
type maker struct {
	Request
	env  func(string) (string, bool)
	made *Made

	scheme, host string // with its port
	path         string // of the request, with its query, as typed
	bearer       string // a reference
}

// schemeless matches what is an address although no scheme stands before it: a name with
// a dot, localhost or an IP address, with a port or not.
var schemeless = regexp.MustCompile(`^(localhost|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?([/?].*)?$|^[A-Za-z0-9-]+:[0-9]+([/?].*)?$`)

// documentName matches the names of files that hold scenarios.
var documentName = regexp.MustCompile(`(?i)\.(ya?ml|json)$`)

// IsAddress says whether a word on the command line is an address, and not the name of a
// scenario or a file.
func IsAddress(word string) bool {
	if strings.Contains(word, "://") {
		return true
	}
	return schemeless.MatchString(word) && !documentName.MatchString(word)
}

// address takes the address apart. Its errors do not repeat it: it may hold a password.
func (m *maker) address() error {
	if m.Address == Lab {
		m.scheme, m.host, m.path = "", Lab, "/"
		return nil
	}
	scheme, rest, found := strings.Cut(m.Address, "://")
	if !found {
		scheme, rest = "", m.Address
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		user, err := url.PathUnescape(authority[:at])
		if err != nil || m.User != "" {
			return errors.New("the user in the address cannot be used: write --user name:password")
		}
		m.User, authority = user, authority[at+1:]
	}
	u, err := url.Parse("//" + authority)
	if err != nil || u.Hostname() == "" {
		return errors.New("the address has no host that can be read: write https://host/path, or http://localhost:8000")
	}
	m.scheme, m.host, m.path = strings.ToLower(scheme), authority, path
	if scheme == "" {
		m.scheme = "https"
		if port := u.Port(); targets.Loopback(u.Hostname()) || port != "" && port != "443" {
			m.scheme = "http"
		}
		m.note("no scheme in the address: %s://%s is used", m.scheme, m.host)
	}
	if m.scheme != "http" && m.scheme != "https" {
		return fmt.Errorf("%s:// is not a scheme that can be measured: write http:// or https://", m.scheme)
	}
	return nil
}

func (m *maker) note(format string, args ...any) {
	m.made.Notes = append(m.made.Notes, fmt.Sprintf(format, args...))
}

// hostname is the host without its port.
func (m *maker) hostname() string { return (&url.URL{Host: m.host}).Hostname() }

// kind is the one that is given, or the only one that the address can be of.
func (m *maker) kind() (*targets.Kind, error) {
	can := targets.KindsAt(m.hostname())
	if m.host == Lab && m.Kind == "" {
		return nil, errors.New("the lab has a front door of each kind: name one with --kind")
	}
	if m.Kind != "" {
		kind, ok := targets.KindNamed(m.Kind)
		if !ok {
			return nil, fmt.Errorf("--kind %s: there is no such kind%s (kinds are %s)", m.Kind, document.DidYouMean(m.Kind, names(targets.Kinds)), strings.Join(names(targets.Kinds), ", "))
		}
		if m.host == Lab && !kind.OnAWS() {
			return nil, fmt.Errorf("--kind %s: the lab has only front doors: name the address of your server", m.Kind)
		}
		if _, known, _ := targets.ReadHost(m.hostname()); kind.OnAWS() && !known && m.Region == "" && m.host != Lab {
			return nil, fmt.Errorf("--kind %s: the host does not say in which region it is, and prices differ: add --region, such as --region eu-central-1", m.Kind)
		}
		return kind, nil
	}
	if strings.HasPrefix(m.path, "/?") || m.path == "/" { // what always has a stage in its path has one here
		can = slices.DeleteFunc(slices.Clone(can), func(k *targets.Kind) bool { return k.StageInPath && len(can) > 1 })
	}
	if len(can) > 1 {
		return nil, fmt.Errorf("the host does not say whether this is %s, and they differ in price and limits: add --kind %s (%s)",
			titles(can), strings.Join(names(can), " or --kind "), howToTell(can))
	}
	return can[0], nil
}

func names(kinds []*targets.Kind) (all []string) {
	for _, k := range kinds {
		all = append(all, k.Name)
	}
	return all
}

func titles(kinds []*targets.Kind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, k.Title)
	}
	return document.OneOf(all)
}

// howToTell says by which header of a response kinds can be distinguished.
func howToTell(kinds []*targets.Kind) string {
	var all []string
	for _, k := range kinds {
		for _, id := range k.RequestIDs {
			shared := slices.ContainsFunc(kinds, func(other *targets.Kind) bool { return other != k && slices.Contains(other.RequestIDs, id) })
			if !shared {
				all = append(all, fmt.Sprintf("%s for %s", id, k.Title))
				break
			}
		}
	}
	return "curl -sI shows it, by a header of the response: " + strings.Join(all, ", ")
}

// target is the target of a kind. What always has its stage in the path has it in its
// address there.
func (m *maker) target(kind *targets.Kind) *document.Node {
	address := m.scheme + "://" + m.host
	if m.host == Lab {
		address = Lab
	}
	if stage := m.stage(kind); stage != "" {
		address += "/" + stage
	}
	target := document.Pairs("kind", kind.Name, "url", address)
	if m.Region != "" {
		target.Entries = append(target.Entries, document.Pairs("region", m.Region).Entries...)
	}
	if m.bearer != "" {
		target.Entries = append(target.Entries, document.Pairs("auth", document.Pairs("bearer", m.bearer)).Entries...)
	}
	return target
}

// stage is the first part of the path of what always has its stage there; "" for others.
// Custom domains have none in their paths.
func (m *maker) stage(kind *targets.Kind) string {
	if _, onAWS, _ := targets.ReadHost(m.hostname()); !onAWS || !kind.StageInPath {
		return ""
	}
	path, _, _ := strings.Cut(m.path, "?")
	stage, _, _ := strings.Cut(path[1:], "/")
	return stage
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
func (m *maker) request(kind *targets.Kind) (*document.Node, error) {
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
	if stage := m.stage(kind); stage != "" {
		path = "/" + strings.TrimPrefix(strings.TrimPrefix(path, "/"+stage), "/")
	}
	timeout := m.Timeout
	if timeout == "" && !kind.OnAWS() {
		timeout = defaultTimeout
	}
	r := document.Pairs("name", strings.ToLower(method), "method", method, "path", path, "headers", headers, "body", body,
		"expect", document.Pairs("status", document.Items(good...)))
	if timeout != "" {
		r.Entries = append(r.Entries, document.Pairs("timeout", timeout).Entries...)
	}
	return r, nil
}

// body is the text of the body; nil for none.
func (m *maker) body() (*document.Node, error) {
	if m.Data == nil {
		return nil, nil
	}
	if !utf8.Valid(m.Data.Bytes) {
		return nil, errors.New("--data: the body is not UTF-8 text: write a scenario with tollgate init --url, and name the file there (file: body.bin)")
	}
	text := string(m.Data.Bytes)
	if name := secretIn(m.Data.Bytes); name != "" {
		return nil, fmt.Errorf("--data: %s is a secret, and the body is written to the run's scenario.yaml: put it into an environment variable, and write ${env:NAME} in its place", name)
	}
	if m.Data.Literal {
		text = strings.ReplaceAll(text, "${", "$${")
	}
	return document.Text(text), nil
}

// secretIn names a parameter of a body, JSON or a form, that holds a secret; "" if there
// is none.
func secretIn(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) == nil {
		return secretValue(value)
	}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, found := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if found && scenarios.SecretParameter(name) && secretText(value) {
			return name
		}
	}
	return ""
}

func secretValue(value any) string {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if text, ok := inner.(string); ok && scenarios.SecretParameter(name) && secretText(text) {
				return name
			}
			if found := secretValue(inner); found != "" {
				return found
			}
		}
	case []any:
		for _, inner := range value {
			if found := secretValue(inner); found != "" {
				return found
			}
		}
	}
	return ""
}

// secretText says whether a value is a secret itself, and no reference to one.
func secretText(value string) bool { return value != "" && !strings.HasPrefix(value, "${env:") }

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// name is the name of the scenario: the host, with its port.
func (m *maker) name() string {
	name := strings.Trim(notInName.ReplaceAllString(m.host, "-"), "-")
	return cmp.Or(strings.Trim(name[:min(len(name), 48)], "-"), "address")
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
