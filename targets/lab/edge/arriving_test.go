package edge

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// streamed is a response whose body comes through a pipe.
func streamed(says ...string) (*Response, *io.PipeWriter) {
	read, write := io.Pipe()
	h := http.Header{}
	for _, text := range says {
		h.Add("Cache-Control", text)
	}
	return &Response{Status: 200, Header: h, Rest: read}, write
}

// What comes in pieces is passed on at once, and is kept when all of it has come and may be.
func TestAResponseIsKeptOnceItIsWhole(t *testing.T) {
	for _, row := range []struct {
		name string
		says string
		room int64
		end  func(a Answer, w *io.PipeWriter)
		want string
	}{
		{"whole", "max-age=60", 1 << 20, func(_ Answer, w *io.PipeWriter) { w.Close() }, "Hit one two"},
		{"broken off", "max-age=60", 1 << 20, func(_ Answer, w *io.PipeWriter) { w.CloseWithError(errors.New("reset")) }, "asks"},
		{"left by its viewer", "max-age=60", 1 << 20, func(a Answer, _ *io.PipeWriter) { a.Rest.Close() }, "asks"},
		{"not to be kept", "no-store", 1 << 20, func(_ Answer, w *io.PipeWriter) { w.Close() }, "asks"},
		{"larger than the cache", "max-age=60", 4, func(_ Answer, w *io.PipeWriter) { w.Close() }, "asks"},
		{"as large as the cache with what it takes besides", "max-age=60", entryBytes, func(_ Answer, w *io.PipeWriter) { w.Close() }, "asks"},
	} {
		w := newWorld(t, Policy{MaxTTL: time.Hour}, row.room)
		var to *io.PipeWriter
		w.answer, to = streamed(row.says)
		a, err := w.cache.Serve(t.Context(), "k", w.origin)
		if err != nil || a.Result != Miss || a.Rest == nil {
			t.Fatalf("%s: %+v, %v", row.name, a, err)
		}
		go func() {
			_, _ = io.WriteString(to, "one ")
			_, _ = io.WriteString(to, "two")
			row.end(a, to)
		}()
		_, _ = io.ReadAll(a.Rest) // it may break off
		a.Rest.Close()
		w.answer, w.fails = nil, errors.New("asks")
		got := "asks"
		if a, err := w.cache.Serve(t.Context(), "k", w.origin); err == nil {
			got = string(a.Result) + " " + string(a.Body)
		}
		if got != row.want {
			t.Errorf("%s: then %q, want %q", row.name, got, row.want)
		}
	}
}

// Who asks meanwhile waits for what may be shared, and asks for what may not.
func TestRequestsForAnObjectThatIsStillComing(t *testing.T) {
	for says, waits := range map[string]bool{"max-age=60": true, "no-store": false, "max-age=0": false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, Policy{MaxTTL: time.Hour}, 1<<20)
			first, to := streamed(says)
			w.answer = first
			a, err := w.cache.Serve(t.Context(), "k", w.origin)
			if err != nil {
				t.Fatal(err)
			}
			w.answer = &Response{Status: 200, Header: http.Header{"Cache-Control": {"no-store"}}, Body: []byte("its own")}
			got := make(chan string, 1)
			go func() {
				second, err := w.cache.Serve(t.Context(), "k", w.origin)
				got <- string(second.Body)
				if err != nil || second.Waited != waits {
					t.Errorf("%s: %+v, %v", says, second, err)
				}
			}()
			synctest.Wait()
			if len(got) == 1 == waits {
				t.Errorf("%s: the second waits: %v", says, !waits)
			}
			go func() {
				_, _ = io.WriteString(to, "shared")
				to.Close()
			}()
			if body, err := io.ReadAll(a.Rest); string(body) != "shared" || err != nil {
				t.Errorf("the first got %q, %v", body, err)
			}
			want := map[bool]string{true: "shared", false: "its own"}[waits]
			if body := <-got; body != want {
				t.Errorf("%s: the second got %q", says, body)
			}
		})
	}
}
