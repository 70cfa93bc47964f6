package results

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAbortRulesAreRead(t *testing.T) {
	for text, want := range map[string]AbortRule{
		"error_share > 50% for 10s":        {Threshold{Metric: "error_share", Limit: 0.5}, 10 * time.Second},
		"rest/get: p(50) >= 5s  for 1m30s": {Threshold{Target: "rest", Request: "get", Metric: "p", Quantile: 0.5, OrEqual: true, Limit: 5000}, 90 * time.Second},
		" *: goodput < 10/s for 1h ":       {Threshold{Metric: "goodput", Less: true, Limit: 10}, time.Hour},
		DefaultAbort().Text:                DefaultAbort(),
	} {
		got, err := ParseAbort(text)
		want.Text = strings.TrimSpace(text)
		if err != nil || got != want {
			t.Errorf("%q:\n got %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

func TestWrongAbortRulesSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "want a condition, the word for and a length of time",
		"error_share > 50%":           "want a condition",
		"error_share > 50% for":       "want a condition",
		"error_share > 50% for ten":   `invalid duration "ten"`,
		"error_share > 50% for 999ms": "from 1s to 1h is possible",
		"error_share > 50% for 2h":    "from 1s to 1h is possible",
		"max > 1s" + strings.Repeat(" ", 600) + "for 10s": "longer than 512 characters",
		"error_share < 5% for 10s":                        "would end a run that goes well",
		"rest: p(95) <= 500ms for 10s":                    "would end a run that goes well",
		"error_share >= 0% for 10s":                       "this always holds",
		"error_share > 100% for 10s":                      "this never holds: write >= 100%",
		"error_share for 10s":                             "want a metric, a comparison and a limit",
		"errors > 50% for 10s":                            `"errors" is not a metric`,
		"error_share > 50 for 10s":                        `"50" is not a share`,
		"error_share > 5% for 1s for 1s":                  `"5% for 1s" is not a share`,
	} {
		if _, err := ParseAbort(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "write it like error_share > 50% for 10s") {
			t.Errorf("%q: %v, want %q and an example", text, err, want)
		}
	}
}

func FuzzAbort(f *testing.F) {
	for _, text := range []string{"error_share > 50% for 10s", "a/b: p(99.9) >= 1.5s for 1m", "* : max>1s for 1h0m0s"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rule, err := ParseAbort(text)
		if err != nil {
			return
		}
		if again, err := ParseAbort(rule.Text); err != nil || again != rule {
			t.Errorf("%q: %+v became %+v, %v", text, rule, again, err)
		}
	})
}

// A stretchOf is what one target gets in each second of some seconds: how many
// good and failed responses, after which time.
type stretchOf struct {
	target       uint16
	seconds      int
	good, failed int
	took         time.Duration
	turn         bool // load is meant for the target meanwhile
}

// guarded plays stretches under rules, and returns the abort and after how many
// seconds it came.
func guarded(t *testing.T, rules []string, stretches []stretchOf) (abort *Abort, after int) {
	t.Helper()
	var parsed []AbortRule
	for _, text := range rules {
		rule, err := ParseAbort(text)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, rule)
	}
	doc := document()
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(t.TempDir()+"/run", doc, []byte("name: guarded\n"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		r.Guard(parsed, func(a Abort) {
			if abort != nil {
				t.Error("it fired twice")
			}
			abort, after = &a, int(time.Since(start)/time.Second)
		})
		sh := r.Shard()
		time.Sleep(time.Millisecond) // after the recorder's tick
		for _, s := range stretches {
			now := time.Since(start)
			if s.turn {
				r.Turn(0, s.target, now, now+time.Duration(s.seconds)*time.Second)
			}
			for range s.seconds {
				now := time.Since(start)
				for range s.good {
					sh.Record(&Sample{Target: s.target, Due: now, Begun: now, Sent: now, Service: s.took, Code: 200})
				}
				for range s.failed {
					sh.Record(&Sample{Target: s.target, Due: now, Begun: now, Sent: now, Service: s.took, Code: 404})
				}
				time.Sleep(time.Second)
			}
		}
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	return abort, after
}

func TestAbortRulesWatchAWindowOfTheTargetsOwnTime(t *testing.T) {
	const ms = time.Millisecond
	errors := []string{DefaultAbort().Text}
	for _, c := range []struct {
		name      string
		rules     []string
		stretches []stretchOf
		after     int // seconds; 0: it does not fire
		target    string
		why       string
	}{
		{"nothing but errors", errors, []stretchOf{{seconds: 30, failed: 5, took: ms, turn: true}}, 10, "rest", "measured 100% over"},
		{"nothing but errors for less than the window", errors, []stretchOf{{seconds: 8, failed: 5, took: ms, turn: true}, {seconds: 20, good: 1, failed: 4, took: ms, turn: true}}, 0, "", ""},
		{"errors after a good beginning", errors, []stretchOf{{seconds: 5, good: 5, took: ms, turn: true}, {seconds: 20, failed: 5, took: ms, turn: true}}, 15, "rest", ""},
		{"one success now and then", errors, []stretchOf{{seconds: 9, failed: 5, took: ms, turn: true}, {seconds: 1, good: 1, failed: 5, took: ms, turn: true}, {seconds: 9, failed: 5, took: ms, turn: true}}, 0, "", ""},
		{"a target that answers nothing", errors, []stretchOf{{seconds: 40, took: ms, turn: true}}, 0, "", ""},
		{"timeouts after a long silence", errors, []stretchOf{{seconds: 30, took: ms, turn: true}, {seconds: 5, failed: 20, took: ms, turn: true}}, 31, "rest", "measured 100% over 20 requests"},
		{"one failure after a pause", errors, []stretchOf{{seconds: 20, took: ms, turn: true}, {seconds: 1, failed: 1, took: ms, turn: true}, {seconds: 20, took: ms, turn: true}}, 0, "", ""},
		{"a request in five seconds, all failing", errors, []stretchOf{
			{seconds: 1, failed: 1, took: ms, turn: true},
			{seconds: 4, turn: true},
			{seconds: 1, failed: 1, took: ms, turn: true},
			{seconds: 4, turn: true},
			{seconds: 1, failed: 1, took: ms, turn: true},
			{seconds: 4, turn: true},
			{seconds: 1, failed: 1, took: ms, turn: true},
			{seconds: 4, turn: true},
		}, 0, "", ""},
		{"a target whose turns are interleaved with another's", errors, []stretchOf{
			{target: 0, seconds: 4, failed: 9, took: ms, turn: true},
			{target: 1, seconds: 9, good: 9, took: ms, turn: true},
			{target: 0, seconds: 4, failed: 9, took: ms, turn: true},
			{target: 1, seconds: 9, good: 9, took: ms, turn: true},
			{target: 0, seconds: 4, failed: 9, took: ms, turn: true},
		}, 28, "rest", ""},
		{"half of the requests", []string{"error_share > 40% for 5s"}, []stretchOf{{seconds: 5, good: 9, took: ms, turn: true}, {seconds: 9, good: 5, failed: 5, took: ms, turn: true}}, 9, "rest", "measured 40.82% over 49 requests in 5s"},
		{"a rule of another target", []string{"http: error_share > 40% for 5s"}, []stretchOf{{seconds: 20, failed: 5, took: ms, turn: true}}, 0, "", ""},
		{"a slow median", []string{"p(50) > 400ms for 3s"}, []stretchOf{{seconds: 4, good: 9, took: ms, turn: true}, {seconds: 9, good: 9, took: 500 * ms, turn: true}}, 6, "rest", "measured 5"},
		{"a goodput that falls to nothing", []string{"goodput < 1/s for 3s"}, []stretchOf{{seconds: 4, good: 9, took: ms, turn: true}, {seconds: 9, turn: true}}, 7, "rest", "measured 0/s"},
		{"goodput while it is the turn of nobody", []string{"goodput < 1/s for 3s"}, []stretchOf{{seconds: 4, good: 9, took: ms, turn: true}, {seconds: 9}}, 0, "", ""},
		{"no rule", nil, []stretchOf{{seconds: 40, failed: 5, took: ms, turn: true}}, 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			abort, after := guarded(t, c.rules, c.stretches)
			if abort == nil {
				abort = &Abort{}
			}
			if after < c.after || after > c.after+1 || abort.Target != c.target || !strings.Contains(abort.Why, c.why) {
				t.Errorf("it fired after %d s: %+v, want %d s, %q and %q", after, abort, c.after, c.target, c.why)
			}
		})
	}
}
