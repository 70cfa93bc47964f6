package fleet

import (
	"context"
	"errors"
	"io"
	"time"
)

// A Store is a place that all members of a fleet can reach: a prefix of a bucket, or a
// folder. Keys are paths with slashes below it. Package store opens one.
type Store interface {
	// Create writes an object that must not be there, else ErrExists: of several who
	// create one, exactly one succeeds.
	Create(ctx context.Context, key string, body []byte) error
	// Put writes an object, over one that is there. Sum is the SHA-256 of its size bytes,
	// in hexadecimal: other bytes are refused.
	Put(ctx context.Context, key string, body io.ReadSeeker, size int64, sum string) error
	// Get reads an object; ErrNotExist if it is not there.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// List lists all objects whose keys begin with a prefix, in their order.
	List(ctx context.Context, prefix string) ([]Object, error)
	// Clock reads the clock of the store, once: during the call it was at or later, and
	// before at+step.
	Clock(ctx context.Context) (at time.Time, step time.Duration, err error)
	// String is the store as --store names it.
	String() string
}

// An Object is one of a store, as a list has it.
type Object struct {
	Key      string
	Size     int64
	Modified time.Time // by the clock of the store
}

// What may be wrong with an object.
var (
	ErrExists   = errors.New("the object exists already")
	ErrNotExist = errors.New("the object does not exist")
)

// Why a member sends no load.
var (
	ErrBarrier     = errors.New("not all shards were ready in time")
	ErrCancelled   = errors.New("the run was cancelled before its start")
	ErrClaimed     = errors.New("another member runs this shard, or ran it")
	ErrLate        = errors.New("the run has started without this member")
	ErrOther       = errors.New("the run id belongs to another run")
	ErrNoCondition = errors.New("the store has no conditional writes")
)

// A Refusal is an error for people. It is one of the errors above.
type Refusal struct {
	kind error
	why  error
}

func (r *Refusal) Error() string { return r.why.Error() }

// Unwrap is which error it is, and what else led to it.
func (r *Refusal) Unwrap() []error { return []error{r.kind, r.why} }
