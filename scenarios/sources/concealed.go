package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// Files of other programs were written by machines, and were not searched for
// secrets. So more names count as those of secrets here than in a scenario that a person
// writes, and some values do wherever they stand.
var (
	secretWords = []string{
		"token", "secret", "password", "passwd", "passphrase", "passcode", "pwd", "credential", "credentials", "session", "sessionid", "sid",
		"signature", "sig", "jwt", "assertion", "otp", "pin", "csrf", "xsrf", "cookie", "auth", "authorization", "apikey", "verifier", "ssn", "cvv", "cvc",
	}
	secretPairs = []string{"api key", "access key", "private key", "session id", "subscription key", "functions key", "license key", "secret key", "auth key", "session key", "pass word", "client assertion", "card number"}

	// A JSON Web Token (RFC 7519: its header begins with {" in base64url), the identifier
	// of a key of AWS (IAM user guide, "Unique identifiers"), and keys by the prefixes
	// that their issuers give them so that they can be found: Stripe, OpenAI, GitHub,
	// Slack, Google.
	secretLooks = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b[sr]k[-_](live[-_]|test[-_]|proj-)?[A-Za-z0-9_-]{20,}|\bgh[opsu]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{40,}|\bxox[abps]-[A-Za-z0-9-]{10,}|\bAIza[A-Za-z0-9_-]{30,}`)

	wordStarts = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	notWord    = regexp.MustCompile(`[^a-z0-9]+`)
)

// secretName says whether a value by that name is taken for a secret.
func secretName(name string) bool {
	if scenarios.SecretParameter(name) || scenarios.SecretHeader(name) {
		return true
	}
	words := strings.Fields(notWord.ReplaceAllString(strings.ToLower(wordStarts.ReplaceAllString(name, "$1 $2")), " "))
	n := len(words)
	if n == 0 {
		return false
	}
	return slices.Contains(secretWords, words[n-1]) || n > 1 && slices.Contains(secretPairs, words[n-2]+" "+words[n-1])
}

// An unset is a variable that stands for a secret.
type unset struct{ name, called string }

// secret is the reference that stands for a value.
func (w *collecting) secret(what, called, value string) string {
	if isReference(value) {
		return value
	}
	name := ""
	if strings.EqualFold(what, "Cookie") { // a browser's changes all the time
		name = "COOKIE"
		w.made.Values[name] = value
	} else {
		name = w.m.variable(what, value)
	}
	if !slices.ContainsFunc(w.unset, func(u unset) bool { return u.name == name }) {
		if used := reference.FindAllString(strings.ReplaceAll(value, "$${", ""), -1); used != nil {
			called += ", which is made of " + strings.Join(used, " and ")
		}
		w.unset = append(w.unset, unset{name, called})
	}
	return "${env:" + name + "}"
}

// withoutSecrets has references in place of what looks like secrets in a text, and of
// secrets that stood elsewhere.
func (w *collecting) withoutSecrets(name, text string) string {
	text = w.m.withoutKnown(text)
	return secretLooks.ReplaceAllStringFunc(text, func(found string) string {
		return w.secret(name+" token", "a key or token in "+name, found)
	})
}

// concealedPath is a path with its query, in which references stand for secrets.
func (w *collecting) concealedPath(text string, credentials []string) string {
	where, query, found := strings.Cut(text, "?")
	where = w.withoutSecrets("path", where)
	if !found {
		return where
	}
	return where + "?" + w.concealedPairs(query, credentials...)
}

// concealedPairs is a query or a form without secrets.
func (w *collecting) concealedPairs(text string, credentials ...string) string {
	pairs := strings.Split(text, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if unescaped, err := url.QueryUnescape(value); err == nil {
			value = unescaped
		}
		if !secretName(plain) && !slices.Contains(credentials, value) || value == "" {
			pairs[i] = w.withoutSecrets(plain, pair)
			continue
		}
		pairs[i] = name + "=" + w.secret(plain, "the parameter "+plain, value)
	}
	return strings.Join(pairs, "&")
}

// partOfForm matches a text field of a multipart body.
var partOfForm = regexp.MustCompile(`(?i)(content-disposition: form-data; name="([^"\r\n]*)"\r?\n\r?\n)([^\r\n]+)`)

// concealedBody is a body in which references stand for secrets. value is what it holds,
// where it is JSON that a scenario sends as the same bytes.
func (w *collecting) concealedBody(f Found, data []byte) (text string, value *document.Node) {
	text = string(data)
	if value = jsonValue(data); value != nil {
		if !f.Public {
			w.concealValue("body", value)
		}
		if after := value.JSON(); !bytes.Equal(compact(data), after) {
			text = string(after)
		}
		return text, value
	}
	if f.Public {
		return text, nil
	}
	switch {
	case isForm(f):
		text = w.concealedPairs(text)
	default:
		text = partOfForm.ReplaceAllStringFunc(text, func(part string) string {
			m := partOfForm.FindStringSubmatch(part)
			if !secretName(m[2]) {
				return part
			}
			return m[1] + w.secret(m[2], "the field "+m[2], m[3])
		})
		text = w.withoutSecrets("body", text)
	}
	return text, nil
}

func isForm(f Found) bool {
	for _, h := range f.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			return strings.HasPrefix(strings.ToLower(h.Value), "application/x-www-form-urlencoded")
		}
	}
	return contentType(f.Body) == "application/x-www-form-urlencoded"
}

// concealValue replaces secrets in a value by references, in place.
func (w *collecting) concealValue(name string, n *document.Node) {
	switch n.Type {
	case document.String:
		switch was := n.Raw; {
		case was == "":
		case secretName(name):
			n.Raw = w.secret(name, "the field "+name, was)
		default:
			n.Raw = w.withoutSecrets(name, was)
		}
		n.Text = n.Raw
	case document.Mapping:
		for _, e := range n.Entries {
			w.concealValue(e.Key, e.Value)
		}
	case document.List:
		for _, item := range n.Items {
			w.concealValue(name, item)
		}
	}
}

// jsonValue is a JSON text as a value that a scenario sends as the same bytes, but for
// blanks; nil if it is none.
func jsonValue(data []byte) *document.Node {
	const largest = 64 << 10
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || len(trimmed) > largest || trimmed[0] != '{' && trimmed[0] != '[' || !json.Valid(trimmed) {
		return nil
	}
	d := document.Open("body", data, document.Options{})
	if d.Root == nil || d.Failed() {
		return nil
	}
	again := document.Open("body", d.Root.YAML(), document.Options{})
	if again.Root == nil || again.Failed() || !bytes.Equal(again.Root.JSON(), compact(data)) {
		return nil
	}
	return d.Root
}

func compact(data []byte) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, data); err != nil {
		return data
	}
	return out.Bytes()
}

// unsetText says which variables must be set, and to what.
func (w *collecting) unsetText() string {
	sent := string(list(w.sent).YAML()) + w.bearer
	if !w.modelled() {
		sent += string((&document.Node{Type: document.Mapping, Entries: w.doorKeys()}).YAML())
	}
	var parts []string
	for _, u := range w.unset {
		if strings.Contains(sent, "${env:"+u.name+"}") {
			parts = append(parts, fmt.Sprintf("%s (%s)", u.name, u.called))
		}
	}
	return strings.Join(parts, ", ")
}
