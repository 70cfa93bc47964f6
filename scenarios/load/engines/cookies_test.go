package engines

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A visitors is a server that notes the Cookie field of each request, connection by
// connection, and sets cookies.
type visitors struct {
	set func(connection, nth int) []string // the values of Set-Cookie in the nth response on a connection

	mu   sync.Mutex
	sent [][]string // by connection
}

func (v *visitors) serve(c net.Conn) {
	v.mu.Lock()
	me := len(v.sent)
	v.sent = append(v.sent, nil)
	v.mu.Unlock()
	for b, nth := bufio.NewReader(c), 0; ; nth++ {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		if r.Header.Get("Expect") != "" {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		_, _ = io.Copy(io.Discard, r.Body)
		v.mu.Lock()
		v.sent[me] = append(v.sent[me], strings.Join(r.Header["Cookie"], " + "))
		v.mu.Unlock()
		head := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
		for _, line := range v.set(me, nth) {
			head += "Set-Cookie: " + line + "\r\n"
		}
		_, _ = io.WriteString(c, head+"\r\nok")
	}
}

// In the open model a connection stands for a user: what one is given, no other sends.
func TestEachConnectionHasItsCookies(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		v := &visitors{set: func(connection, nth int) []string {
			if nth == 0 {
				return []string{fmt.Sprintf("id=%d; Path=/", connection), "elsewhere=1; Path=/other", "theirs=1; Domain=example.com"}
			}
			return []string{fmt.Sprintf("n=%d; Path=/", nth)}
		}}
		r := newRig("http://" + listen(t, v.serve))
		r.job.Targets[0].Client.Cookies = true
		r.job.Options.RequestsPerConnection, r.job.Options.MaxConnections = 4, 1
		for _, s := range r.drive(t, e, every(2*time.Millisecond, 12)) {
			if s.Err != results.ErrNone {
				t.Errorf("request %d: %v", s.Seq, s.Err)
			}
		}
		v.mu.Lock()
		defer v.mu.Unlock()
		if len(v.sent) != 3 {
			t.Fatalf("%d connections", len(v.sent))
		}
		for i, sent := range v.sent {
			if got, want := strings.Join(sent, " | "), fmt.Sprintf(" | id=%[1]d | id=%[1]d; n=1 | id=%[1]d; n=2", i); got != want {
				t.Errorf("connection %d: %q, want %q", i, got, want)
			}
		}
	})
}

// Cookies are added to those of the scenario, whatever else differs from sending to
// sending, and are in no sending where they are not asked for.
func TestCookiesAreAddedToRequests(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		off     bool
		request scenarios.Request
		stamp   targets.Stamp
		want    []string
	}{
		{name: "without any", want: []string{"", "s=1", "s=1"}},
		{name: "not asked for", off: true, want: []string{"", "", ""}},
		{name: "behind the scenario's own", request: scenarios.Request{Header: targets.Header{"cookie": {"own=1"}, "Accept": {"*/*"}}}, want: []string{"own=1", "own=1; s=1", "own=1; s=1"}},
		{name: "with a body and a key in the path", request: scenarios.Request{Method: "POST", Path: "/a/${key}", Keys: &scenarios.Keys{Count: 9}, Body: []byte("x=${key}")}, want: []string{"", "s=1", "s=1"}},
		{name: "in a request that is signed at each sending", stamp: targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x")
			return nil
		}}, want: []string{"", "s=1", "s=1"}},
		{name: "in one that waits with its body", request: scenarios.Request{Method: "PUT", Body: []byte("body"), Header: targets.Header{"Expect": {"100-continue"}}}, want: []string{"", "s=1", "s=1"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				v := &visitors{set: func(int, int) []string { return []string{"s=1; Path=/; HttpOnly"} }}
				r := newRig("http://" + listen(t, v.serve))
				r.job.Targets[0].Client.Cookies = !row.off
				r.job.Stamps[0] = row.stamp
				request := row.request
				request.Name, request.Timeout = "r", 10*time.Second
				if request.Path == "" {
					request.Path = "/"
				}
				r.job.Requests[0] = request
				r.job.Options.MaxConnections = 1
				var head int64
				for i, s := range r.drive(t, e, every(2*time.Millisecond, len(row.want))) {
					if s.Err != results.ErrNone {
						t.Errorf("request %d: %v", s.Seq, s.Err)
					}
					if more := int64(len(row.want[i]) - len(row.want[0])); i == 0 {
						head = s.Out
					} else if added := s.Out - head; row.want[0] != "" && added != more || row.want[0] == "" && more > 0 && added != more+int64(len("Cookie: \r\n")) {
						t.Errorf("request %d has %d bytes more than the first, with %q in place of %q", s.Seq, added, row.want[i], row.want[0])
					}
				}
				v.mu.Lock()
				defer v.mu.Unlock()
				if got, want := strings.Join(v.sent[0], " | "), strings.Join(row.want, " | "); got != want || len(v.sent) != 1 {
					t.Errorf("sent %q on %d connections, want %q", got, len(v.sent), want)
				}
			})
		})
	}
}

// A shop gives every customer without a card a new one.
type shop struct {
	mu    sync.Mutex
	cards map[string]int // requests by card
	paths map[string]string
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	card, err := r.Cookie("card")
	if err != nil {
		card = &http.Cookie{Name: "card", Value: fmt.Sprint(len(s.cards)), Path: "/"}
		http.SetCookie(w, card)
	}
	s.cards[card.Value]++
	s.paths[card.Value] += r.URL.Path + " "
}

func newShop() *shop { return &shop{cards: map[string]int{}, paths: map[string]string{}} }

func openShop(t *testing.T) (*shop, string) {
	s := newShop()
	return s, serve(t, s.ServeHTTP).URL
}

// In the closed model each user has cookies, on whichever connections its requests are, and
// keeps them from turn to turn.
func TestEachUserHasItsCookies(t *testing.T) {
	t.Parallel()
	t.Run("over HTTP/1.1", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			patient(t, 100*time.Millisecond, func(given time.Duration) string {
				s, url := openShop(t)
				return s.serves(t, e, newRig(url), given)
			})
		})
	})
	t.Run("without keep-alive", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			patient(t, 100*time.Millisecond, func(given time.Duration) string {
				s, url := openShop(t)
				r := newRig(url)
				r.job.Targets[0].Client.Fresh = true
				return s.serves(t, e, r, given)
			})
		})
	})
	t.Run("over HTTP/2", func(t *testing.T) {
		eachHTTP2(t, func(t *testing.T, e load.Kind) {
			patient(t, 100*time.Millisecond, func(given time.Duration) string {
				s := newShop()
				server, _ := http2Server(t, false, s.ServeHTTP)
				r := newRig(server.URL)
				r.job.Options.HTTP, r.job.Options.MaxConnections = scenarios.HTTP2, 2
				return s.serves(t, e, r, given)
			})
		})
	})
}

// serves has six users come to the shop in two turns. It returns why that says nothing, ""
// if it does: on a busy machine a user may not have come again.
func (s *shop) serves(t *testing.T, e load.Kind, r *rig, given time.Duration) string {
	const users = 6
	r.job.Targets[0].Client.Cookies = true
	engine := r.open(t, e)
	for range 2 {
		r.run(t, engine, closed(users, given, time.Millisecond))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	requests, again := 0, 0
	for _, n := range s.cards {
		if requests += n; n > 1 {
			again++
		}
	}
	if len(s.cards) > users || requests != len(r.samples) {
		t.Errorf("%d cards, %d requests of %d; want a card for each of %d users", len(s.cards), requests, len(r.samples), users)
	}
	if again < users {
		return fmt.Sprintf("%d of %d users came again", again, users)
	}
	return ""
}

// In the open model each flow is a user of its own, from its first step to its last.
func TestEachFlowHasItsCookies(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		const flows = 20
		s, url := openShop(t)
		f := flowsAt(t, good, scenarios.Flow{Name: "buy", Steps: steps(3)})
		f.job.Targets = newRig(url).job.Targets
		f.job.Targets[0].Client.Cookies = true
		f.run(t, f.open(t, e), every(3*time.Millisecond, flows))
		s.mu.Lock()
		defer s.mu.Unlock()
		for card, paths := range s.paths {
			if paths != "/buy/0 /buy/1 /buy/2 " {
				t.Errorf("card %s was shown at %s", card, paths)
			}
		}
		if len(s.cards) != flows {
			t.Errorf("%d cards for %d flows", len(s.cards), flows)
		}
	})
}
