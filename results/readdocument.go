package results

import (
	"bytes"
	"encoding/json"
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
		return nil, advise(foreign("version %d is not the version %d that this program reads", head.Version, Version), head.Tool)
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
		return foreign("there is more in it than this program knows (%s)", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// warn adds a warning that is not there yet.
func (d *Document) warn(text string) {
	if !slices.Contains(d.Warnings, text) {
		d.Warnings = append(d.Warnings, text)
	}
}
