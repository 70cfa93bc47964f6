package fanout

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

func TestApplicationsAreNotMistaken(t *testing.T) {
	plain := simulate.Posts{First: 0.03, Each: 0.004, Noise: 0.2}
	for _, row := range []struct {
		name, options string
		app           func(*simulate.Posts)
		want          []string
		not           string
	}{
		{"posts one after the other", "", func(*simulate.Posts) {}, []string{"p50", "p99", "received by all 20 receivers", "at an even pace", "1000 receivers take about 4"}, "cannot be told"},
		{"several workers", "", func(p *simulate.Posts) { p.Workers = 4 }, []string{"at an even pace"}, ""},
		{"all at once", "", func(p *simulate.Posts) { p.Groups = 20 }, []string{"nearly at once"}, "even pace"},
		{"groups", "", func(p *simulate.Posts) { p.Groups, p.Each = 7, 0.03 }, []string{"unevenly"}, "even pace"},
		{"ever slower", "", func(p *simulate.Posts) { p.Grow = 0.15 }, []string{"unevenly"}, "even pace"},
		{"loss", "", func(p *simulate.Posts) { p.Lose = 0.0002 }, []string{"deliveries are missing", "p50"}, "received by all 20"},
		{"much loss", "", func(p *simulate.Posts) { p.Lose = 0.2 }, []string{"deliveries are missing"}, "p99 "},
		{"late ones", "", func(p *simulate.Posts) { p.Late = 0.0002 }, []string{"deliveries are missing"}, ""},
		{"twice", "", func(p *simulate.Posts) { p.Twice = 0.1 }, []string{"received by all 20 receivers"}, ""},
		{"connections that end", "", func(p *simulate.Posts) { p.Cut = 0.001 }, []string{"by all receivers that were connected"}, ""},
		{"ever more load", "", func(p *simulate.Posts) { p.Slower, p.Halfway = 2, 200 }, []string{"changed while they were sent, from about"}, ""},
		{"pushes without a value", "", func(p *simulate.Posts) { p.Mute = true }, []string{"cannot be told", "none of them carries a value"}, "p50"},
		{"messages that are alike", "", func(p *simulate.Posts) { p.Same = true }, []string{"cannot be told", "messages are alike"}, "p50"},
		{"all messages are lost", "", func(p *simulate.Posts) { p.Lose = 1 }, []string{"cannot be told", "no receiver got any message"}, "p50"},
		{"no connection", "", func(p *simulate.Posts) { p.Refuse = true }, []string{"too few connections could be opened", "403"}, "p50"},
		{"few messages", "messages: 50, ", func(*simulate.Posts) {}, []string{"p50", "at least 368 messages"}, "p99 "},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := plain
			row.app(&p)
			f := simulate.AskSockets(t, Probe(), "fan-out: {"+row.options+"receivers: 20, wait: 2s}", p.Open)
			t.Log(f.Verdict, f.Conclusion, f.Reasons)
			for _, want := range row.want {
				if !strings.Contains(f.Conclusion, want) {
					t.Errorf("%q, want %q", f.Conclusion, want)
				}
			}
			if row.not != "" && strings.Contains(f.Conclusion, row.not) {
				t.Errorf("%q has %q", f.Conclusion, row.not)
			}
		})
	}
}

func TestWhatIsExpectedOfAFanOutMustHold(t *testing.T) {
	for _, row := range []struct {
		expect string
		app    simulate.Posts
		want   []string
	}{
		{"{p99: 200ms, missed: 0%}", simulate.Posts{First: 0.03, Each: 0.004}, []string{"yes", "yes"}},
		{"{p99: 50ms}", simulate.Posts{First: 0.03, Each: 0.004}, []string{"no"}},
		{"{p99: 1s, missed: 1%}", simulate.Posts{First: 0.03, Each: 0.004, Lose: 0.05}, []string{"no", "no"}},
		{"{p99: 1s}", simulate.Posts{Mute: true}, []string{"unknown"}},
	} {
		f := simulate.AskSockets(t, Probe(), "fan-out: {receivers: 20, wait: 2s, expect: "+row.expect+"}", row.app.Open)
		var holds []string
		for _, c := range f.Checks {
			holds = append(holds, c.Holds)
		}
		if !slices.Equal(holds, row.want) {
			t.Errorf("%s: %v, want %v: %s", row.expect, f.Checks, row.want, f.Conclusion)
		}
	}
}

func TestAFanOutThatMeasuredNothingFails(t *testing.T) {
	for what, app := range map[string]simulate.Posts{"no connection": {Refuse: true}, "no connection gets anything": {First: 0.01, Lose: 1}} {
		f := simulate.AskSockets(t, Probe(), "fan-out: {receivers: 5, wait: 1s}", app.Open)
		if len(f.Checks) != 1 || !f.Checks[0].Must || f.Checks[0].Holds != "no" {
			t.Errorf("%s: %+v", what, f.Checks)
		}
	}
}

func TestAMessageOfAFanOutDiffersFromOthers(t *testing.T) {
	for body, want := range map[string]bool{"hello": false, `{"a":"$${uuid}"}`: false, `{"a":"${uuid}"}`: true, "at ${time}": true} {
		if varies([]byte(body)) != want {
			t.Errorf("%s: want %v", body, want)
		}
	}
}

// Random applications, whose percentiles are found by drawing from the same descriptions.
func TestIntervalsHoldTheTruth(t *testing.T) {
	const asked, receivers, drawn = 40, 6, 10_000
	held, all := map[string]int{}, map[string]int{}
	for i := range asked {
		random := rand.New(rand.NewPCG(uint64(i), 7))
		p := simulate.Posts{
			First: 0.005 + 0.1*random.Float64(), Each: 0.02 * random.Float64(), Noise: 0.8 * random.Float64(),
			Workers: 1 + random.IntN(3), Seed: uint64(i),
		}
		if i%3 == 0 {
			p.Lose = 0.0005 * random.Float64()
		}
		var last []float64
		for range drawn {
			last = append(last, 1e3*slices.Max(p.Arrivals(random, receivers, 0)))
		}
		slices.Sort(last)
		f := simulate.AskSockets(t, Probe(), fmt.Sprintf("fan-out: {receivers: %d, wait: 30s, rate: 1000/s}", receivers), p.Open)
		for name, q := range map[string]float64{"last_p50": 0.5, "last_p99": 0.99} {
			v, is := f.Values[name]
			if !is || v.Low == nil {
				continue
			}
			all[name]++
			if truth := last[int(q*drawn)]; *v.Low <= truth && truth <= *v.High {
				held[name]++
			} else {
				t.Logf("%+v: %s %.4g (%.4g to %.4g), truth %.4g", p, name, v.Value, *v.Low, *v.High, truth)
			}
		}
	}
	for name := range all {
		t.Logf("%s: %d of %d intervals hold the truth, %d have none", name, held[name], all[name], asked-all[name])
		if 100*held[name] < 88*all[name] || 2*all[name] < asked {
			t.Errorf("%s: %d of %d intervals hold the truth", name, held[name], all[name])
		}
	}
}

func TestMarksAreValuesOfOneMessageOnly(t *testing.T) {
	for _, row := range []struct {
		messages []string
		want     string
	}{
		{[]string{`{"id":"0123456789","text":"hello everybody"}`, `{"id":"9876543210","text":"hello everybody"}`}, "[[0123456789] [9876543210]]"},
		{[]string{`{"a":[{"n":12345678}]}`, `{"a":[{"n":12345679}]}`}, "[[12345678] [12345679]]"},
		{[]string{`{"id":1}`, `{"id":2}`}, "[[] []]"},
		{[]string{"plain text", "other text"}, "[[plain text] [other text]]"},
		{[]string{"plain text", "plain text"}, "[[] []]"},
		{[]string{`{"a":"zwölf \"große\" Boxkämpfer"}`}, `[[zwölf \"große\" Boxkämpfer]]`},
	} {
		var messages [][]byte
		for _, m := range row.messages {
			messages = append(messages, []byte(m))
		}
		if got := fmt.Sprintf("%s", marksOf(messages)); got != row.want {
			t.Errorf("%v: %s, want %s", row.messages, got, row.want)
		}
	}
}

func TestAFanOutIsFoundFromItsSamples(t *testing.T) {
	f := simulate.AskSockets(t, Probe(), "fan-out: {receivers: 5, messages: 20}", simulate.Posts{First: 0.01, Each: 0.001}.Open)
	if f.Verdict != results.Valid && f.Verdict != results.Suspect || f.Values["received"].Value != 100 || f.Values["missed"].Value != 0 {
		t.Errorf("%s: %+v", f.Verdict, f.Values)
	}
}
