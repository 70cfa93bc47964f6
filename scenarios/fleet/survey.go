package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Status is how far a run is.
type Status struct {
	Fleet     Fleet
	Start     time.Time // by the store's clock; zero: not decided
	Cancelled string    // why there will be no start
	Stopped   string    // why its members were asked to stop
	Now       time.Time // by the store's clock
	Shards    []Shard   // by their index
}

// A Shard is how far one shard of a run is.
type Shard struct {
	Index   int       // from 1
	Ready   bool      // before the start: its member waits for it
	Seen    time.Time // by the store's clock: its last sign of life
	Claimed bool
	Host    string // that claimed it
	Clock   Clock  // of that machine
	Parts   *Parts // what is uploaded; nil: nothing
	Trouble string // why what is there cannot be used

	attempt string
}

// Done is how it ended; nil if it did not, or was not uploaded.
func (s *Shard) Done() *Done {
	if s.Parts == nil {
		return nil
	}
	return s.Parts.Done
}

// String is how far it is, in words.
func (s *Shard) String() string {
	switch {
	case s.Trouble != "":
		return s.Trouble
	case s.Done() != nil:
		return "done"
	case s.Parts != nil:
		return "not done; the last upload was at " + s.Seen.UTC().Format(time.RFC3339)
	case s.Claimed:
		return "claimed by " + who(s.Host, s.attempt) + ", which uploaded nothing: what it may have sent is not recorded"
	case s.Ready:
		return "ready"
	case !s.Seen.IsZero():
		return "came, but did not start"
	}
	return "never came"
}

// workers is how many objects are read at once.
const workers = 16

// Survey looks how far a run is.
func Survey(ctx context.Context, s Store, id string) (*Status, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	o := objects{s, id}
	st := &Status{}
	if err := o.read(ctx, keyFleet, &st.Fleet); errors.Is(err, ErrNotExist) {
		return nil, fmt.Errorf("%s has no run %s: none of its members came, or --store or --run-id is another", s, id)
	} else if err != nil {
		return nil, err
	}
	var b beginning
	if err := o.read(ctx, keyStart, &b); err == nil {
		st.Start, st.Cancelled = b.At, b.Cancelled
	} else if !errors.Is(err, ErrNotExist) {
		return nil, err
	}
	var asked stop
	if err := o.read(ctx, keyStop, &asked); err == nil {
		st.Stopped = asked.Why
	} else if !errors.Is(err, ErrNotExist) {
		return nil, err
	}
	all, err := s.List(ctx, id+"/"+dirReady) // all objects of a long run could be millions
	if err != nil {
		return nil, err
	}
	now, _, err := s.Clock(ctx)
	if err != nil {
		return nil, err
	}
	st.Now = now
	if err := b.near(now); err != nil {
		return nil, fmt.Errorf("%s/%s: %w", s, id, err)
	}
	missing := map[int]bool{}
	for _, index := range readinessOf(all, id, st.Fleet.Count, now).missing {
		missing[index] = true
	}
	for index := 1; index <= st.Fleet.Count; index++ {
		st.Shards = append(st.Shards, Shard{Index: index, Ready: !missing[index]})
	}
	st.seen(all, id)
	each(st.Shards, func(shard *Shard) { o.survey(ctx, shard) })
	return st, ctx.Err()
}

// seen takes over when the members said that they are ready.
func (st *Status) seen(all []Object, id string) {
	for _, o := range all {
		index, _, is := markOf(o.Key, id, suffix)
		if !is || index > len(st.Shards) {
			continue
		}
		if shard := &st.Shards[index-1]; o.Modified.After(shard.Seen) {
			shard.Seen = o.Modified
		}
	}
}

// survey reads what is there of a shard.
func (o objects) survey(ctx context.Context, s *Shard) {
	var c claim
	switch err := o.read(ctx, keyClaim(s.Index), &c); {
	case errors.Is(err, ErrNotExist):
		return // and no other member uploads
	case err != nil:
		s.Trouble = err.Error()
		return
	}
	s.Claimed, s.Host, s.Clock, s.attempt = true, c.Host, c.Clock, c.Attempt
	var p Parts
	err := o.read(ctx, keyPart(s.Index, keyDone), &p)
	if errors.Is(err, ErrNotExist) {
		p = Parts{}
		err = o.read(ctx, keyPart(s.Index, keyFiles), &p)
	}
	switch {
	case errors.Is(err, ErrNotExist):
	case err != nil:
		s.Trouble = err.Error()
	case p.Index != s.Index || p.Attempt != s.attempt:
		s.Trouble = fmt.Sprintf("its files were uploaded by attempt %s, and the shard was claimed by %s", p.Attempt, who(s.Host, s.attempt))
	default:
		s.Parts = &p
		if at := p.At.Add(time.Duration(c.Clock.Offset * float64(time.Millisecond))); at.After(s.Seen) {
			s.Seen = at
		}
	}
}

// each does something for each of many, some at a time.
func each[T any](all []T, do func(*T)) {
	var group sync.WaitGroup
	next := make(chan *T)
	for range min(workers, len(all)) {
		group.Go(func() {
			for one := range next {
				do(one)
			}
		})
	}
	for i := range all {
		next <- &all[i]
	}
	close(next)
	group.Wait()
}
