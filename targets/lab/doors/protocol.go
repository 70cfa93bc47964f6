package doors

import (
	"cmp"
	"net/http"
	"time"

	"tollgate/pricing"
)

// listener is how clients connect to the door. Edge-optimised APIs offer what others of
// their kind do; private ones are reached otherwise.
func (d *door) listener() pricing.Listener {
	if d.config.Private {
		return d.kind.Private.Listener
	}
	return d.kind.Listener
}

// listen has a server accept what clients of the door may speak. Without TLS that is
// HTTP/1.1 alone: no front door of AWS speaks HTTP/2 without.
func (d *door) listen(server *http.Server, a *authority) {
	l := d.listener()
	server.IdleTimeout = cmp.Or(time.Duration(d.config.Idle), l.Idle, server.IdleTimeout)
	server.ReadHeaderTimeout = server.IdleTimeout
	if l.Lasts > 0 {
		server.ConnContext = remember
	}
	if !d.config.TLS {
		return
	}
	server.TLSConfig = d.secure(a)
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(l.HTTP2)
	server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: l.Streams} // 0: as net/http does
}

// The versions of HTTP by which requests are counted.
const (
	version10 = iota
	version11
	version2
	numVersions
)

var versionNames = [numVersions]string{"HTTP/1.0", "HTTP/1.1", "HTTP/2"}

func protocolOf(r *http.Request) int {
	switch {
	case r.ProtoMajor >= 2:
		return version2
	case r.ProtoMinor == 0:
		return version10
	}
	return version11
}

// byProtocol are counts under the names of protocols, without zeros.
func byProtocol(counts [numVersions]int64) map[string]int64 {
	all := map[string]int64{}
	for i, n := range counts {
		if n > 0 {
			all[versionNames[i]] = n
		}
	}
	return all
}
