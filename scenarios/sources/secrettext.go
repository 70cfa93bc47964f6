package sources

import (
	"encoding/base64"
	"regexp"
	"strings"

	"tollgate/pricing/document"
)

// What surrounds a secret in a text that is neither JSON nor a form, or within a value of
// one: XML, lines of JSON, JSON with variables or errors in it, a query of GraphQL, a
// header that was copied, an address.
var (
	// A name and its value: name: value, "name": "value", \"name\": \"value\", name='value'.
	// Before the name stands nothing that is part of one; $name is a variable of GraphQL.
	secretPair = document.Form(`(^|[^$A-Za-z0-9_.-])(\\?["'])?([A-Za-z_][A-Za-z0-9_.-]{0,63})(\\?["'])?([ \t]{0,8}[:=]\s{0,8})` +
		`(?:(\\")((?:[^"\\]|\\\\.)*)\\"|(")((?:[^"\\]|\\.)*)"|(')([^'\r\n]*)'|((?i:(?:Bearer|Basic|Token) {1,4})?[^\s"'<>,;&{}()\[\]\\]+))`)
	// A line that is a name and its value, which may have blanks.
	secretLine = document.Form(`(?m)^([ \t]*(?:- )?([A-Za-z_][A-Za-z0-9_. -]{0,63})[ \t]*[:=][ \t]*)([^\s"'{\[<$&][^\r\n{}<>"&]*)$`)
	// An element of XML with a text, and one with the attribute value.
	secretElement   = regexp.MustCompile(`(<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>)([^<>]+)(</)`)
	secretAttribute = regexp.MustCompile(`(<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)\s(?:[^<>]*\s)?value\s*=\s*")([^"<>]+)(")`)
	// Credentials as the header Authorization has them, and those of an address.
	credentials  = regexp.MustCompile(`\b(?i:(Bearer|Basic)) {1,4}([A-Za-z0-9._~+/-]{12,}=*)`)
	userinfo     = regexp.MustCompile(`(://[^/\s:@"'<>?#${}]*:)([^/\s@"'<>?#{}]+)(@)`)
	privateKey   = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)
	plainWord    = regexp.MustCompile(`^[A-Za-z]?[a-z]+$`)
	numberOfCard = regexp.MustCompile(`\b[2-6][0-9]{3}(?:[ -]?[0-9]{4}){3}\b|\b3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}\b`)
)

// concealedText is a text in which references stand for secrets that have a name in it, or
// the form of one.
func (w *collecting) concealedText(name, text string) string {
	if len(text) > referencedBody { // it becomes a file, or is left out
		return w.withoutSecrets(name, text)
	}
	text = w.withoutSecrets(name, text)
	text = privateKey.ReplaceAllStringFunc(text, func(found string) string { return w.secret("private key", "a private key in "+name, found) })
	for _, of := range []*regexp.Regexp{secretElement, secretAttribute} {
		text = replaced(of, text, func(m []string) string {
			if !secretName(m[2]) || strings.TrimSpace(m[3]) == "" {
				return m[0]
			}
			return m[1] + w.secret(m[2], "the element "+m[2], m[3]) + m[4]
		})
	}
	bare := !strings.ContainsAny(reference.ReplaceAllString(text, ""), "{<")
	if bare {
		text = replaced(secretLine(), text, func(m []string) string {
			if !secretName(m[2]) {
				return m[0]
			}
			return m[1] + w.secret(m[2], "the field "+m[2], strings.TrimRight(m[3], " \t"))
		})
	}
	text = replaced(secretPair(), text, func(m []string) string { return w.concealedPair(m, bare) })
	text = replaced(credentials, text, func(m []string) string { return w.concealedCredentials(name, m) })
	text = replaced(userinfo, text, func(m []string) string {
		return m[1] + w.secret("password", "the password of an address in "+name, m[2]) + m[3]
	})
	return numberOfCard.ReplaceAllStringFunc(text, func(found string) string {
		if !isCard(found) {
			return found
		}
		return w.secret("card number", "what looks like a card number in "+name, found)
	})
}

// concealedPair is a match of a name and its value, without the value if that is a secret.
// Bare values are only those of quoted names where a text has braces: it is a program then.
func (w *collecting) concealedPair(m []string, bare bool) string {
	if !secretName(m[3]) {
		return m[0]
	}
	before := m[1] + m[2] + m[3] + m[4] + m[5]
	for quote := 6; quote <= 10; quote += 2 {
		if m[quote] != "" {
			if m[quote+1] == "" {
				return m[0]
			}
			return before + m[quote] + w.secret(m[3], "the field "+m[3], m[quote+1]) + m[quote]
		}
	}
	value := m[12]
	switch {
	case strings.HasPrefix(value, "$"), !bare && m[2] == "", value == "true", value == "false", value == "null":
		return m[0]
	}
	return before + w.secret(m[3], "the field "+m[3], value)
}

// concealedCredentials is what follows the name of a scheme, unless that is a word of a
// sentence.
func (w *collecting) concealedCredentials(name string, m []string) string {
	scheme, token := m[1], m[2]
	if strings.EqualFold(scheme, "Basic") {
		plain, err := base64.StdEncoding.DecodeString(token)
		if err != nil || !strings.Contains(string(plain), ":") {
			return m[0]
		}
	}
	if plainWord.MatchString(token) {
		return m[0]
	}
	return strings.TrimSuffix(m[0], token) + w.secret(scheme+" token", "credentials in "+name, token)
}

// replaced replaces matches by what their submatches are made into.
func replaced(of *regexp.Regexp, text string, into func(m []string) string) string {
	return of.ReplaceAllStringFunc(text, func(found string) string { return into(of.FindStringSubmatch(found)) })
}

// isCard says whether digits have the check digit of a payment card.
// Source: ISO/IEC 7812-1, annex B (the formula of Luhn).
func isCard(text string) bool {
	sum, double := 0, false
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		digit := int(text[i] - '0')
		if double {
			digit *= 2
			digit = digit/10 + digit%10
		}
		sum, double = sum+digit, !double
	}
	return sum%10 == 0
}

// holdsSecret says whether a text has a secret in it.
func holdsSecret(text string) bool {
	made := &Made{Values: map[string]string{}}
	none := func(string) (string, bool) { return "", false }
	w := &collecting{m: &maker{made: made, env: none}, made: made}
	return w.concealedText("text", text) != text
}
