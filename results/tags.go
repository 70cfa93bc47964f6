package results

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tags say what a run belongs to: the commit, the branch, the pipeline, or whatever
// its user chooses.
type Tags map[string]string

// TagRetryOf is the tag of a run that was made because an earlier one was invalid: the
// ID of the first attempt.
const TagRetryOf = "retry_of"

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

// mergeTags keeps the tags that all runs have with the same value. Others, such as
// the number of a shard, are left out with a warning. Rejected: to join differing
// values, which no filter finds, and to keep the first, which depends on the order.
func mergeTags(runs []*Run) (kept Tags, warnings []string) {
	kept = maps.Clone(runs[0].Document.Tags)
	all := map[string]bool{}
	for _, r := range runs {
		tags := r.Document.Tags
		for key := range tags {
			all[key] = true
		}
		maps.DeleteFunc(kept, func(key, value string) bool { return tags[key] != value })
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if _, ok := kept[key]; !ok {
			warnings = append(warnings, fmt.Sprintf("tag %s is left out: the runs that were merged do not all have the same", key))
		}
	}
	if len(kept) == 0 {
		kept = nil
	}
	return kept, warnings
}
