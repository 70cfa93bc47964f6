package sources

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// headers are the headers of the request; nil for none.
func (m *maker) headers() (*document.Node, error) {
	made := document.Pairs()
	for _, line := range m.Headers {
		name, value, found := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || value == "" {
			return nil, errors.New(`--header: write "Name: value"`) // not repeated: it may be a secret
		}
		if isHost(name) { // it is the target's
			continue
		}
		if scenarios.SecretHeader(name) && !isReference(value) {
			var err error
			if value, err = m.credential(name, value); err != nil {
				return nil, err
			}
		}
		addHeader(made, name, value)
	}
	if m.User != "" {
		value, err := m.basic()
		if err != nil {
			return nil, err
		}
		addHeader(made, "Authorization", value)
	}
	if m.Data != nil && header(made, "Content-Type") == nil {
		addHeader(made, "Content-Type", contentType(m.Data.Bytes))
	}
	if len(made.Entries) == 0 {
		return nil, nil
	}
	return made, nil
}

// header is the entry of a header, in any case; nil if there is none.
func header(headers *document.Node, name string) *document.Entry {
	for i := range headers.Entries {
		if e := &headers.Entries[i]; strings.EqualFold(e.Key, name) {
			return e
		}
	}
	return nil
}

// addHeader adds a value to a header; "" adds nothing.
func addHeader(headers *document.Node, name, value string) {
	e := header(headers, name)
	switch {
	case value == "":
	case e == nil:
		headers.Entries = append(headers.Entries, document.Pairs(name, value).Entries...)
	case e.Value.Type == document.List:
		e.Value.Items = append(e.Value.Items, document.Text(value))
	default:
		e.Value = document.Items(e.Value, document.Text(value))
	}
}

// basicValue says what a variable for a name and a password holds.
const basicValue = `"Basic " and NAME:PASSWORD in base64, as of printf %s NAME:PASSWORD | base64`

// basic is the value of the header for the user, as a reference.
func (m *maker) basic() (string, error) {
	if !strings.Contains(m.User, ":") {
		return "", errors.New("--user: write name:password")
	}
	plain, err := m.expand(m.User)
	if err != nil {
		return "", fmt.Errorf("--user: %w", err)
	}
	return m.concealAs("Authorization", "the value of Authorization ("+basicValue+")", "Basic "+base64.StdEncoding.EncodeToString([]byte(plain)))
}

// contentType is that of a body: JSON if it is some, else what curl sends.
func contentType(body []byte) string {
	plain := bytes.TrimSpace(reference.ReplaceAll(body, []byte("0")))
	if json.Valid(plain) && (plain[0] == '{' || plain[0] == '[') {
		return "application/json"
	}
	return "application/x-www-form-urlencoded"
}
