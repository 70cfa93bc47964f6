package sources

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

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

// conceal returns the reference that stands for the value of a header or parameter in the
// scenario.
func (m *maker) conceal(name, value string) (string, error) {
	return m.concealAs(name, "the value of "+name, value)
}

// concealAs does so for a secret that has another name.
func (m *maker) concealAs(what, called, value string) (string, error) {
	value, err := m.expand(value)
	if err != nil {
		return "", fmt.Errorf("%s: %w", called, err)
	}
	name := m.variable(what, value)
	if set, ok := m.env(name); !ok || set != value {
		m.note("%s is written to no file: the scenario has ${env:%s}, so set %s before you run it again", called, name, name)
	}
	return "${env:" + name + "}", nil
}

// variable names the environment variable that stands for a value, after what it is.
func (m *maker) variable(what, value string) string {
	base := strings.ToUpper(strings.Trim(notInName.ReplaceAllString(what, "_"), "_"))
	if base == "" || base[0] >= '0' && base[0] <= '9' || strings.HasPrefix(base, "AWS_") { // which may be set for other purposes
		base = strings.TrimSuffix("SECRET_"+base, "_")
	}
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
	m.made.Values[name] = value
	return name
}

// credential is the value of a header with a secret in the scenario; "" for a bearer
// token, which the target sends.
func (m *maker) credential(name, value string) (string, error) {
	if len(m.Behind) > 0 { // the lab's front doors hand it on to the server
		return m.conceal(name, value)
	}
	scheme, token, _ := strings.Cut(value, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(name, "Authorization") || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return m.conceal(name, value)
	}
	if isReference(token) {
		m.bearer = token
		return "", nil
	}
	ref, err := m.concealAs("bearer token", "the bearer token", token)
	m.bearer = ref
	return "", err
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
