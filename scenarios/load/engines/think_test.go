package engines

import (
	"net/http"
	"testing"
	"time"
	"tollgate/scenarios/load"
)

// A limit on the rate of a closed stage rests on its think time (scenarios.Limit):
// users think after a request that fails at once, too.
func TestUsersThinkAfterAFailureToo(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		gone := serve(t, func(http.ResponseWriter, *http.Request) {})
		r := newRig(gone.URL)
		gone.Close()
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
