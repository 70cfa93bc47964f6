// Package sigv4 verifies AWS's signatures, version 4, as IAM does: for the
// lab's doors and for its AWS endpoint.
//
// Source: IAM user guide, "Signature Version 4 signing process".
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	stampForm = "20060102T150405Z"
	skew      = 5 * time.Minute // how far a signature's time may be off
	scopeEnd  = "aws4_request"
)

// What may be wrong with a signature.
var (
	ErrMissing    = errors.New("the request is not signed")
	ErrIncomplete = errors.New("the Authorization header is not whole")
	ErrUnknown    = errors.New("the access key is not known")
	ErrExpired    = errors.New("the signature is not of this time")
	ErrMismatch   = errors.New("the signature does not match the request")
)

// Keys are the secrets that are accepted, by access key id.
type Keys map[string]string

// Verify says what is wrong with the signature of a request that came at now
// with the given body, for the given service; nil where it is good.
func (k Keys) Verify(r *http.Request, body []byte, service string, now time.Time) error {
	proof := r.Header.Get("Authorization")
	if proof == "" {
		return ErrMissing
	}
	s, read := parse(proof)
	if !read || s.scope[4] != scopeEnd {
		return ErrIncomplete
	}
	stamp := r.Header.Get("X-Amz-Date")
	at, err := time.Parse(stampForm, stamp)
	if err != nil {
		return ErrIncomplete
	}
	secret, known := k[s.scope[0]]
	switch {
	case !known:
		return ErrUnknown
	case now.Sub(at).Abs() > skew || !strings.HasPrefix(stamp, s.scope[1]):
		return ErrExpired
	case s.scope[3] != service:
		return ErrMismatch
	}
	payload := hexSHA(body)
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" && said != payload {
		return ErrMismatch
	}
	if want := s.expected(r, secret, payload); !hmac.Equal([]byte(want), []byte(s.value)) {
		return ErrMismatch
	}
	return nil
}

// Service is the service that a request is signed for; "" where it is not
// signed, or not well.
func Service(r *http.Request) string {
	if s, read := parse(r.Header.Get("Authorization")); read {
		return s.scope[3]
	}
	return ""
}

// KeyID is the access key that a request is signed with; "" where it is not signed, or not well.
func KeyID(r *http.Request) string {
	if s, read := parse(r.Header.Get("Authorization")); read {
		return s.scope[0]
	}
	return ""
}

// Region is the region that a request is signed for; "" where it is not signed, or not well.
func Region(r *http.Request) string {
	if s, read := parse(r.Header.Get("Authorization")); read {
		return s.scope[2]
	}
	return ""
}

type signature struct {
	scope   []string // access key id, date, region, service, aws4_request
	headers []string
	value   string
}

func parse(proof string) (s signature, read bool) {
	fields, found := strings.CutPrefix(proof, algorithm+" ")
	if !found {
		return s, false
	}
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			s.scope = strings.Split(value, "/")
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.value = value
		}
	}
	return s, len(s.scope) == 5 && slices.Contains(s.headers, "host") && slices.Contains(s.headers, "x-amz-date")
}

func (s signature) expected(r *http.Request, secret, payload string) string {
	sent := canonicalPath(r.URL)
	if s.scope[3] == "s3" { // which signs paths as they are sent: IAM user guide, "Create a signed AWS API request"
		sent = r.URL.EscapedPath()
	}
	canonical := s.canonical(r, sent, canonicalQuery(r.URL), payload)
	return s.sign(secret, s.text(r.Header.Get("X-Amz-Date"), canonical))
}

// canonical is the request as it is signed.
func (s signature) canonical(r *http.Request, path, query, payload string) string {
	var head strings.Builder
	for _, name := range s.headers {
		values := r.Header.Values(name)
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{r.Header.Get("Content-Length")}
			if values[0] == "" {
				values[0] = strconv.FormatInt(r.ContentLength, 10)
			}
		}
		values = slices.Clone(values)
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ")
		}
		head.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	return strings.Join([]string{r.Method, path, query, head.String(), strings.Join(s.headers, ";"), payload}, "\n")
}

// text is what is signed of a request.
func (s signature) text(stamp, canonical string) string {
	return strings.Join([]string{algorithm, stamp, strings.Join(s.scope[1:], "/"), hexSHA([]byte(canonical))}, "\n")
}

func (s signature) sign(secret, text string) string {
	key := []byte("AWS4" + secret)
	for _, part := range s.scope[1:] {
		key = hmacSHA(key, part)
	}
	return hex.EncodeToString(hmacSHA(key, text))
}

// canonicalPath is the path as it was sent, without empty segments and dots
// (RFC 3986 section 5.2.4), escaped once more, as every service but S3 has it.
func canonicalPath(u *url.URL) string {
	sent := u.EscapedPath()
	resolved := path.Clean("/" + sent)
	if strings.HasSuffix(sent, "/") && resolved != "/" {
		resolved += "/"
	}
	parts := strings.Split(resolved, "/")
	for i, part := range parts {
		parts[i] = strictEscape(part)
	}
	return strings.Join(parts, "/")
}

// canonicalQuery sorts by escaped name, then by value. A ";" separates nothing,
// and a "%" without two digits behind it is a percent sign.
func canonicalQuery(u *url.URL) string {
	var all []string
	for _, pair := range strings.FieldsFunc(u.RawQuery, func(c rune) bool { return c == '&' }) {
		name, value, _ := strings.Cut(pair, "=")
		all = append(all, strictEscape(decoded(name))+"\x00"+strictEscape(decoded(value))) // zero sorts before all that a name may hold
	}
	slices.Sort(all)
	return strings.ReplaceAll(strings.Join(all, "&"), "\x00", "=")
}

var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func decoded(text string) string {
	return escape.ReplaceAllStringFunc(strings.ReplaceAll(text, "+", " "), func(e string) string {
		n, _ := strconv.ParseUint(e[1:], 16, 8) // two digits, says the pattern
		return string([]byte{byte(n)})
	})
}

// strictEscape escapes all but RFC 3986's unreserved characters.
func strictEscape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func hexSHA(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func hmacSHA(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // a hash takes everything
	return h.Sum(nil)
}
