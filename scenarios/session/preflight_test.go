package session

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

func at(t *testing.T, address string) []targets.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return []targets.Target{{Name: "rest", URL: u}}
}

func TestATargetThatIsSilentInTheHandshakeIsGivenUpAsItsRequestsWouldBe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	began := time.Now()
	s := &scenarios.Scenario{Requests: []scenarios.Request{{Timeout: 50 * time.Millisecond}, {Timeout: 100 * time.Millisecond}}}
	err = reach(t.Context(), "s.yaml", at(t, "https://"+l.Addr().String()), patience(s))
	if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) && (err == nil || !strings.Contains(err.Error(), "cannot be reached")) || took > reachTimeout/2 {
		t.Errorf("%v after %v", err, took)
	}
	for _, requests := range [][]scenarios.Request{nil, {{}}, {{Timeout: time.Hour}}} {
		if got := patience(&scenarios.Scenario{Requests: requests}); got != reachTimeout {
			t.Errorf("%v for %v", got, requests)
		}
	}
}

func TestATargetThatIsNotTrustedIsNamed(t *testing.T) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	err := reach(t.Context(), "s.yaml", at(t, s.URL), reachTimeout)
	if err == nil || !strings.Contains(err.Error(), "certificate signed by unknown authority, which this machine does not trust: ") {
		t.Errorf("%v", err)
	}
}
