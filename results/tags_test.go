package results

import (
	"strings"
	"testing"
)

func TestTagsAreWords(t *testing.T) {
	for _, row := range []struct{ name, text, key, value, wrong string }{
		{"a commit", "commit=0df4f10", "commit", "0df4f10", ""},
		{"a value with a sign in it", "note=p99 = 12 ms", "note", "p99 = 12 ms", ""},
		{"without a value", "commit=", "", "", "from 1 to 256"},
		{"without a sign", "commit", "", "", "say key=value"},
		{"without a key", "=x", "", "", "a key has"},
		{"a key with a blank", "my key=x", "", "", "a key has"},
		{"a value of several lines", "note=a\nb", "", "", "printable"},
		{"a value that steers a terminal", "note=\x1b[2J", "", "", "printable"},
		{"a value that is a document", "note=" + strings.Repeat("x", 257), "", "", "from 1 to 256"},
		{"no text at all", "note=\xff", "", "", "printable"},
	} {
		t.Run(row.name, func(t *testing.T) {
			key, value, err := ParseTag(row.text)
			if row.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), row.wrong) {
					t.Errorf("%v, want an error that says %q", err, row.wrong)
				}
				return
			}
			if err != nil || key != row.key || value != row.value {
				t.Errorf("%q = %q, %v", key, value, err)
			}
		})
	}
}
