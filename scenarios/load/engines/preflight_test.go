package engines

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

const pageOrigin = "https://app.example.com"

// preflightNumber is that of preflights in the tests, whose only request is number 0.
const preflightNumber = 1

func put(path string) scenarios.Request {
	return scenarios.Request{Name: "put", Method: "PUT", Path: path, Body: []byte(`{}`), Header: targets.Header{"Content-Type": {"application/json"}, "X-Page": {"1"}, "Accept": {"application/json"}}}
}

// What a browser sends first, and when it need not.
func TestAPageAsksFirst(t *testing.T) {
	t.Parallel()
	type row struct {
		name    string
		request scenarios.Request
		stamp   targets.Stamp
		asks    string // Access-Control-Request-Headers; "-": nothing is asked
	}
	get := scenarios.Request{Name: "get", Method: "GET", Path: "/a?x=1"}
	for _, row := range []row{
		{name: "a GET", request: get, asks: "-"},
		{name: "a form", request: scenarios.Request{Name: "form", Method: "POST", Path: "/a?x=1", Body: []byte("a=1"), Header: targets.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}, asks: "-"},
		{name: "a DELETE", request: scenarios.Request{Name: "delete", Method: "DELETE", Path: "/a?x=1"}},
		{name: "JSON", request: scenarios.Request{Name: "json", Method: "POST", Path: "/a?x=1", Body: []byte("{}"), Header: targets.Header{"Content-Type": {"application/json"}}}, asks: "content-type"},
		{name: "several headers", request: put("/a?x=1"), asks: "content-type,x-page"},
		{name: "a signature", request: get, stamp: targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
			r.Header.Set("X-Amz-Date", "now")
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x")
			return nil
		}}, asks: "authorization,x-amz-date"},
		{name: "a token", request: get, stamp: targets.Stamp{Sign: func(r *targets.Request) error {
			r.Header.Set("Authorization", "Bearer x")
			return nil
		}}, asks: "authorization"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				s := openTo(map[string]string{"Access-Control-Allow-Methods": row.request.Method, "Access-Control-Allow-Headers": row.asks, "Access-Control-Max-Age": "60"})
				r := ofPage(newRig(serve(t, s.ServeHTTP).URL), row.request)
				r.job.Stamps[0] = row.stamp
				r.job.Options.MaxConnections = 1
				samples := r.drive(t, e, every(2*time.Millisecond, 3))
				want := []string{"OPTIONS /a?x=1", row.request.Method + " /a?x=1", row.request.Method + " /a?x=1", row.request.Method + " /a?x=1"}
				if row.asks == "-" {
					want = want[1:]
				}
				if got := s.all(); !slices.Equal(got, want) || len(samples) != len(want) {
					t.Fatalf("sent %q and recorded %d, want %q", got, len(samples), want)
				}
				for _, one := range samples {
					if one.Outcome() != results.OK {
						t.Errorf("%+v", one)
					}
				}
				if h := s.heads[len(s.heads)-1]; h.Get("Origin") != pageOrigin {
					t.Errorf("the request itself: %v", h)
				}
				if row.asks == "-" {
					return
				}
				h := s.heads[0]
				if h.Get("Origin") != pageOrigin || h.Get("Access-Control-Request-Method") != row.request.Method || h.Get("Access-Control-Request-Headers") != row.asks || h.Get("Accept") != "*/*" || h.Get("User-Agent") != "tollgate" || len(h) > 5 {
					t.Errorf("asked %v", h)
				}
			})
		})
	}
}

// What is allowed is remembered for as long as the server says, 5 s where it says nothing,
// for each user by itself.
func TestAUserRemembersWhatWasAllowed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, age string
		always    bool
	}{{name: "five seconds"}, {name: "an hour", age: "3600"}, {name: "nothing", age: "0", always: true}, {name: "nothing, said otherwise", age: "-1", always: true}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				s := openTo(nil)
				if row.age != "" {
					s.fields["Access-Control-Max-Age"] = row.age
				}
				r := ofPage(newRig(serve(t, s.ServeHTTP).URL), put("/a"))
				engine := r.open(t, e)
				for range 2 {
					r.run(t, engine, closed(3, 60*time.Millisecond, 5*time.Millisecond))
				}
				asked, sent := s.count("OPTIONS"), s.count("PUT")
				if asked > sent || !row.always && asked != 3 && sent >= 3 || row.always && asked != sent {
					t.Errorf("3 users sent %d requests and asked %d times", sent, asked)
				}
				if len(r.samples) != asked+sent {
					t.Errorf("%d samples of %d", len(r.samples), asked+sent)
				}
			})
		})
	}
}

// In the open model a connection stands for a user, and in HTTP/2 for all that it carries.
func TestEachConnectionRemembersWhatWasAllowed(t *testing.T) {
	t.Parallel()
	t.Run("over HTTP/1.1", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			r := ofPage(newRig(serve(t, s.ServeHTTP).URL), put("/a"))
			r.job.Options.MaxConnections, r.job.Options.RequestsPerConnection = 1, 5
			r.drive(t, e, every(2*time.Millisecond, 12))
			// A preflight and four requests on each of three connections.
			if asked, sent := s.count("OPTIONS"), s.count("PUT"); asked != 3 || sent != 12 {
				t.Errorf("sent %d and asked %d times: %q", sent, asked, s.all())
			}
		})
	})
	t.Run("without keep-alive", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			r := ofPage(newRig(serve(t, s.ServeHTTP).URL), put("/a"))
			r.job.Targets[0].Client.Fresh = true
			r.drive(t, e, every(5*time.Millisecond, 6))
			if asked, sent := s.count("OPTIONS"), s.count("PUT"); asked != 6 || sent != 6 {
				t.Errorf("sent %d and asked %d times", sent, asked)
			}
		})
	})
	t.Run("over HTTP/2", func(t *testing.T) {
		eachHTTP2(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			server, _ := http2Server(t, false, s.ServeHTTP)
			r := ofPage(newRig(server.URL), put("/a"))
			r.job.Options.HTTP, r.job.Options.MaxConnections, r.job.Options.MaxInFlight = scenarios.HTTP2, 1, 1
			samples := r.drive(t, e, every(2*time.Millisecond, 12))
			if asked, sent := s.count("OPTIONS"), s.count("PUT"); asked != 1 || sent != 12 || len(samples) != 13 {
				t.Errorf("sent %d and asked %d times, %d samples", sent, asked, len(samples))
			}
		})
	})
	t.Run("over several connections of HTTP/2, which are all used", func(t *testing.T) {
		eachHTTP2(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			server, _ := http2Server(t, false, s.ServeHTTP)
			r := ofPage(newRig(server.URL), put("/a"))
			o := &r.job.Options
			o.HTTP, o.Connections, o.MaxConnections, o.MaxInFlight = scenarios.HTTP2, 3, 3, 1
			r.drive(t, e, every(2*time.Millisecond, 12))
			if asked, sent := s.count("OPTIONS"), s.count("PUT"); asked != 3 || sent != 12 {
				t.Errorf("sent %d and asked %d times", sent, asked)
			}
		})
	})
}

// Each URL is asked for by itself, with its query, as the request itself has it.
func TestEachURLIsAskedFor(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := openTo(nil)
		request := put("/a?key=${key}")
		request.Keys = &scenarios.Keys{Count: 3}
		r := ofPage(newRig(serve(t, s.ServeHTTP).URL), request)
		r.job.Options.MaxConnections = 1
		r.drive(t, e, every(2*time.Millisecond, 30))
		asked := map[string]bool{}
		for _, one := range s.all() {
			method, url, _ := strings.Cut(one, " ")
			switch {
			case method == "OPTIONS" && asked[url]:
				t.Errorf("asked twice for %s", url)
			case method == "OPTIONS":
				asked[url] = true
			case !asked[url]:
				t.Errorf("%s was sent unasked", one)
			}
		}
		if len(asked) < 2 || s.count("PUT") != 30 {
			t.Errorf("%q", s.all())
		}
	})
}

// A request whose preflight fails is not sent, and is counted as that.
func TestABlockedRequestIsNotSent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*pageServer)
		cause  results.Cause
		detail string
	}{
		{"another origin", func(s *pageServer) { s.fields["Access-Control-Allow-Origin"] = "https://other.example" }, results.Cause{Status: 204, Check: "preflight: access-control-allow-origin"}, "it does not name https://app.example.com: https://other.example"},
		{"another method", func(s *pageServer) { s.fields["Access-Control-Allow-Methods"] = "GET, PATCH" }, results.Cause{Status: 204, Check: "preflight: access-control-allow-methods"}, "it does not name PUT: GET, PATCH"},
		{"a header that is missing", func(s *pageServer) { s.fields["Access-Control-Allow-Headers"] = "Content-Type" }, results.Cause{Status: 204, Check: "preflight: access-control-allow-headers"}, "it does not name x-page: Content-Type"},
		{"a status that is none of success", func(s *pageServer) { s.status = 302 }, results.Cause{Status: 302, Check: "preflight: a status of success"}, "got 302"},
		{"an error", func(s *pageServer) { s.status = 403 }, results.Cause{Status: 403}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				s := openTo(nil)
				row.change(s)
				r := ofPage(newRig(serve(t, s.ServeHTTP).URL), put("/a"))
				r.job.Options.MaxConnections = 1
				r.drive(t, e, every(2*time.Millisecond, 3))
				if s.count("PUT") != 0 || s.count("OPTIONS") != 3 || len(r.samples) != 6 {
					t.Fatalf("sent %q, %d samples", s.all(), len(r.samples))
				}
				excerpts := 0
				for i, one := range r.samples {
					of, want := one.Request, row.cause
					if i%2 == 1 {
						want = results.Cause{Err: results.ErrBlocked}
					}
					if one.Cause() != want || of != uint16((i+1)%2) || one.Outcome() == results.OK || i%2 == 1 && (one.Out != 0 || one.In != 0 || one.Due+one.Response() != load.EndOf(&r.samples[i-1])) {
						t.Errorf("sample %d is %+v", i, one)
					}
					if one.Excerpt == nil {
						continue
					}
					if excerpts++; i == 0 && one.Excerpt.Detail != row.detail || i == 1 && !strings.Contains(one.Excerpt.Detail, "does not send") {
						t.Errorf("sample %d shows %+v", i, one.Excerpt)
					}
				}
				if excerpts != 2 {
					t.Errorf("%d excerpts", excerpts)
				}
			})
		})
	}
}

// The response time of a request has its preflight in it, from when it was due; the lag of
// the generator has not.
func TestAUserWaitsForThePreflight(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		patient(t, 40*time.Millisecond, func(delay time.Duration) string {
			s := openTo(nil)
			s.delay = delay
			r := ofPage(newRig(serve(t, s.ServeHTTP).URL), put("/a"))
			samples := r.drive(t, e, every(time.Millisecond, 1))
			if len(samples) != 2 {
				t.Fatalf("%d samples", len(samples))
			}
			asked, sent := samples[0], samples[1]
			if asked.Request != preflightNumber {
				asked, sent = sent, asked
			}
			if sent.Due != asked.Due || sent.Begun != asked.Begun || sent.Lag() != asked.Lag() || sent.Response() < delay || sent.Sent < load.EndOf(&asked) {
				t.Errorf("asked %+v\nsent %+v", asked, sent)
			}
			if sent.Service >= delay || sent.Lag() >= delay {
				return fmt.Sprintf("a service time of %v, a lag of %v", sent.Service, sent.Lag())
			}
			return ""
		})
	})
}

// Each walk in the open model is another user, who asks for each of its steps; in the closed
// model a user remembers what it was allowed in flows before. A step whose preflight fails
// ends its flow.
func TestStepsHavePreflights(t *testing.T) {
	t.Parallel()
	flow := func(t *testing.T, s *pageServer) *flowRig {
		f := flowsAt(t, good, scenarios.Flow{Name: "buy", Steps: steps(2)})
		f.job.Targets = newRig(serve(t, s.ServeHTTP).URL).job.Targets
		for i := range f.job.Requests {
			request := put(f.job.Requests[i].Path)
			f.job.Requests[i].Method, f.job.Requests[i].Header, f.job.Requests[i].Body = request.Method, request.Header, request.Body
		}
		ofPage(f.rig)
		f.job.FlowNumber = uint16(len(f.job.Requests))
		return f
	}
	t.Run("open model", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			f := flow(t, s)
			f.run(t, f.open(t, e), every(2*time.Millisecond, 8))
			sent, walks := f.apart()
			if len(walks) != 8 || len(sent) != 32 || s.count("OPTIONS /buy/0") != 8 || s.count("OPTIONS /buy/1") != 8 || s.count("PUT") != 16 {
				t.Errorf("%d walks, %d requests: %q", len(walks), len(sent), s.all())
			}
			for _, w := range walks {
				if w.Outcome() != results.OK {
					t.Errorf("%+v", w)
				}
			}
		})
	})
	t.Run("one after it needs none", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			f := flow(t, s)
			simple := &f.job.Requests[1]
			simple.Method, simple.Header, simple.Body = "GET", nil, nil
			f.run(t, f.open(t, e), every(2*time.Millisecond, 4))
			if s.count("OPTIONS") != 4 || s.count("GET") != 4 {
				t.Errorf("%q", s.all())
			}
		})
	})
	t.Run("closed model", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(nil)
			f := flow(t, s)
			f.run(t, f.open(t, e), closed(3, 60*time.Millisecond, time.Millisecond))
			_, walks := f.apart()
			if asked := s.count("OPTIONS"); asked > 6 || s.count("PUT") != 2*len(walks) {
				t.Errorf("asked %d times, %d requests in %d walks", asked, s.count("PUT"), len(walks))
			}
		})
	})
	t.Run("refused", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := openTo(map[string]string{"Access-Control-Allow-Methods": "GET"})
			f := flow(t, s)
			f.run(t, f.open(t, e), every(2*time.Millisecond, 5))
			_, walks := f.apart()
			if s.count("PUT") != 0 || s.count("OPTIONS") != 5 || len(walks) != 5 {
				t.Errorf("%d walks: %q", len(walks), s.all())
			}
			for _, w := range walks {
				if w.Err != results.ErrBlocked {
					t.Errorf("%+v", w)
				}
			}
		})
	})
}

// A load that is stopped while a preflight is under way sends nothing more.
func TestAStoppedLoadDoesNotSendWhatWasAllowed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		stop, cancel := stopping(t)
		s := openTo(nil)
		s.delay, s.asked = 100*time.Millisecond, cancel
		f := flowsAt(t, good, scenarios.Flow{Name: "buy", Steps: steps(1)})
		f.job.Targets = newRig(serve(t, s.ServeHTTP).URL).job.Targets
		f.job.Requests[0] = put("/a")
		ofPage(f.rig)
		f.job.FlowNumber = uint16(len(f.job.Requests))
		f.job.Stop = stop
		f.run(t, f.open(t, e), every(5*time.Millisecond, 4))
		sent, walks := f.apart()
		if s.count("PUT") != 0 || len(sent) != s.count("OPTIONS") {
			t.Errorf("%d samples of %q", len(sent), s.all())
		}
		for _, w := range walks {
			if w.Err != results.ErrCancelled {
				t.Errorf("%+v", w)
			}
		}
	})
}
