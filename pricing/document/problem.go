package document

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing that is wrong with a file, and where.
type Problem struct {
	File         string
	Line, Column int // from 1
	Text         string
}

// Error begins with file:line:column, as compilers do and editors follow.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", p.File, max(1, p.Line), max(1, p.Column), p.Text)
}

// Join returns all problems as one error, in the order of the file and each once;
// nil for none.
func Join(problems []Problem) error {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var all []error
	for _, p := range slices.Compact(problems) {
		all = append(all, p)
	}
	return errors.Join(all...)
}

// DidYouMean returns a question to append to a message about an unknown word, or
// "" if none of words is close to it or begins with it.
func DidYouMean(word string, words []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	for _, w := range words {
		if best == "" && len(word) > 2 && strings.HasPrefix(w, word) {
			best = w
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbor to turn a into b (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
