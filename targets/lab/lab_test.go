package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// quick is a lab without delays worth mentioning.
func quick() Config {
	tiny := &LogNormal{Median: Duration(50 * time.Microsecond), Sigma: 0.3}
	c := Config{Seed: 1, Function: Function{Init: tiny, Warm: tiny}}
	for _, kind := range []string{"rest-api", "http-api", "function-url", "alb"} {
		c.Doors = append(c.Doors, DoorConfig{Kind: kind, Overhead: tiny})
	}
	return c
}

func open(t *testing.T, c Config) *Lab {
	t.Helper()
	l, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

const features = `{"features": [5.1, 3.5, 1.4, 0.2]}`

func send(t *testing.T, method, url, body string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

func TestTheTruthIsServedWithoutKeys(t *testing.T) {
	c := quick()
	key := "0123456789abcdefghij"
	c.Doors[0].UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 1, Burst: 1}, Keys: []string{key}}
	l := open(t, c)
	status, _, body := send(t, "GET", l.TruthURL(), "")
	var truth Truth
	if err := json.Unmarshal([]byte(body), &truth); status != 200 || err != nil || len(truth.Doors) != 4 {
		t.Errorf("%d %v %s", status, err, body)
	}
	if strings.Contains(body, key) || truth.Doors[0].Config.UsagePlan.Burst != 1 {
		t.Errorf("the truth about the plan: %s", body)
	}
	if l.Doors()[0].APIKey != key {
		t.Errorf("the door's key is %q", l.Doors()[0].APIKey)
	}
}

func ExampleConfig() {
	plan := &UsagePlan{Throttle: Throttle{Rate: 100, Burst: 50}}
	c := Config{Doors: []DoorConfig{{Kind: "rest-api", UsagePlan: plan}}}
	l, err := Start(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	d := l.Doors()[0]
	fmt.Println(d.API, d.Stage, len(d.APIKey))
	// Output: lab-rest-api prod 40
}
