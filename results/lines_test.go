package results

import (
	"slices"
	"strings"
	"testing"
)

func TestLinesAreReadToTheLastWholeOne(t *testing.T) {
	long := strings.Repeat("a", maxLine-1)
	for _, row := range []struct {
		name, text string
		want       []string
		torn       bool
		says       string
	}{
		{"nothing", "", nil, false, "EOF"},
		{"whole lines", "a\n\nb\n", []string{"a", "", "b"}, false, "EOF"},
		{"as Windows ends them", "a\r\n\r\n", []string{"a", ""}, false, "EOF"},
		{"a torn one", "a\nb", []string{"a"}, true, "EOF"},
		{"the longest one", "a\n" + long + "\nb\n", []string{"a", long, "b"}, false, "EOF"},
		{"one that is too long", "a\n" + long + "a\nb\n", []string{"a"}, false, "longer than"},
	} {
		var got []string
		l := newLines(strings.NewReader(row.text))
		line, err := l.next()
		for ; err == nil; line, err = l.next() {
			got = append(got, string(line))
		}
		if !slices.Equal(got, row.want) || l.torn != row.torn || !strings.Contains(err.Error(), row.says) || l.number != len(got)+strings.Count(row.says, "longer") {
			t.Errorf("%s: %d lines, torn %t, line %d, %v", row.name, len(got), l.torn, l.number, err)
		}
	}
}
