package help

import (
	"io/fs"
	"strings"
	"testing"
)

// page has one of everything that pages use.
const page = `# A page

One paragraph that is long enough to be broken into two lines of forty columns, with ` + "`a code`" + `, **a
bold one** and [a link](https://example.com).
<!-- a remark for those who edit the file -->

## A heading

- one item
- another item that does not fit on one line, and has a second one

| word | meaning |
|---|---|
| ` + "`--flag a\\|b`" + ` | takes one of two |
| x | a cell whose text is too long for its column |

` + "```sh" + `
tollgate run smoke # not broken, however long the line may be
` + "```" + `

The end.
`

const plainPage = `A PAGE

One paragraph that is long enough to be
broken into two lines of forty columns,
with ` + "`a code`" + `, a bold one and a link
(https://example.com).

A heading

  - one item
  - another item that does not fit on
    one line, and has a second one

  word          meaning
  ` + "`--flag a|b`" + `  takes one of two
  x             a cell whose text is too
                long for its column

    tollgate run smoke # not broken, however long the line may be

The end.
`

func printed(t *testing.T, text string, at Terminal) string {
	t.Helper()
	var b strings.Builder
	if err := (Topic{text: text}).Print(&b, at); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPageIsLaidOutForItsTerminal(t *testing.T) {
	if got := printed(t, page, Terminal{Width: 40}); got != plainPage {
		t.Errorf("in 40 columns it is\n%s", got)
	}
	colored := printed(t, page, Terminal{Width: 40, Color: true})
	for _, want := range []string{"\x1b[1mA PAGE\x1b[0m", "\x1b[36ma code\x1b[0m", "\x1b[1ma bold one\x1b[0m", "\x1b[36m--flag a|b\x1b[0m"} {
		if !strings.Contains(colored, want) {
			t.Errorf("with colors it has no %q:\n%q", want, colored)
		}
	}
	if strings.Contains(colored, "`") {
		t.Errorf("with colors there are backticks:\n%s", colored)
	}
}

// Columns that leave no room for the last one are above it.
func TestANarrowTableHasItsLastColumnBelow(t *testing.T) {
	got := printed(t, "| permission | what for |\n|---|---|\n| cloudwatch:GetMetricData | what CloudWatch counted |\n", Terminal{Width: 34})
	want := "  permission\n      what for\n  cloudwatch:GetMetricData\n      what CloudWatch counted\n"
	if got != want {
		t.Errorf("it is\n%s", got)
	}
}

func TestEveryPageFitsATerminal(t *testing.T) {
	names, err := fs.Glob(files, "*.md")
	if err != nil || len(names) != len(Topics()) {
		t.Fatalf("the pages are %v, %v, and %d are listed", names, err, len(Topics()))
	}
	for _, listed := range Topics() {
		topic, ok := Find(listed.Name)
		if !ok || !strings.HasPrefix(topic.text, "# ") || listed.About == "" {
			t.Errorf("%s: %v, begins with %.20q", listed.Name, ok, topic.text)
			continue
		}
		for _, width := range []int{0, 60, 200} {
			text := printed(t, topic.text, Terminal{Width: width})
			most := widest
			if width == 60 {
				most = width
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				code := strings.HasPrefix(line, "    ") // is never broken
				if n := printedWidth(line); n > most && (!code || width != 60) {
					t.Errorf("%s: a line of %d columns of %d: %s", listed.Name, n, most, line)
				}
				if strings.HasPrefix(strings.TrimSpace(line), "|") || strings.Contains(line, "**") || strings.Contains(line, "](") {
					t.Errorf("%s: Markdown is left in %q", listed.Name, line)
				}
			}
		}
	}
	if _, ok := Find("nonsense"); ok {
		t.Error("there is a page on nonsense")
	}
}

func TestLinesBreakAtSpacesAlone(t *testing.T) {
	for _, row := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one", 10, "one"},
		{"one two three", 7, "one two|three"},
		{"a-word-that-is-longer than", 10, "a-word-that-is-longer|than"},
		{"a" + hardSpace + "b c", 4, "a" + hardSpace + "b|c"},
	} {
		if got := strings.Join(wrap(row.text, row.width), "|"); got != row.want {
			t.Errorf("%q in %d columns is %q", row.text, row.width, got)
		}
	}
}
