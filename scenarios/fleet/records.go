package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tollgate/results"
)

// version is that of the objects of a fleet.
const version = 1

// MostShards is how many shards a run may have.
const MostShards = 10_000

// mostRecord bounds an object that is read as a whole. The largest is the list of a shard's
// files: a week's run uploads 60,480 times.
const mostRecord = 8 << 20

// Inputs are what all shards of a run must agree on.
type Inputs struct {
	Scenario string            `json:"scenario" text:"name"` // digest
	Files    map[string]string `json:"files,omitempty"`      // digests of what the scenario refers to, by name
	Seed     string            `json:"seed" text:"name"`
	Program  string            `json:"program" text:"name"` // Tollgate's version
}

// A Fleet is the run that all members take part in. The first of them writes it.
type Fleet struct {
	Version int    `json:"version"`
	Count   int    `json:"shards"`
	Inputs  Inputs `json:"inputs"`
}

func (f *Fleet) check() error {
	return errors.Join(versioned(f.Version), counted(f.Count))
}

// A beginning is when the load starts, or why it does not. It is created once.
type beginning struct {
	Version   int       `json:"version"`
	At        time.Time `json:"at"` // by the store's clock
	Cancelled string    `json:"cancelled,omitempty"`
	Barrier   bool      `json:"barrier,omitempty"`   // it was cancelled because shards were missing
	Attempt   string    `json:"attempt" text:"name"` // who wrote it
}

func (b *beginning) check() error { return versioned(b.Version) }

// mostAhead is how far ahead a start may be. Members choose one of seconds, or of some round
// trips to the store.
const mostAhead = 24 * time.Hour

// near refuses a start that no member has chosen.
func (b *beginning) near(now time.Time) error {
	if b.At.After(now.Add(mostAhead)) {
		return fmt.Errorf("%s says that the run starts at %s, which is more than a day from now: no shard of Tollgate chose that. Choose another --run-id", keyStart, b.At.UTC().Format(time.RFC3339))
	}
	return nil
}

// A mark says that a member is ready.
type mark struct {
	Version int    `json:"version"`
	Host    string `json:"host" text:"name"`
	Clock   Clock  `json:"clock"`
}

// A claim is the right to send a shard's load. It is created once.
type claim struct {
	Version int    `json:"version"`
	Index   int    `json:"shard"`
	Attempt string `json:"attempt" text:"name"`
	Host    string `json:"host" text:"name"`
	Clock   Clock  `json:"clock"`
}

func (c *claim) check() error { return versioned(c.Version) }

// A stop asks all members to end their load.
type stop struct {
	Version int    `json:"version"`
	Why     string `json:"why"`
}

func (s *stop) check() error { return versioned(s.Version) }

func versioned(v int) error {
	if v != version {
		return fmt.Errorf("version: %d, and this Tollgate reads %d: use the same Tollgate on all machines", v, version)
	}
	return nil
}

func counted(n int) error {
	if n < 1 || n > MostShards {
		return fmt.Errorf("shards: %d, and a run has 1 to %d", n, MostShards)
	}
	return nil
}

// The keys of a run's objects.
const (
	keyFleet   = "fleet.json"
	keyStart   = "start.json"
	keyStop    = "stop.json"
	keyFiles   = "files.json"
	keyDone    = "done.json"
	dirReady   = "ready/"
	dirClaims  = "claims/"
	dirParts   = "parts/"
	dirProbes  = "probes/"
	suffix     = ".json"
	suffixLeft = ".left"
)

func keyMark(index int, attempt string) string {
	return dirReady + strconv.Itoa(index) + "-" + attempt + suffix
}

func keyLeft(index int, attempt string) string {
	return dirReady + strconv.Itoa(index) + "-" + attempt + suffixLeft
}

func keyClaim(index int) string             { return dirClaims + strconv.Itoa(index) + suffix }
func keyPart(index int, name string) string { return dirParts + strconv.Itoa(index) + "/" + name }

// A run's objects in a store.
type objects struct {
	Store
	id string
}

var (
	idForm      = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	attemptForm = regexp.MustCompile(`^[A-Za-z0-9]{1,64}$`)
)

// MostID bounds the length of a run id: names of Kubernetes objects are made of it, which have
// at most 63 characters (Kubernetes, "Object names and IDs").
const MostID = 52

// CheckID says what is wrong with a run id, which is a part of keys, of the names of
// directories and of those of Kubernetes' objects.
func CheckID(id string) error {
	if len(id) > MostID || !idForm.MatchString(id) {
		return fmt.Errorf("run id %.120q: want 1 to %d lower-case letters, digits and hyphens, with a letter or digit first and last, such as api-20261130-1", id, MostID)
	}
	return nil
}

// record is an object that is read as a whole.
type record interface{ check() error }

// read reads an object into a record.
func (o objects) read(ctx context.Context, key string, into record) error {
	r, err := o.Get(ctx, o.id+"/"+key)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(io.LimitReader(r, mostRecord+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if err := parse(text, into); err != nil {
		return fmt.Errorf("%s/%s/%s: %w", o.Store, o.id, key, err)
	}
	return nil
}

// parse reads a record that others have written.
func parse(text []byte, into record) error {
	if len(text) > mostRecord {
		return fmt.Errorf("more than %d bytes", mostRecord)
	}
	return results.ParseJSON(text, into, into.check)
}

// create creates an object. Where it is there already, it is ours if it holds the same bytes:
// they name the attempt, and the response to an earlier try may have been lost.
func (o objects) create(ctx context.Context, key string, body any) (ours bool, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return false, err
	}
	err = o.Create(ctx, o.id+"/"+key, text)
	if !errors.Is(err, ErrExists) {
		return err == nil, err
	}
	r, err := o.Get(ctx, o.id+"/"+key)
	if err != nil {
		return false, err
	}
	there, err := io.ReadAll(io.LimitReader(r, int64(len(text))+1))
	return string(there) == string(text), errors.Join(err, r.Close())
}

// put replaces an object.
func (o objects) put(ctx context.Context, key string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return o.Put(ctx, o.id+"/"+key, strings.NewReader(string(text)), int64(len(text)), results.Digest(text))
}
