package doors

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick is a model without delays worth mentioning.
func quick() Config {
	tiny := &LogNormal{Median: Duration(50 * time.Microsecond), Sigma: 0.3}
	c := Config{Seed: 1, Function: Function{Init: tiny, Warm: tiny}}
	for _, kind := range []string{"rest-api", "http-api", "function-url", "alb"} {
		c.Doors = append(c.Doors, DoorConfig{Kind: kind, Overhead: tiny})
	}
	return c
}

func open(t *testing.T, c Config) *Set {
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

func TestEveryDoorLeadsToTheApplication(t *testing.T) {
	l := open(t, quick())
	if len(l.Doors()) != 4 {
		t.Fatalf("%d doors", len(l.Doors()))
	}
	for _, d := range l.Doors() {
		t.Run(d.Kind, func(t *testing.T) {
			if status, _, body := send(t, "GET", d.URL+"/", ""); status != 200 || !strings.Contains(body, "NearestCentroid") {
				t.Errorf("health: %d %s", status, body)
			}
			status, header, body := send(t, "POST", d.URL+"/predict", features)
			if status != 200 || body != `{"prediction":0,"class_name":"setosa"}` || header.Get("Content-Type") != "application/json" {
				t.Errorf("prediction: %d %v %s", status, header, body)
			}
			if status, _, body := send(t, "POST", d.URL+"/predict", "{"); status != 400 {
				t.Errorf("bad input: %d %s", status, body)
			}
		})
	}
}

func TestTheTruthCountsEveryRequestOfEveryClient(t *testing.T) {
	l := open(t, quick())
	const clients, each = 8, 50
	var all sync.WaitGroup
	for _, d := range l.Doors() {
		for range clients {
			all.Go(func() {
				for range each {
					send(t, "POST", d.URL+"/predict", features)
				}
			})
		}
	}
	all.Wait()
	for _, d := range l.Truth().Doors {
		if d.Requests != clients*each || d.Status["200"] != clients*each || d.Invocations != clients*each || d.Billable != clients*each {
			t.Errorf("%s: %+v", d.Name, d)
		}
		if d.ColdStarts < 1 || d.ColdStarts > clients || d.BilledMS < d.Invocations || d.Connections < 1 || d.BytesIn == 0 || d.BytesOut == 0 {
			t.Errorf("%s: %+v", d.Name, d)
		}
	}
}

func TestClosingDoesNotWaitForModelledTime(t *testing.T) {
	c := quick()
	c.Doors = c.Doors[:1]
	c.Doors[0].Overhead = &LogNormal{Median: Duration(10 * time.Minute)}
	l, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := http.Get(l.Doors()[0].URL)
		failed <- err
	}()
	for l.Truth().Doors[0].BytesIn == 0 {
		time.Sleep(time.Millisecond) // polls until the request has arrived
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the client has an answer")
	}
	if l.Truth().Doors[0].Open != 0 {
		t.Error("a connection is open still")
	}
}

func TestADoorThatCannotListenIsSaidByName(t *testing.T) {
	l := open(t, quick())
	taken := strings.TrimPrefix(l.Doors()[1].URL, "http://")
	c := Config{Doors: []DoorConfig{{Kind: "alb", Listen: taken}}}
	if _, err := Start(c); err == nil || !strings.Contains(err.Error(), `"lab-alb"`) {
		t.Errorf("got %v", err)
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
