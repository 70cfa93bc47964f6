package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ParseDocument reads the bytes of a run.json.
func ParseDocument(data []byte) (*Document, error) {
	var head struct {
		Version int    `json:"version"`
		Tool    string `json:"tollgate"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("not the JSON that a run begins with: %w", err)
	}
	if head.Version != Version {
		return nil, advise(foreign("version %d is not the version %d that this program reads", head.Version, Version), head.Tool)
	}
	doc := new(Document)
	if err := json.Unmarshal(data, doc); err != nil {
		return nil, fmt.Errorf("not a document of version %d: %w", Version, err)
	}
	if err := known(data); err != nil {
		return nil, advise(err, head.Tool)
	}
	return doc, doc.check()
}

// known refuses a document with fields that this program does not know.
func known(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(new(Document)); err != nil {
		return foreign("there is more in it than this program knows (%s)", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// check refuses what no run can have.
func (d *Document) check() error {
	var errs []error
	distinct := func(what string, names []string) {
		seen := map[string]bool{}
		for _, n := range names {
			if seen[n] {
				errs = append(errs, fmt.Errorf("%s %.60q is there twice", what, n))
			}
			seen[n] = true
		}
		if len(names) >= 1<<16 {
			errs = append(errs, fmt.Errorf("%d %ss are too many", len(names), what))
		}
	}
	distinct("target", namesOf(d).targets)
	distinct("request", namesOf(d).requests)
	for _, name := range slices.Concat([]string{d.ID, d.Scenario}, namesOf(d).targets, namesOf(d).requests) {
		if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			errs = append(errs, fmt.Errorf("the name %.60q has characters that cannot be printed", name))
		}
	}
	errs = append(errs, d.Tags.Check())
	switch d.State {
	case Running, Finished, Interrupted, Aborted, Torn:
	default:
		errs = append(errs, fmt.Errorf("unknown state %.60q", string(d.State)))
	}
	switch d.Result {
	case Pass, Fail, Incomplete, "": // versions before this field leave it out
	default:
		errs = append(errs, fmt.Errorf("unknown result %.60q", string(d.Result)))
	}
	return errors.Join(errs...)
}

// warn adds a warning that is not there yet.
func (d *Document) warn(text string) {
	if !slices.Contains(d.Warnings, text) {
		d.Warnings = append(d.Warnings, text)
	}
}
