package launch

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/scenarios/fleet/store"
)

// aPlatform says what it is told to.
type aPlatform struct {
	says func(after time.Duration) ([]Member, error)
	from time.Time
}

func (p *aPlatform) Start(context.Context) error { return nil }
func (p *aPlatform) Stop(context.Context) error  { return nil }
func (p *aPlatform) Clean(context.Context) error { return nil }
func (p *aPlatform) Members(context.Context) ([]Member, error) {
	return p.says(time.Since(p.from))
}

func TestAWatchEndsWhenNothingCanComeAnyMore(t *testing.T) {
	running := []Member{{1, Running, ""}, {2, Waiting, "Unschedulable"}}
	for name, c := range map[string]struct {
		says  func(time.Duration) ([]Member, error)
		least time.Duration
		most  time.Duration
		told  string
	}{
		"all have failed": {
			says: func(time.Duration) ([]Member, error) {
				return []Member{{1, Failed, "exit code 2"}, {2, Failed, "exit code 2"}}, nil
			},
			least: 15 * time.Second, most: 20 * time.Second, told: "shards 1, 2: exit code 2",
		},
		"one is started again before the results have settled": {
			says: func(after time.Duration) ([]Member, error) {
				if after > 8*time.Second && after < 30*time.Second {
					return running, nil
				}
				return []Member{{1, Ended, ""}, {2, Ended, ""}}, nil
			},
			least: 45 * time.Second, most: 50 * time.Second, told: "shard 2: Unschedulable",
		},
		"a pod never ends": {
			says:  func(time.Duration) ([]Member, error) { return running, nil },
			least: 8 * time.Minute, most: 9 * time.Minute, told: "shard 2: Unschedulable",
		},
		"the platform cannot be asked": {
			says:  func(time.Duration) ([]Member, error) { return nil, errors.New("connection refused") },
			least: 8 * time.Minute, most: 9 * time.Minute, told: "connection refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				st, err := store.Open(t.Context(), folder)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				var told []string
				w := &Watch{Fleet: someFleet(), Store: st, Platform: &aPlatform{c.says, began}, Tell: func(p Progress) {
					told = append(append(told, p.String()), p.StuckLines()...)
				}}
				if _, err := w.Until(t.Context()); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took < c.least || took > c.most {
					t.Errorf("it took %v", took)
				}
				if !strings.Contains(strings.Join(told, "\n"), c.told) {
					t.Errorf("told %q", told[:min(len(told), 6)])
				}
			})
		})
	}
}
