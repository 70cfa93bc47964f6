package fleet

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wait waits at the barrier until the start is decided. A store that cannot be reached for a
// while is asked again.
func (m *Member) wait(ctx context.Context, deadline time.Time) error {
	m.waited = true
	var marked, listed time.Time
	var ready readiness
	for {
		err := m.look(ctx)
		if m.start != nil {
			return nil
		}
		if now := m.now(); err == nil && now.Sub(marked) >= beat {
			if err = m.mark(ctx); err == nil {
				marked = now
			}
		}
		if now := m.now(); err == nil && now.Sub(listed) >= m.listing() {
			if ready, err = m.ready(ctx); err == nil {
				listed = now
			}
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case m.now().After(deadline):
			return m.giveUp(ctx, ready, err)
		case err == nil && len(ready.missing) == 0 && !listed.IsZero():
			if err := m.decide(ctx, beginning{At: m.chosen()}); err == nil {
				return nil
			}
		}
		if err := m.sleep(ctx, m.now().Add(poll)); err != nil {
			return err
		}
	}
}

// listing is the time between two lists of the marks. Of a large fleet each member lists them
// more rarely: a list holds up to 1,000 keys, and is the most expensive request to S3.
func (m *Member) listing() time.Duration {
	return poll + time.Duration(m.Count)*10*time.Millisecond
}

// mark says that this member is ready.
func (m *Member) mark(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return m.objects().put(ctx, keyMark(m.Index, m.Attempt), mark{version, m.Host, m.clock.offset().clock()})
}

// Leave withdraws the mark that this member is ready, as far as it can: when it is
// interrupted before the start, others need not wait until the mark is old.
func (m *Member) Leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if m.Attempt == "" {
		return nil
	}
	return m.objects().put(ctx, keyLeft(m.Index, m.Attempt), mark{version, m.Host, m.clock.offset().clock()})
}

// A readiness is what the marks of all members say.
type readiness struct {
	missing []int        // shards that are not ready, from 1
	stale   map[int]bool // of these, those whose member has died or cannot reach the store
	now     time.Time    // by the store's clock
}

// ready lists the marks. One is counted if it is fresh by the store's own clock.
func (m *Member) ready(ctx context.Context) (readiness, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	sent := m.now()
	all, err := m.Store.List(ctx, m.RunID+"/"+dirReady)
	if err != nil {
		return readiness{}, err
	}
	m.clock.worst = max(m.clock.worst, m.now().Sub(sent))
	return readinessOf(all, m.RunID, m.Count, m.storeNow()), nil
}

// storeNow is the store's clock, as far as it is known.
func (m *Member) storeNow() time.Time { return m.now().Round(0).Add(m.clock.offset().value) }

func readinessOf(all []Object, id string, count int, now time.Time) readiness {
	ready, seen, left := map[int]bool{}, map[int]bool{}, map[string]bool{}
	for _, o := range all {
		if _, attempt, is := markOf(o.Key, id, suffixLeft); is {
			left[attempt] = true
		}
	}
	for _, o := range all {
		index, attempt, is := markOf(o.Key, id, suffix)
		if !is || index > count {
			continue
		}
		seen[index] = true
		if !left[attempt] && now.Sub(o.Modified) <= fresh {
			ready[index] = true
		}
	}
	r := readiness{stale: map[int]bool{}, now: now}
	for index := 1; index <= count; index++ {
		if !ready[index] {
			r.missing = append(r.missing, index)
			r.stale[index] = seen[index]
		}
	}
	return r
}

// markOf reads a key of a mark; others may have written it.
func markOf(key, id, end string) (index int, attempt string, is bool) {
	name, is := strings.CutPrefix(key, id+"/"+dirReady)
	if !is {
		return 0, "", false
	}
	if name, is = strings.CutSuffix(name, end); !is {
		return 0, "", false
	}
	number, attempt, is := strings.Cut(name, "-")
	index, err := strconv.Atoi(number)
	return index, attempt, is && err == nil && index >= 1 && strconv.Itoa(index) == number && attemptForm.MatchString(attempt)
}

// chosen is a start that all members can still meet. It is in the middle of a second, so that
// the seconds of all shards are the same although each starts some milliseconds off.
func (m *Member) chosen() time.Time {
	lead := max(leastLead, leadTrips*m.clock.worst)
	at := m.storeNow().Add(lead).UTC()
	middle := at.Truncate(time.Second).Add(time.Second / 2)
	if middle.Before(at) {
		middle = middle.Add(time.Second)
	}
	return middle
}

// decide creates the start, or finds the one that another member created.
func (m *Member) decide(ctx context.Context, b beginning) error {
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	b.Version, b.Attempt = version, m.Attempt
	if _, err := m.objects().create(call, keyStart, b); err != nil {
		return err
	}
	if err := m.look(ctx); err != nil {
		return err
	}
	if m.start == nil {
		return fmt.Errorf("%s/%s/%s was created and is not there", m.Store, m.RunID, keyStart)
	}
	return nil
}

// giveUp cancels the run because shards are missing, unless it has been decided otherwise.
func (m *Member) giveUp(ctx context.Context, r readiness, failed error) error {
	why := fmt.Sprintf("not all shards were ready within %v: %s", m.Timeout, r)
	if failed == nil {
		failed = m.decide(ctx, beginning{Cancelled: why, Barrier: true})
	}
	if m.start == nil {
		return m.refuse(ErrBarrier, "%s, and the start could not be decided: %w", why, failed)
	}
	return nil
}

// String names the shards that are missing.
func (r readiness) String() string {
	var absent, stale []int
	for _, index := range r.missing {
		if r.stale[index] {
			stale = append(stale, index)
		} else {
			absent = append(absent, index)
		}
	}
	var parts []string
	if len(absent) > 0 {
		parts = append(parts, shards(absent)+" never came")
	}
	if len(stale) > 0 {
		parts = append(parts, shards(stale)+" came and left, or died")
	}
	if len(parts) == 0 {
		return "none is missing now"
	}
	return strings.Join(parts, "; ")
}

// shards names some shards, as ranges.
func shards(all []int) string {
	var ranges []string
	for i := 0; i < len(all); {
		j := i
		for j+1 < len(all) && all[j+1] == all[j]+1 {
			j++
		}
		switch j - i {
		case 0:
			ranges = append(ranges, strconv.Itoa(all[i]))
		case 1:
			ranges = append(ranges, strconv.Itoa(all[i]), strconv.Itoa(all[j]))
		default:
			ranges = append(ranges, fmt.Sprintf("%d to %d", all[i], all[j]))
		}
		i = j + 1
	}
	const most = 8
	if len(ranges) > most {
		ranges = append(ranges[:most], fmt.Sprintf("and others, %d in all", len(all)))
	}
	if len(all) == 1 {
		return "shard " + ranges[0]
	}
	return "shards " + strings.Join(ranges, ", ")
}

// Claim waits for the start, claims the shard, and returns at the start: the load is sent
// right after it. A member that Claim refuses sends nothing. The shard is claimed a little
// earlier, so that the way to the store does not delay the start; that its claim still is
// there is looked at once more, for stores whose conditions do not hold always.
func (m *Member) Claim(ctx context.Context) (Start, error) {
	if m.start == nil {
		return Start{}, errors.New("a shard is claimed after it has joined")
	}
	ahead := max(claimAhead, 2*m.clock.worst)
	if err := m.sleep(ctx, m.local().Add(-ahead)); err != nil {
		return Start{}, err
	}
	mine := claim{version, m.Index, m.Attempt, m.Host, m.clock.offset().clock()}
	if err := m.create(ctx, mine); err != nil {
		return Start{}, err
	}
	if err := m.sleep(ctx, m.local().Add(-checkAhead)); err != nil {
		return Start{}, err
	}
	if m.now().Before(m.local()) {
		if err := m.verify(ctx); err != nil {
			return Start{}, err
		}
	}
	if err := m.sleep(ctx, m.local()); err != nil {
		return Start{}, err
	}
	at := m.starting()
	if at.Late = m.now().Sub(at.Local); at.Late > mostLate {
		return at, m.refuse(ErrLate, "it was ready %s after the start, and sends nothing: more than %v late, it would not be one load", at.Late.Round(time.Millisecond), mostLate)
	}
	return at, nil
}

// create creates the claim, and tries again while the store cannot be reached.
func (m *Member) create(ctx context.Context, mine claim) error {
	for {
		call, cancel := context.WithTimeout(ctx, callTime)
		ours, err := m.objects().create(call, keyClaim(m.Index), mine)
		cancel()
		switch {
		case err == nil && ours:
			return nil
		case err == nil:
			var theirs claim
			_ = m.objects().read(ctx, keyClaim(m.Index), &theirs) // for its name only
			return m.taken(theirs)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case m.now().Sub(m.local()) > mostLate:
			return m.refuse(ErrLate, "it could not be claimed in time, so it sends nothing: %v", err)
		}
		if err := m.sleep(ctx, m.now().Add(poll/2)); err != nil {
			return err
		}
	}
}

// verify looks whether the claim is this member's, and whether the run has been stopped.
func (m *Member) verify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkAhead)
	defer cancel()
	var there claim
	if err := m.objects().read(ctx, keyClaim(m.Index), &there); err == nil && there.Attempt != m.Attempt {
		return m.taken(there)
	}
	return nil // that the claim was created has decided it
}
