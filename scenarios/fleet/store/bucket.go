package store

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/scenarios/fleet"
	"tollgate/targets/aws"
)

// A bucket of S3, or of a server that speaks its protocol, is a store below a prefix.
type bucket struct {
	*aws.Bucket
	prefix string
	read   atomic.Bool // an object below the prefix
}

func openBucket(ctx context.Context, name, prefix string) (fleet.Store, error) {
	b, err := aws.OpenBucket(ctx, name)
	if err != nil {
		return nil, err
	}
	return &bucket{Bucket: b, prefix: prefix}, nil
}

// String implements fleet.Store.
func (b *bucket) String() string { return "s3://" + path.Join(b.Name, b.prefix) }

func (b *bucket) key(key string) string {
	if b.prefix == "" {
		return key
	}
	return b.prefix + "/" + key
}

// Create implements fleet.Store.
func (b *bucket) Create(ctx context.Context, key string, body []byte) error {
	return named(b.Bucket.Create(ctx, b.key(key), body))
}

// Put implements fleet.Store.
func (b *bucket) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, sum string) error {
	return named(b.Bucket.Put(ctx, b.key(key), body, size, sum))
}

// Get implements fleet.Store. S3 denies an object that does not exist to those who may not
// list the bucket (Amazon S3 API reference, "GetObject"), and may do so where they may list a
// prefix only: who has read another object below this prefix is told by that that there is none.
func (b *bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	r, err := b.Open(ctx, b.key(key))
	if err == nil {
		b.read.Store(true)
	} else if _, denied := aws.Denied(err, "s3:GetObject"); denied && b.read.Load() {
		return nil, &failure{fleet.ErrNotExist, err}
	}
	return r, named(err)
}

// List implements fleet.Store.
func (b *bucket) List(ctx context.Context, prefix string) ([]fleet.Object, error) {
	objects, err := b.Bucket.List(ctx, b.key(prefix))
	if err != nil {
		return nil, named(err)
	}
	all := make([]fleet.Object, 0, len(objects))
	for _, o := range objects {
		if key, is := strings.CutPrefix(o.Key, b.key("")); is { // others are not what was asked for
			all = append(all, fleet.Object{Key: key, Size: o.Size, Modified: o.Modified})
		}
	}
	return all, nil
}

// Clock implements fleet.Store by the date of a response, which has whole seconds.
func (b *bucket) Clock(ctx context.Context) (time.Time, time.Duration, error) {
	at, err := b.Date(ctx, b.key("clock"))
	return at, time.Second, err
}

// A failure is an error of S3, and one of those that package fleet knows.
type failure struct{ kind, err error }

func (f *failure) Error() string   { return f.err.Error() }
func (f *failure) Unwrap() []error { return []error{f.kind, f.err} }

func named(err error) error {
	switch {
	case errors.Is(err, aws.ErrNoObject):
		return &failure{fleet.ErrNotExist, err}
	case errors.Is(err, aws.ErrObjectExists):
		return &failure{fleet.ErrExists, err}
	}
	return err
}
