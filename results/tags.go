package results

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tags say what a run belongs to: the commit, the branch, the pipeline, or
// whatever its user tells runs apart by.
type Tags map[string]string

// The limits of tags: they are words, not documents.
const (
	mostTags     = 64
	longestKey   = 64
	longestValue = 256
)

// ParseTag reads "key=value".
func ParseTag(s string) (key, value string, err error) {
	key, value, ok := strings.Cut(s, "=")
	if !ok {
		return "", "", fmt.Errorf("tag %.80q: say key=value", s)
	}
	return key, value, checkTag(key, value)
}

// Check refuses tags that could not be written, read and filtered by.
func (t Tags) Check() error {
	var errs []error
	for key, value := range t {
		errs = append(errs, checkTag(key, value))
	}
	if len(t) > mostTags {
		errs = append(errs, fmt.Errorf("%d tags are more than %d", len(t), mostTags))
	}
	return errors.Join(errs...)
}

func checkTag(key, value string) error {
	inKey := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	switch {
	case key == "" || len(key) > longestKey || strings.ContainsFunc(key, func(r rune) bool { return !inKey(r) }):
		return fmt.Errorf("tag %.80q: a key has up to %d letters, digits, points, hyphens and underscores", key, longestKey)
	case value == "" || len(value) > longestValue || !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("tag %s: a value has from 1 to %d bytes of printable text", key, longestValue)
	}
	return nil
}
