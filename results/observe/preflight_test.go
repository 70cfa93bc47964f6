package observe

import (
	"testing"

	"tollgate/results"
)

// CloudWatch counts preflights, and not what a browser did not send because of them.
func TestPreflightsCountAmongTheClientsRequestsAndWhatTheyBlockDoesNot(t *testing.T) {
	run := &results.Run{
		Seconds: []results.Second{
			{Ended: [results.NumOutcomes]int64{results.OK: 3}, Status: map[int]int64{200: 3}},
			{Ended: [results.NumOutcomes]int64{results.Broken: 3}, Errors: map[results.ErrClass]int64{results.ErrBlocked: 2, results.ErrReset: 1}},
		},
		Preflights: &results.Run{Seconds: []results.Second{
			{Ended: [results.NumOutcomes]int64{results.OK: 3, results.ClientError: 2}, Status: map[int]int64{204: 3, 403: 2}},
		}},
	}
	if v := viewOf(run, map[uint16]bool{0: true}); v.requests != 9 || v.responses != 8 || v.broken != 1 || v.status4xx != 2 {
		t.Errorf("%+v", v)
	}
}
