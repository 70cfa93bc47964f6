package auth

import (
	"context"
	"sync"
)

// An Issuer makes the stamps of one run. Whatever has the same authentication shares
// its credentials, so that they are fetched, and renewed, once. The zero Issuer is ready.
type Issuer struct {
	mu       sync.Mutex
	keyrings map[any]issued // by what was asked for, a comparable value
}

// issued is a keyring, or why there is none: what failed for one target is not tried
// again for the next.
type issued struct {
	keyring any
	err     error
	ctx     context.Context // until whose end it is renewed
}

// shared returns the keyring for an id, and opens it where there is none. It is renewed
// until ctx ends.
func shared[V any](ctx context.Context, i *Issuer, id any, open func() (*keyring[V], error)) (*keyring[V], error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if had, ok := i.keyrings[id]; ok && had.ctx.Err() == nil {
		k, _ := had.keyring.(*keyring[V])
		return k, had.err
	}
	k, err := open()
	if i.keyrings == nil {
		i.keyrings = map[any]issued{}
	}
	i.keyrings[id] = issued{k, err, ctx}
	if err != nil {
		return nil, err
	}
	go k.keep(ctx)
	return k, nil
}
