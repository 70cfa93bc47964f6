package accesslog

import "bytes"

// unstage takes off the path the stage that it begins with. API Gateway logs it: of a request
// to https://{api}.execute-api.{region}.amazonaws.com/{stage}/root/child $context.path is
// /{stage}/root/child, and the address that requests are sent to has the stage already.
// Source: API Gateway developer guide, "Variables for access logging". Paths at a custom
// domain begin with that of the mapping in its place, or with none.
//
// What the log says decides, in this order: the stage; the route, where it fits the path with
// its first segment or without it, and not both; that the host is API Gateway's own, where
// each path of a REST API has a stage. Otherwise the path stays as it is.
func (e *Entry) unstage(resource bool) {
	named := e.Stage
	e.Stage = nil
	first, below := e.Path, []byte("/")
	if len(first) < 2 || first[0] != '/' {
		return
	}
	if i := bytes.IndexByte(first[1:], '/'); i >= 0 {
		first, below = e.Path[:i+1], e.Path[i+1:]
	}
	first = first[1:]
	is := false
	switch route := e.Route; {
	case len(named) > 0:
		is = bytes.Equal(first, named)
	case len(route) > 0 && route[0] == '/':
		if with, without := fits(route, e.Path), fits(route, below); with != without {
			is = without
		} else {
			is = resource && isExecuteAPI(e.Host)
		}
	}
	if is {
		e.Stage, e.Path = first, below
	}
}

// isExecuteAPI says whether a host is one that API Gateway gives to an API.
func isExecuteAPI(host []byte) bool {
	return bytes.Contains(host, []byte(".execute-api.")) && bytes.Contains(host, []byte(".amazonaws.com"))
}

// fits says whether a path is one of a route, such as /users/{id} or /files/{proxy+}.
func fits(route, path []byte) bool {
	route, path = bytes.Trim(route, "/"), bytes.Trim(path, "/")
	for len(route) > 0 && len(path) > 0 {
		var want, got []byte
		want, route, _ = bytes.Cut(route, []byte("/"))
		if bytes.HasPrefix(want, []byte("{")) && bytes.HasSuffix(want, []byte("+}")) {
			return true
		}
		if got, path, _ = bytes.Cut(path, []byte("/")); !bytes.HasPrefix(want, []byte("{")) && !bytes.Equal(want, got) {
			return false
		}
	}
	return len(route) == 0 && len(path) == 0
}
