package pricing

import "time"

// A Listener is how clients connect to a front door. All of them speak HTTP/1.1.
type Listener struct {
	HTTP2   bool          // over TLS, it offers HTTP/2 by ALPN
	Streams int           // requests at a time on an HTTP/2 connection; 0: not documented
	Idle    time.Duration // for which a connection may carry nothing before it ends; 0: not documented
	Lasts   time.Duration // from the opening of a connection until it ends with its next response; 0: not documented
}

// The listeners of front doors. Sources: exchanges with HTTP/2 that others recorded
// (HTTP/2 and 128 streams at API Gateway and CloudFront; that function URLs offer HTTP/1.1
// alone is inferred from all that were found, as AWS documents nothing); API Gateway
// developer guide, "Amazon API Gateway quotas" (an idle timeout of 310 s of REST APIs);
// Application Load Balancer user guide, "Listeners" (HTTP/2 on HTTPS listeners, 128
// requests at a time) and "Edit attributes" (idle timeout of 60 s; HTTP client keepalive
// duration of 3,600 s); Lambda developer guide, "HTTP request handling" of Web Functions
// (HTTP/1.1 only). That a load balancer ends an HTTP/2 connection after 10,000 requests
// was found in no source.
var (
	restListener       = Listener{HTTP2: true, Streams: 128, Idle: 310 * time.Second}
	privateListener    = Listener{Idle: 310 * time.Second} // HTTP/1.1 only, as users found
	httpAPIListener    = Listener{HTTP2: true, Streams: 128}
	albListener        = Listener{HTTP2: true, Streams: 128, Idle: time.Minute, Lasts: time.Hour}
	cloudFrontListener = Listener{HTTP2: true, Streams: 128}
)
