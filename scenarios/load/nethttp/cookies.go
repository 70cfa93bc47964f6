package nethttp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/load"
	"tollgate/targets"
)

// jar is where the cookies of the user are that a request belongs to. In the open model
// that is one for each flow, or without flows for each connection.
func (x *exchange) jar() *load.Jar {
	switch {
	case x.user != nil:
		return x.user
	case x.ride != nil:
		return x.ride.conn.jar
	}
	return x.conn.jar
}

// addCookies adds the user's cookies to what is about to be sent, in place of those of an
// earlier attempt, which may have belonged to another connection.
func (x *exchange) addCookies() {
	if !x.message.Cookies {
		return
	}
	header := targets.Header(x.outgoing.Header)
	delete(header, load.Cookie)
	if own := x.asked.Header.Spelt(load.Cookie); own != "" {
		header[own] = slices.Clone(x.asked.Header[own])
	}
	if sent := x.jar().Sends(x.message, pathOf(x.asked), x.wall()); sent != "" {
		load.AddCookies(&targets.Request{Header: header}, sent)
	}
}

// keepCookies keeps what a response set.
func (x *exchange) keepCookies(res *http.Response) {
	if set := res.Header.Values(load.SetCookie); x.message.Cookies && len(set) > 0 {
		x.jar().Keeps(x.message, set, pathOf(x.asked), x.wall())
	}
}

// sent is the header that was sent, or was to be.
func (x *exchange) sent() targets.Header {
	if x.outgoing == nil || !x.message.Cookies {
		return x.asked.Header
	}
	return targets.Header(x.outgoing.Header)
}

// pathOf is the path of a request as it goes on the wire, without its query.
func pathOf(r *targets.Request) string {
	path, _, _ := strings.Cut(r.URL.RequestURI(), "?")
	return path
}

// wall is the clock that cookies expire by.
func (x *exchange) wall() time.Time { return x.endpoint.job.Epoch.Add(x.clock()) }
