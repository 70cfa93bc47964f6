package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

// A target whose messages have no reply is not ranked by the time in which they are written,
// and what the client cannot know of them is said.
func TestTargetsWithoutRepliesAreNotRanked(t *testing.T) {
	p50 := 15.0
	rest := Door{TargetDoc: results.TargetDoc{Name: "rest", Figures: results.Figures{Requests: 200, Latency: map[string]results.Percentiles{"response": {P50: &p50, N: 200}}}}}
	ws := Door{TargetDoc: results.TargetDoc{Name: "ws", Messages: true, Sockets: &results.SocketDoc{Sent: 5000}, Figures: results.Figures{Requests: 5000}, ByRequest: map[string]results.Figures{"health": {Requests: 5000}}}}
	r := &Report{Run: &results.Run{}, Document: results.Document{Requests: []string{"health"}, SocketSteps: map[string]string{"health": results.StepPosts}, Targets: []results.TargetDoc{rest.TargetDoc, ws.TargetDoc}}, Doors: []Door{rest, ws}}
	text := strings.Join(answer(r), " ")
	for said, want := range map[string]bool{"rest answers within 15.0 ms": true, "No replies are awaited at ws, so": true, "ws gave no good response": false, "fastest": false} {
		if strings.Contains(text, said) != want {
			t.Errorf("%q: %s", said, text)
		}
	}
	if all := sockets(r.Document); !strings.Contains(all[0], "5,000 messages sent have no reply: whether they were accepted, the client cannot know") {
		t.Error(all)
	}
}

func TestPushesThatAnotherTargetMayHaveCaused(t *testing.T) {
	one := func(name, url string, pushes int64) results.TargetDoc {
		return results.TargetDoc{Name: name, URL: url, Sockets: &results.SocketDoc{Pushes: pushes}}
	}
	doc := results.Document{Targets: []results.TargetDoc{one("a", "http://x/prod", 3), one("b", "http://x/prod", 0), one("c", "http://y/prod", 3)}}
	all := sockets(doc)
	for i, want := range []bool{true, false, false} {
		if got := strings.Contains(all[i], "messages of b, at the same address"); got != want {
			t.Errorf("%s", all[i])
		}
	}
}
