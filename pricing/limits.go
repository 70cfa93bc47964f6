package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Limits are the documented limits of a front door; zero means that none is
// documented. A front door with a function behind it is also bounded by
// [LambdaLimits].
type Limits struct {
	Timeout        time.Duration // of what is behind it
	Longer         Longer        // how it can be made to wait longer
	StreamTimeout  time.Duration // of a streamed response
	RequestBytes   int64
	ResponseBytes  int64 // of a response that is not streamed
	StreamBytes    int64 // of one that is
	HeaderBytes    int64
	CachedBytes    int64         // of a response that its cache keeps
	MessageBytes   int64         // of a WebSocket message
	FrameBytes     int64         // of one frame of a message
	Connection     time.Duration // that a WebSocket connection may live
	ConnectionIdle time.Duration // after which a silent one is ended
	Connects       int64         // new WebSocket connections a second of an account, before its quota is raised
	Rate           int64         // requests a second of an account, before its quota is raised
	Concurrency    int64         // invocations at a time of an account, before its quota is raised
}

// Longer is how a timeout can be raised.
type Longer struct {
	Than time.Duration // the timeout without that; 0: Limits.Timeout
	To   time.Duration // 0: no end is documented
	Not  string        // a feature that excludes it; "": none
	How  string        // as a request to the reader: "raise the quota …"; "": it cannot be raised
}

// A ceiling is one limit, with the sizes or times that it applies to.
type ceiling struct {
	of      Shape
	what    string // that has the size: "request"
	most    Quantity
	is      string                // which limit it is: "the largest request that Lambda accepts"
	measure func(Quantity) string // writes a size or time
}

// ceilings are all limits that the workload could exceed at the front door.
func (d Door) ceilings(w *Workload) (all []ceiling) {
	size := func(of Shape, what string, most int64, is string) {
		if most > 0 {
			all = append(all, ceiling{of, what, Whole(most), is, sizeText})
		}
	}
	last := func(of Shape, what string, most time.Duration, is string) {
		if most > 0 {
			all = append(all, ceiling{of, what, Whole(most.Milliseconds()), is, millisText})
		}
	}
	l, f, run := d.Limits, Limits{}, w.Function.Duration
	if d.HasFunction() && !w.functionless() {
		f = LambdaLimits
		if l.RequestBytes == f.RequestBytes { // the front door is the function's own
			l = Limits{}
		}
	}
	size(w.RequestBytes, "request", l.RequestBytes, "the largest request that this front door accepts")
	size(w.RequestBytes, "request", f.RequestBytes, "the largest request that Lambda accepts")
	if w.Function.Streaming {
		size(w.ResponseBytes, "response", f.StreamBytes, "the largest response that Lambda streams")
		last(run, "response", l.StreamTimeout, "the longest that this front door streams a response")
	} else {
		size(w.ResponseBytes, "response", l.ResponseBytes, "the largest response that this front door returns")
		size(w.ResponseBytes, "response", f.ResponseBytes, "the largest response that Lambda returns unless it streams it")
		last(run, "invocation", d.longest(w), "the longest that this front door waits for a response")
	}
	last(run, "invocation", f.Timeout, "the longest that a Lambda function runs")
	size(w.Sockets.Bytes, "message", d.messageBytes(w), "the largest message of a WebSocket API")
	if w.CDN.Edge.MemoryMB > 0 && d.Bills(EdgeDuration) {
		last(w.CDN.Edge.Duration, "invocation of Lambda@Edge", edgeTimeout, "the longest that Lambda@Edge runs")
	}
	return all
}

// LargestResponse is the most bytes of a response that is not streamed, by the limits
// of the front door and of a function behind it; 0: no limit is documented.
func (d Door) LargestResponse() int64 {
	return d.lesser(d.Limits.ResponseBytes, LambdaLimits.ResponseBytes)
}

// lesser is the front door's own limit or, if that is less or there is no own one, that
// of the function behind it.
func (d Door) lesser(own, function int64) int64 {
	if d.HasFunction() && (own == 0 || own > function) {
		return function
	}
	return own
}

// longest is how long the front door waits for a response when all is raised that
// can be; 0: no end is documented.
func (d Door) longest(w *Workload) time.Duration {
	if l := d.Limits.Longer; l.How != "" && (l.Not == "" || !slices.Contains(w.Requires, l.Not)) {
		return l.To
	}
	return cmp.Or(d.Limits.Timeout, d.Limits.Longer.Than)
}

// messageBytes is the largest message of a workload's WebSocket API, which stands
// next to a front door that has no WebSocket itself.
func (d Door) messageBytes(w *Workload) int64 {
	if w.mixed() && !d.has("websocket") {
		return webSocketMessage
	}
	return d.Limits.MessageBytes
}

// beyond is which share of the values is larger than most. Of a range the likely
// value decides: that it may be another one is for [Book.Compare] to draw.
func (s Shape) beyond(most Quantity) (share Quantity) {
	if len(s.Buckets) == 0 {
		if s.Range.Likely.Cmp(most) > 0 {
			return Whole(1)
		}
		return share
	}
	var above, all int64
	limit := nearest(most.Mul(Whole(thousandths)))
	for _, b := range s.Buckets {
		all += b.Count
		if b.Value > limit {
			above += b.Count
		}
	}
	if above == 0 {
		return share
	}
	return Ratio(above, all)
}

// mostFailing is the share of values beyond a limit from which a front door does
// not serve a workload at all: its typical request fails. With less the front
// door is priced, and a note says which share would fail.
var mostFailing = Ratio(1, 2)

// exceeded are the limits for which the front door does not serve the workload.
func (d Door) exceeded(w *Workload) (reasons []string) {
	for _, c := range d.ceilings(w) {
		if share := c.of.beyond(c.most); share.Cmp(mostFailing) >= 0 {
			reasons = append(reasons, c.exceed(share))
		}
	}
	return reasons
}

// failingNotes say which share of requests would fail at a front door that serves the
// others, of several limits for the same by the least.
func (d Door) failingNotes(w *Workload) (notes []string) {
	least := map[string]ceiling{}
	all := d.ceilings(w)
	for _, c := range all {
		if other, known := least[c.what]; !known || c.most.Cmp(other.most) < 0 {
			least[c.what] = c
		}
	}
	for _, c := range all {
		if share := c.of.beyond(c.most); share.Sign() > 0 && share.Cmp(mostFailing) < 0 && least[c.what].is == c.is {
			notes = append(notes, d.Title+": "+c.exceed(share)+": these would fail, and are billed as if they did not")
		}
	}
	return notes
}

// exceed says what exceeds the limit: "a request of 12,000,000 bytes exceeds …".
func (c ceiling) exceed(share Quantity) string {
	limit := c.measure(c.most) + ", " + c.is
	if len(c.of.Buckets) > 0 {
		return percentText(share) + " of the " + c.what + "s exceed " + limit
	}
	article := "a "
	if strings.HasPrefix(c.what, "i") {
		article = "an "
	}
	return article + c.what + " of " + c.measure(c.of.Range.Likely) + " exceeds " + limit
}

// failing is the largest share that exceeds one of the limits.
func (d Door) failing(w *Workload) (most Quantity) {
	for _, c := range d.ceilings(w) {
		if share := c.of.beyond(c.most); share.Cmp(most) > 0 {
			most = share
		}
	}
	return most
}

// serves says whether a month is within the limits of the front door and of its
// plan. Whether it has what the workload needs is for [Door.RuledOut].
func (d Door) serves(month *Workload) bool {
	return d.failing(month).Cmp(mostFailing) < 0 && (d.carries == nil || d.carries(month) == "")
}

// limitNotes are what a workload needs to know of limits that it does not exceed,
// or that can be raised.
func (d Door) limitNotes(w *Workload) (notes []string) {
	notes = d.failingNotes(w)
	l := d.Limits
	from := cmp.Or(l.Longer.Than, l.Timeout)
	long := ceiling{w.Function.Duration, "invocation", Whole(from.Milliseconds()), "the longest that this front door waits by default", millisText}
	if share := long.of.beyond(long.most); from > 0 && l.Longer.How != "" && !w.Function.Streaming && share.Sign() > 0 {
		notes = append(notes, d.Title+": "+long.exceed(share)+": "+l.Longer.How)
	}
	if share := w.ResponseBytes.beyond(Whole(l.CachedBytes)); w.Cache.GB != "" && l.CachedBytes > 0 && share.Sign() > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s of the responses exceed %s, the largest response that its cache keeps: the bill takes them as cached", d.Title, percentText(share), sizeText(Whole(l.CachedBytes))))
	}
	if share := w.Sockets.Bytes.beyond(Whole(l.FrameBytes)); l.FrameBytes > 0 && share.Sign() > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s of the messages exceed %s: clients must send them in several frames of no more than that", d.Title, percentText(share), sizeText(Whole(l.FrameBytes))))
	}
	notes = append(notes, d.base64Notes(w)...)
	return append(notes, d.quotaNotes(w)...)
}

// base64Notes say which bodies reach a function, or leave it, only as text: others are
// encoded in base64, a third larger (Lambda developer guide, "Lambda quotas": the
// payload with its encoding).
func (d Door) base64Notes(w *Workload) (notes []string) {
	if !d.HasFunction() || w.functionless() {
		return nil
	}
	note := func(of Shape, what string, most int64) {
		limit := Whole(most).Mul(Ratio(3, 4))
		if binary := of.beyond(limit); binary.Cmp(of.beyond(Whole(most))) > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s of the %ss exceed %s and fit as text only: binary ones are encoded in base64, a third larger, and would fail", d.Title, percentText(binary), what, sizeText(limit)))
		}
	}
	note(w.RequestBytes, "request", d.lesser(d.Limits.RequestBytes, LambdaLimits.RequestBytes))
	if !w.Function.Streaming {
		note(w.ResponseBytes, "response", d.LargestResponse())
	}
	return notes
}

// quotaNotes compare the busiest hour with the quotas that an account has until
// they are raised.
func (d Door) quotaNotes(w *Workload) (notes []string) {
	t := d.Traffic(w)
	perSecond := func(n Quantity) Quantity { return n.Mul(t.peak()).Div(t.month().Quantity).Div(Whole(3600)) }
	requests := t.Requests.Quantity
	if len(t.Edge.Viewers) > 0 {
		requests = t.Edge.Misses.Quantity // the others do not reach what has the quota
	}
	if rate := perSecond(requests.Add(t.Messages.Quantity)); d.Limits.Rate > 0 && rate.Cmp(Whole(d.Limits.Rate)) > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s requests/s in the busiest hour exceed the %s/s that an account has by default: raise the quota with Service Quotas", d.Title, Figure(rate.ceil()), Figure(Whole(d.Limits.Rate))))
	}
	running := perSecond(t.Invocations.Quantity.Mul(t.Duration.Mean()).Div(Whole(1_000_000)))
	if most := Whole(LambdaLimits.Concurrency); d.HasFunction() && running.Cmp(most) > 0 {
		notes = append(notes, fmt.Sprintf("%s invocations at a time in the busiest hour exceed the concurrency of %s that an account has by default: raise the quota with Service Quotas", Figure(running.ceil()), Figure(most)))
	}
	return notes
}

// peak is by how much the busiest hour exceeds the mean.
func (t Traffic) peak() Quantity {
	most := Whole(1)
	for _, level := range t.Profile {
		if level.Factor.Cmp(most) > 0 {
			most = level.Factor
		}
	}
	return most
}

// sizeText writes a size in bytes, and a round one as AWS does: "6 MB (6,291,456
// bytes)".
func sizeText(q Quantity) string {
	bytes := Figure(q) + " bytes"
	for _, unit := range []struct {
		size int64
		name string
	}{{1 << 20, "MB"}, {1 << 10, "KB"}} {
		if n := q.Div(Whole(unit.size)); n.Cmp(Whole(1)) >= 0 && n.Cmp(Whole(1024)) < 0 && n.r.whole() {
			return Figure(n) + " " + unit.name + " (" + bytes + ")"
		}
	}
	return bytes
}

// millisText writes a number of milliseconds in seconds.
func millisText(ms Quantity) string { return Figure(ms.Div(Whole(1000))) + " s" }

// percentText writes a share with as many digits as it needs: "1.5 %".
func percentText(share Quantity) string {
	percent := share.Mul(Whole(100))
	switch {
	case percent.Cmp(Ratio(1, 100)) < 0:
		return "less than 0.01 %"
	case percent.Cmp(Whole(10)) < 0:
		return Figure(Ratio(nearest(percent.Mul(Whole(100))), 100)) + " %"
	}
	return Figure(Ratio(nearest(percent.Mul(Whole(10))), 10)) + " %"
}
