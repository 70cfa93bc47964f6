package doors

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestWhatATargetNamesBehindRoutesTakesTheirRequests routes an API and a load balancer as a
// scenario does: routes of the sample application give way where these take their requests.
func TestWhatATargetNamesBehindRoutesTakesTheirRequests(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the server's")) }))
	defer server.Close()
	api := instant("rest-api").Routed(map[string]Integration{
		"GET /items/{id}":    {Type: "dynamodb", ServiceUse: ServiceUse{Action: "GetItem", Duration: &LogNormal{Median: 1}}},
		"ANY /orders":        {Type: "http", URL: server.URL},
		"ANY /past/{proxy+}": {Type: "http", URL: server.URL},
	})
	balancer := instant("alb").Routed(map[string]Integration{"$default": {Type: "http", URL: server.URL}})
	l := open(t, Config{Doors: []DoorConfig{api, balancer}})
	for _, row := range []struct {
		door               int
		method, path, want string
	}{
		{0, "GET", "/items/1", `{"Item"`},
		{0, "GET", "/orders", "the server's"},
		{0, "GET", "/past/anything", "the server's"},
		{1, "GET", "/", "the server's"},
		{1, "POST", "/predict", "the server's"},
	} {
		if _, _, body := send(t, row.method, l.Doors()[row.door].URL+row.path, ""); !strings.HasPrefix(body, row.want) {
			t.Errorf("door %d, %s %s: %s", row.door, row.method, row.path, body)
		}
	}
	truth := l.Truth()
	for i, invoked := range map[int]int64{0: 0, 1: 0} {
		if got := truth.Doors[i].Invocations; got != invoked {
			t.Errorf("door %d: %d invocations", i, got)
		}
	}
	if n := truth.Doors[0].Services["dynamodb.GetItem"].Calls; n != 1 {
		t.Errorf("DynamoDB was called %d times", n)
	}
}
