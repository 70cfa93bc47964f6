// Package loadtest is what tests of several engines share. Only tests import it.
package loadtest

import (
	"slices"
	"testing"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
)

// Every returns a turn of n requests or messages, one each gap, in one block.
func Every(gap time.Duration, n int) scenarios.Turn {
	b := scenarios.Block{Number: 7, For: gap * time.Duration(n)}
	for i := range n {
		b.Due = append(b.Due, gap*time.Duration(i))
	}
	return scenarios.Turn{Load: scenarios.Arrivals{}, For: b.For, Blocks: slices.Values([]scenarios.Block{b})}
}

// Expecting reads what a good response is. Without a text, nothing is expected.
func Expecting(t testing.TB, text string) check.Expect {
	t.Helper()
	if text == "" {
		return check.Expect{}
	}
	doc := document.Open("expect", []byte(text), document.Options{})
	e := check.Read(doc.Value(), check.Options{Secret: scenarios.SecretHeader})
	if err := doc.Err(); err != nil {
		t.Fatal(err)
	}
	return e
}
