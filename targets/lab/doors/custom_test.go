package doors

import (
	"bytes"
	"net/http"
	"testing"
)

// TestWhatHasNoTemplateIsAsTheDocumentationsTablesSay has the rows of API
// Gateway's tables of passthrough behaviour.
func TestWhatHasNoTemplateIsAsTheDocumentationsTablesSay(t *testing.T) {
	none, forJSON := []string(nil), []string{"application/json"}
	for _, row := range []struct {
		fact, behaviour string
		templates       []string
		kind, body      string
		passes          bool
	}{
		{"by default everything passes", "", none, "text/csv", "x", true},
		{"no match: another type than the template's passes", passNoMatch, forJSON, "text/csv", "x", true},
		{"no templates: another type than the template's is refused", passNoTemplates, forJSON, "text/csv", "x", false},
		{"no templates: everything passes where there are none", passNoTemplates, none, "text/csv", "x", true},
		{"never: another type than the template's is refused", passNever, forJSON, "text/csv", "x", false},
		{"never: everything is refused where there are no templates", passNever, none, "application/json", "x", false},
		{"never: the template's type passes", passNever, forJSON, "application/json", "x", true},
		{"no type means JSON", passNever, forJSON, "", "x", true},
		{"the case of a type does not count, nor do its parameters (assumed)", passNever, forJSON, "Application/JSON; charset=utf-8", "x", true},
		{"where there is no body nothing is refused", passNever, forJSON, "text/csv", "", true},
	} {
		t.Run(row.fact, func(t *testing.T) {
			x := &exchange{request: &http.Request{Header: http.Header{}}, body: bytes.NewBufferString(row.body)}
			if row.kind != "" {
				x.request.Header.Set("Content-Type", row.kind)
			}
			i := Integration{Type: "lambda-custom", Passthrough: row.behaviour, Templates: row.templates}
			if got := i.takes(x); got != row.passes {
				t.Errorf("passes: %v, want %v", got, row.passes)
			}
		})
	}
}

// TestASlowCustomFunctionIsATimeoutHoweverItWouldHaveEnded runs into the door's
// timeout with a function that throws.
func TestASlowCustomFunctionIsATimeoutHoweverItWouldHaveEnded(t *testing.T) {
	d := DoorConfig{Kind: "rest-api", Timeout: Duration(1), Function: &Function{Warm: exactly(1e6), Thrown: 1}, Routes: []Route{
		{Path: "/", Integration: &Integration{Type: "lambda-custom"}},
	}}
	l := open(t, Config{Doors: []DoorConfig{d}})
	if status, _, body := send(t, "GET", l.Doors()[0].URL+"/", ""); status != http.StatusGatewayTimeout {
		t.Errorf("got %d %s", status, body)
	}
}
