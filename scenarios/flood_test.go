package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestUsersWhoWaitForNothingAreNamed(t *testing.T) {
	for _, c := range []struct {
		name     string
		load     Load
		messages bool // are sent to the target
		replies  []bool
		warned   bool
	}{
		{"no reply and no think time", Users{N: 4}, true, []bool{false}, true},
		{"users think", Users{N: 4, Think: Always(time.Second)}, true, []bool{false}, false},
		{"users wait for a reply", Users{N: 4}, true, []bool{true}, false},
		{"users wait for some", Users{N: 4}, true, []bool{false, true}, false},
		{"an arrival rate", Arrivals{Constant{PerSecond(10)}}, true, []bool{false}, false},
		{"a request in place of the message", Users{N: 4}, false, []bool{false}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scenarioOf(1, Stage{Load: c.load, For: time.Second})
			s.Targets[0].Messages, s.Requests = c.messages, nil
			for i, reply := range c.replies {
				s.Requests = append(s.Requests, Request{Name: fmt.Sprint("r", i), Weight: 1, Socket: &SocketStep{Does: Sends, Reply: Reply{None: !reply}}})
			}
			if got := fmt.Sprint(planOf(t, s).Warning()); strings.Contains(got, "nothing holds its 4 users back") != c.warned {
				t.Errorf("warnings %s", got)
			}
		})
	}
}
