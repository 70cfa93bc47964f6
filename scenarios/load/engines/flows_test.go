package engines

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

func steps(n int) []scenarios.Step { return make([]scenarios.Step, n) }

// In both models the steps of a flow follow each other, each due when its predecessor has
// ended and the user has thought, and requests have numbers of their own.
func TestStepsFollowEachOther(t *testing.T) {
	t.Parallel()
	const think = 20 * time.Millisecond
	for name, turn := range map[string]scenarios.Turn{
		"open model":   every(5*time.Millisecond, 20),
		"closed model": closed(4, 200*time.Millisecond, 10*time.Millisecond),
	} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				flow := scenarios.Flow{Name: "buy", Steps: steps(3)}
				flow.Steps[1].Think, flow.Steps[2].Repeat.Most = scenarios.Always(think), 2
				f := flowsAt(t, good, flow)
				f.run(t, f.open(t, e), turn)
				sent, walks := f.apart()
				if len(walks) == 0 || len(sent) != 4*len(walks) {
					t.Fatalf("%d requests of %d flows", len(sent), len(walks))
				}
				for i, w := range walks {
					of := sent[4*i : 4*i+4]
					for k, s := range of {
						if want := w.Seq*f.job.Stride + uint64(k); s.Seq != want || int(s.Request) != min(k, 2) || s.Block != w.Block {
							t.Fatalf("request %d of flow %d is %+v", k, i, s)
						}
						if k == 0 {
							continue
						}
						due := load.EndOf(&of[k-1])
						if k == 1 {
							due += think
						}
						if s.Due != due || s.Begun < due {
							t.Errorf("request %d of flow %d was due at %v and begun at %v, want %v", k, i, s.Due, s.Begun, due)
						}
					}
					if w.Outcome() != results.OK || w.Due != of[0].Due || w.Due+w.Response() != load.EndOf(&of[3]) || w.Out+w.In != 0 {
						t.Errorf("flow %d: %+v", i, w)
					}
				}
			})
		})
	}
}

// Flows begin as the turn says, whichever flow it is, and each walk has its own steps.
func TestFlowsAreChosenByNumber(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		f := flowsAt(t, good, scenarios.Flow{Name: "a", Steps: steps(1)}, scenarios.Flow{Name: "b", Steps: steps(2)})
		f.run(t, f.open(t, e), every(time.Millisecond, 30))
		f.mu.Lock()
		defer f.mu.Unlock()
		slices.Sort(f.paths)
		if got := strings.Join(f.paths, ""); got != strings.Repeat("/a/0", 15)+strings.Repeat("/b/0", 15)+strings.Repeat("/b/1", 15) {
			t.Errorf("sent %s", got)
		}
		_, walks := f.apart()
		for _, w := range walks {
			if uint64(w.Request-f.job.FlowNumber) != w.Seq%2 {
				t.Errorf("walk %d is recorded as flow %d", w.Seq, w.Request-f.job.FlowNumber)
			}
		}
	})
}

// A step that fails ends its flow with that outcome.
func TestAFailedStepEndsItsFlow(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		f := flowsAt(t, func(path string) int {
			if path == "/buy/1" {
				return 503
			}
			return 200
		}, scenarios.Flow{Name: "buy", Steps: steps(3)})
		f.run(t, f.open(t, e), every(time.Millisecond, 10))
		sent, walks := f.apart()
		if len(sent) != 20 || len(walks) != 10 {
			t.Fatalf("%d requests of %d flows", len(sent), len(walks))
		}
		for _, w := range walks {
			if w.Outcome() != results.ServerError || w.Code != 503 {
				t.Errorf("%+v", w)
			}
		}
	})
}

// When the time of a turn is up, flows that are under way may end; what takes longer than
// the grace is cut off. A stop cuts off at once.
func TestFlowsUnderWayAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		grace time.Duration
		think time.Duration
		stop  bool
		cut   bool
	}{
		{"the grace is enough", time.Minute, 150 * time.Millisecond, false, false},
		{"the grace is over", 50 * time.Millisecond, time.Hour, false, true},
		{"the load is stopped", time.Minute, time.Hour, true, true},
	} {
		for model, turn := range map[string]func(time.Duration) scenarios.Turn{
			"open":   func(d time.Duration) scenarios.Turn { return every(d/5, 5) },
			"closed": func(d time.Duration) scenarios.Turn { return closed(5, d, time.Hour) },
		} {
			t.Run(row.name+"/"+model, func(t *testing.T) {
				eachEngine(t, func(t *testing.T, e load.Kind) {
					patient(t, 50*time.Millisecond, func(length time.Duration) string {
						flow := scenarios.Flow{Name: "buy", Steps: steps(2)}
						flow.Steps[1].Think = scenarios.Always(row.think)
						f := flowsAt(t, good, flow)
						f.job.Grace = row.grace
						var stop func()
						f.job.Stop, stop = stopping(t)
						if row.stop {
							time.AfterFunc(length+150*time.Millisecond, stop)
						}
						f.run(t, f.open(t, e), turn(length))
						sent, walks := f.apart()
						per := 2
						if row.cut {
							per = 1
						}
						if len(walks) != 5 { // a busy machine began too late
							return fmt.Sprintf("%d flows began in %v", len(walks), length)
						}
						if len(sent) != 5*per {
							t.Errorf("%d requests of %d flows", len(sent), len(walks))
						}
						for _, w := range walks {
							if cut := w.Err == results.ErrCancelled; cut != row.cut {
								t.Errorf("cut off is %v: %+v", cut, w)
							}
						}
						return ""
					})
				})
			})
		}
	}
}

// A user who thinks is no request in flight.
func TestThinkingUsersAreNotInFlight(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		flow := scenarios.Flow{Name: "buy", Steps: steps(2)}
		flow.Steps[1].Think = scenarios.Always(300 * time.Millisecond)
		f := flowsAt(t, good, flow)
		f.job.Options.MaxInFlight = 1
		began := time.Now()
		f.run(t, f.open(t, e), every(10*time.Millisecond, 10))
		if took := time.Since(began); took > 2*time.Second { // one after the other they take 3 s
			t.Errorf("10 flows took %v", took)
		}
	})
}

// What a step extracts is sent by later steps, by either engine the same, whether the
// response is small or so large that it is evaluated off the loop.
func TestStepsSendWhatEarlierOnesLeft(t *testing.T) {
	t.Parallel()
	const file = `name: x
targets: {t: {kind: origin, url: "http://127.0.0.1:1"}}
flows:
  - name: buy
    steps:
      - {name: login, method: POST, path: /login, body: "${key}", keys: {count: 1000, pick: in-turn}, extract: {token: $.token, id: {header: location, matches: "/([^/]+)$"}}}
      - {name: call, path: "/items/${steps.login.id}?s=${steps.login.status}&more=${steps.call.more}", headers: {x-token: "${steps.login.token}"}, repeat: {while: "${steps.call.more} == true", at_most: 3}, extract: {more: {json: $.more, default: ""}}}
      - {name: bye, path: /bye, when: "${steps.call.more} != true"}
load: [{constant: {rate: 1/s, for: 1s}}]
`
	for name, padding := range map[string]int{"small": 0, "large": 8 << 10} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var mu sync.Mutex
				calls, bad := map[string]int{}, ""
				url := serve(t, func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					w.Header().Set("Content-Type", "application/json")
					switch {
					case r.URL.Path == "/login":
						body, _ := io.ReadAll(r.Body)
						w.Header().Set("Location", "/items/i"+string(body))
						w.WriteHeader(201)
						fmt.Fprintf(w, `{"token": "t %s", "pad": %q}`, body, strings.Repeat("x", padding))
					case r.URL.Path == "/bye":
						calls["bye"]++
					default:
						id := strings.TrimPrefix(r.URL.Path, "/items/i")
						if r.Header.Get("X-Token") != "t "+id || r.URL.Query().Get("s") != "201" {
							bad = fmt.Sprint(r.URL, r.Header)
						}
						calls[id]++
						fmt.Fprintf(w, `{"more": %v}`, calls[id] < 2)
					}
				}).URL
				f := flowsOf(t, file, url)
				f.run(t, f.open(t, e), every(2*time.Millisecond, 20))
				sent, walks := f.apart()
				mu.Lock()
				defer mu.Unlock()
				if len(walks) != 20 || len(sent) != 80 || bad != "" || calls["bye"] != 20 || len(calls) != 21 {
					t.Errorf("%d requests of %d flows, calls %v; wrong: %s", len(sent), len(walks), calls, bad)
				}
				for _, w := range walks {
					if w.Outcome() != results.OK {
						t.Errorf("%+v", w)
					}
				}
			})
		})
	}
}

// An extract that finds nothing fails its step, and says what was there; so does a
// condition that cannot be decided.
func TestAStepFailsThatLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ extract, when, check, detail string }{
		{"$.access_token", "${steps.login.status} == 200", "extract token", `the body has nothing at $["access_token"]; it has token`},
		{"$.token", "${steps.login.token} > 3", "condition", `"***" is not a number`},
	} {
		t.Run(row.check, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				f := flowsOf(t, fmt.Sprintf(`name: x
targets: {t: {kind: origin, url: "http://127.0.0.1:1"}}
flows:
  - {name: buy, steps: [{name: login, path: /login, extract: {token: %s}}, {name: call, path: /, when: %q}]}
load: [{constant: {rate: 1/s, for: 1s}}]
`, row.extract, row.when), serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"token": "secret"}`) }).URL)
				f.run(t, f.open(t, e), every(2*time.Millisecond, 3))
				sent, walks := f.apart()
				if len(sent) != 3 || len(walks) != 3 {
					t.Fatalf("%d requests of %d flows", len(sent), len(walks))
				}
				shown := 0
				for _, s := range sent {
					if s.Outcome() != results.Unexpected || s.Check != row.check {
						t.Errorf("%+v", s)
					}
					if s.Excerpt != nil {
						if shown++; !strings.Contains(s.Excerpt.Detail, row.detail) {
							t.Errorf("shown is %q", s.Excerpt.Detail)
						}
					}
				}
				if shown != 1 || walks[0].Outcome() != results.Unexpected {
					t.Errorf("%d are shown; %+v", shown, walks[0])
				}
			})
		})
	}
}

// A step is rendered and signed while its user thinks, but not long before it is due: what is
// signed early may be refused as old.
func TestStepsAreRenderedInPauses(t *testing.T) {
	t.Parallel()
	for name, turn := range map[string]scenarios.Turn{
		"open model":   every(10*time.Millisecond, 10),
		"closed model": closed(4, 100*time.Millisecond, time.Hour),
	} {
		for _, think := range []time.Duration{100 * time.Millisecond, load.SignAhead + 300*time.Millisecond} {
			t.Run(fmt.Sprintf("%s, thinking for %v", name, think), func(t *testing.T) {
				eachEngine(t, func(t *testing.T, e load.Kind) {
					retried(t, func() string { return renderedInPauses(t, e, turn, think) })
				})
			})
		}
	}
}

// renderedInPauses sends flows of two steps, and complains where none of the second ones was
// rendered while its user thought: on a machine that froze for so long.
func renderedInPauses(t *testing.T, e load.Kind, turn scenarios.Turn, think time.Duration) (complaint string) {
	flow := scenarios.Flow{Name: "buy", Steps: steps(2)}
	flow.Steps[1].Think = scenarios.Always(think)
	f := flowsAt(t, good, flow)
	f.job.Requests[1].Path += "/${key}"
	f.job.Requests[1].Keys = &scenarios.Keys{Count: 1000, Pick: "in-turn"}
	var mu sync.Mutex
	signed := map[string]time.Duration{}
	f.job.Stamps = []targets.Stamp{{PerRequest: true, Sign: func(r *targets.Request) error {
		mu.Lock()
		defer mu.Unlock()
		signed[r.URL.Path] = time.Since(f.job.Epoch)
		return nil
	}}}
	f.run(t, f.open(t, e), turn)
	sent, _ := f.apart()
	mu.Lock()
	defer mu.Unlock()
	early, all := 0, 0
	for _, s := range sent {
		if s.Request == 0 {
			continue
		}
		at, ok := signed[fmt.Sprintf("/buy/1/%d", s.Seq/f.job.Stride%1000+2)]
		if all++; !ok || at < s.Due-load.SignAhead-time.Millisecond {
			t.Errorf("request %d, due at %v, was signed at %v of %v", s.Seq, s.Due, at, signed)
		}
		if at < s.Due {
			early++
		}
	}
	if early == 0 || all != len(sent)/2 {
		return fmt.Sprintf("%d of %d steps were rendered before they were due, of %d requests", early, all, len(sent))
	}
	return ""
}

// What a step extracts and is secret is masked in the excerpts of all steps: of that which it
// comes from, also where a check fails before it is extracted, and of those that do not send it.
func TestExtractedSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, login, call, shown string }{
		{"of a response whose check fails", `extract: {code: {json: $.code, secret: true}}, expect: {body: {contains: nothing}}`, "", `{"code": "***"`},
		{"of a response that lacks another value", `extract: {code: {json: $.code, secret: true}, id: $.id}`, "", `{"code": "***"`},
		{"by their names", `extract: {token: $.code, id: $.id}`, "", `{"code": "***"`},
		{"unless the scenario says otherwise", `extract: {token: {json: $.code, secret: false}, id: $.id}`, "", `{"code": "s3cr3t-code"`},
		{"of a step that does not send them", `extract: {code: {json: $.code, secret: true}}`, `expect: {body: {contains: nothing}}`, `{"code": "***"`},
		{"not of another step's name", `extract: {code: $.code}`, `expect: {body: {contains: nothing}}`, `{"code": "s3cr3t-code"`},
		{"of a body that is too long to be searched", `extract: {code: {json: $.code, secret: true}}, path: /long`, "", "(not shown: it is too long"},
	} {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				login := row.login
				if !strings.Contains(login, "path:") {
					login += ", path: /login"
				}
				call := strings.TrimSuffix("path: /call, "+row.call, ", ")
				f := flowsOf(t, fmt.Sprintf(`name: x
targets: {t: {kind: origin, url: "http://127.0.0.1:1"}}
flows: [{name: buy, steps: [{name: login, %s}, {name: call, %s}]}]
load: [{constant: {rate: 1/s, for: 1s}}]
`, login, call), serve(t, func(w http.ResponseWriter, r *http.Request) {
					padding := 0
					if r.URL.Path == "/long" {
						padding = 100 << 10
					}
					fmt.Fprintf(w, `{"code": "s3cr3t-code", "pad": %q}`, strings.Repeat("x", padding))
				}).URL)
				f.run(t, f.open(t, e), every(2*time.Millisecond, 1))
				sent, _ := f.apart()
				last := sent[len(sent)-1]
				if last.Excerpt == nil || !strings.HasPrefix(last.Excerpt.Body, row.shown) {
					t.Errorf("shown is %+v", last.Excerpt)
				}
			})
		})
	}
}
