package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// lines takes over headers of one value each, but for those that are lists too.
func (r *Response) lines(headers, except map[string]json.RawMessage) error {
	for _, name := range sorted(headers) {
		if _, twice := except[name]; twice {
			continue
		}
		value, err := scalar(headers[name])
		if err != nil {
			return fmt.Errorf("the function returned a wrong header %.40q: %w", name, err)
		}
		if err := r.add(name, value); err != nil {
			return err
		}
	}
	return nil
}

// lists takes over headers of several values.
func (r *Response) lists(headers map[string]json.RawMessage) error {
	for _, name := range sorted(headers) {
		var all []json.RawMessage
		if err := json.Unmarshal(headers[name], &all); err != nil {
			return fmt.Errorf("the function returned a header %.40q that is no list", name)
		}
		for _, raw := range all {
			value, err := scalar(raw)
			if err != nil {
				return fmt.Errorf("the function returned a wrong header %.40q: %w", name, err)
			}
			if err := r.add(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Response) cookies(all []string) error {
	for _, c := range all {
		if err := r.add("Set-Cookie", c); err != nil {
			return err
		}
	}
	return nil
}

// add adds a line that can be sent.
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

// scalar reads a text, a number or a truth value as text.
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

func sorted(headers map[string]json.RawMessage) []string {
	names := make([]string, 0, len(headers))
	for name := range headers {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
