package escape

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

func TestEachFormatKeepsTextsToThemselves(t *testing.T) {
	for _, row := range []struct {
		what    string
		text    string
		escaped func(string) string
		want    string
	}{
		{"a good name in a terminal", "rest-api, 5 ms", Text, "rest-api, 5 ms"},
		{"colours", "\x1b[31mred\x1b[0m", Text, "[31mred[0m"},
		{"a title of the terminal", "\x1b]0;owned\x07", Text, "]0;owned"},
		{"lines", "a\r\nb\tc", Text, "a  b c"},
		{"text from right to left", "\u202egnp.exe\u2066x", Text, "gnp.exex"},
		{"no UTF-8", "\xff\xfea", Text, "a"},
		{"a formula", "=1+1", Cell, "'=1+1"},
		{"a formula with a plus", "+1", Cell, "'+1"},
		{"a formula with a minus", "-1+1", Cell, "'-1+1"},
		{"a formula of old", "@SUM(A1)", Cell, "'@SUM(A1)"},
		{"a formula behind a tab", "\t=1", Cell, "'=1"},
		{"a formula behind a line", "\n1", Cell, "'1"},
		{"a wide formula", "＝1", Cell, "'＝1"},
		{"a formula behind a direction", "\u202e=1", Cell, "'=1"},
		{"a cell like any other", "a=b", Cell, "a=b"},
		{"HTML in Markdown", `<img src=x onerror="a">`, Markdown, `&lt;img src=x onerror="a"&gt;`},
		{"a link in Markdown", "[a](b)", Markdown, `\[a\](b)`},
		{"an address in Markdown", "see https://evil.example", Markdown, "see https:\u200b//evil.example"},
		{"an address without a scheme", "WWW.evil.example", Markdown, "WWW\u200b.evil.example"},
		{"an address behind a letter that is shorter in lower case", "İ www.evil.example", Markdown, "İ www\u200b.evil.example"},
		{"a mention in Markdown", "@someone", Markdown, "@\u200bsomeone"},
		{"an issue in Markdown", "#1", Markdown, "\\#\u200b1"},
		{"a table's bar in Markdown", `a|b\|c`, Markdown, `a\|b\\\|c`},
		{"a mention of all in Slack", "<!channel> @here a&b", Slack, "&lt;!channel&gt; @\u200bhere a&amp;b"},
		{"an address in Slack", "see https://evil.example", Slack, "see https:\u200b//evil.example"},
		{"code in Markdown", "`a`", Markdown, "\\`a\\`"},
		{"a backquote in code", "a`b", Code, "a'b"},
		{"a bar in code", `a\|b`, Code, `a\¦b`},
		{"XML", "a\x00b\x1b\ufffe\nc", XML, "ab\nc"},
		{"a further output", "a\nrun-dir=/etc", Value, "a run-dir=/etc"},
		{"a command of a workflow", "::error file=a::b\n", Block, ": :error file=a::b\n"},
		{"a command behind blanks", "a\n  ::add-mask::b\n", Block, "a\n  : :add-mask::b\n"},
		{"an older command", "a ##[error]b\n", Block, "a ## [error]b\n"},
		{"an address of IPv6", "::1 listens\n", Block, "::1 listens\n"},
		{"colons within a line", "a ::b::\n", Block, "a ::b::\n"},
		{"our colours", "\x1b[31;1mFAIL\x1b[0m\n", Block, "\x1b[31;1mFAIL\x1b[0m\n"},
		{"hidden text", "\x1b[8msecret\x1b[0m\n", Block, "[8msecret\x1b[0m\n"},
		{"a line redrawn", "good\rbad\n", Block, "goodbad\n"},
		{"tabs and lines", "a\tb\nc\n", Block, "a\tb\nc\n"},
	} {
		if got := row.escaped(row.text); got != row.want {
			t.Errorf("%s: %q becomes %q, want %q", row.what, row.text, got, row.want)
		}
	}
}

// What comes in parts is written as what comes whole.
func TestLinesDoNotDependOnHowTheyAreWritten(t *testing.T) {
	text := "a\x1b[31mred\x1b[0m ä\u202e\n::warning::x\n##[group]\x1b]0;t\x07\n::"
	for n := 1; n < 7; n++ {
		var b bytes.Buffer
		w := Lines(&b)
		for part := []byte(text); len(part) > 0; part = part[min(n, len(part)):] {
			if _, err := w.Write(part[:min(n, len(part))]); err != nil {
				t.Fatal(err)
			}
		}
		if b.String() != Block(text) {
			t.Errorf("in parts of %d: %q, want %q", n, b.String(), Block(text))
		}
	}
	var b bytes.Buffer
	if Raw(Lines(Lines(&b))) != io.Writer(&b) || Raw(&b) != io.Writer(&b) {
		t.Error("the writer behind the lines is not the one that was given")
	}
}

// clean says whether a text holds nothing that steers, but what is allowed.
func clean(s, allowed string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return steers(r) && !strings.ContainsRune(allowed, r) })
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b[2J\u202e\nb")
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !clean(got, "") || strings.ContainsAny(got, "\n\r\t") || Text(got) != got {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}

// No line is a command, and no escape but our colours is left.
func FuzzLines(f *testing.F) {
	f.Add("::error::x\n\x1b[31mred", 3)
	command := regexp.MustCompile(`(?m)^\s*::\pL|##\[`)
	colour := regexp.MustCompile(`\x1b\[(0|1|3[123](;1)?)m`)
	f.Fuzz(func(t *testing.T, s string, at int) {
		var b bytes.Buffer
		w := Lines(&b)
		at = min(max(at, 0), len(s))
		_, _ = io.WriteString(w, s[:at])
		_, _ = io.WriteString(w, s[at:])
		got := colour.ReplaceAllString(b.String(), "")
		if command.MatchString(got) || !clean(got, "\n\t") {
			t.Errorf("%q becomes %q", s, b.String())
		}
	})
}

// A cell is no formula, and reads back as it was written.
func FuzzCell(f *testing.F) {
	f.Add("=cmd|' /C calc'!A0")
	f.Fuzz(func(t *testing.T, s string) {
		got := Cell(s)
		if got != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(got)[0]) {
			t.Errorf("%q becomes the formula %q", s, got)
		}
		var b bytes.Buffer
		_ = csv.NewWriter(&b).WriteAll([][]string{{"x", got}})
		if rows, err := csv.NewReader(&b).ReadAll(); err != nil || rows[0][1] != got {
			t.Errorf("%q is read back as %q: %v", got, rows, err)
		}
	})
}

// No element, link, mention, issue or cell begins.
func FuzzMarkdown(f *testing.F) {
	f.Add("<b>|[x](http://y) @z #1 `c` www.x")
	f.Add("ww<w.")
	active := regexp.MustCompile("(?i)<|://|www\\.|@[^\u200b]|@$|#[^\u200b]|#$")
	f.Fuzz(func(t *testing.T, s string) {
		got := Markdown(s)
		if m := active.FindString(unnamed(got)); m != "" || strings.ContainsAny(got, "\n\r") {
			t.Errorf("%q becomes %q, with %q", s, got, m)
		}
		for i, r := range got {
			if strings.ContainsRune("`*_[]|~", r) && (len(got[:i])-len(strings.TrimRight(got[:i], `\`)))%2 == 0 {
				t.Errorf("%q becomes %q, with %q", s, got, r)
			}
		}
		if c := Code(s); strings.ContainsAny(c, "`|\n") {
			t.Errorf("%q is code as %q", s, c)
		}
	})
}

// unnamed puts a mark in place of entities, whose signs are not read as Markdown.
func unnamed(s string) string { return regexp.MustCompile(`&#?\w+;`).ReplaceAllString(s, "\u00b7") }

// A text comes back from XML as it went in.
func FuzzXML(f *testing.F) {
	f.Add("a\x00]]>\u202e\ufffe")
	f.Fuzz(func(t *testing.T, s string) {
		type one struct {
			Text string `xml:",chardata"`
		}
		want := XML(s)
		data, err := xml.Marshal(one{want})
		if err != nil {
			t.Fatal(err)
		}
		var got one
		if err := xml.Unmarshal(data, &got); err != nil || got.Text != want {
			t.Errorf("%q comes back as %q: %v", want, got.Text, err)
		}
		if strings.ContainsFunc(want, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%q steers", want)
		}
	})
}
