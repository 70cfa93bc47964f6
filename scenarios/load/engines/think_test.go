package engines

import (
	"net/http"
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
		r := newRig("http://" + vacant(t))
		const think = 100 * time.Millisecond
		r.run(t, r.open(t, e), closed(2, 550*time.Millisecond, think))
		s := r.sorted()
		if len(s) < 2 || len(s) > 12 {
			t.Errorf("two users who think for %v sent %d requests in 550ms, want at most 12", think, len(s))
		}
		for i := range s {
			if s[i].Code != 0 {
				t.Errorf("request %d was answered", s[i].Seq)
			}
		}
	})
}

// Think times are drawn from their distribution by the seed and the number of the
// request before, with either engine.
func TestThinkTimesFollowTheirDistribution(t *testing.T) {
	t.Parallel()
	think := scenarios.Distribution{P50: 10 * time.Millisecond, P99: 40 * time.Millisecond}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		r.job.Seed = 7
		turn := closed(1, 500*time.Millisecond, 0)
		turn.Load = scenarios.Users{N: 1, Think: think}
		s := r.drive(t, e, turn)
		if len(s) < 10 {
			t.Fatalf("%d requests", len(s))
		}
		late := 0
		for i := range s[1:] {
			gap, want := s[i+1].Begun-(s[i].Sent+s[i].Service), think.After(7, s[i].Seq)
			if gap < want-time.Millisecond {
				t.Errorf("after request %d the user thought for %v, want %v", s[i].Seq, gap, want)
			}
			if gap > want+10*time.Millisecond {
				late++
			}
		}
		if late > len(s)/4 {
			t.Errorf("%d of %d think times took more than 10ms too long", late, len(s))
		}
	})
}
