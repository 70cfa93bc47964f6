package doors

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bytesAt is where a door's application answers with n bytes.
func bytesAt(kind string, n int) string { return fmt.Sprintf("%sbytes/%d", root(kind), n) }

func TestAResponseMayBeAsLargeAsLambdaOrItsDoorPassesOn(t *testing.T) {
	const lambda, balancer = 6 << 20, 1 << 20
	for kind, row := range map[string]struct {
		limit, over int
		errors      int64 // of the function: a load balancer's limit is not Lambda's
	}{
		"rest-api": {lambda, 502, 1}, "http-api": {lambda, 500, 1}, "function-url": {lambda, 502, 1}, "alb": {balancer, 502, 0},
	} {
		t.Run(kind, func(t *testing.T) {
			inFakeTime(t, only(steady(kind)), func(b bench) {
				if got := b.ask(0, "GET", bytesAt(kind, row.limit), ""); got.Code != 200 || got.Body.Len() != row.limit {
					t.Errorf("the largest response: %d with %d bytes", got.Code, got.Body.Len())
				}
				if got := b.ask(0, "GET", bytesAt(kind, row.limit+1), ""); got.Code != row.over {
					t.Errorf("one byte more: %d, want %d", got.Code, row.over)
				}
				if truth := b.doors[0].truth(); truth.Errors != row.errors || truth.Invocations != 2 {
					t.Errorf("truth: %+v", truth)
				}
			})
		})
	}
}

func TestARequestMayBeAsLargeAsLambdaTakes(t *testing.T) {
	const lambda = 6 << 20
	for _, kind := range []string{"rest-api", "http-api"} {
		inFakeTime(t, only(steady(kind)), func(b bench) {
			path := root(kind) + "predict"
			if got := b.ask(0, "POST", path, strings.Repeat(" ", lambda)); got.Code != 400 {
				t.Errorf("%s: the largest request: %d, want the application's 400", kind, got.Code)
			}
			if got := b.ask(0, "POST", path, strings.Repeat(" ", lambda+1)); got.Code != 413 {
				t.Errorf("%s: one byte more: %d", kind, got.Code)
			}
			if truth := b.doors[0].truth(); truth.Invocations != 1 || truth.Requests != 2 {
				t.Errorf("truth: %+v", truth)
			}
		})
	}
}

func TestAnHTTPAPICountsAPayloadOfEvery512KBAsOneRequest(t *testing.T) {
	const unit = 512 << 10
	for _, row := range []struct {
		what       string
		sent, back int
		http       int64
	}{
		{"nothing to speak of", 0, 2, 1},
		{"a response that just fits", 0, unit, 1},
		{"a response of a byte more", 0, unit + 1, 2},
		{"a request of three units and a bit", 3*unit + 1, 0, 4},
	} {
		for kind, want := range map[string]int64{"http-api": row.http, "rest-api": 1, "function-url": 1, "alb": 1} {
			if kind == "alb" && row.sent > 1<<20 {
				continue
			}
			inFakeTime(t, only(steady(kind)), func(b bench) {
				if row.back > 0 {
					b.ask(0, "GET", bytesAt(kind, row.back), "")
				} else {
					b.ask(0, "POST", root(kind)+"predict", strings.Repeat(" ", row.sent))
				}
				if truth := b.doors[0].truth(); truth.Billable != want || truth.Requests != 1 {
					t.Errorf("%s at %s: %d billable, want %d", row.what, kind, truth.Billable, want)
				}
			})
		}
	}
}

func TestAStreamHasSixMegabytesAtOnceAndThenTwoASecond(t *testing.T) {
	d := steady("function-url")
	d.FirstByte = 0.5
	inFakeTime(t, only(d), func(b bench) {
		b.ask(0, "GET", "/", "")
		for _, row := range []struct {
			megabytes, status int
			took              time.Duration
		}{
			{6, 200, 25 * time.Millisecond},
			{7, 200, 505 * time.Millisecond},
			{10, 200, 2005 * time.Millisecond},
		} {
			got := b.ask(0, "GET", bytesAt("function-url", row.megabytes<<20), "")
			if got.Code != row.status || got.took != row.took || row.status == 200 && got.Body.Len() != row.megabytes<<20 {
				t.Errorf("%d MB: %d, %d bytes after %v, want %v", row.megabytes, got.Code, got.Body.Len(), got.took, row.took)
			}
		}
		late := b.ask(0, "GET", bytesAt("function-url", 201<<20), "") // it would take longer than its function may
		if late.Code != 200 || !late.aborted || late.took != 60*time.Second+5*time.Millisecond || late.Body.Len() >= 201<<20 {
			t.Errorf("201 MB: %d, aborted %v, %d bytes after %v", late.Code, late.aborted, late.Body.Len(), late.took)
		}
		if truth := b.doors[0].truth(); truth.BilledMS != 220+20+500+2000+60_000 || truth.Streamed != 5 || truth.Errors != 1 || truth.Beyond != 5<<20+int64(late.Body.Len())-6<<20 {
			t.Errorf("truth: %+v", truth)
		}
	})
	d.Function.Timeout = Duration(longestFunction)
	inFakeTime(t, only(d), func(b bench) {
		if got := b.ask(0, "GET", bytesAt("function-url", largestStream+1), ""); got.Code != 200 || !got.aborted {
			t.Errorf("more than 200 MB: %d, whole: %v", got.Code, !got.aborted)
		}
	})
}

func TestAFunctionThatMayNotBeInvokedIsNot(t *testing.T) {
	for kind, want := range map[string]int{"rest-api": 500, "http-api": 500, "function-url": 403, "alb": 502} {
		d := steady(kind)
		d.Function.Forbidden = true
		inFakeTime(t, only(d), func(b bench) {
			got := b.ask(0, "GET", root(kind), "")
			truth := b.doors[0].truth()
			if got.Code != want || truth.Invocations != 0 || truth.Throttles != 0 || truth.Refused["permission"] != 1 {
				t.Errorf("%s: %d, want %d; %+v", kind, got.Code, want, truth)
			}
		})
	}
}

func TestTheCacheKeepsNothingAboveOneMegabyte(t *testing.T) {
	d := steady("rest-api")
	d.Cache = &Cache{}
	inFakeTime(t, only(d), func(b bench) {
		for _, n := range []int{1 << 20, 1 << 20, 1<<20 + 1, 1<<20 + 1} {
			if got := b.ask(0, "GET", bytesAt("rest-api", n), ""); got.Code != 200 || got.Body.Len() != n {
				t.Errorf("%d: %d", n, got.Code)
			}
		}
		if truth := b.doors[0].truth(); truth.CacheHits != 1 || truth.CacheMisses != 3 {
			t.Errorf("truth: %+v", truth)
		}
	})
}
