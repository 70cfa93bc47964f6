package extract

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
)

// Longest is how long a value may be, in bytes.
const Longest = 16 << 10

// An Extract is one value that is taken from a response.
type Extract struct {
	Name    string
	Default *string // the value where nothing is found; nil: that is a failure
	Secret  bool    // it is shown nowhere

	path   *check.Path
	header string         // in lower case
	cookie string         // its name
	match  *regexp.Regexp // in the body, or in the header
}

// ReadsBody reports whether any of them needs the beginning of the body.
func ReadsBody(all []Extract) bool {
	return slices.ContainsFunc(all, func(e Extract) bool { return e.readsBody() })
}

// ReadsHeaders reports whether any of them needs a field of the header.
func ReadsHeaders(all []Extract) bool {
	return slices.ContainsFunc(all, func(e Extract) bool { return !e.readsBody() })
}

func (e *Extract) readsBody() bool { return e.path != nil || e.match != nil && e.header == "" }

const setCookie = "set-cookie"

// Headers are the names of the fields that are read, in lower case, each once.
func Headers(all []Extract) (names []string) {
	for i := range all {
		switch e := &all[i]; {
		case e.header != "":
			names = append(names, e.header)
		case e.cookie != "":
			names = append(names, setCookie)
		default:
			names = append(names, coding.Header)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// From takes the value from a response whose body is decoded once for all.
func (e *Extract) From(b *check.Body) (string, error) {
	value, err := e.find(b)
	if lack := (*absent)(nil); errors.As(err, &lack) && e.Default != nil {
		return *e.Default, nil
	}
	if err == nil && len(value) > Longest {
		return "", fmt.Errorf("the value has %d bytes, more than the %d that a value may have", len(value), Longest)
	}
	return value, err
}

// Secrets are those values that a response holds and that are not to be shown. They are
// unknown where a body is not there to its end, and cannot be searched for them.
func Secrets(all []Extract, b *check.Body) (found []string, unknown bool) {
	for i := range all {
		if !all[i].Secret {
			continue
		}
		value, err := all[i].find(b)
		switch {
		case err == nil:
			found = append(found, value)
		case all[i].readsBody() && int64(len(b.Body)) < b.Size:
			unknown = true
		}
	}
	return found, unknown
}

// An absent says that nothing was found, and what is there instead.
type absent struct{ text string }

func (a *absent) Error() string { return a.text }

func lacks(format string, args ...any) error { return &absent{fmt.Sprintf(format, args...)} }

func (e *Extract) find(b *check.Body) (string, error) {
	switch {
	case e.path != nil:
		return e.inJSON(b)
	case e.cookie != "":
		return e.inCookies(b)
	case e.header != "":
		value, present := b.Field(e.header)
		if !present {
			return "", lacks("the response has no header %s", e.header)
		}
		if e.match == nil {
			return value, nil
		}
		if found, ok := matched(e.match, value); ok {
			return found, nil
		}
		return "", lacks("header %s does not match %s", e.header, e.match)
	}
	text, err := b.Text()
	if err != nil && !errors.Is(err, coding.ErrMore) {
		return "", err
	}
	if found, ok := matched(e.match, string(text)); ok {
		return found, nil
	}
	if err != nil {
		return "", fmt.Errorf("the first 64 KiB of the body do not match %s", e.match)
	}
	return "", lacks("the body does not match %s", e.match)
}

// matched is what the first group of an expression matched, or all that it matched where
// it has none.
func matched(re *regexp.Regexp, text string) (string, bool) {
	found := re.FindStringSubmatch(text)
	if found == nil {
		return "", false
	}
	return found[min(1, len(found)-1)], true
}

func (e *Extract) inJSON(b *check.Body) (string, error) {
	doc, err := b.JSON()
	if err != nil {
		return "", err
	}
	null := false
	for _, value := range e.path.Select(doc) {
		switch v := value.(type) {
		case nil:
			null = true
		case string:
			return v, nil
		default:
			return check.Compact(v), nil
		}
	}
	if null {
		return "", lacks("the body has null at %s, which is no value", e.path)
	}
	return "", lacks("the body has nothing at %s; %s", e.path, shape(doc))
}

// shape says what a JSON document is, by the names of its members.
func shape(doc any) string {
	const most = 8
	switch d := doc.(type) {
	case map[string]any:
		if len(d) == 0 {
			return "it is an empty object"
		}
		names := slices.Sorted(maps.Keys(d))
		for i, name := range names {
			if r := []rune(name); len(r) > 40 {
				names[i] = string(r[:39]) + "…"
			}
		}
		if len(names) > most {
			names = append(names[:most], fmt.Sprintf("and %d more", len(d)-most))
		}
		return "it has " + strings.Join(names, ", ")
	case []any:
		return fmt.Sprintf("it is a list of %d", len(d))
	}
	return "it is a single value"
}

func (e *Extract) inCookies(b *check.Body) (string, error) {
	var names []string
	value, found := "", false
	for _, line := range b.Header(setCookie) {
		pair, _, _ := strings.Cut(line, ";")
		name, v, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			continue
		}
		if name = strings.TrimSpace(name); name == e.cookie {
			value, found = strings.Trim(strings.TrimSpace(v), `"`), true
		}
		names = append(names, name)
	}
	switch {
	case found:
		return value, nil
	case names == nil:
		return "", lacks("the response sets no cookie")
	}
	return "", lacks("the response sets no cookie %s; it sets %s", e.cookie, strings.Join(names, ", "))
}
