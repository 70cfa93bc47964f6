package doors

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestServersAreAskedForWhatTheAddressOfTheirIntegrationSays has a server say which address it
// was asked for.
func TestServersAreAskedForWhatTheAddressOfTheirIntegrationSays(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RequestURI) }))
	defer server.Close()
	rows := []struct{ route, address, asked, want string }{
		{"/exact", "/base", "/exact?a=1", "/base?a=1"},
		{"/bare", "", "/bare", "/"},
		{"/pets/{id}", "/v1/{id}/food", "/pets/7", "/v1/7/food"},
		{"/all/{proxy+}", "/v2/{proxy}", "/all/a/b%20c?d=%2F", "/v2/a/b%20c?d=%2F"},
		{"/two/{a}/{b}", "/{b}/{a}", "/two/1/2", "/2/1"},
		{"/odd/{a}", "/{a}", "/odd/a%3Fb", "/a%3Fb"},
		{"/kept/{a}", "/same", "/kept/1", "/same"},
		{"$default", "/base", "/any/where?x=y", "/base/any/where?x=y"},
	}
	var routes []Route
	for _, row := range rows {
		routes = append(routes, Route{Path: row.route, Integration: &Integration{Type: "http", URL: server.URL + row.address}})
	}
	rest, web := instant("rest-api"), instant("http-api")
	rest.Routes, web.Routes = routes[:len(routes)-1], routes
	l := open(t, Config{Doors: []DoorConfig{rest, web}})
	for i, d := range l.Doors() {
		for _, row := range rows[:len(rows)-1+i] {
			if _, _, body := send(t, "GET", d.URL+row.asked, ""); body != row.want {
				t.Errorf("%s, %s with %q: the server was asked for %s, want %s", d.Kind, row.route, row.address, body, row.want)
			}
		}
	}
}

func TestAddressesOfServersThatNoRequestCouldMean(t *testing.T) {
	at := func(path, address string) Config {
		return only(DoorConfig{Kind: "rest-api", Routes: []Route{{Path: path, Integration: &Integration{Type: "http", URL: "http://127.0.0.1:8000" + address}}}})
	}
	socket := only(DoorConfig{Kind: "websocket-api", Sockets: &Sockets{Routes: []SocketRoute{{Key: "$default", Integration: &Integration{Type: "http", URL: "http://127.0.0.1:8000/{a}"}}}}})
	for _, row := range []struct {
		config Config
		want   string
	}{
		{at("/pets/{id}", "/{pet}"), `doors[0].routes[0].integration.url: {pet} is no variable of the path /pets/{id}`},
		{at("/{proxy+}", "/{proxy+}"), `write {proxy}, without the +, which belongs to the route`},
		{at("/v1/{proxy+}", ""), `every request would ask the server for the same page, as at AWS: write http://127.0.0.1:8000/{proxy} for all that is below it`},
		{socket, `path variables belong to routes of REST and HTTP APIs`},
	} {
		if err := row.config.Validate(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v, want %s", err, row.want)
		}
	}
}
