package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"tollgate/pricing/escape"
)

// A slackMessage is what Slack's incoming webhooks take. Mattermost, Rocket.Chat and Discord
// (at its address with /slack) take it too, and show its text. Tollgate does not send it: the
// address of a webhook is a secret, and curl is there.
// Sources: Slack API, "Sending messages using incoming webhooks", "Block Kit".
type slackMessage struct {
	Text   string       `json:"text"` // in notifications, and where blocks are not shown
	Blocks []slackBlock `json:"blocks"`
	Links  bool         `json:"unfurl_links"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackText struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Verbatim *bool  `json:"verbatim,omitempty"` // nothing in it becomes a link or a mention; not of plain_text
}

// The longest texts that Slack takes in a header and in a section.
const (
	mostSlackHeader  = 150
	mostSlackSection = 3000
)

// writeSlack writes the conclusion as a message.
func writeSlack(w io.Writer, r *Report) error {
	c := r.conclude()
	title := fmt.Sprintf("%s %s: %s%s", c.standing, clipped(r.Scenario, 60), c.word, c.gate)
	lines := slackLines(r, &c)
	verbatim := true
	prose := func(s string) slackText { return slackText{"mrkdwn", slack(s, mostSlackSection), &verbatim} }
	m := slackMessage{
		Text:   slack(title, mostSlackHeader) + "\n" + slack(strings.Join(lines, "\n"), mostSlackSection),
		Blocks: []slackBlock{{Type: "header", Text: &slackText{"plain_text", clipped(title, mostSlackHeader), nil}}},
	}
	if len(lines) > 0 {
		text := prose(strings.Join(lines, "\n"))
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: &text})
	}
	source := fmt.Sprintf("Run %s: %s", r.ID, r.sent())
	context := []slackText{prose(source)}
	if linkable.MatchString(r.Job) {
		context = append(context, slackText{"mrkdwn", "<" + r.Job + "|job and artifacts>", &verbatim})
	}
	m.Blocks = append(m.Blocks, slackBlock{Type: "context", Elements: context})
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(m)
}

// slackLines are what a reader of one line needs, and what casts doubt on it.
func slackLines(r *Report, c *conclusion) (lines []string) {
	worse, better := c.worse(r), c.better(r)
	if len(worse) > 0 {
		lines = append(lines, "Worse: "+counted(worse))
	}
	if len(better) > 0 {
		lines = append(lines, "Better: "+counted(better))
	}
	if c.base != "" {
		lines = append(lines, c.base)
	}
	for _, n := range r.commentedNotices() {
		if n.Title != warningsTitle {
			lines = append(lines, strings.TrimSuffix(n.Title, ".")+": "+strings.Join(shortened(n).Reasons, "; "))
		}
	}
	if len(c.changes) == 0 {
		lines = append(lines, r.Answer...)
	}
	return lines
}

// slack is text of several lines for a message, of a length that Slack takes.
func slack(s string, most int) string {
	var lines []string
	for _, line := range strings.Split(s, "\n") {
		lines = append(lines, escape.Slack(line))
	}
	text := strings.Join(lines, "\n")
	if runes := []rune(text); len(runes) > most {
		cut := string(runes[:most-1])
		if i := strings.LastIndexByte(cut, '&'); i >= 0 && !strings.Contains(cut[i:], ";") {
			cut = cut[:i] // no half of an escaped character
		}
		return cut + "…"
	}
	return text
}
