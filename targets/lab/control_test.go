package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
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
		{"more faults than are kept", "POST", "/_lab/faults", "[" + strings.Repeat(`{"fault":"5xx"},`, mostInjections) + `{"fault":"5xx"}]`, 400, "more than the 1000 that a lab keeps"},
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

func TestFaultsThatAreOverMakeRoom(t *testing.T) {
	j := &injector{}
	brief := make([]Injection, mostInjections)
	for i := range brief {
		brief[i] = Injection{Fault: "5xx", For: Duration(time.Second)}
	}
	if _, err := j.inject(brief, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := j.inject(brief[:1], noon.Add(time.Millisecond)); err == nil {
		t.Error("one more than there is room for was taken")
	}
	if _, err := j.inject(brief, noon.Add(time.Second)); err != nil {
		t.Errorf("when all are over: %v", err)
	}
}

// TestAPortThatIsTakenIsSaidWithARemedy gives a door, and then the endpoint, an
// address at which somebody listens.
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

// TestDoorsAnswerForEveryPath asks for the server as a whole, which net/http would
// answer by itself.
func TestDoorsAnswerForEveryPath(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{instant("rest-api")}})
	c, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(l.Doors()[0].URL, "http://"), "/prod"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	got, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var said struct{ Message string }
	if err := json.NewDecoder(got.Body).Decode(&said); err != nil || got.StatusCode != 403 || l.Truth().Doors[0].Requests != 1 {
		t.Errorf("%d %v %v", got.StatusCode, said, err)
	}
}
