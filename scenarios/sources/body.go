package sources

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// body is the text of the body; nil for none.
func (m *maker) body() (*document.Node, error) {
	if m.Data == nil {
		return nil, nil
	}
	if !utf8.Valid(m.Data.Bytes) {
		return nil, errors.New("--data: the body is not UTF-8 text: write a scenario with tollgate init --url, and name the file there (file: body.bin)")
	}
	text := string(m.Data.Bytes)
	if name := secretIn(m.Data.Bytes); name != "" {
		return nil, fmt.Errorf("--data: %s is a secret, and the body is written to the run's scenario.yaml: put it into an environment variable, and write ${env:NAME} in its place", name)
	}
	if m.Data.Literal {
		text = strings.ReplaceAll(text, "${", "$${")
	}
	return document.Text(m.withoutKnown(text)), nil
}

// withoutKnown has references in place of the secrets of headers that text repeats. Short
// ones may stand in a text by chance.
func (m *maker) withoutKnown(text string) string {
	const shortest = 8
	for _, name := range slices.Sorted(maps.Keys(m.made.Values)) {
		if value := m.made.Values[name]; len(value) >= shortest {
			text = strings.ReplaceAll(text, value, "${env:"+name+"}")
		}
	}
	return text
}

// secretIn names a parameter of a body, JSON or a form, that holds a secret; "" if there
// is none.
func secretIn(body []byte) string {
	var value any
	if json.Unmarshal(body, &value) == nil {
		return secretValue(value)
	}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, found := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if found && scenarios.SecretParameter(name) && secretText(value) {
			return name
		}
	}
	return ""
}

func secretValue(value any) string {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			if text, ok := inner.(string); ok && scenarios.SecretParameter(name) && secretText(text) {
				return name
			}
			if found := secretValue(inner); found != "" {
				return found
			}
		}
	case []any:
		for _, inner := range value {
			if found := secretValue(inner); found != "" {
				return found
			}
		}
	}
	return ""
}

// secretText says whether a value is a secret itself, and no reference to one.
func secretText(value string) bool { return value != "" && !strings.HasPrefix(value, "${env:") }
