package report

import (
	"strings"
	"testing"
)

func TestNoFormatHidesARegression(t *testing.T) {
	r := priced(t, "rest")
	r.Gate = nightly(1.2, 1)
	for format, want := range map[string]string{
		"text":    "gate        armed, regression\n",
		"md":      "Gate: **armed, regression**",
		"comment": "❌ front-doors: regression",
		"slack":   "❌ front-doors: regression",
		"badge":   "front-doors: regression",
		"html":    `<span class="badge bad">gate armed, regression</span>`,
		"junit":   `<failure`,
	} {
		if got := written(t, format, r); !strings.Contains(got, want) {
			t.Errorf("%s does not contain %q:\n%.600s", format, want, got)
		}
	}
	if got := written(t, "html", r); !strings.Contains(got, "<title>REGRESSION: ") {
		t.Error("the title of the page is not the conclusion")
	}
}
