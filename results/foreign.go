package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A foreignError says that a file of a run is not in the form in which this
// program writes it. The run may be as good as any: another version recorded it.
type foreignError struct{ text string }

func (e *foreignError) Error() string { return e.text }

func foreign(format string, args ...any) error { return &foreignError{fmt.Sprintf(format, args...)} }

// advise adds to what is wrong with a run of another version what to do about
// it. Nothing of such a run is read in part: what this program does not know
// would be missing in every figure, and lost when it writes the file again.
func advise(err error, tool string) error {
	if _, ok := errors.AsType[*foreignError](err); !ok {
		return err
	}
	return fmt.Errorf("%w: the run was recorded by another version of Tollgate (which calls itself %.60q); read it with that one, or run its scenario again", err, tool)
}

// sameColumns says how the first line of a CSV file differs from what this
// program writes.
func sameColumns(got, want []string) error {
	if slices.Equal(got, want) {
		return nil
	}
	missing := func(from, in []string) (names []string) {
		for _, name := range from {
			if !slices.Contains(in, name) {
				names = append(names, fmt.Sprintf("%.40q", name))
			}
		}
		return names
	}
	var parts []string
	if less := missing(want, got); len(less) > 0 {
		parts = append(parts, "it lacks "+strings.Join(less, ", "))
	}
	if more := missing(got, want); len(more) > 0 {
		parts = append(parts, "it has "+strings.Join(more[:min(len(more), 5)], ", "))
	}
	if parts == nil {
		parts = []string{"their order is another"}
	}
	return foreign("its columns are not those that this program reads (%s)", strings.Join(parts, "; "))
}
