package report

import (
	"fmt"
	"strings"

	"tollgate/report/chart"
	"tollgate/results"
)

// throttleBins are at most so many bars of a chart of what passed and what was refused.
const throttleBins = 96

// throttles draws pairs of the series "sent" and "passed", which count requests
// so far, and returns the others. Where several keys were asked each has a pair
// and values of its own: "gold: sent", "gold.rate".
func throttles(f results.Finding, all []results.Series, add func(func(chart.Layout) chart.Picture)) (left []results.Series) {
	passed := map[string]results.Series{}
	for _, s := range all {
		if of, ok := strings.CutSuffix(s.Name, "passed"); ok {
			passed[of] = s
		}
	}
	drawn := map[string]bool{}
	for _, s := range all {
		of, ok := strings.CutSuffix(s.Name, "sent")
		if !ok {
			continue
		}
		ch, ok := throttle(s, passed[of])
		if !ok {
			continue
		}
		drawn[of+"sent"], drawn[of+"passed"] = true, true
		where, values := f.Target, ""
		if key, ok := strings.CutSuffix(of, ": "); ok {
			where, values = f.Target+", "+key, key+"."
		}
		ch.Title = titleOf(f) + ": " + where
		bucket := ""
		if rate, burst := f.Values[values+"rate"].Value, f.Values[values+"burst"].Value; rate > 0 && burst > 0 {
			model(&ch, s.Points, rate, burst)
			bucket = "; the dashed line is what the inferred token bucket allows, the panel below its tokens"
		}
		ch.Desc = fmt.Sprintf("Requests per second at %s that passed and that were refused%s. %s", where, bucket, f.Conclusion)
		add(ch.Picture)
	}
	for _, s := range all {
		if !drawn[s.Name] {
			left = append(left, s)
		}
	}
	return left
}

// throttle makes rates of what was counted. Time begins with the first request.
func throttle(sent, passed results.Series) (ch chart.Throttle, ok bool) {
	if len(sent.Points) < 2 || len(sent.Points) != len(passed.Points) {
		return ch, false
	}
	first, last := sent.Points[0][0], sent.Points[len(sent.Points)-1][0]
	if !(last >= first) || last-first > 1e6 {
		return ch, false
	}
	width := 1e-3 // a round one, so that an even load has even bars
	for i := 0; width*throttleBins < last-first; i++ {
		width *= []float64{2, 2.5, 2}[i%3]
	}
	bins := make([]chart.ThrottleBin, int((last-first)/width)+1)
	for i := range bins {
		bins[i].From, bins[i].To = float64(i)*width, float64(i+1)*width
	}
	before := [2]float64{}
	for i, pt := range sent.Points {
		all, good := pt[1]-before[0], passed.Points[i][1]-before[1]
		if pt[1] > 1e15 || passed.Points[i][0] != pt[0] || i > 0 && pt[0] < sent.Points[i-1][0] || good < 0 || good > all+1e-6 {
			return ch, false
		}
		b := &bins[binAt(pt[0]-first, width, len(bins))]
		b.Passed += good / width
		b.Refused += max(0, all-good) / width
		before = [2]float64{pt[1], passed.Points[i][1]}
	}
	ch.Bins = bins
	return ch, true
}

// binAt is the bar of a moment; one that lies on the edge is the next bar's.
func binAt(seconds, width float64, bars int) int { return min(int(seconds/width+1e-6), bars-1) }

// model lets the requests pass a full token bucket, and draws what passes and what stays in it.
func model(ch *chart.Throttle, sent [][2]float64, rate, burst float64) {
	width := ch.Bins[0].To
	tokens, at, before := burst, 0.0, 0.0
	ch.Burst, ch.Tokens = burst, [][2]float64{{0, burst}}
	for _, pt := range sent {
		now := pt[0] - sent[0][0]
		if full := at + (burst-tokens)/rate; full < now && tokens < burst {
			ch.Tokens = append(ch.Tokens, [2]float64{full, burst})
		}
		tokens = min(burst, tokens+rate*(now-at))
		ch.Tokens = append(ch.Tokens, [2]float64{now, tokens})
		pass := min(tokens, pt[1]-before)
		tokens -= pass
		ch.Bins[binAt(now, width, len(ch.Bins))].Model += pass / width
		at, before = now, pt[1]
	}
	ch.Tokens = append(ch.Tokens, [2]float64{at, tokens})
}
