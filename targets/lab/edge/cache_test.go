package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A world is a cache on a clock of its own, before an origin that answers as it is told.
type world struct {
	t      *testing.T
	cache  *Cache
	now    time.Time
	answer *Response
	fails  error
	asked  []http.Header // the conditions of each request to the origin
}

func newWorld(t *testing.T, p Policy, room int64) *world {
	w := &world{t: t, now: noon}
	w.cache = New(&p, func() time.Time { return w.now }, room)
	return w
}

func (w *world) origin(conditions http.Header) (*Response, error) {
	w.asked = append(w.asked, conditions)
	return w.answer, w.fails
}

// get returns "Hit 200 age 5", or "no response".
func (w *world) get(key string) string {
	a, err := w.cache.Serve(w.t.Context(), key, w.origin)
	if err != nil {
		return "no response"
	}
	text := fmt.Sprint(a.Result, " ", a.Status)
	if a.Kept {
		text += fmt.Sprint(" age ", a.Age.Seconds())
	}
	return text
}

// A step is a request at a time, what the origin would answer then, and what comes of it.
type step struct {
	at     time.Duration
	status int // of the origin; 0: it does not answer
	says   []string
	want   string
	asks   bool // it asks the origin
}

func TestWhatIsAnsweredFromTheCache(t *testing.T) {
	for _, row := range []struct {
		name   string
		policy Policy
		steps  []step
	}{
		{"a response is a hit until it expires", Policy{MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: max-age=10"}, "Miss 200", true},
			{9 * time.Second, 200, nil, "Hit 200 age 9", false},
			{10 * time.Second, 200, []string{"Cache-Control: max-age=10"}, "Miss 200", true},
			{11 * time.Second, 200, nil, "Hit 200 age 1", false},
		}},
		{"what has a tag is asked for again with it", Policy{MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: max-age=10", `ETag: "a"`}, "Miss 200", true},
			{20 * time.Second, 304, []string{"Cache-Control: max-age=30"}, "RefreshHit 200 age 0", true},
			{49 * time.Second, 200, nil, "Hit 200 age 29", false},
			{50 * time.Second, 200, []string{"Cache-Control: max-age=10", `ETag: "b"`}, "Miss 200", true},
		}},
		{"no-cache with a tag is asked for each time", Policy{MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: no-cache", `ETag: "a"`}, "Miss 200", true},
			{1 * time.Second, 304, nil, "RefreshHit 200 age 0", true},
			{2 * time.Second, 304, nil, "RefreshHit 200 age 0", true},
		}},
		{"what must not be kept is a miss each time", Policy{MaxTTL: time.Hour, DefaultTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: no-store"}, "Miss 200", true},
			{0, 200, []string{"Cache-Control: no-store"}, "Miss 200", true},
		}},
		{"an error is kept for ten seconds", Policy{MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}, []step{
			{0, 404, nil, "Error 404", true},
			{9 * time.Second, 200, nil, "Error 404 age 9", false},
			{10 * time.Second, 200, []string{"Cache-Control: max-age=5"}, "Miss 200", true},
		}},
		{"a throttled request is not", Policy{MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}, []step{
			{0, 429, nil, "Error 429", true},
			{0, 429, nil, "Error 429", true},
		}},
		{"an expired response stands for an origin that fails", Policy{MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}, []step{
			{0, 200, []string{"Cache-Control: max-age=10"}, "Miss 200", true},
			{20 * time.Second, 503, nil, "Hit 200 age 20", true},
			{29 * time.Second, 503, nil, "Hit 200 age 29", false},
			{30 * time.Second, 0, nil, "Hit 200 age 30", true},
			{40 * time.Second, 200, []string{"Cache-Control: max-age=10"}, "Miss 200", true},
		}},
		{"unless it must be asked for again", Policy{MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}, []step{
			{0, 200, []string{"Cache-Control: max-age=10, must-revalidate"}, "Miss 200", true},
			{20 * time.Second, 503, nil, "Error 503", true},
		}},
		{"or for longer than stale-if-error allows", Policy{MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: max-age=10, stale-if-error=5"}, "Miss 200", true},
			{15 * time.Second, 500, nil, "Hit 200 age 15", true},
			{16 * time.Second, 500, nil, "Error 500", true},
		}},
		{"an origin that does not answer, and nothing is kept", Policy{MaxTTL: time.Hour}, []step{
			{0, 0, nil, "no response", true},
			{0, 200, []string{"Cache-Control: max-age=10"}, "Miss 200", true},
		}},
		{"the age that the origin states counts", Policy{MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: max-age=10", "Age: 7"}, "Miss 200", true},
			{9 * time.Second, 200, nil, "Hit 200 age 16", false},
		}},
		{"a minimum TTL keeps what is private", Policy{MinTTL: 5 * time.Second, MaxTTL: time.Hour}, []step{
			{0, 200, []string{"Cache-Control: private"}, "Miss 200", true},
			{4 * time.Second, 200, nil, "Hit 200 age 4", false},
			{5 * time.Second, 200, nil, "Miss 200", true},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, row.policy, 1<<20)
			for i, s := range row.steps {
				w.now, w.answer, w.fails = noon.Add(s.at), &Response{Status: s.status, Header: origin(s.says...), Body: []byte("x")}, nil
				if s.status == 0 {
					w.answer, w.fails = nil, errors.New("nothing listens")
				}
				before := len(w.asked)
				if got := w.get("k"); got != s.want || (len(w.asked) > before) != s.asks {
					t.Errorf("step %d at %v: %s, asked %d; want %s, asks %v", i, s.at, got, len(w.asked)-before, s.want, s.asks)
				}
			}
		})
	}
}

func TestConditionsAreThoseOfWhatIsKept(t *testing.T) {
	w := newWorld(t, Policy{MaxTTL: time.Hour}, 1<<20)
	w.answer = &Response{Status: 200, Header: origin("Cache-Control: max-age=1", `ETag: W/"a"`, "Last-Modified: Mon, 30 Nov 2026 11:00:00 GMT")}
	w.get("k")
	w.now = w.now.Add(time.Minute)
	w.get("k")
	if w.asked[0] != nil || w.asked[1].Get("If-None-Match") != `W/"a"` || w.asked[1].Get("If-Modified-Since") != "Mon, 30 Nov 2026 11:00:00 GMT" {
		t.Errorf("%v", w.asked)
	}
}

func TestWhatWasUsedLongestAgoMakesRoom(t *testing.T) {
	w := newWorld(t, Policy{MaxTTL: time.Hour, DefaultTTL: time.Hour}, 3*(entryBytes+101))
	w.answer = &Response{Status: 200, Header: http.Header{}, Body: make([]byte, 100)}
	for _, row := range []struct{ key, want string }{
		{"a", "Miss 200"},
		{"b", "Miss 200"},
		{"c", "Miss 200"},
		{"a", "Hit 200 age 0"},
		{"d", "Miss 200"},
		{"a", "Hit 200 age 0"},
		{"b", "Miss 200"},
	} {
		if got := w.get(row.key); got != row.want {
			t.Errorf("%s: %s, want %s", row.key, got, row.want)
		}
	}
	w.cache.Flush()
	if got := w.get("b"); got != "Miss 200" {
		t.Errorf("after an invalidation: %s", got)
	}
}

// Requests for the same object that come while the origin is asked wait for its response,
// and are hits; where it may not be shared, each asks for itself.
func TestSimultaneousRequestsAreOne(t *testing.T) {
	for _, row := range []struct {
		name  string
		says  string
		asked int
		hits  int
	}{
		{"a response that is kept", "max-age=60", 1, 9},
		{"one that is not", "no-store", 10, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := New(&Policy{MaxTTL: time.Hour}, time.Now, 1<<20)
				var mu sync.Mutex
				asked, hits, waited := 0, 0, 0
				var all sync.WaitGroup
				for range 10 {
					all.Go(func() {
						a, err := c.Serve(t.Context(), "k", func(http.Header) (*Response, error) {
							time.Sleep(time.Second) // of the bubble: the origin takes its time
							mu.Lock()
							defer mu.Unlock()
							asked++
							return &Response{Status: 200, Header: origin("Cache-Control: " + row.says)}, nil
						})
						mu.Lock()
						defer mu.Unlock()
						if err != nil {
							t.Error(err)
						}
						if a.Result == Hit {
							hits++
						}
						if a.Waited {
							waited++
						}
					})
				}
				all.Wait()
				if asked != row.asked || hits != row.hits || waited != 9 {
					t.Errorf("the origin was asked %d times, %d hits, %d waited", asked, hits, waited)
				}
			})
		})
	}
}

// A viewer who leaves does not wait, and does not end what others wait for.
func TestAViewerWhoLeavesDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(&Policy{MaxTTL: time.Hour, DefaultTTL: time.Hour}, time.Now, 1<<20)
		slow := func(http.Header) (*Response, error) {
			time.Sleep(time.Second) // of the bubble: the origin takes its time
			return &Response{Status: 200, Header: http.Header{}}, nil
		}
		go c.Serve(t.Context(), "k", slow)
		synctest.Wait()
		left, leave := context.WithCancel(t.Context())
		leave()
		if _, err := c.Serve(left, "k", slow); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if a, err := c.Serve(t.Context(), "k", slow); err != nil || a.Result != Hit {
			t.Errorf("%v, %v", a, err)
		}
	})
}
