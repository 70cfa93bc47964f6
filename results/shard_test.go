package results

import (
	"testing"
	"time"
)

func TestRecordingAllocatesNothingInTheSteadyState(t *testing.T) {
	sh := newShard()
	second := func() {
		for i := range 1000 {
			sh.Record(&Sample{
				Target: uint16(i % 2), Request: uint16(i % 3), Block: 7, Begun: time.Millisecond, Sent: time.Millisecond,
				FirstByte: time.Duration(1 + i), Service: time.Duration(i) * time.Millisecond, Connect: time.Duration(i % 5), TLS: time.Duration(i % 7),
				Code: 200 + 100*(i%4), Out: int64(i), In: int64(i * i),
			})
		}
		sh.swap().reset()
	}
	second() // the first seconds make the pages and cells
	second()
	if n := testing.AllocsPerRun(10, second); n > 0 {
		t.Errorf("a second of 1000 requests allocates %v times, want never", n)
	}
}

func TestOutcomesDecideWhatFailed(t *testing.T) {
	for _, c := range []struct {
		what   string
		sample Sample
		want   Outcome
		failed int64
	}{
		{"a good response", Sample{Code: 200}, OK, 0},
		{"a redirect", Sample{Code: 302}, OK, 0},
		{"a refusal that the scenario expects", Sample{Code: 429, Wanted: true}, OK, 0},
		{"a throttle", Sample{Code: 429}, Throttled, 1},
		{"a client's error", Sample{Code: 404, Err: ErrUnexpected}, ClientError, 1},
		{"a server's error", Sample{Code: 503}, ServerError, 1},
		{"a response without what is expected in it", Sample{Code: 200, Err: ErrUnexpected}, Unexpected, 1},
		{"a timeout", Sample{Err: ErrTimeout}, TimedOut, 1},
		{"a reset", Sample{Code: 200, Err: ErrReset}, Broken, 1},
		{"a fault of our own", Sample{Err: ErrGenerator}, OwnFault, 0},
		{"a request that an interrupt cut off", Sample{Err: ErrCancelled}, OwnFault, 0},
	} {
		sh := newShard()
		sh.Record(&c.sample)
		s := sh.swap().cells[Group{}].second(0, Group{})
		if s.Ended[c.want] != 1 || s.Failed != c.failed {
			t.Errorf("%s: ended %v, failed %d", c.what, s.Ended, s.Failed)
		}
	}
}
