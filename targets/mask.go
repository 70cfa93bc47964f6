package targets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Masked stands where a secret was.
const Masked = "***"

// A Mask takes secrets out of texts that others wrote: a response that
// echoes what it was sent, an error that quotes an address. It knows the secrets
// of a run, in every spelling that servers echo them in, and also looks for
// what has the form of a credential. A nil Mask does the latter alone.
//
// It does not mind case, since servers change that of addresses and names.
//
// Secrets of fewer than [wholeWord] characters are replaced only where they
// stand alone: else a key "a" would leave nothing of a text.
type Mask struct {
	texts []string // in lower case, longest first
}

const (
	wholeWord = 8
	// An echo may be cut short. So many characters of a secret, from its start,
	// are recognised.
	recognised = 8
)

// NewMask makes a Mask for the given secrets. Empty ones do not matter.
func NewMask(secrets ...string) *Mask { return (*Mask)(nil).With(secrets...) }

// With returns a Mask that knows further secrets.
func (m *Mask) With(secrets ...string) *Mask {
	var all []string
	if m != nil {
		all = slices.Clone(m.texts)
	}
	for _, s := range secrets {
		for _, part := range append(strings.Split(s, "\n"), s) {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, spellings(part)...)
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return &Mask{slices.Compact(all)}
}

// spellings are the forms in which a server may echo s, in lower case. A secret may
// be given as it stands in an address, and be echoed decoded.
func spellings(s string) []string {
	all := []string{s}
	for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		if plain, err := decode(s); err == nil && plain != "" {
			all = append(all, plain)
		}
	}
	for _, plain := range slices.Clone(all) {
		all = append(all, url.QueryEscape(plain), url.PathEscape(plain), html.EscapeString(plain))
		all = append(append(all, quoted(plain)...), quotedByGo(plain)...)
		if len(plain) >= recognised {
			all = append(all, base64Forms(plain)...)
		}
	}
	for i := range all {
		all[i] = lower(all[i])
	}
	return all
}

// quoted are the forms of s in a JSON string: with the signs of HTML escaped, with
// them as they are, and with nothing but ASCII.
func quoted(s string) []string {
	var plain bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // into memory
	escaped, _ := json.Marshal(s)
	text := strings.TrimSuffix(plain.String(), "\n")
	var ascii strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			ascii.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&ascii, `\u%04x`, unit)
		}
	}
	var forms []string
	for _, form := range []string{string(escaped), text, ascii.String()} {
		forms = append(forms, form[1:len(form)-1])
	}
	return forms
}

// quotedByGo are the forms of s in Go's double quotes, and in the single quotes of
// messages about JSON Schemas, which escape those quotes alone.
func quotedByGo(s string) []string {
	text := strconv.Quote(s)
	text = text[1 : len(text)-1]
	single := strings.ReplaceAll(strings.ReplaceAll(text, `\"`, `"`), `'`, `\'`)
	return []string{text, single}
}

// base64Forms are the forms of s in base64, by itself and within a longer text,
// which it may begin in at each of three places of a group.
func base64Forms(s string) []string {
	coded := base64.StdEncoding.EncodeToString([]byte(s))
	all := []string{coded, strings.TrimRight(coded, "="), base64.RawURLEncoding.EncodeToString([]byte(s))}
	for before := range 3 {
		padded := []byte(strings.Repeat("-", before) + s)
		whole := len(padded) * 8 / 6 // characters that hold nothing of what follows
		for _, form := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			all = append(all, form.EncodeToString(padded)[(before*8+5)/6:whole])
		}
	}
	return all
}

// lower is s with the letters of ASCII in lower case. It is as long as s.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// HeaderSecrets are the secrets in the header of a request, part by part: the
// token after a scheme, the signature and the credential of SigV4.
func HeaderSecrets(h Header) (secrets []string) {
	for _, name := range []string{"X-Api-Key", "X-Amz-Security-Token", "Cookie", "Proxy-Authorization", "Authorization"} {
		for _, value := range h.Values(name) {
			secrets = append(secrets, value)
			for _, part := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
				secrets = append(secrets, credentials(part)...)
			}
		}
	}
	return secrets
}

// credentials are the secrets in one word of a credential header.
func credentials(word string) (secrets []string) {
	const scheme = "AWS4-HMAC-SHA256"
	name, value, named := strings.Cut(word, "=")
	switch {
	case word == scheme, strings.EqualFold(word, "Bearer"), strings.EqualFold(word, "Basic"), named && name == "SignedHeaders":
		return nil
	case named && name == "Credential":
		id, _, _ := strings.Cut(value, "/")
		return []string{value, id}
	case named && strings.Trim(value, "=") != "":
		return []string{value}
	}
	if plain, err := base64.StdEncoding.DecodeString(word); err == nil && len(plain) > 0 {
		_, password, _ := strings.Cut(string(plain), ":")
		return []string{word, string(plain), password}
	}
	return []string{word}
}

// What has the form of a credential, no matter whose it is.
var (
	accessKey  = regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{12,}`)
	webToken   = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)*`)
	afterName  = regexp.MustCompile(`(?i)((?:authorization|cookie|credential|api[-_]?key|[a-z_-]*(?:secret|password|passwd|token|signature))["']?\s*(?:header)?\s*[:=]\s*["']?(?:bearer |basic |AWS4-HMAC-SHA256 )?)([^\s"',;&<>\\]+)`)
	afterToken = regexp.MustCompile(`(?i)\b(bearer|basic) +([A-Za-z0-9._~+/=-]{6,})`)
)

// Text replaces what is secret in s.
func (m *Mask) Text(s string) string {
	if m != nil {
		for _, secret := range m.texts {
			s = replace(s, secret, func(before, from string) int {
				if len(secret) < wholeWord && (nextToWord(before, true) || nextToWord(from[len(secret):], false)) {
					return 0
				}
				return len(secret)
			})
		}
		for _, secret := range m.texts {
			if len(secret) >= recognised { // what begins like a secret
				s = replace(s, secret[:recognised], func(_, from string) int { return shared(lower(from), secret) })
			}
		}
	}
	s = accessKey.ReplaceAllString(s, Masked)
	s = webToken.ReplaceAllString(s, Masked)
	for _, form := range []*regexp.Regexp{afterName, afterToken} {
		s = form.ReplaceAllStringFunc(s, func(found string) string {
			at := form.FindStringSubmatchIndex(found)[4]
			if !maybeCredential(found[at:]) {
				return found
			}
			return found[:at] + Masked
		})
	}
	return s
}

// maybeCredential says whether a value can be a credential, and not just a word such as
// "expired".
func maybeCredential(s string) bool {
	return len(s) >= 16 || len(s) >= 6 && strings.ContainsAny(s, "0123456789")
}

// Start replaces what is secret in the start of a text that goes on: its last
// characters may be the first of a secret.
func (m *Mask) Start(s string) string {
	s = m.Text(s)
	if m == nil {
		return s
	}
	for _, secret := range m.texts {
		for n := min(len(secret), recognised); n >= 2; n-- {
			if strings.HasSuffix(lower(s), secret[:n]) {
				return s[:len(s)-n] + Masked
			}
		}
	}
	return s
}

// replace puts Masked where s holds start, in any case. length says how many
// characters go, 0 for none, by what stands between the place before and this one,
// and from this one on.
func replace(s, start string, length func(before, from string) int) string {
	var out strings.Builder
	folded, kept := lower(s), 0
	for at := 0; ; {
		i := strings.Index(folded[at:], start)
		if i < 0 {
			return out.String() + s[kept:]
		}
		i, at = at+i, at+i+1
		if n := length(s[kept:i], s[i:]); n > 0 {
			out.WriteString(s[kept:i] + Masked)
			kept, at = i+n, i+n
		}
	}
}

func shared(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// nextToWord says whether a text ends, or begins, with a letter or digit.
func nextToWord(s string, ends bool) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if ends {
		r, _ = utf8.DecodeLastRuneInString(s)
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
