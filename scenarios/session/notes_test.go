package session

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// What an engine says of a target is kept once, among the run's warnings.
func TestNotesOfTheEngineAreWarningsOfTheRun(t *testing.T) {
	t.Parallel()
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = c.Close() }()
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
		_ = b.Flush()
	}))
	defer odd.Close()
	c := config(t, scenario(t, []string{odd.URL}, "constant: {rate: 50/s, for: 1s}", month))
	run, err := Run(t.Context(), c)
	if run == nil { // whether this machine was punctual is not the question
		t.Fatal(err)
	}
	want := `target "t0": its responses deviate from HTTP/1.1 and were read as browsers read them: a header's name holds a character that no name may hold; the header was ignored`
	found := 0
	for _, w := range run.Document.Warnings {
		if w == want {
			found++
		}
	}
	if found != 1 {
		t.Errorf("warnings %q", slices.Sorted(slices.Values(run.Document.Warnings)))
	}
}
