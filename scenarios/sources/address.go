package sources

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

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
	if path, atLab := strings.CutPrefix(m.Address, Lab); atLab && (path == "" || path[0] == '/') {
		m.scheme, m.host, m.path = "", Lab, cmp.Or(path, "/")
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
	if s := targets.HTTPScheme(m.scheme); s != "http" && s != "https" {
		return fmt.Errorf("%s:// is not a scheme that can be measured: write http:// or https://, or wss:// where messages are sent over WebSocket", m.scheme)
	}
	return nil
}

// hostname is the host without its port. Where only the Host header has AWS's name of a
// front door, it is that one.
func (m *maker) hostname() string {
	name := (&url.URL{Host: m.host}).Hostname()
	if _, known, _ := targets.ReadHost(name); known {
		return name
	}
	own := (&url.URL{Host: m.hostHeader()}).Hostname()
	if _, known, _ := targets.ReadHost(own); known {
		return own
	}
	return name
}

// findKind is the kind that is given, or the only one that the address can be of.
func (m *maker) findKind() (*targets.Kind, error) {
	if m.messages() {
		return m.kindOfMessages()
	}
	can := slices.DeleteFunc(targets.KindsAt(m.hostname()), func(k *targets.Kind) bool { return k.OnlyMessages })
	if m.host == Lab && m.Kind == "" {
		return nil, errors.New("the lab has a front door of each kind: name one with --kind")
	}
	if m.Kind != "" && len(m.Behind) > 0 {
		return nil, errors.New("--kind and --behind contradict each other: --behind measures a server that is no front door; leave --kind out")
	}
	if m.Kind != "" {
		kind, ok := targets.KindNamed(m.Kind)
		if !ok {
			return nil, fmt.Errorf("--kind %s: there is no such kind%s (kinds are %s)", m.Kind, document.DidYouMean(m.Kind, names(targets.OfRequests())), strings.Join(names(targets.OfRequests()), ", "))
		}
		if kind.OnlyMessages && m.host == Lab && m.toSockets {
			return kind, nil
		}
		if kind.OnlyMessages && m.host == Lab {
			return nil, fmt.Errorf("--kind %s: it takes messages over WebSocket: \"tollgate init --from chat\" writes a scenario of messages at the lab", m.Kind)
		}
		if kind.OnlyMessages {
			return nil, fmt.Errorf("--kind %s: it takes messages over WebSocket, and this is the address of requests: write wss://%s", m.Kind, m.host)
		}
		if m.host == Lab && !kind.OnAWS() {
			return nil, fmt.Errorf("--kind %s: the lab has only front doors: name the address of your server", m.Kind)
		}
		return kind, m.regionKnown(kind)
	}
	if strings.HasPrefix(m.path, "/?") || m.path == "/" { // what always has a stage in its path has one here
		can = slices.DeleteFunc(slices.Clone(can), func(k *targets.Kind) bool { return k.StageInPath && len(can) > 1 })
	}
	if len(can) > 1 {
		return nil, fmt.Errorf("the host does not say whether this is %s, and they differ in price and limits: add --kind %s (%s)",
			titles(can), strings.Join(names(can), " or --kind "), howToTell(can))
	}
	return can[0], m.regionKnown(can[0])
}

// regionKnown asks for a region where neither the host nor a flag says it and prices depend
// on it. Those of a distribution depend on its viewers.
func (m *maker) regionKnown(kind *targets.Kind) error {
	if !kind.OnAWS() || kind.HasOrigin || m.Region != "" || m.host == Lab {
		return nil
	}
	switch h, known, err := targets.ReadHost(m.hostname()); {
	case !known:
		return fmt.Errorf("--kind %s: the host does not say in which region it is, and prices differ: add --region, such as --region eu-central-1", kind.Name)
	case h.Global && err == nil:
		return errors.New("the host is that of an endpoint in several regions, and prices differ: add --region with the one that answers here, such as --region eu-central-1")
	}
	return nil
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

// stage is the first part of the path of what always has its stage there; "" for others.
// Custom domains have none in their paths.
func (m *maker) stage() string {
	if _, onAWS, _ := targets.ReadHost(m.hostname()); !onAWS || !m.kind.StageInPath {
		return ""
	}
	path, _, _ := strings.Cut(m.path, "?")
	stage, _, _ := strings.Cut(path[1:], "/")
	return stage
}

// belowStage is a path without its stage.
func (m *maker) belowStage(path string) string {
	stage := m.stage()
	if stage == "" {
		return path
	}
	return "/" + strings.TrimPrefix(strings.TrimPrefix(path, "/"+stage), "/")
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

// hostName is the name of a scenario after its host, with the port.
func (m *maker) hostName() string {
	name := strings.Trim(notInName.ReplaceAllString(m.host, "-"), "-")
	return cmp.Or(strings.Trim(name[:min(len(name), 48)], "-"), "address")
}
