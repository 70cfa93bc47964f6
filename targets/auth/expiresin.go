package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// An expiresIn sends one request for a token and reads expires_in in the response, in place
// of golang.org/x/oauth2, to which 0 means that a token lives for ever, and 60.0 that
// the response is no JSON.
type expiresIn struct {
	next http.RoundTripper
	text string // as it stands in the response; "": it does not say
}

// mostResponse is how much x/oauth2 reads of a response.
const mostResponse = 1 << 20

func (e *expiresIn) RoundTrip(r *http.Request) (*http.Response, error) {
	got, err := e.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, mostResponse))
	if err = errors.Join(err, got.Body.Close()); err != nil {
		return nil, err
	}
	switch content, _, _ := mime.ParseMediaType(got.Header.Get("Content-Type")); content {
	case "application/x-www-form-urlencoded", "text/plain":
		if values, err := url.ParseQuery(string(body)); err == nil {
			e.text = values.Get("expires_in")
		}
	default: // as x/oauth2 does it
		body = e.takeFrom(body)
	}
	got.Body, got.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return got, nil
}

// takeFrom takes expires_in out of a JSON object; what is none stays as it is.
func (e *expiresIn) takeFrom(body []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return body
	}
	said, has := fields["expires_in"]
	if !has {
		return body
	}
	if text := string(said); text != "null" && json.Unmarshal(said, &e.text) != nil {
		e.text = text // it is no string
	}
	delete(fields, "expires_in")
	rest, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return rest
}

// life is how long the issuer says that the token lives; zero: it does not say. A token
// whose end only expires_in states, and that has none left, cannot be sent.
func (e *expiresIn) life(token string) (time.Duration, error) {
	if e.text == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(e.text), 64)
	switch {
	case err != nil || math.IsNaN(seconds) || math.IsInf(seconds, 0):
		return 0, fmt.Errorf("says expires_in: %s, which is no number of seconds", short(e.text))
	case seconds > 0:
		return time.Duration(min(seconds, math.MaxInt32) * float64(time.Second)), nil
	case claimsOf(token).exp().IsZero():
		return 0, fmt.Errorf("says of a new token that it has expired (expires_in: %s): give tokens a lifetime there; one that leaves expires_in out never expires", short(e.text))
	}
	return 0, nil
}
