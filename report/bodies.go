package report

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// bodiesText says how large compressed bodies were on the wire and decoded, "" where there
// were none.
func bodiesText(b *results.DecodedBytes) string {
	if b == nil {
		return ""
	}
	var parts []string
	if b.Responses > 0 {
		parts = append(parts, fmt.Sprintf("%s decoded from %s to %s", pricing.Counted(b.Responses, "response"), bytesText(b.Received), bytesText(b.Decoded)))
	}
	if b.Left > 0 {
		parts = append(parts, pricing.Counted(b.Left, "response")+" not decoded: too large, or in a coding that was not asked for")
	}
	return strings.Join(parts, "; ")
}

// bodyCells are what a row of the CSV says of decoded bodies.
func bodyCells(b *results.DecodedBytes) []any {
	if b == nil {
		return make([]any, 4)
	}
	return []any{b.Responses, b.Received, b.Decoded, b.Left}
}
