package cache

import (
	"fmt"
	"math/rand/v2"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Two further questions are asked where the scenario wants them, of a cache that keeps what
// it is asked for: what a client's Cache-Control: max-age=0 does (renew), and what a flush of
// the stage's cache does (flush).
//
// A renewal is a randomised experiment: each key is stored, and asked again with the header or
// without it, as chance decides. A cache that renews entries misses the one kind and hits the
// other, whatever else goes on. A third request, without the header, shows that the entry was
// stored anew.
//
// A flush comes once and cannot be randomised. So a first half of the keys shows that entries
// live for long enough: it is asked again when it is older than the second half will be that
// is stored just before the flush, and asked after it.
const (
	stageRenewal = "renewal"
	stageBefore  = "before-flush"
	stageAfter   = "after-flush"

	changedEach  = 50              // keys of a renewal, and of either half of a flush
	beforeFlush  = 5 * time.Second // that the first half of the keys is older
	flushSettles = time.Second     // API Gateway accepts a flush, and does not say when it is done
	renews       = "max-age=0"
)

// readChanges reads whether entries are renewed, and the cache flushed.
func (c *options) readChanges(o document.Fields, about probe.About) {
	c.renews, c.flushes = o.Get("renew").Yes(), o.Get("flush").Yes()
	if (c.renews || c.flushes) && c.keyNames != nil {
		o.Problem("renew and flush need keys that were never asked: they do not go with a list")
	}
	if c.flushes && !about.Target.Kind.UsagePlans {
		o.ProblemAt("flush", "only the cache of a REST API's stage can be flushed, and %s is a %s", about.Target.Name, about.Target.Kind.Title)
	}
}

// refused says why a flush needs a confirmation.
func (c *options) refused(about probe.About) error {
	if !c.flushes {
		return nil
	}
	return probe.FlushRefused("cache", about)
}

// changedKeys is how many requests renewals and a flush have: a key that is asked with the
// header is a request of its own.
func (c *options) changedKeys() (n int) {
	if c.renews {
		n += 2 * changedEach
	}
	if c.flushes {
		n += 2 * changedEach
	}
	return n
}

// firstFlushedKey is the number of the first key of a flush.
func (c *options) firstFlushedKey() int {
	if c.renews {
		return c.firstChangedKey() + 2*changedEach
	}
	return c.firstChangedKey()
}

// withHeader says whether request i asks with the header for what the request changedEach
// before it asks for without.
func (c *options) withHeader(i int) bool {
	first := c.firstChangedKey() + changedEach
	i %= c.allKeys()
	return c.renews && i >= first && i < first+changedEach
}

// keyOf is the number of the key that request i asks for.
func (c *options) keyOf(i int) int {
	if c.withHeader(i) {
		return i - changedEach
	}
	return i
}

func (c *options) headerOf(i int) targets.Header {
	if c.withHeader(i) {
		return targets.Header{"Cache-Control": {renews}}
	}
	return targets.Header{}
}

func (c *options) changesSend() (n int64) {
	if c.renews {
		n += 3 * changedEach
	}
	if c.flushes {
		n += 4 * changedEach
	}
	return n
}

func (c *options) changesTake() (d time.Duration) {
	if c.renews {
		d += c.renewalLength()
	}
	if c.flushes {
		d += 3*changedEach*c.changeSpacing() + beforeFlush + longestGap + flushSettles + changedEach*c.changeSpacing() + 2*stageEnd
	}
	return d
}

func (c *options) renewalLength() time.Duration {
	return 4*changedEach*c.changeSpacing() + 2*longestGap + stageEnd
}

// changeSpacing is the time between two requests.
func (c *options) changeSpacing() time.Duration { return c.controlSpacing(0) }

// nextChange plans a renewal, then a flush.
func (c *options) nextChange(h probe.History) (probe.Stage, bool) {
	gap := gapAfter(h)
	switch before := h.Named(stageBefore); {
	case c.renews && len(h.Named(stageRenewal)) == 0:
		return c.renewal(gap), true
	case !c.flushes || len(h.Named(stageAfter)) > 0:
		return probe.Stage{}, false
	case len(before) == 0:
		return c.beforeFlush(gap), true
	default:
		return c.afterFlush(before.Last())
	}
}

// renewal stores keys, asks each of them again, half of them with the header, and once more
// without.
func (c *options) renewal(gap time.Duration) probe.Stage {
	chance := rand.New(rand.NewPCG(c.seed, 71))
	first, spacing := c.firstChangedKey(), c.changeSpacing()
	var all []dueRequest
	for i, k := range chance.Perm(changedEach) {
		at, plain := 4*time.Duration(i)*spacing, uint16(first+k) // three requests, and some room
		again := plain
		if k%2 == 0 {
			again += changedEach
		}
		all = append(all, dueRequest{at, plain}, dueRequest{at + gap, again}, dueRequest{at + 2*gap, plain})
	}
	return c.stage(stageRenewal, "keys, asked again with "+renews+" or without", all)
}

// beforeFlush stores the two halves of the keys, and asks the first again at an age that the
// second will not have after the flush.
func (c *options) beforeFlush(gap time.Duration) probe.Stage {
	first, spacing := c.firstFlushedKey(), c.changeSpacing()
	var all []dueRequest
	for i := range changedEach {
		at, old, young := time.Duration(i)*spacing, uint16(first+i), uint16(first+changedEach+i)
		all = append(all, dueRequest{at, old}, dueRequest{at + beforeFlush, old}, dueRequest{at + beforeFlush + max(gap, changedEach*spacing), young})
	}
	return c.stage(stageBefore, "keys before a flush", all)
}

// afterFlush asks the second half of the keys, as they were stored before.
func (c *options) afterFlush(before probe.Measured) (s probe.Stage, any bool) {
	var all []dueRequest
	asked := map[uint16]int{}
	for i := range before.Samples {
		asked[before.Samples[i].Request]++
	}
	for i := range before.Samples {
		if key := before.Samples[i].Request; asked[key] == 1 {
			all = append(all, dueRequest{flushSettles + time.Duration(len(all))*c.changeSpacing(), key})
		}
	}
	if len(all) == 0 {
		return s, false
	}
	s = c.stage(stageAfter, "keys after a flush", all)
	s.Flush = true
	return s, true
}

// unchanged is a history without renewals and the flush, after which entries are younger than
// their first requests, or gone.
func unchanged(h probe.History) (all probe.History) {
	for _, m := range h {
		if m.Name != stageRenewal && m.Name != stageBefore && m.Name != stageAfter {
			all = append(all, m)
		}
	}
	return all
}

// addChanges adds what the header and the flush did.
func (c *options) addChanges(h probe.History, r *reading, f *results.Finding) (text []string) {
	for _, m := range h.Named(stageRenewal) {
		text = append(text, c.addRenewals(m, r, f)...)
	}
	if before, after := h.Named(stageBefore), h.Named(stageAfter); len(before) > 0 && len(after) > 0 {
		text = append(text, addFlush(before.Last(), after.Last(), r, f)...)
	}
	return text
}

// A tally counts responses, and of them those that are taken for hits.
type tally struct{ n, fast int64 }

func (t *tally) add(fast bool) {
	t.n++
	if fast {
		t.fast++
	}
}

// addRenewals adds the share of misses among requests with the header, of hits among those
// without, and of hits after a renewal.
func (c *options) addRenewals(m probe.Measured, r *reading, f *results.Finding) []string {
	asked, renewed := map[int]int{}, map[int]bool{}
	var with, without, after tally
	refused := 0
	for i := range m.Samples {
		s := &m.Samples[i]
		key, header := c.keyOf(int(s.Request)), c.withHeader(int(s.Request))
		asked[key]++
		switch good := s.Outcome() == results.OK; {
		case header && s.Code == 403:
			refused++
		case !good || asked[key] == 1:
		case header:
			with.add(r.isFast(s))
			renewed[key] = true
		case asked[key] == 2:
			without.add(r.isFast(s))
		case renewed[key]:
			after.add(r.isFast(s))
		}
	}
	if refused > 0 {
		f.Values["renewals_refused"] = results.Exactly(float64(refused), "count", "status 403 to requests with Cache-Control: "+renews)
		return []string{fmt.Sprintf("%d of %d requests with Cache-Control: %s were refused (403): this client may not renew entries", refused, int64(refused)+with.n, renews)}
	}
	hits, ok := r.share(with.fast, with.n)
	plain, okPlain := r.share(without.fast, without.n)
	kept, okKept := r.share(after.fast, after.n)
	if !ok || !okPlain || !okKept {
		return []string{"what Cache-Control: " + renews + " does cannot be told: too few responses"}
	}
	missed := rest(hits)
	f.Values["renewed"] = probe.Value(missed, "share", "misses among requests with Cache-Control: "+renews+" for keys that are stored: "+r.method())
	f.Values["not_renewed"] = probe.Value(rest(plain), "share", "the same without the header")
	f.Values["hits_after_renewal"] = probe.Value(kept, "share", "of keys that were asked with the header before: "+r.method())
	return []string{fmt.Sprintf("of requests with Cache-Control: %s for keys that are stored %.0f %% are misses (%.0f to %.0f), without it %.0f %%", renews, 100*missed.Value, 100*missed.Low, 100*missed.High, 100*(1-plain.Value))}
}

// rest is what a share leaves.
func rest(i estimate.Interval) estimate.Interval {
	return estimate.Interval{Value: 1 - i.Value, Low: 1 - i.High, High: 1 - i.Low}
}

// addFlush adds the share of misses after the flush, where entries are known to live for as
// long as those had been stored.
func addFlush(before, after probe.Measured, r *reading, f *results.Finding) []string {
	stored := map[uint16]time.Duration{}
	var old, young tally
	lived, oldest := time.Duration(1<<62), time.Duration(0)
	for i := range before.Samples {
		s := &before.Samples[i]
		at, again := stored[s.Request]
		switch {
		case s.Outcome() != results.OK:
		case !again:
			stored[s.Request] = s.Sent + s.Service
		default:
			old.add(r.isFast(s))
			lived = min(lived, s.Sent-at)
		}
	}
	for i := range after.Samples {
		s := &after.Samples[i]
		at, known := stored[s.Request]
		if s.Outcome() == results.OK && known {
			young.add(r.isFast(s))
			oldest = max(oldest, s.Sent-at)
		}
	}
	kept, okKept := r.share(old.fast, old.n)
	hits, ok := r.share(young.fast, young.n)
	switch {
	case !ok || !okKept:
		return []string{"what a flush does cannot be told: too few responses"}
	case kept.Low < leastFlushKept || oldest > lived:
		return []string{fmt.Sprintf("what a flush does cannot be told: of keys that were asked again %.3g s after they were stored, before the flush, %.0f %% were hits, and those after it were up to %.3g s old", lived.Seconds(), 100*kept.Value, oldest.Seconds())}
	}
	missed := rest(hits)
	f.Values["flushed"] = probe.Value(missed, "share", "misses after a flush among keys that were stored before it, younger than others that were hits: "+r.method())
	return []string{fmt.Sprintf("after a flush %.0f %% of the keys that were stored are misses (%.0f to %.0f); before it %.0f %% of older ones were hits", 100*missed.Value, 100*missed.Low, 100*missed.High, 100*kept.Value)}
}

// leastFlushKept is the share of hits before a flush without which misses after it may be those
// of entries that had expired.
const leastFlushKept = 0.8
