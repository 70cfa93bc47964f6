package engines

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// withData are the values of a scenario with a data file of its own.
func withData(t testing.TB, content, settings string) *scenarios.Values {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "name: x\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}}\nload: [constant: {rate: 1/s, for: 1s}]\nrequests: [{name: r, path: /}]\n" + settings
	s, err := scenarios.Parse(filepath.Join(dir, "x.yaml"), []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return s.Requests[0].Values
}

func TestUniqueDataThatIsUsedUpEndsTheLoad(t *testing.T) {
	for _, row := range []struct {
		name string
		turn scenarios.Turn
	}{{"in the open model", every(2*time.Millisecond, 200)}, {"in the closed model", closedTurn(1, 20*time.Second)}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var served atomic.Int64
				r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { served.Add(1) }).URL)
				r.job.Requests[0].Path = "/${users.id}"
				r.job.Requests[0].Values = withData(t, "id\na\nb\nc\nd\ne\n", "data: {users: {file: users.csv, pick: unique}}\n")
				var told atomic.Int64
				var stop context.CancelFunc
				r.job.Stop, stop = stopping(t)
				r.job.UsedUp = func(why *values.UsedUp) {
					told.Add(1)
					stop()
					if why.Data != "users" {
						t.Errorf("%v is used up", why)
					}
				}
				begun := time.Now()
				r.run(t, r.open(t, e), row.turn)
				if samples := r.sorted(); len(samples) != 5 || served.Load() != 5 || told.Load() < 1 || slices.ContainsFunc(samples, func(s results.Sample) bool { return s.Err != results.ErrNone }) {
					t.Errorf("%d requests were sent, %d arrived, and the end was told %d times", len(samples), served.Load(), told.Load())
				}
				if took := time.Since(begun); took > 10*time.Second {
					t.Errorf("it went on for %v", took)
				}
			})
		})
	}
}

// What a request has in it follows from its number, whichever engine, event loop or user
// sends it.
func TestTheValuesOfARequestFollowFromItsNumber(t *testing.T) {
	for _, row := range []struct {
		name string
		turn scenarios.Turn
	}{{"in the open model", every(time.Millisecond, 200)}, {"in the closed model, on several loops", closedTurn(300, 300*time.Millisecond)}} {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var mu sync.Mutex
				received := map[string]bool{}
				r := newRig(serve(t, func(_ http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					received[r.URL.Path] = true
				}).URL)
				request := &r.job.Requests[0]
				request.Path, request.Keys = "/${key}/${users.id}/${users.id}/${order}/${uuid}", &scenarios.Keys{Count: 1 << 40, Pick: "in-turn"}
				request.Values = withData(t, "id\na\nb\nc\nd\ne\n", "data: {users: {file: users.csv, pick: random}}\nvalues: {order: uuid}\n")
				messages, err := load.Compose(r.job)
				if err != nil {
					t.Fatal(err)
				}
				samples := r.drive(t, e, row.turn)
				if len(samples) == 0 {
					t.Fatal("nothing was sent")
				}
				mu.Lock()
				defer mu.Unlock()
				for _, s := range samples {
					sending := r.job.Sending(s.Seq, s.Due)
					want, err := messages[0][0].Render(&sending)
					if err != nil || s.Err == results.ErrNone && !received[want.URL.Path] {
						t.Fatalf("request %d did not arrive as %s (%v)", s.Seq, want.URL, err)
					}
				}
			})
		})
	}
}

func TestEachUserHasARowOfItsOwn(t *testing.T) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var mu sync.Mutex
		received := map[string]bool{}
		r := newRig(serve(t, func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			received[r.URL.Path] = true
		}).URL)
		r.job.Requests[0].Path = "/${user}/${users.id}"
		r.job.Requests[0].Values = withData(t, "id\na\nb\nc\n", "data: {users: {file: users.csv, pick: per-user}}\n")
		r.drive(t, e, closedTurn(4, 200*time.Millisecond))
		mu.Lock()
		defer mu.Unlock()
		for path := range received {
			if !slices.Contains([]string{"/1/a", "/2/b", "/3/c", "/4/a"}, path) {
				t.Errorf("received %s", path)
			}
		}
		if len(received) == 0 {
			t.Error("nothing was sent")
		}
	})
}

func TestAValueThatCannotBeSentFailsItsRequest(t *testing.T) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		r.job.Requests[0].Header = targets.Header{"X-Name": {"${users.name}"}}
		r.job.Requests[0].Values = withData(t, "name\nann\n\"b\r\nHost: c\"\n", "data: {users: users.csv}\n")
		samples := r.drive(t, e, every(time.Millisecond, 4))
		for i, s := range samples {
			if want := []results.ErrClass{results.ErrNone, results.ErrUnexpected}[i%2]; s.Err != want {
				t.Errorf("request %d: %v", i, s.Err)
			}
		}
		// Whichever fails first is shown.
		if at := cmp.Or(samples[1].Excerpt, samples[3].Excerpt); at == nil || !strings.Contains(at.Detail, "${users.name}: its value has a line break") {
			t.Errorf("shown as %+v", at)
		}
	})
}

// A secret of one request is masked where its response repeats it.
func TestSecretValuesAreMaskedInExcerpts(t *testing.T) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			fmt.Fprint(w, "no user ", r.URL.Query().Get("u"), " with ", r.URL.Query().Get("p"), r.Header.Get("Cookie"))
		}).URL)
		r.job.Requests[0].Path = "/?u=${users.name}&p=${users.password}"
		r.job.Requests[0].Header = targets.Header{"Cookie": {"sid=${users.sid}"}}
		r.job.Requests[0].Values = withData(t, "name,password,sid\nann,correcthorse,crunchy-cookie\n", "data: {users: users.csv}\n")
		samples := r.drive(t, e, every(time.Millisecond, 1))
		if at := samples[0].Excerpt; at == nil || strings.Contains(at.Body, "correcthorse") || strings.Contains(at.Body, "crunchy") || !strings.Contains(at.Body, "no user ann with ***") {
			t.Errorf("shown as %+v", at)
		}
	})
}

// Both engines write the same bytes, whatever a template has in it: one renders what goes on
// the wire, the other the parts of a request.
func TestEnginesWriteTheSameBytesOfTemplates(t *testing.T) {
	vs := withData(t, "name,odd,empty\nann,\"a \"\"b\"\" c/ä?&=%+;#\",\n bob , ,\n\"\tc\t\",\"\\n{}\",\n", "data: {users: users.csv}\nvalues: {order: uuid, n: {zipf: {count: 5}}, t: {text: {size: {median: 20, p99: 200}}}, at: timestamp, c: {pick: ['', ' x ', '\"']}}\n")
	places := []string{"${users.name}", "${users.odd}", "${users.empty}", "${order}", "${n}", "${t}", "${at}", "${c}", "${uuid}", "${key}", "$${"}
	chance := rand.New(rand.NewPCG(1, 2))
	random := func(literals ...string) string {
		var text string
		for range chance.IntN(5) {
			if chance.IntN(2) == 0 {
				text += places[chance.IntN(len(places))]
			} else {
				text += literals[chance.IntN(len(literals))]
			}
		}
		return text
	}
	r := newRig("http://a.example/prod")
	for range 10_000 {
		request := scenarios.Request{
			Method: []string{"GET", "POST", "DELETE"}[chance.IntN(3)], Values: vs, Keys: &scenarios.Keys{Count: 7}, Header: targets.Header{},
			Path: "/" + random("a", "/", "//", "%20", ".", "~"), Body: []byte(random("{\"a\":\"", "\"}", "a=b&", "\n", "\\\"", "ä")),
		}
		if chance.IntN(2) == 0 {
			request.Path += "?" + random("a=", "&", "%2F", "+", ";")
		}
		for _, name := range []string{"X-A", "x-b", "User-Agent"}[:chance.IntN(4)] {
			request.Header.Add(name, random(" ", "\t", "b", "ä", ": "))
		}
		if kind := []string{"", "application/json", "text/plain", "application/x-www-form-urlencoded"}[chance.IntN(4)]; kind != "" {
			request.Header.Add("Content-Type", kind)
		}
		sameBytes(t, r, request, chance.Uint64N(1000))
	}
}

// sameBytes compares what both engines write of a request.
func sameBytes(t *testing.T, r *rig, request scenarios.Request, seq uint64) {
	t.Helper()
	r.job.Requests[0] = request
	messages, err := load.Compose(r.job)
	if err != nil {
		if strings.Contains(err.Error(), "its path") { // refused for every engine
			return
		}
		t.Fatalf("%+v: %v", request, err)
	}
	m, s := &messages[0][0], r.job.Sending(seq, time.Duration(seq)*time.Millisecond)
	parts, err := m.Render(&s)
	if !m.Varies() {
		return
	}
	ours, errOurs := m.HTTP1().Append(nil, &s)
	if err != nil || errOurs != nil {
		if (err == nil) != (errOurs == nil) {
			t.Errorf("%+v: one engine fails with %v, the other with %v", request, err, errOurs)
		}
		return
	}
	var theirs bytes.Buffer
	if err := nethttp.HTTPRequest(t.Context(), parts).Write(&theirs); err != nil {
		t.Fatal(err)
	}
	if plain := load.AppendHTTP1(nil, parts); !bytes.Equal(ours, theirs.Bytes()) || !bytes.Equal(ours, plain) {
		t.Errorf("%s %s: one engine writes\n%q, the other\n%q, signed it would be\n%q", request.Method, request.Path, ours, theirs.Bytes(), plain)
	}
}
