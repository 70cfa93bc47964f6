package sigv4

import (
	"crypto/hmac"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A presigned address is signed in its query, for a while, and without its body.
//
// Source: Amazon S3 API reference, "Authenticating Requests: Using Query Parameters (AWS
// Signature Version 4)". S3 escapes a path once, and resolves no dots in it.

const (
	unsigned = "UNSIGNED-PAYLOAD"
	longest  = 7 * 24 * time.Hour
)

// ErrParameters is a query without all that a presigned address has.
var ErrParameters = errors.New("query-string authentication needs X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders and X-Amz-Expires, of at most 604800 seconds")

// A Presigned is how the signature of an address was read.
type Presigned struct {
	ID, Signature   string
	Until           time.Time // it is good
	Canonical, Text string    // the request, and what of it is signed
}

// Presign is the query that lets a request be sent for a while from now on.
func (k Keys) Presign(r *http.Request, id, region, service string, now time.Time, life time.Duration) string {
	stamp := now.UTC().Format(stampForm)
	s := signature{scope: []string{id, stamp[:8], region, service, scopeEnd}, headers: []string{"host"}}
	query := url.Values{
		"X-Amz-Algorithm": {algorithm}, "X-Amz-Credential": {strings.Join(s.scope, "/")}, "X-Amz-Date": {stamp},
		"X-Amz-Expires": {strconv.Itoa(int(life.Seconds()))}, "X-Amz-SignedHeaders": {"host"},
	}
	u := *r.URL
	u.RawQuery = query.Encode()
	canonical := s.canonical(r, u.EscapedPath(), canonicalQuery(&u), unsigned)
	return u.RawQuery + "&X-Amz-Signature=" + s.sign(k[id], s.text(stamp, canonical))
}

// VerifyPresigned says what is wrong with the signature in the query of a request that came at
// now; nil where it is good.
func (k Keys) VerifyPresigned(r *http.Request, service string, now time.Time) (p Presigned, err error) {
	query := r.URL.Query()
	if !query.Has("X-Amz-Signature") && !query.Has("X-Amz-Algorithm") {
		return p, ErrMissing
	}
	s := signature{
		scope: strings.Split(query.Get("X-Amz-Credential"), "/"), headers: strings.Split(query.Get("X-Amz-SignedHeaders"), ";"),
		value: query.Get("X-Amz-Signature"),
	}
	stamp := query.Get("X-Amz-Date")
	at, wrong := time.Parse(stampForm, stamp)
	seconds, odd := strconv.Atoi(query.Get("X-Amz-Expires"))
	life := time.Duration(seconds) * time.Second
	if wrong != nil || odd != nil || len(s.scope) != 5 || s.scope[4] != scopeEnd || s.value == "" || query.Get("X-Amz-Algorithm") != algorithm ||
		seconds < 0 || seconds > int(longest.Seconds()) || !slices.Contains(s.headers, "host") || !strings.HasPrefix(stamp, s.scope[1]) {
		return p, ErrParameters
	}
	p = Presigned{ID: s.scope[0], Signature: s.value, Until: at.Add(life)}
	secret, known := k[p.ID]
	switch {
	case !known:
		return p, ErrUnknown
	case now.After(p.Until) || at.After(now.Add(skew)):
		return p, ErrExpired
	}
	u := *r.URL
	query.Del("X-Amz-Signature")
	u.RawQuery = query.Encode()
	p.Canonical = s.canonical(r, r.URL.EscapedPath(), canonicalQuery(&u), unsigned)
	p.Text = s.text(stamp, p.Canonical)
	if s.scope[3] != service || !hmac.Equal([]byte(s.sign(secret, p.Text)), []byte(s.value)) {
		return p, ErrMismatch
	}
	return p, nil
}
