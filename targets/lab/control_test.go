package lab

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTheControlEndpointSaysWhatItDoesNotDo has requests that are refused.
func TestTheControlEndpointSaysWhatItDoesNotDo(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{{Kind: "alb"}}})
	for _, row := range []struct {
		fact, method, path, body string
		status                   int
		says                     string
	}{
		{"another path", "GET", "/_lab/nothing", "", 404, "there are GET /_lab/truth"},
		{"another method", "PUT", "/_lab/faults", "", 404, "GET, POST and DELETE /_lab/faults"},
		{"more faults than are kept", "POST", "/_lab/faults", "[" + strings.Repeat(`{"fault":"5xx"},`, 1000) + `{"fault":"5xx"}]`, 400, "more than the 1000 that a lab keeps"},
		{"what is no fault", "POST", "/_lab/faults", `{"fault":"nope"}`, 400, `there is no "nope"`},
	} {
		t.Run(row.fact, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), row.method, l.CloudWatchURL()+row.path, strings.NewReader(row.body))
			if err != nil {
				t.Fatal(err)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			said, _ := bufio.NewReader(got.Body).ReadString(0)
			if got.StatusCode != row.status || !strings.Contains(said, row.says) {
				t.Errorf("%d %s", got.StatusCode, said)
			}
		})
	}
	if status, _, body := send(t, "GET", l.FaultsURL(), ""); status != 200 || strings.TrimSpace(body) != "[]" {
		t.Errorf("after all that was refused there are the faults %s", body)
	}
}

// TestAPortThatIsTakenIsSaidWithARemedy gives a door, and then the endpoint, an
// address at which another program listens.
func TestAPortThatIsTakenIsSaidWithARemedy(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for what, c := range map[string]Config{
		`the lab's door "lab-alb"`:      {Doors: []DoorConfig{{Kind: "alb", Listen: address}}},
		"the lab's CloudWatch endpoint": {Listen: address},
	} {
		_, err := Start(c)
		if err == nil || !strings.HasPrefix(err.Error(), what+" cannot listen: ") || !strings.HasSuffix(err.Error(), "or leave listen out for a free one") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestFaultsAreOrderedListedAndEndedOverHTTP(t *testing.T) {
	l := open(t, quick())
	status, _, body := send(t, "POST", l.FaultsURL(), `[{"fault": "throttle", "door": "lab-rest-api", "for": "1h"}, {"fault": "reset", "start": "1h"}]`)
	var placed []struct {
		Fault       string
		From, Until time.Time
	}
	if err := json.Unmarshal([]byte(body), &placed); status != 201 || err != nil || len(placed) != 2 || placed[0].Until.Sub(placed[0].From) != time.Hour {
		t.Fatalf("%d %s %v", status, body, err)
	}
	if status, _, _ := send(t, "GET", l.Doors()[0].URL+"/", ""); status != 429 {
		t.Errorf("the fault does not show: %d", status)
	}
	if _, _, body := send(t, "GET", l.FaultsURL(), ""); strings.Count(body, `"fault"`) != 2 {
		t.Errorf("listed: %s", body)
	}
	if status, _, _ := send(t, "DELETE", l.FaultsURL(), ""); status != 204 {
		t.Errorf("ended: %d", status)
	}
	if status, _, _ := send(t, "GET", l.Doors()[0].URL+"/", ""); status != 200 {
		t.Errorf("the fault shows still: %d", status)
	}
}

func TestAPageOfAnotherOriginOrdersNoFaults(t *testing.T) {
	l := open(t, quick())
	r, err := http.NewRequest("POST", l.FaultsURL(), strings.NewReader(`{"fault": "reset"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://example.com")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != 403 || len(l.Faults()) != 0 {
		t.Errorf("%d", got.StatusCode)
	}
}

func TestFlushingEmptiesTheCache(t *testing.T) {
	c := quick()
	c.Doors[0].Cache = &Cache{}
	l := open(t, c)
	address := l.Doors()[0].URL
	send(t, "GET", address, "")
	if status, _, _ := send(t, "DELETE", l.CloudWatchURL()+"/_lab/cache?door=lab-rest-api", ""); status != 204 {
		t.Errorf("flush: %d", status)
	}
	send(t, "GET", address, "")
	if truth := l.Truth().Doors[0]; truth.CacheMisses != 2 || truth.CacheHits != 0 {
		t.Errorf("%+v", truth)
	}
	if status, _, _ := send(t, "DELETE", l.CloudWatchURL()+"/_lab/cache?door=lab-alb", ""); status != 404 {
		t.Errorf("flushing what has no cache: %d", status)
	}
}

func TestFaultsThatCannotBeAreRefusedWithTheWayOut(t *testing.T) {
	l := open(t, quick())
	for order, want := range map[string]string{
		`{"fault": "flood"}`:                       `there is no "flood"; there are 5xx, aws-5xx`,
		`{"fault": "reset", "door": "nowhere"}`:    `there is no door "nowhere"; there are lab-rest-api`,
		`{"fault": "throttle", "door": "lab-alb"}`: `a door of kind alb never shows "throttle"`,
		`{"fault": "latency"}`:                     `fault.by: 0s must be from`,
		`{"fault": "stall", "by": "1s"}`:           `"stall" adds no time`,
		`{"fault": "foreign-traffic"}`:             `fault.rate: 0/s must be`,
		`{"fault": "reset", "rate_per_s": 1}`:      `"reset" has no rate`,
		`{"fault": "reset", "share": 1.5}`:         `share: "1.5" is not a share`,
		`{"fault": "refuse", "share": 0.5}`:        `is not a fault of single requests`,
		`{"fault": "reset", "for": "-1s"}`:         `for: "-1s" is not a time`,
		`{"fault": "reset", "color": 1}`:           `the fault:1:20: unknown key "color"`,
		`{"fault": "reset"} x`:                     `this is not YAML`,
		`[` + strings.Repeat(" ", mostBytes) + `]`: `order fewer at a time`,
		``: `the file is empty`,
	} {
		status, _, body := send(t, "POST", l.FaultsURL(), order)
		if status != 400 || !strings.Contains(body, want) {
			t.Errorf("%.60s: %d %s, want %s", order, status, body, want)
		}
	}
}
