package targettest

import (
	"strings"
	"testing"

	"tollgate/targets"
)

// A Row is one fact about front doors.
type Row struct {
	Fact    string
	Kinds   []*targets.Kind // those it holds for; none: all
	Method  string          // default GET
	Path    string          // below the target's URL
	Outside bool            // Path is below the host instead: the stage is left out
	Body    string
	Headers []string // "Name: value"

	Status int
	Exact  string   // the whole body; "" for any
	Within string   // a part of the body
	Sent   []string // headers that must be there, spelt exactly so: "Name" or "Name: value"
	Absent []string // headers that must not be there, in any spelling
}

func (r Row) holdsFor(k *targets.Kind) bool {
	for _, kind := range r.Kinds {
		if kind == k {
			return true
		}
	}
	return len(r.Kinds) == 0
}

// Conform sends every row that holds for the target's kind. Behind the door
// must be the lab's sample application.
func Conform(t *testing.T, target targets.Target) {
	t.Helper()
	for _, row := range Rows() {
		if !row.holdsFor(target.Kind) {
			continue
		}
		t.Run(row.Fact, func(t *testing.T) {
			to := target
			if row.Outside {
				host := *target.URL
				host.Path = ""
				to.URL = &host
			}
			method := row.Method
			if method == "" {
				method = "GET"
			}
			got, err := Send(to, method, row.Path, row.Body, row.Headers...)
			if err != nil {
				t.Fatal(err)
			}
			row.compare(t, got)
		})
	}
}

func (r Row) compare(t *testing.T, got Response) {
	t.Helper()
	if got.Status != r.Status {
		t.Errorf("status %d, want %d", got.Status, r.Status)
	}
	if r.Exact != "" && got.Body != r.Exact {
		t.Errorf("body %q, want %q", got.Body, r.Exact)
	}
	if !strings.Contains(got.Body, r.Within) {
		t.Errorf("body %q is without %q", got.Body, r.Within)
	}
	for _, want := range r.Sent {
		name, value, exact := strings.Cut(want, ": ")
		if sent, there := got.Value(name); !there || exact && sent != value {
			t.Errorf("header %q is not there or says something else:\n%s", want, strings.Join(got.Header, "\n"))
		}
	}
	for _, name := range r.Absent {
		if got.Has(name) {
			t.Errorf("header %s should not be there", name)
		}
	}
}
