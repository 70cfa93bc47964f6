package sources

import "strings"

// formatExamples are values of the formats of strings.
// Sources: OpenAPI 3.0.4, section "Data Types"; JSON Schema 2020-12, section 7.3. Names
// and addresses are those that RFC 2606, 5737 and 3849 keep for documents.
var formatExamples = map[string]string{
	"date": "2026-01-15", "date-time": "2026-01-15T09:30:00Z", "time": "09:30:00Z", "duration": "PT1H",
	"email": "user@example.com", "idn-email": "user@example.com", "hostname": "example.com", "idn-hostname": "example.com",
	"uri": "https://example.com/", "url": "https://example.com/", "uri-reference": "/example", "iri": "https://example.com/",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "byte": "dGV4dA==", "binary": "text", "json-pointer": "/example", "regex": ".*",
}

// ExampleText is a text of a format, or else of a length. Those of more than a thousand
// characters are not made.
func ExampleText(format string, shortest, longest uint64) string {
	if text, known := formatExamples[format]; known {
		return text
	}
	const most = 1000
	text := "text"
	if n := int(min(shortest, most)); n > len(text) {
		text += strings.Repeat("x", n-len(text))
	}
	return text[:min(uint64(len(text)), longest)]
}
