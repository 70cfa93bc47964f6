package fleet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
)

// A memory is a store of a test, with a clock of its own, a network that takes time, and
// faults.
type memory struct {
	trip  time.Duration // of each call
	ahead time.Duration // of its clock
	step  time.Duration // that its clock shows
	blind bool          // lets several create one object

	mu      sync.Mutex
	away    bool
	objects map[string]Object
	bodies  map[string][]byte
	calls   int
}

var errAway = errors.New("connection refused")

func newMemory() *memory {
	return &memory{trip: 4 * time.Millisecond, step: time.Second, objects: map[string]Object{}, bodies: map[string][]byte{}}
}

// call is what happens at the store, half a round trip after it was asked.
func (s *memory) call(ctx context.Context, do func() error) error {
	wait := func() error {
		select {
		case <-time.After(s.trip / 2):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := wait(); err != nil {
		return err
	}
	s.mu.Lock()
	s.calls++
	err := errAway
	if !s.away {
		err = do()
	}
	s.mu.Unlock()
	return errors.Join(err, wait())
}

func (s *memory) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *memory) write(key string, body []byte) {
	s.objects[key] = Object{key, int64(len(body)), time.Now().Add(s.ahead).Truncate(s.step)}
	s.bodies[key] = body
}

func (s *memory) Create(ctx context.Context, key string, body []byte) error {
	return s.call(ctx, func() error {
		if _, there := s.bodies[key]; there && !s.blind {
			return ErrExists
		}
		s.write(key, body)
		return nil
	})
}

func (s *memory) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, sum string) error {
	return s.call(ctx, func() error {
		_, _ = body.Seek(0, io.SeekStart)
		text, err := io.ReadAll(io.LimitReader(body, size))
		if err == nil && results.Digest(text) != sum {
			err = fmt.Errorf("%s: another digest", key)
		}
		if err == nil {
			s.write(key, text)
		}
		return err
	})
}

func (s *memory) Get(ctx context.Context, key string) (r io.ReadCloser, err error) {
	err = s.call(ctx, func() error {
		body, there := s.bodies[key]
		if !there {
			return ErrNotExist
		}
		r = io.NopCloser(bytes.NewReader(body))
		return nil
	})
	return r, err
}

func (s *memory) List(ctx context.Context, prefix string) (all []Object, err error) {
	err = s.call(ctx, func() error {
		for key, o := range s.objects {
			if strings.HasPrefix(key, prefix) {
				all = append(all, o)
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	return all, err
}

func (s *memory) Clock(ctx context.Context) (at time.Time, step time.Duration, err error) {
	err = s.call(ctx, func() error { at = time.Now().Add(s.ahead).Truncate(s.step).Round(0); return nil })
	return at, s.step, err
}

func (s *memory) String() string { return "mem" }

// member is one of a fleet of four.
func member(s Store, index int) *Member {
	return &Member{Store: s, RunID: "r1", Index: index, Count: 4, Inputs: Inputs{Scenario: "d1", Seed: "7", Program: "v1"}, Host: fmt.Sprintf("host-%d", index), Timeout: time.Minute}
}

// skewed is a machine whose clock is ahead.
func skewed(m *Member, ahead time.Duration) *Member {
	m.Now = func() time.Time { return time.Now().Add(ahead) }
	return m
}

// An outcome is what became of a member.
type outcome struct {
	start Start
	began time.Time // true time; zero: it sent nothing
	err   error
}

// run joins, claims and begins.
func (m *Member) run(ctx context.Context) (o outcome) {
	if _, o.err = m.Join(ctx); o.err != nil {
		return o
	}
	if o.start, o.err = m.Claim(ctx); o.err == nil {
		o.began = time.Now()
	}
	return o
}

// runAll runs members at once.
func runAll(t *testing.T, members ...*Member) []outcome {
	t.Helper()
	all := make([]outcome, len(members))
	var group sync.WaitGroup
	for i, m := range members {
		group.Go(func() { all[i] = m.run(t.Context()) })
	}
	group.Wait()
	return all
}

func bubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, test) })
}
