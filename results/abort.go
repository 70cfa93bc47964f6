package results

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// An AbortRule ends a run early: when its condition, written like a threshold,
// holds over a window of time.
type AbortRule struct {
	Threshold               // the condition; its Text is the rule as written
	Window    time.Duration // of the target's own turns
}

// DefaultAbort is the rule of a scenario that says nothing: nothing but errors.
func DefaultAbort() AbortRule {
	return AbortRule{Threshold{Text: "error_share >= 100% for 10s", Metric: "error_share", OrEqual: true, Limit: 1}, 10 * time.Second}
}

// The bounds of a rule's window, and the requests that it holds at least: one
// failure after a quiet minute is no reason to end a run.
const (
	shortestWindow = time.Second
	longestWindow  = time.Hour
	fewestInWindow = 10
)

// ParseAbort reads an abort rule: a condition in the grammar of ParseThreshold,
// "for" and a length of time.
func ParseAbort(text string) (AbortRule, error) {
	parts := abortForm.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return AbortRule{}, wrongAbort(text, fmt.Errorf("want a condition, the word for and a length of time"))
	}
	t := Threshold{}
	window, err := time.ParseDuration(parts[2])
	if len(text) > maxWord {
		err = fmt.Errorf("longer than %d characters", maxWord)
	}
	if err == nil && (window < shortestWindow || window > longestWindow) {
		err = fmt.Errorf("the length of time is %v: from 1s to 1h is possible", window)
	}
	if err == nil {
		t, err = parseLimit(strings.TrimSpace(parts[1]))
	}
	if err == nil && t.Stage != "" {
		err = fmt.Errorf("a rule holds in every stage: leave out @%s", t.Stage)
	}
	if err == nil {
		err = t.pointless()
	}
	if err != nil {
		return AbortRule{}, wrongAbort(text, err)
	}
	t.Text = strings.TrimSpace(text)
	return AbortRule{t, window}, nil
}

// pointless says why a condition cannot be meant: it ends the runs that go well,
// or every run, or none, or it is known too late. Thresholds, which look alike, say
// what is wanted.
func (t *Threshold) pointless() error {
	if m := metricNamed(t.Metric); !m.abort {
		var usable []string
		for _, m := range metrics {
			if m.abort {
				usable = append(usable, m.form)
			}
		}
		return fmt.Errorf("%s is not known of a window of a run that lasts: write it as a threshold, or use %s", m.name, strings.Join(usable, ", "))
	}
	share := t.Unit() == "share"
	switch {
	case t.fewer() && t.Less:
		return errors.New("this would end a run that goes well: a rule says when to stop, with > or >=")
	case share && t.OrEqual && (t.Less && t.Limit == 1 || !t.Less && t.Limit == 0):
		return errors.New("this always holds: write > 0%")
	case share && !t.OrEqual && (t.Less && t.Limit == 0 || !t.Less && t.Limit == 1):
		return errors.New("this never holds: write >= 100%")
	}
	return nil
}

// fewer says whether the smaller a measured value is, the better: of all but rates
// and shares of good responses.
func (t *Threshold) fewer() bool {
	good := t.Metric == "share" && (t.Of == OK.String() || t.Of < "4")
	return !metricNamed(t.Metric).more && !good
}

// abortForm splits a rule into its condition and its window.
var abortForm = regexp.MustCompile(`^(.+?)\s+for\s+([0-9.a-zµ]+)$`)

func wrongAbort(text string, err error) error {
	return fmt.Errorf("abort rule %.80q: %w; write it like error_share > 50%% for 10s, rest: p(99) > 5s for 1m or rest/predict: error_share > 20%% for 30s", text, err)
}
