package doors

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestAHostThatIsAnotherFunctionURLIsRefused(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1:8080": false, "localhost": false, "": false, "[::1]:80": false,
		"ours.lambda-url.us-east-1.on.aws": false, "OURS.Lambda-URL.eu-central-1.on.aws:443": false,
		"other.lambda-url.us-east-1.on.aws": true, "other.lambda-url.us-east-1.on.aws:443": true,
		"other.execute-api.us-east-1.amazonaws.com": false, "lambda-url.example.com": false,
	} {
		x := &exchange{request: &http.Request{Host: host}}
		if passes := refuseOtherURLs("ours")(x); passes == want || x.uncounted != want {
			t.Errorf("%q: it passes: %v", host, passes)
		}
	}
}

// TestAnUnknownFunctionURLIsCountedForNoFunction asks for a URL that does not
// exist: the truth knows the request, and CloudWatch has nothing to count it for.
func TestAnUnknownFunctionURLIsCountedForNoFunction(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{instant("function-url")}})
	r, err := http.NewRequestWithContext(t.Context(), "GET", l.Doors()[0].URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "other.lambda-url.us-east-1.on.aws"
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	truth := l.Truth()
	if got.StatusCode != 403 || truth.Doors[0].Requests != 1 || truth.Doors[0].Invocations != 0 || len(truth.Metrics) != 0 {
		t.Errorf("status %d, the truth is %+v", got.StatusCode, truth)
	}
}

// TestTheIDOfAFunctionURLsAnswerIsThatOfTheReport compares headers with the log
// of a modelled function.
func TestTheIDOfAFunctionURLsAnswerIsThatOfTheReport(t *testing.T) {
	l := open(t, Config{Doors: []DoorConfig{instant("function-url")}})
	var answered, reported []string
	for range 3 {
		_, head, _ := send(t, "GET", l.Doors()[0].URL+"/", "")
		answered = append(answered, head.Get("X-Amzn-Requestid"))
	}
	for _, r := range l.Logs()[0].Reports(time.Time{}, time.Now().Add(time.Minute)) {
		reported = append(reported, r.RequestID.String())
	}
	if !slices.Equal(answered, reported) || answered[0] == answered[1] {
		t.Errorf("the answers have the ids %v, the reports %v", answered, reported)
	}
}
