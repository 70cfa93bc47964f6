package sources

import (
	"bytes"
	"encoding/json"
	"fmt"
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
		"signature", "sig", "sign", "jwt", "dpop", "hmac", "assertion", "otp", "totp", "pin", "csrf", "xsrf", "cookie", "auth", "authorization", "apikey", "verifier", "ssn", "cvv", "cvc",
		"pass", "passkey", "jsessionid", "phpsessid", "sessid",
	}
	// secretEnds end words that are written together, such as userpassword.
	secretEnds  = []string{"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "sessionid"}
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
	last := words[n-1]
	ends := func(with string) bool { return strings.HasSuffix(last, with) }
	return slices.Contains(secretWords, last) || slices.Contains(secretWords, strings.Join(words, "")) || slices.ContainsFunc(secretEnds, ends) || n > 1 && slices.Contains(secretPairs, words[n-2]+" "+last)
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

// partOfForm matches a text field of a multipart body.
var partOfForm = regexp.MustCompile(`(?i)(content-disposition: form-data; name="([^"\r\n]*)"\r?\n\r?\n)([^\r\n]+)`)

// concealedBody is a body in which references stand for secrets. value is what it holds,
// where it is JSON that a scenario sends as the same bytes.
func (w *collecting) concealedBody(f Found, data []byte) (text string, value *document.Node) {
	text = string(data)
	if value = jsonValue(data); value != nil && (f.Public || !holdsNumber("body", value)) {
		w.concealValue("body", value, f)
		if after := value.JSON(); !bytes.Equal(compact(data), after) {
			text = string(after)
		}
		return text, value
	}
	if f.Public {
		for _, secret := range f.Secret {
			if secret != "" {
				text = strings.ReplaceAll(text, secret, w.secret("body secret", "a secret of the body", secret))
			}
		}
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
		text = w.concealedText("body", text)
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

// concealValue replaces secrets in a value of a body by references, in place. Published
// examples have none but those that are named as such.
func (w *collecting) concealValue(name string, n *document.Node, f Found) {
	switch n.Type {
	case document.String:
		switch was := n.Raw; {
		case was == "":
		case slices.Contains(f.Secret, was), secretName(name) && !f.Public:
			n.Raw = w.secret(name, "the field "+name, was)
		case !f.Public:
			n.Raw = w.concealedText(name, was)
		}
		n.Text = n.Raw
	case document.Mapping:
		for _, e := range n.Entries {
			w.concealValue(named(n, e.Key), e.Value, f)
		}
	case document.List:
		for _, item := range n.Items {
			w.concealValue(name, item, f)
		}
	}
}

// named is what a value is called: by its key, or, where that is value, by the name that
// stands next to it, as in {"name": "password", "value": "…"}.
func named(n *document.Node, key string) string {
	if !strings.EqualFold(key, "value") {
		return key
	}
	for _, e := range n.Entries {
		if slices.Contains([]string{"name", "key", "field", "id"}, strings.ToLower(e.Key)) && e.Value.Type == document.String {
			return e.Value.Raw
		}
	}
	return key
}

// holdsNumber says whether a number of a value is a secret. No reference can stand for it
// in a value, only in a text.
func holdsNumber(name string, n *document.Node) bool {
	switch n.Type {
	case document.Integer, document.Float:
		return secretName(name) || numberOfCard.MatchString(n.Raw) && isCard(n.Raw)
	case document.Mapping:
		return slices.ContainsFunc(n.Entries, func(e document.Entry) bool { return holdsNumber(named(n, e.Key), e.Value) })
	case document.List:
		return slices.ContainsFunc(n.Items, func(item *document.Node) bool { return holdsNumber(name, item) })
	}
	return false
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
