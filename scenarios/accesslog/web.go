package accesslog

import (
	"bytes"
	"errors"
	"regexp"
	"time"
)

// webFields are the variables of nginx's log_format that are wanted. Source: nginx,
// "ngx_http_log_module" and "ngx_http_core_module". $time_local and $msec are when the
// line was written, which is at the end of the request.
var webFields = []field{
	{"remote_addr", setClient},
	{"remote_user", setUser},
	{"time_local", setEndedCLF},
	{"time_iso8601", setEndedISO},
	{"msec", setEndedSeconds},
	{"request", setRequestLine},
	{"request_method", setMethod},
	{"request_uri", setPath},
	{"uri", setPath},
	{"args", setQuery},
	{"host", setHost},
	{"http_host", setHost},
	{"server_name", setHostIfNone},
	{"status", setStatus},
	{"body_bytes_sent", setOut},
	{"bytes_sent", setAllOut},
	{"request_length", setAllIn},
	{"request_time", length(tookOf, time.Second)},
	{"upstream_response_time", setUpstreamTime},
	{"upstream_status", setBackendStatus},
	{"upstream_cache_status", setCacheStatus},
	{"http_user_agent", setAgent},
	{"connection", setConn},
}

const (
	combined = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`
	common   = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`
)

var (
	isCombined = regexp.MustCompile(`^\S+ \S+ \S.* \[[^\]]+\] ".*" \d{3} (\d+|-) ".*" ".*"`).Match
	isCommon   = regexp.MustCompile(`^\S+ \S+ \S.* \[[^\]]+\] ".*" \d{3} (\d+|-)$`).Match
)

var webCombined = Format{
	Name: "combined", Title: "log of nginx or Apache, combined",
	is:   isCombined,
	open: anyOf(combined),
}

var webCommon = Format{
	Name: "common", Title: "log of nginx or Apache, common",
	is:   isCommon,
	open: anyOf(common),
}

// setUpstreamTime takes the last of several, where nginx tried one server after the other.
func setUpstreamTime(e *Entry, v []byte) error {
	if i := bytes.LastIndexAny(v, ", :"); i >= 0 {
		v = v[i+1:]
	}
	if none(v) {
		return nil
	}
	return length(backendOf, time.Second)(e, v)
}

func setCacheStatus(e *Entry, v []byte) error {
	e.Cache = Miss
	switch string(v) {
	case "HIT", "STALE", "UPDATING", "REVALIDATED":
		e.Cache = Hit
	}
	return nil
}

// proxyLine is HAProxy's HTTP log: the client, the time at which the request arrived,
// frontend, backend/server, timers, status and bytes; last in quotes the request. Source:
// HAProxy configuration manual, "HTTP log format". Ta, the last of the timers, is the time
// from the arrival to the last byte.
var proxyLine = regexp.MustCompile(`(\S+):\d+ \[(\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+)\] \S+ \S+ (-?\d+)/(-?\d+)/(-?\d+)/(-?\d+)/\+?(-?\d+) (-?\d+) \+?(\d+) .* "([^"]*)"?$`)

var haproxyHTTP = Format{
	Name: "haproxy", Title: "HTTP log of HAProxy",
	is:   proxyLine.Match,
	open: func() decoder { return proxied },
}

func proxied(e *Entry, line []byte) (bool, error) {
	e.clear(Request)
	m := proxyLine.FindSubmatch(line)
	if m == nil {
		if bytes.Contains(line, []byte(" [")) {
			return false, errors.New("is not a line of HAProxy's HTTP log")
		}
		return false, nil // what else syslog has
	}
	e.Client = m[1]
	if m[8][0] == '-' {
		m[8] = []byte("000")
	}
	return true, errors.Join(
		timed(e, m[2], readCLF, (*Entry).arrives),
		length(backendOf, time.Millisecond)(e, m[6]),
		length(tookOf, time.Millisecond)(e, m[7]),
		setStatus(e, m[8]), setAllOut(e, m[9]), setProxyRequest(e, bytes.TrimSuffix(m[10], []byte(`"`))),
	)
}

// setProxyRequest: HAProxy logs <BADREQ> for what it could not read.
func setProxyRequest(e *Entry, v []byte) error {
	if none(v) || v[0] == '<' {
		return nil
	}
	return setRequestLine(e, v)
}
