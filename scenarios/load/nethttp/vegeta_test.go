package nethttp

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// attack drives vegeta's own parts, without this package.
func attack(t *testing.T, serve http.HandlerFunc, tr func(url string) vegeta.Targeter, p vegeta.Pacer, d time.Duration) []*vegeta.Result {
	t.Helper()
	s := httptest.NewServer(serve)
	defer s.Close()
	var all []*vegeta.Result
	for r := range vegeta.NewAttacker(vegeta.MaxWorkers(1)).Attack(tr(s.URL), p, d, "") {
		all = append(all, r)
	}
	return all
}

func get(url string) vegeta.Targeter {
	return vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodGet, URL: url})
}

// What the package documentation says of vegeta's Result, Targeter and Pacer is
// true of the version that is linked: when this fails, the adapter can get thinner.
func TestVegetasOwnPartsDoNotServe(t *testing.T) {
	t.Parallel()
	t.Run("its latency hides a stall", func(t *testing.T) {
		const stall = 300 * time.Millisecond
		var n atomic.Int64
		all := attack(t, func(http.ResponseWriter, *http.Request) {
			if n.Add(1) == 10 {
				time.Sleep(stall) // the slow server under test
			}
		}, get, vegeta.Rate{Freq: 100, Per: time.Second}, 600*time.Millisecond)
		slow := 0
		for _, r := range all {
			if r.Latency > stall/3 {
				slow++
			}
		}
		if slow != 1 { // 20 were due more than a third of the stall before its end
			t.Errorf("%d of %d results show the stall", slow, len(all))
		}
	})
	t.Run("its latency has the time of signing in it", func(t *testing.T) {
		const signing = 20 * time.Millisecond
		all := attack(t, func(http.ResponseWriter, *http.Request) {}, func(url string) vegeta.Targeter {
			return func(tgt *vegeta.Target) error {
				time.Sleep(signing) // the slow signer under test
				tgt.Method, tgt.URL = http.MethodGet, url
				return nil
			}
		}, vegeta.Rate{Freq: 50, Per: time.Second}, 100*time.Millisecond)
		if fastest := slices.MinFunc(all, func(a, b *vegeta.Result) int { return int(a.Latency - b.Latency) }); fastest.Latency < signing {
			t.Errorf("the fastest request took %v", fastest.Latency)
		}
	})
	t.Run("it sends a header of its own, and its bytes leave the head out", func(t *testing.T) {
		var sequence atomic.Value
		all := attack(t, func(w http.ResponseWriter, r *http.Request) {
			sequence.Store(r.Header.Get("X-Vegeta-Seq"))
			_, _ = fmt.Fprint(w, "ok")
		}, get, vegeta.Rate{Freq: 100, Per: time.Second}, 10*time.Millisecond)
		if sequence.Load() != "0" || all[0].BytesIn != 2 || all[0].BytesOut != 0 {
			t.Errorf("X-Vegeta-Seq %q, %d bytes in, %d out", sequence.Load(), all[0].BytesIn, all[0].BytesOut)
		}
	})
	t.Run("it cannot be stopped while it waits", func(t *testing.T) {
		const wait = 300 * time.Millisecond
		a := vegeta.NewAttacker()
		results := a.Attack(get("http://127.0.0.1:1"), vegeta.Rate{Freq: 1, Per: wait}, time.Second, "")
		<-results // the first is sent at once
		stopped := time.Now()
		a.Stop()
		for range results {
		}
		if took := time.Since(stopped); took < wait/2 {
			t.Errorf("it ended %v after it was stopped", took)
		}
	})
}
