package console

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"tollgate/results"
	"tollgate/scenarios/session"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// midway is a run of three targets after 31 seconds.
func midway() Snapshot {
	s := Snapshot{
		Scenario: "front-doors",
		Progress: session.Progress{
			Step: session.Loading, Under: []session.Underway{{Target: "http", Stage: 1, Stages: 2, Turn: 14}},
			Elapsed: 31 * time.Second, Total: 90 * time.Second, Ended: 15_234, Planned: 45_000, Failed: 36,
		},
		Asked: 500, Achieved: 497.6, CPUs: 2,
		Health: results.Health{LagP99: 240 * time.Microsecond, CPU: 0.41, InFlight: 12},
		Cost:   "$0.02 likely so far, at most $0.31 in the end, limit $1.00",
	}
	for i := range 45 {
		s.Rates = append(s.Rates, float64(400+(i*37)%110))
	}
	for i, name := range []string{"rest", "http", "function-url"} {
		overall, recent := results.New(), results.New()
		for k := range 5000 {
			overall.Record(time.Duration(8+3*i)*time.Millisecond + time.Duration(k)*4*time.Microsecond)
		}
		for k := range 300 * i {
			recent.Record(time.Duration(9+3*i)*time.Millisecond + time.Duration(k)*7*time.Microsecond)
		}
		t := Target{Name: name, Recent: latenciesOf(recent), Overall: latenciesOf(overall)}
		t.Outcomes[results.OK], t.Outcomes[results.Throttled] = 5000, int64(12*i)
		s.Targets = append(s.Targets, t)
	}
	return s
}

func TestAWarningIsShownWhole(t *testing.T) {
	s := midway()
	s.Warning = "target \"rest\": the AWS credentials expire at 2026-11-29T12:00:00Z, in 9m50s, and could not be renewed so far: the SSO session has expired; run \"aws sso login\""
	for _, width := range []int{60, 110} {
		got := View(s, Size{width, 40}, false)
		joined := func(s string) string { return strings.Join(strings.Fields(s), "") } // lines end at blanks and hyphens
		if !strings.Contains(joined(got), joined(s.Warning)) {
			t.Errorf("at a width of %d:\n%s", width, got)
		}
	}
}

func TestTheViewLooksAsItsGoldenFiles(t *testing.T) {
	stopping, explained, begun := midway(), midway(), Snapshot{Scenario: "front-doors", CPUs: 2}
	stopping.Stopping, explained.Help = true, true
	stopping.Health.LagP99 = 130 * time.Millisecond
	for _, row := range []struct {
		name  string
		now   Snapshot
		size  Size
		color bool
	}{
		{"wide", midway(), Size{120, 40}, false},
		{"usual", midway(), Size{80, 24}, false},
		{"narrow", midway(), Size{44, 14}, false},
		{"colour", midway(), Size{80, 24}, true},
		{"stopping", stopping, Size{80, 24}, true},
		{"help", explained, Size{80, 24}, false},
		{"begun", begun, Size{80, 24}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := View(row.now, row.size, row.color) + "\n"
			file := filepath.Join("testdata", row.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the view is not what it was (run with -update if it should not be):\n%s", got)
			}
		})
	}
}

// TestTheViewFitsAnyTerminal tries sizes, names and numbers that nobody expects.
func TestTheViewFitsAnyTerminal(t *testing.T) {
	hostile := midway()
	hostile.Scenario = "\x1b[2J\u202e" + strings.Repeat("前門", 80)
	hostile.Ended, hostile.Achieved, hostile.Asked = 1<<60, 1e18, 0
	hostile.Warning = "line one\nline two\x07"
	for range 50 {
		hostile.Targets = append(hostile.Targets, Target{Name: "\x1b]0;title\x07" + strings.Repeat("endless", 30)})
	}
	for _, s := range []Snapshot{{}, midway(), hostile} {
		for _, size := range []Size{{1, 1}, {20, 5}, {60, 10}, {80, 24}, {200, 60}, {500, 3}} {
			for _, color := range []bool{false, true} {
				lines := strings.Split(View(s, size, color), "\n")
				if len(lines) > max(3, size.Height) {
					t.Errorf("%d lines on a terminal of %d", len(lines), size.Height)
				}
				for _, line := range lines {
					if w := ansi.StringWidth(line); w > size.Width {
						t.Errorf("a line of %d columns on a terminal of %d: %q", w, size.Width, line)
					}
					for _, r := range ansi.Strip(line) {
						if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
							t.Errorf("the view holds %q", r)
						}
					}
					if !color && strings.Contains(line, "\x1b[") {
						t.Errorf("colours where none are wanted: %q", line)
					}
				}
			}
		}
	}
}

func TestAPercentileThatTheSampleCannotCarryIsNotShown(t *testing.T) {
	h := results.New()
	for range 100 {
		h.Record(12 * time.Millisecond)
	}
	if got := strings.Fields(percentiles(latenciesOf(h))); got[0] != "12.0" || got[1] != "12.0" || got[2] != "–" {
		t.Errorf("of 100 requests: %q", got)
	}
}

func TestWhatIsNotWellSaysSoWithoutColour(t *testing.T) {
	s := midway()
	s.Health.LagP99, s.Health.CPU = 20*time.Millisecond, 1.9
	got := View(s, Size{100, 30}, false)
	for _, want := range []string{"! lag p99 20.0 ms", "! CPU 1.90 of 2", "! 429 36"} {
		if !strings.Contains(got, want) {
			t.Errorf("the view lacks %q:\n%s", want, got)
		}
	}
}

func BenchmarkView(b *testing.B) {
	s := midway()
	for b.Loop() {
		_ = View(s, Size{120, 40}, true)
	}
}

func TestAStoppedLoadIsNotShownAsWhole(t *testing.T) {
	now := midway()
	now.Stopping, now.Step, now.Asked = true, session.Concluding, 0
	if got := View(now, Size{80, 24}, false); strings.Contains(got, "100 %") || strings.Contains(got, "asked by users") {
		t.Errorf("%s", got)
	}
}
