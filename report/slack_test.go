package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tollgate/results"
)

func TestAMessageAndABadgeReadAsTheirGoldenFiles(t *testing.T) {
	for name, change := range map[string]func(*Report){
		"passed": func(r *Report) { r.Gate = nightly(1, 1) },
		"regression": func(r *Report) {
			r.Gate = nightly(1.16, 1.12)
			r.Gate.Limits = limited(t, r.Gate.Changes(), "change(month_usd) < 5%")
		},
		"blind": func(r *Report) { r.Gate = blind() },
	} {
		r := priced(t, "rest")
		change(r)
		golden(t, "slack-"+name+".json", []byte(written(t, "slack", r)))
		golden(t, "badge-"+name+".svg", []byte(written(t, "badge", r)))
	}
}

// FuzzNamesStayNamesInMessagesAndBadges puts one text wherever others' texts stand: it
// mentions no one, links nowhere, and is no element.
func FuzzNamesStayNamesInMessagesAndBadges(f *testing.F) {
	for _, text := range []string{"rest", "<!channel>", "@here", "<https://evil.example|click>", "https://evil.example", `"><script>`, "]]>", "\x00\x1b[31m", strings.Repeat("<", 4000), strings.Repeat("&", 400), ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &Report{Run: &results.Run{}, Gate: nightly(1.2, 1), Notices: []Notice{{"fail", "Fail", []string{text, text, text, text, text}}}}
		r.Scenario, r.ID, r.State, r.Job = text, text, results.Finished, text
		r.Gate.Gates[0].Target, r.Gate.Against = text, text
		var b bytes.Buffer
		if err := writeSlack(&b, r); err != nil {
			t.Fatal(err)
		}
		var m slackMessage
		if err := json.Unmarshal(b.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		texts := []string{m.Text}
		for _, block := range m.Blocks {
			if block.Text != nil && block.Text.Type == "mrkdwn" {
				texts = append(texts, block.Text.Text)
			}
			for _, e := range block.Elements {
				texts = append(texts, e.Text)
			}
		}
		for _, got := range texts {
			if acts := regexp.MustCompile(`<[^h]|<https?://[^|>]*[<\s]|@\w|[^<]https?://`).FindString(got); acts != "" || utf8.RuneCountInString(got) > mostSlackHeader+mostSlackSection+1 {
				t.Fatalf("%q acts in %d characters: %s", acts, utf8.RuneCountInString(got), got)
			}
		}
		b.Reset()
		if err := writeBadge(&b, r); err != nil {
			t.Fatal(err)
		}
		elements := 0
		for d := xml.NewDecoder(&b); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := token.(xml.StartElement); ok {
				elements++
			}
		}
		if elements != 7 {
			t.Fatalf("%d elements of %q", elements, text)
		}
	})
}
