package report

import (
	"bytes"
	"strings"
	"testing"
)

// Every format says of which target no month can be told, and why; which is cheapest is said
// of the others.
func TestEachFormatSaysWhyATargetHasNoBill(t *testing.T) {
	t.Parallel()
	r := frontDoors(t)
	why := "what a month costs cannot be told, because none of 7,500 requests was answered as expected"
	for i := range r.Run.Document.Targets {
		if d := &r.Run.Document.Targets[i]; d.Name == "rest" {
			d.Bill, d.Unbilled = nil, why
		}
	}
	made, err := New(r.Run, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer := strings.Join(made.Answer, " "); !strings.Contains(answer, "What rest would cost is unknown") || strings.Contains(answer, "rest is most expensive") {
		t.Errorf("the answer is %q", answer)
	}
	for _, f := range Formats {
		var b bytes.Buffer
		if err := f.Write(&b, made); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); strings.Contains(text, "13.56") && !strings.Contains(text, "a month costs cannot be told") {
			t.Errorf("%s has bills, and does not say why rest has none", f.Name)
		}
	}
	for i := range made.Run.Document.Targets {
		d := &made.Run.Document.Targets[i]
		d.Bill, d.Unbilled = nil, why
	}
	made.Run.Document.Month = 10_000_000
	if made, err = New(made.Run, nil, nil); err != nil {
		t.Fatal(err)
	}
	if answer := strings.Join(made.Answer, " "); !strings.Contains(answer, "There is no bill: next to none of the requests was answered as expected") {
		t.Errorf("without any bill, the answer is %q", answer)
	}
}
