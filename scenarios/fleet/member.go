package fleet

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Times of the protocol.
const (
	callTime   = 20 * time.Second       // of one call of the store
	poll       = 500 * time.Millisecond // between two looks for the start
	beat       = 3 * time.Second        // between two marks of a member
	fresh      = 10 * time.Second       // how old the mark of a member may be that is counted as ready
	waitsFor   = 5 * time.Minute        // of the barrier, unless its members say otherwise
	leastLead  = 3 * time.Second        // from the decision to the start; two polls, a claim and its check fit in
	leadTrips  = 8                      // the same, in round trips to the store
	claimAhead = time.Second            // before the start, a member claims its shard
	checkAhead = 200 * time.Millisecond // before the start, it looks whether the claim still is its own
	mostLate   = 10 * time.Second       // after the start, a member sends nothing any more
)

// A Member is a process that runs one shard of a run. Its fields are set before Join.
type Member struct {
	Store   Store
	RunID   string
	Index   int // from 1
	Count   int
	Inputs  Inputs
	Timeout time.Duration    // of the barrier; 0: five minutes
	Host    string           // of this machine, for people
	Attempt string           // which of several processes for one index; "": chance decides
	Now     func() time.Time // nil: time.Now

	base   time.Time // what the clock showed first
	clock  estimate
	start  *beginning
	waited bool // at the barrier
}

// A Start is when a run begins.
type Start struct {
	At    time.Time     // by the store's clock
	Local time.Time     // the same moment by this machine's clock
	Clock Clock         // how they differ
	Late  time.Duration // after the start, Claim returned; 0: on time
	Trip  time.Duration // the slowest round trip to the store so far
}

// now is this machine's clock, as it was when the member came, and moved on since: a step of
// the clock moves nothing.
func (m *Member) now() time.Time {
	now := time.Now
	if m.Now != nil {
		now = m.Now
	}
	if m.base.IsZero() {
		m.base = now()
	}
	return m.base.Add(now().Sub(m.base))
}

// sleep waits until a moment.
func (m *Member) sleep(ctx context.Context, until time.Time) error {
	wait := until.Sub(m.now())
	if wait <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

func (m *Member) objects() objects { return objects{m.Store, m.RunID} }

func (m *Member) refuse(kind error, format string, args ...any) error {
	return &Refusal{kind, fmt.Errorf("shard %d of %d of run %s: "+format, slices.Concat([]any{m.Index, m.Count, m.RunID}, args)...)}
}

// prepare checks what the caller has set.
func (m *Member) prepare() error {
	if m.Index < 1 || m.Index > m.Count {
		return fmt.Errorf("shard %d of %d: the index is counted from 1 to the number of shards", m.Index, m.Count)
	}
	if m.Attempt == "" {
		var chance [6]byte
		_, _ = rand.Read(chance[:]) // never fails: see crypto/rand
		m.Attempt = hex.EncodeToString(chance[:])
	}
	if !attemptForm.MatchString(m.Attempt) {
		return fmt.Errorf("attempt %.80q: want up to 64 letters and digits", m.Attempt)
	}
	if m.Timeout == 0 {
		m.Timeout = waitsFor
	}
	m.now()
	return errors.Join(CheckID(m.RunID), counted(m.Count))
}

// Join waits until all members are ready, and returns when the load starts. Exactly one object
// decides that: whichever member first sees all of them ready creates it, with a time that lies
// ahead; a member that waited for too long creates it as well, to cancel the run. The mark
// that a member is ready is renewed, so that one that died is not counted.
func (m *Member) Join(ctx context.Context) (Start, error) {
	if err := m.prepare(); err != nil {
		return Start{}, err
	}
	deadline := m.now().Add(m.Timeout)
	if err := m.enter(ctx); err != nil {
		return Start{}, err
	}
	if m.start == nil {
		if err := m.measure(ctx, deadline); err != nil {
			return Start{}, fmt.Errorf("the clock of %s cannot be read: %w", m.Store, err)
		}
		if err := m.wait(ctx, deadline); err != nil {
			return Start{}, err
		}
	}
	return m.begin(ctx)
}

// enter finds out whether this run may be joined at all.
func (m *Member) enter(ctx context.Context) error {
	if err := m.conditional(ctx); err != nil {
		return err
	}
	if err := m.agree(ctx); err != nil {
		return err
	}
	var c claim
	switch err := m.objects().read(ctx, keyClaim(m.Index), &c); {
	case err == nil:
		return m.taken(c)
	case !errors.Is(err, ErrNotExist):
		return err
	}
	return m.look(ctx)
}

// taken is the refusal of a shard that another member has claimed.
func (m *Member) taken(c claim) error {
	return m.refuse(ErrClaimed, "%s has claimed it already: a shard that is tried again after the start sends nothing, so that nothing is sent twice. For another run choose another --run-id", who(c.Host, c.Attempt))
}

func who(host, attempt string) string {
	if host == "" {
		return "attempt " + attempt
	}
	return fmt.Sprintf("%s (attempt %s)", host, attempt)
}

// rivals is how many create one object at once, to see whether the store lets one succeed.
const rivals = 4

// conditional refuses a store in which several can create one object.
func (m *Member) conditional(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	key := m.RunID + "/" + dirProbes + strconv.Itoa(m.Index) + "-" + m.Attempt + suffix
	outcomes := make(chan error, rivals)
	for i := range rivals {
		go func() { outcomes <- m.Store.Create(ctx, key, fmt.Appendf(nil, `{"probe":%d}`, i)) }()
	}
	created, refused := 0, 0
	var failed error
	for range rivals {
		switch err := <-outcomes; {
		case err == nil:
			created++
		case errors.Is(err, ErrExists):
			refused++
		default:
			failed = err
		}
	}
	if created == 0 {
		return fmt.Errorf("nothing can be created in %s: %w", m.Store, orNone(failed))
	}
	if err := m.Store.Create(ctx, key, []byte(`{"probe":"again"}`)); created > 1 || err == nil {
		return m.refuse(ErrNoCondition, "%s lets several machines create one object (it ignores If-None-Match), so two of them could run one shard: use a bucket of Amazon S3, or a server that has conditional writes", m.Store)
	} else if !errors.Is(err, ErrExists) {
		return fmt.Errorf("nothing can be created in %s: %w", m.Store, err)
	}
	r, err := m.Store.Get(ctx, key) // a store that cannot be read is found out now, and not at the start
	if err != nil {
		return err
	}
	return r.Close()
}

func orNone(err error) error {
	if err == nil {
		return errors.New("an object that was new is said to exist")
	}
	return err
}

// agree writes what all members must agree on, or compares it with what is there.
func (m *Member) agree(ctx context.Context) error {
	mine := Fleet{Version: version, Count: m.Count, Inputs: m.Inputs}
	first, err := m.objects().create(ctx, keyFleet, mine)
	if err != nil || first {
		return err
	}
	var theirs Fleet
	if err := m.objects().read(ctx, keyFleet, &theirs); err != nil {
		return err
	}
	var differ []string
	for _, row := range []struct {
		same bool
		what string
	}{
		{theirs.Count == mine.Count, fmt.Sprintf("number of shards (%d there)", theirs.Count)},
		{theirs.Inputs.Scenario == mine.Inputs.Scenario, "scenario"},
		{maps.Equal(theirs.Inputs.Files, mine.Inputs.Files), "input files"},
		{theirs.Inputs.Seed == mine.Inputs.Seed, fmt.Sprintf("seed (%s there)", theirs.Inputs.Seed)},
		{theirs.Inputs.Program == mine.Inputs.Program, fmt.Sprintf("version of Tollgate (%s there)", theirs.Inputs.Program)},
	} {
		if !row.same {
			differ = append(differ, row.what)
		}
	}
	if len(differ) > 0 {
		return m.refuse(ErrOther, "%s already has a run of this id, with another %s: give all shards the same, or choose another --run-id", m.Store, strings.Join(differ, ", another "))
	}
	return nil
}

// look looks whether the start is decided.
func (m *Member) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var b beginning
	sent := m.now()
	err := m.objects().read(ctx, keyStart, &b)
	m.clock.worst = max(m.clock.worst, m.now().Sub(sent))
	if errors.Is(err, ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	m.start = &b
	return nil
}

// begin turns the decision into this machine's time.
func (m *Member) begin(ctx context.Context) (Start, error) {
	if m.start.Barrier {
		return Start{}, m.refuse(ErrBarrier, "%s. Nothing was sent. See why these shards did not start, or give them longer with --barrier-timeout, and choose another --run-id", m.start.Cancelled)
	}
	if m.start.Cancelled != "" {
		return Start{}, m.refuse(ErrCancelled, "the run was cancelled before its start: %s. Choose another --run-id for the next", m.start.Cancelled)
	}
	until := m.local().Add(-claimAhead)
	if err := m.measure(ctx, until); err != nil && m.clock.n == 0 {
		return Start{}, fmt.Errorf("the clock of %s cannot be read: %w", m.Store, err)
	}
	if err := m.start.near(m.storeNow()); err != nil {
		return Start{}, m.refuse(ErrOther, "%w", err)
	}
	if late := m.now().Sub(m.local()); late > 0 && !m.waited || late > mostLate {
		return Start{}, m.refuse(ErrLate, "the run started %s ago without it: it sends nothing. For another run choose another --run-id", late.Round(time.Second))
	}
	return m.starting(), nil
}

// local is the start by this machine's clock.
func (m *Member) local() time.Time {
	now := m.now()
	return now.Add(m.start.At.Sub(now.Round(0).Add(m.clock.offset().value)))
}

func (m *Member) starting() Start {
	return Start{At: m.start.At, Local: m.local(), Clock: m.clock.offset().clock(), Trip: m.clock.worst}
}
