package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Response is what a function's return value means at a door. Header lines
// are in order of their names.
type Response struct {
	Status int
	Header []Line
	Body   []byte
}

// A Line is one header line.
type Line struct{ Name, Value string }

// Get returns the first value of a header.
func (r *Response) Get(name string) string {
	for _, l := range r.Header {
		if strings.EqualFold(l.Name, name) {
			return l.Value
		}
	}
	return ""
}

func (r *Response) set(name, value string) {
	if r.Get(name) == "" {
		r.Header = append(r.Header, Line{name, value})
	}
}

// said is a return value as far as all formats agree. Fields that may have any
// type are looked at by the formats.
type said struct {
	status, text, body json.RawMessage
	headers, multi     map[string]json.RawMessage
	cookies            []string
	base64             bool
}

var errNoStatus = errors.New(`the function returned no "statusCode"`)

// decode1 reads format 1.0: a status is required.
func decode1(payload []byte, otherwise string, binary bool) (*Response, error) {
	s, got, err := parse(payload)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(got.lines(s.headers, s.multi), got.lists(s.multi), got.body(s, binary)); err != nil {
		return nil, err
	}
	got.set("Content-Type", otherwise)
	return got, nil
}

// decode2 reads format 2.0, which takes a value without a status for a body.
func decode2(payload []byte, otherwise string) (*Response, error) {
	s, got, err := parse(payload)
	if errors.Is(err, errNoStatus) {
		return inferred(payload), nil
	}
	if err != nil {
		return nil, err
	}
	err = got.lines(s.headers, nil)
	for _, cookie := range s.cookies {
		err = errors.Join(err, got.add("Set-Cookie", cookie))
	}
	if err := errors.Join(err, got.body(s, true)); err != nil {
		return nil, err
	}
	got.set("Content-Type", otherwise)
	return got, nil
}

// inferred is the response to a value that is none. A text is its own body.
func inferred(payload []byte) *Response {
	var text string
	if json.Unmarshal(payload, &text) == nil && bytes.HasPrefix(bytes.TrimSpace(payload), []byte(`"`)) {
		payload = []byte(text)
	}
	return &Response{Status: 200, Header: []Line{{"Content-Type", "application/json"}}, Body: payload}
}

const largestBalanced = 1 << 20

// decodeBalanced reads what a function returns to a load balancer. Headers of
// the other sort than the target group's are not looked at.
func decodeBalanced(payload []byte, multi bool) (*Response, error) {
	if len(payload) > largestBalanced {
		return nil, fmt.Errorf("the function returned %d bytes; a load balancer takes 1 MiB", len(payload))
	}
	s, got, err := parse(payload)
	if err != nil {
		return nil, err
	}
	if multi {
		err = got.lists(s.multi)
	} else {
		err = got.lines(s.headers, nil)
	}
	if err := errors.Join(err, got.description(s.text), got.body(s, true)); err != nil {
		return nil, err
	}
	got.set("Content-Type", "application/octet-stream")
	return got, nil
}

func parse(payload []byte) (said, *Response, error) {
	var s said
	payload = bytes.TrimSpace(payload)
	if !json.Valid(payload) {
		return s, nil, errors.New("the function returned no JSON")
	}
	if !bytes.HasPrefix(payload, []byte("{")) {
		return s, nil, errNoStatus
	}
	var fields map[string]json.RawMessage // json's own matching of names ignores case
	if err := json.Unmarshal(payload, &fields); err != nil {
		return s, nil, err
	}
	if _, given := fields["statusCode"]; !given {
		return s, nil, errNoStatus
	}
	for name, into := range map[string]any{
		"statusCode": &s.status, "statusDescription": &s.text, "headers": &s.headers, "multiValueHeaders": &s.multi,
		"cookies": &s.cookies, "body": &s.body, "isBase64Encoded": &s.base64,
	} {
		if raw, given := fields[name]; given {
			if err := json.Unmarshal(raw, into); err != nil {
				return s, nil, fmt.Errorf("the function returned a wrong %q: %w", name, err)
			}
		}
	}
	status, err := strconv.Atoi(strings.Trim(string(s.status), `"`))
	if err != nil || status < 200 || status > 599 {
		return s, nil, fmt.Errorf("the function returned the status %.20s, which is none from 200 to 599", s.status)
	}
	return s, &Response{Status: status}, nil
}

// description checks "200 OK". aws-lambda-go sends an empty one where there is none.
func (r *Response) description(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" || string(raw) == `""` {
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || !strings.HasPrefix(text, strconv.Itoa(r.Status)) {
		return fmt.Errorf("the function returned the status description %.40s, which does not begin with %d", raw, r.Status)
	}
	return nil
}

// body takes over the body, which must be text.
func (r *Response) body(s said, binary bool) error {
	var text *string
	if len(s.body) > 0 {
		if err := json.Unmarshal(s.body, &text); err != nil {
			return errors.New("the function returned a body that is no text")
		}
	}
	if text == nil {
		return nil
	}
	r.Body = []byte(*text)
	if s.base64 && binary {
		decoded, err := base64.StdEncoding.DecodeString(*text)
		if err != nil {
			return errors.New("the function returned a body that is no base64")
		}
		r.Body = decoded
	}
	return nil
}

// lines takes over headers of one value each, but for those that are lists too.
func (r *Response) lines(headers, except map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if _, twice := except[name]; !twice {
			if err := r.addValue(name, headers[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Response) lists(headers map[string]json.RawMessage) error {
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		var all []json.RawMessage
		if err := json.Unmarshal(headers[name], &all); err != nil {
			return fmt.Errorf("the function returned a header %.40q that is no list", name)
		}
		for _, raw := range all {
			if err := r.addValue(name, raw); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Response) addValue(name string, raw json.RawMessage) error {
	value, err := scalar(raw)
	if err != nil {
		return fmt.Errorf("the function returned a wrong header %.40q: %w", name, err)
	}
	return r.add(name, value)
}

func (r *Response) add(name, value string) error {
	token := func(c rune) bool {
		return c > ' ' && c < 0x7f && !strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}
	if name == "" || strings.ContainsFunc(name, func(c rune) bool { return !token(c) }) {
		return fmt.Errorf("the function returned %.40q, which is no name of a header", name)
	}
	if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return fmt.Errorf("the function returned a header %.40q with control characters", name)
	}
	r.Header = append(r.Header, Line{name, value})
	return nil
}

func scalar(raw json.RawMessage) (string, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return "", err
	}
	switch v := value.(type) {
	case string:
		return v, nil
	case float64, bool:
		return string(raw), nil
	}
	return "", errors.New("it is no text")
}
