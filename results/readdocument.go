package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ParseDocument reads the bytes of a run.json.
func ParseDocument(data []byte) (*Document, error) {
	var head struct {
		Version int    `json:"version"`
		Tool    string `json:"tollgate"`
	}
	err := bounded(data)
	if err == nil {
		err = json.Unmarshal(data, &head)
	}
	if err != nil {
		return nil, fmt.Errorf("not the JSON that a run begins with: %w", err)
	}
	if head.Version != Version {
		return nil, advise(otherVersion("version %d is not the version %d that this program reads", head.Version, Version), head.Tool)
	}
	doc := new(Document)
	err = ParseJSON(data, doc, func() error {
		if err := known(data); err != nil {
			return advise(err, head.Tool)
		}
		return doc.check()
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// known refuses a document with fields that this program does not know.
func known(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(new(Document)); err != nil {
		return otherVersion("it has fields that this program does not know (%s)", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// warn adds a warning that is not there yet.
func (d *Document) warn(text string) {
	if !slices.Contains(d.Warnings, text) {
		d.Warnings = append(d.Warnings, text)
	}
}

// A versionError says that another version of this program wrote a file of a run.
type versionError struct{ text string }

func (e *versionError) Error() string { return e.text }

func otherVersion(format string, args ...any) error {
	return &versionError{fmt.Sprintf(format, args...)}
}

// advise adds to the error of a run of another version what to do about it. Such a
// run is not read in part: what this program does not know would be missing in every
// figure, and lost when it writes the file again.
func advise(err error, tool string) error {
	if _, ok := errors.AsType[*versionError](err); !ok {
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
		parts = []string{"they are in another order"}
	}
	return otherVersion("its columns are not those that this program reads (%s)", strings.Join(parts, "; "))
}
