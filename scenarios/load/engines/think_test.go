package engines

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A limit on the rate of a closed stage rests on its think time (scenarios.Limit):
// users think after a request that fails at once, too.
func TestUsersThinkAfterAFailureToo(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		patient(t, 550*time.Millisecond, func(length time.Duration) string {
			r := newRig("http://" + vacant(t))
			const think = 100 * time.Millisecond
			r.run(t, r.open(t, e), closed(2, length, think))
			s, most := r.sorted(), 2*int(length/think+1)
			if len(s) > most {
				t.Errorf("two users who think for %v sent %d requests in %v, want at most %d", think, len(s), length, most)
			}
			for i := range s {
				if s[i].Code != 0 {
					t.Errorf("request %d was answered", s[i].Seq)
				}
			}
			if len(s) < 2 {
				return fmt.Sprintf("%d requests in %v", len(s), length)
			}
			return ""
		})
	})
}

// Think times are drawn from their distribution by the seed and the number of the
// request before, with either engine.
func TestThinkTimesFollowTheirDistribution(t *testing.T) {
	t.Parallel()
	think := scenarios.Distribution{P50: 10 * time.Millisecond, P99: 40 * time.Millisecond}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		patient(t, 500*time.Millisecond, func(length time.Duration) string {
			r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
			r.job.Seed = 7
			turn := closed(1, length, 0)
			turn.Load = scenarios.Users{N: 1, Think: think}
			stop := lateness(t)
			s := r.drive(t, e, turn)
			machine := quantile(stop(), 0.9)
			if len(s) < 10 {
				return fmt.Sprintf("%d requests", len(s))
			}
			var late []time.Duration
			for i := range s[1:] {
				gap, want := s[i+1].Begun-(s[i].Sent+s[i].Service), think.After(7, s[i].Seq)
				if gap < want-time.Millisecond {
					t.Errorf("after request %d the user thought for %v, want %v", s[i].Seq, gap, want)
				}
				late = append(late, gap-want)
			}
			slices.Sort(late)
			if most := quantile(late, 0.75); most > 10*time.Millisecond+machine {
				return fmt.Sprintf("a quarter of the think times took more than %v too long (the machine adds %v)", most, machine)
			}
			return ""
		})
	})
}
