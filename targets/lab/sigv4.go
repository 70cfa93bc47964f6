package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// A sigV4 authorizer verifies AWS's signatures as IAM does.
// Source: IAM user guide, "Signature Version 4 signing process".
type sigV4 struct {
	secrets map[string]string // by access key id
	service string
}

const (
	sigAlgorithm = "AWS4-HMAC-SHA256"
	sigTime      = "20060102T150405Z"
	sigSkew      = 5 * time.Minute // how far a signature's time may be off
	sigEnd       = "aws4_request"
)

func newSigV4(credentials []Credential, service string) *sigV4 {
	v := &sigV4{secrets: map[string]string{}, service: service}
	for _, c := range credentials {
		v.secrets[c.AccessKeyID] = c.SecretAccessKey
	}
	return v
}

// A signature is what the Authorization header says.
type signature struct {
	scope   []string // access key id, date, region, service, aws4_request
	headers []string
	value   string
}

func (v *sigV4) authorize(x *exchange) targets.Fault {
	r := x.request
	proof := r.Header.Get("Authorization")
	if proof == "" {
		return faultUnproven
	}
	s, read := readSignature(proof)
	if !read || s.scope[3] != v.service || s.scope[4] != sigEnd {
		return targets.FaultUnsigned
	}
	secret, known := v.secrets[s.scope[0]]
	at, err := time.Parse(sigTime, r.Header.Get("X-Amz-Date"))
	if !known || err != nil || x.ready.Sub(at).Abs() > sigSkew || !strings.HasPrefix(r.Header.Get("X-Amz-Date"), s.scope[1]) {
		return targets.FaultUnsigned
	}
	payload := hexSHA(x.content())
	if said := r.Header.Get("X-Amz-Content-Sha256"); said != "" && said != payload {
		return targets.FaultUnsigned
	}
	if want := s.expected(r, secret, payload); !hmac.Equal([]byte(want), []byte(s.value)) {
		return targets.FaultUnsigned
	}
	return ""
}

// readSignature takes the Authorization header apart.
func readSignature(proof string) (s signature, read bool) {
	fields, found := strings.CutPrefix(proof, sigAlgorithm+" ")
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

// expected computes the signature that the request should have.
func (s signature) expected(r *http.Request, secret, payload string) string {
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
	canonical := strings.Join([]string{
		r.Method, canonicalPath(r.URL), canonicalQuery(r.URL), head.String(), strings.Join(s.headers, ";"), payload,
	}, "\n")
	text := strings.Join([]string{sigAlgorithm, r.Header.Get("X-Amz-Date"), strings.Join(s.scope[1:], "/"), hexSHA([]byte(canonical))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range s.scope[1:] {
		key = hmacSHA(key, part)
	}
	return hex.EncodeToString(hmacSHA(key, text))
}

// canonicalPath is the path as it was sent, escaped once more, as every service
// but S3 has it.
func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strictEscape(part)
	}
	return strings.Join(parts, "/")
}

func canonicalQuery(u *url.URL) string {
	var pairs []string
	for name, values := range u.Query() {
		for _, value := range values {
			pairs = append(pairs, strictEscape(name)+"="+strictEscape(value))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
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

// faultUnproven is what a request without a signature meets: a REST API takes
// it for one that has no route, see door.unproven.
const faultUnproven targets.Fault = "no signature"
