package launch

import "context"

// A Platform starts the members of one fleet.
type Platform interface {
	Start(ctx context.Context) error               // all of them
	Members(ctx context.Context) ([]Member, error) // what the platform says of them
	Stop(ctx context.Context) error                // ends those that still run
	Clean(ctx context.Context) error               // removes what Start made; results are in the store
}

// A Member is what a platform says of the process of one shard.
type Member struct {
	Shard int // from 1
	Phase Phase
	Why   string // it does not run, or failed; "": it does, or ended well
}

// A Phase is how far a member is.
type Phase int

// The phases. A member that a platform starts again is Waiting or Running once more.
const (
	Waiting Phase = iota // to be started
	Running
	Ended  // well
	Failed // for good
)

// latest keeps the newest of what is said of each shard, in the order of shards: a platform may
// have started it more than once.
func latest(all []Member, shards int) []Member {
	newest := make([]Member, shards)
	for i := range newest {
		newest[i] = Member{Shard: i + 1, Why: "not started yet"}
	}
	for _, m := range all {
		if m.Shard >= 1 && m.Shard <= shards {
			newest[m.Shard-1] = m
		}
	}
	return newest
}
