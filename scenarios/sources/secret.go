package sources

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// reference matches a reference to an environment variable.
var reference = regexp.MustCompile(`\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}`)

// isReference says whether text is a reference and nothing else.
func isReference(text string) bool { return reference.FindString(text) == text && text != "" }

// expand replaces references by the values of the variables.
func (m *maker) expand(text string) (string, error) {
	var missing error
	out := reference.ReplaceAllStringFunc(text, func(ref string) string {
		name := reference.FindStringSubmatch(ref)[1]
		value, set := m.env(name)
		if !set {
			missing = fmt.Errorf("the environment variable %s is not set: set it (export %s=...) and try again", name, name)
		}
		return value
	})
	return out, missing
}

// conceal returns the reference that stands for a secret, the value of what, in the
// scenario.
func (m *maker) conceal(what, value string) (string, error) {
	value, err := m.expand(value)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	base := strings.ToUpper(strings.Trim(notInName.ReplaceAllString(what, "_"), "_"))
	name := base
	for n := 2; ; n++ {
		known, taken := m.made.Values[name]
		if !taken {
			known, taken = m.env(name)
		}
		if !taken || known == value {
			break
		}
		name = fmt.Sprintf("%s_%d", base, n)
	}
	if set, ok := m.env(name); !ok || set != value {
		m.note("the value of %s is written to no file: the scenario has ${env:%s}, so set %s before you run it again", what, name, name)
	}
	m.made.Values[name] = value
	return "${env:" + name + "}", nil
}

// headers are the headers of the request; nil for none.
func (m *maker) headers() (*document.Node, error) {
	made := document.Pairs()
	add := func(name, value string) {
		for i, e := range made.Entries {
			if strings.EqualFold(e.Key, name) {
				if e.Value.Type != document.List {
					made.Entries[i].Value = document.Items(e.Value)
				}
				made.Entries[i].Value.Items = append(made.Entries[i].Value.Items, document.Text(value))
				return
			}
		}
		made.Entries = append(made.Entries, document.Pairs(name, value).Entries...)
	}
	for _, line := range m.Headers {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || value == "" {
			return nil, errors.New(`--header: write "Name: value"`) // not repeated: it may be a secret
		}
		if scenarios.SecretHeader(name) && !isReference(value) {
			var err error
			if value, err = m.credential(name, value); err != nil {
				return nil, err
			}
		}
		if value != "" {
			add(name, value)
		}
	}
	if m.User != "" {
		if !strings.Contains(m.User, ":") {
			return nil, errors.New("--user: write name:password")
		}
		plain, err := m.expand(m.User)
		if err != nil {
			return nil, fmt.Errorf("--user: %w", err)
		}
		value, err := m.conceal("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(plain)))
		if err != nil {
			return nil, err
		}
		add("Authorization", value)
	}
	if m.Data != nil && !has(made, "Content-Type") {
		add("Content-Type", contentType(m.Data.Bytes))
	}
	if len(made.Entries) == 0 {
		return nil, nil
	}
	return made, nil
}

// credential is the value of a header with a secret in the scenario; "" for a bearer
// token, which the target sends.
func (m *maker) credential(name, value string) (string, error) {
	scheme, token, _ := strings.Cut(value, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(name, "Authorization") || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return m.conceal(name, value)
	}
	if isReference(token) {
		m.bearer = token
		return "", nil
	}
	ref, err := m.conceal("Bearer token", token)
	m.bearer = ref
	return "", err
}

func has(headers *document.Node, name string) bool {
	for _, e := range headers.Entries {
		if strings.EqualFold(e.Key, name) {
			return true
		}
	}
	return false
}

// contentType is that of a body: JSON if it is some, else what curl sends.
func contentType(body []byte) string {
	plain := bytes.TrimSpace(reference.ReplaceAll(body, []byte("0")))
	if json.Valid(plain) && (plain[0] == '{' || plain[0] == '[') {
		return "application/json"
	}
	return "application/x-www-form-urlencoded"
}

// pathWithoutSecrets is the path with its query, in which references stand for secrets.
func (m *maker) pathWithoutSecrets() (string, error) {
	path, query, found := strings.Cut(m.path, "?")
	if !found {
		return m.path, nil
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if !scenarios.SecretParameter(plain) || !secretText(value) {
			continue
		}
		ref, err := m.conceal(plain, value)
		if err != nil {
			return "", err
		}
		pairs[i] = name + "=" + ref
	}
	return path + "?" + strings.Join(pairs, "&"), nil
}
