// Package doors models the front doors of AWS.
//
// # The way of a request
//
//  1. A door ([DoorConfig], one net/http server each) speaks with clients as
//     pricing.Listener says of its kind (protocol.go). It reads the whole request
//     (exchange.go), and faults on demand ([Injection]) change its time or its
//     response.
//  2. The request passes stages in order: limits, guards, authentication, usage plan,
//     throttles, validation, cache, integration. Each is a file with its
//     configuration, its defaults, its checks and a function of an exchange; none
//     knows another. The first that returns false has the response. A kind of door
//     (restapi.go, httpapi.go, functionurl.go, alb.go, origin.go) is one value that
//     lists its stages; error responses are those of targets.Kind.
//  3. The function computes its response at once. How long that takes is drawn
//     from seeded log-normal distributions; whether it needs a new environment,
//     or is refused, follows from its environments.
//  4. The goroutine waits once, until overhead + INIT + duration have passed
//     since the request was there. It holds no lock meanwhile.
//  5. Counters (the truth) and metrics (CloudWatch) count the request. Only then is
//     the response written: a client that has its response finds it counted.
//
// What CloudWatch gets of each kind is what targets.Kind watches; metrics.go says
// once for each role what it counts. Corrupt responses (corrupt.go) are counted as
// what they would have been. Refused connections and foreign traffic run on their
// own: an accept gate (gate.go) refuses, and only CloudWatch counts the traffic.
//
// A function with a command is real (invoke.go): package runtime runs it as
// processes, and package event speaks the door's format. Its durations are measured
// and not drawn; the door's overhead is modelled all the same, and comes after it.
// An invocation that outlasts its door counts when it ends. Every function, real or
// modelled, has a log with its REPORT lines ([Set.Logs]).
//
// A function with a proxy is a web server that runs already (proxied.go), as if it ran
// in Lambda behind an adapter. It gets what the event of its door has left of the
// request, and its response goes the same way back: one value of a header at a load
// balancer, base64 at a REST API without binary media types, 6 MB at most. Durations are
// measured. Environments and their INIT are modelled, since the server runs already; nor
// is its processor that of the memory size. A function with a proxy has no routes of the
// sample application: everything goes to the server. Rejected: sending requests to the
// server as they came, as the "http" integration does. Events make the difference that
// front doors are asked about. The way through the event and the second connection took
// 0.08 to 0.11 ms at the median of 3,000 requests each (two cores, Linux 6.18, Go 1.26),
// which no overhead of a model holds.
//
// # APIs as they are deployed
//
// A door of an API is one stage. Doors that name another one as their api are further stages
// of it (apistages.go): at its address, found by the first segment of the path, each with its
// own throttles, usage plans, cache, variables and metrics. Throttles nest as at AWS: the
// usage plan's, the stage's for each method, and the account's, which all APIs share.
//
// Functions (lambda.go) stand on their own: routes, rules and doors name them (callee.go),
// with a version or an alias, and with stage variables in the name. Each version has
// environments of its own, and all share the function's concurrency (version.go); a weighted
// alias draws the version for each invocation. Lambda's metrics are the function's, whatever
// calls it (functionmetrics.go): by FunctionName, by Resource for a version or an alias, and
// by ExecutedVersion for the versions behind an alias. Reports say which version ran.
//
// A custom domain (domain.go) has a listener of its own. It finds the stage by the longest
// path of its mappings, and hands the request over without that path; what no stage gets
// counts at the domain alone.
//
// A canary release (canary.go) takes its share of a REST API's requests, drawn for each.
// Nothing in a response says which release it came from, as at AWS; a function can, by a
// header of its own (headers of a modelled one). What is known otherwise is in CloudWatch.
//
// A Lambda Web Function (lambdaweb.go) gets requests and no events: from modelled
// environments (webpool.go), from a web server that runs already, or from processes that
// listen at AWS_LAMBDA_HTTP_ENDPOINT (webserver.go). An environment serves several requests
// at a time, so that a cold start is one of an environment, and many requests may wait for
// it: the truth counts both. A response of a length that is unknown, or above 256 KB, is
// passed on as it comes. It has no log of REPORT lines, and CloudWatch gets the one metric
// that is documented. What it does is experimental: nothing was tried at AWS.
//
// Doors write access logs as AWS does (accesslog.go, and a form of each kind), which
// scenarios/accesslog reads: of an API by a format with $context variables, of a load balancer
// with its 34 fields. What package whatif predicts from such a log is held against doors that
// have the settings (predicted_test.go).
//
// A WebSocket API (websocket.go) passes handshakes through stages as other doors do
// requests, up to $connect. Then the connection is its own (sockets.go): each message
// finds its route and is an exchange again (socketmessage.go), several at a time, since
// nothing says that API Gateway holds one back until another is answered. The @connections
// API (connections.go) is served at the same address. The sample application there is a
// chat (chat.go). A real function finds that API, and a key for it, in the variables that
// AWS's SDKs read: the domain name in its events leads to AWS.
//
// A function URL, and a REST API, pass on what functions stream (streaming.go): a modelled
// function's response from a share of its time on, and what a command or a server streams as
// it comes (stream.go, flow.go), at Lambda's speed. Servers that stream behind a load balancer,
// an origin, or an http integration of such a REST API are passed on likewise, where the
// length of a response is not known beforehand. After the first byte nothing can be
// taken back: a function that fails or runs out of time, and a door whose limit is reached, end
// the connection without the end of the response. GET /events of the sample application
// (eventscript.go) streams events at stated times, and the truth has what really passed between them.
//
// A distribution of CloudFront (cloudfront.go) answers from the caches of its edge locations
// (package edge), and asks another door of the lab over that door's own listener, as a
// client of it. What reaches that one counts there as anything else does: requests,
// connections, bytes, invocations. Rejected: calling the door's handler in process, which
// takes less processor time, but has no connections and no bytes to count. Responses whose
// length is not known beforehand are passed on as they come.
//
// An origin is the application without a front door: the baseline.
//
// What the doors do is a [Config]: a lab file ([ParseConfig], with the schema in
// lab.schema.json), or what a scenario says of the lab. Every key of the one is a
// field of the other, and a test holds them together.
//
// # Assumed figures
//
// AWS publishes no latencies. These are plausible and no more; every one can be
// set in a [Config]. All distributions are log-normal, and medians are given.
//
//	REST API overhead        6 ms, sigma 0.3   assumed; guides say 5 to 25 ms
//	HTTP API overhead        3 ms, sigma 0.3   assumed; AWS says up to 60 % less than REST (2020)
//	Function URL overhead    1 ms, sigma 0.3   assumed
//	ALB overhead             1.5 ms, sigma 0.3 assumed
//	function, warm           8 ms, sigma 0.3   assumed
//	function, INIT           100 ms, sigma 0.15 assumed; Python alone has about 90 ms (lambda-perf, 2026)
//	function timeout         60 s              assumed
//	idle environments        6 minutes         assumed
//	a quota's period         from midnight UTC, assumed; a throttled request leaves it alone
//	too many headers         431 at APIs, from general knowledge; a URL that is too long 414
//	more than 6 MB           413 of a request to a function, 502 or 500 of its response, from general knowledge
//	512 KB of an HTTP API    of request or response, whichever is larger; AWS does not say
//	proactive INIT           not billed, assumed; a share of new environments, none by default
//	CloudFront overhead      1 ms, sigma 0.3   assumed; latencies of edge locations and to the origin: none
//	CloudFront Function      0.5 ms, sigma 0.3 assumed; AWS says less than a millisecond
//	Lambda@Edge              5 ms, sigma 0.3   assumed
//	bytes at CloudFront      of bodies, assumed; AWS counts what viewers downloaded and uploaded
//	Web Function overhead    1 ms, sigma 0.3   assumed
//	its rate limit           a token bucket with a burst of one second, assumed
//	its environments         the one with the fewest requests gets the next; a fifth of all places is kept free
//	its throttled requests   429 with Platform.Throttled, which AWS does not document
//	its 417                  after the body was read, where AWS may not wait for it
//	WebSocket API overhead   6 ms, sigma 0.3   assumed
//	its new connections      a burst of 500, a second's worth; AWS names the rate alone
//	its idle timeout         any frame counts, in either direction, pings included
//	its throttled messages   {"message": "Too Many Requests", ...}, the connection stays
//	its error messages       count and are billed as messages to the client
//	its access log           status 200 of a connection and of a good message; no line for what is
//	                         refused before $connect, and none for calls of @connections
//	its Close frames         1001 at the idle timeout and the end of life; by DELETE 1000
//	access logs              a line for each 429, too, of which AWS leaves floods out; none of a 413 or of
//	                         a path that no stage has; how a load balancer escapes quotes
//	services of AWS          8 ms, sigma 0.3, behind an integration
//	client certificates      without any, the handshake fails at a custom domain
//	AWS WAF                  adds no time; a request that it blocks costs nothing at a REST API
//	first byte of a stream   a modelled function's, after a fifth of its time
//	REST API, first byte     504 where it takes as long as a stream may be idle
//	cut off streams          end without their last chunk, and with RST_STREAM over HTTP/2
//	weighted target groups   drawn for each request; AWS does not say how
//	metrics of a canary      Stage "prod/Canary", as its log groups end; "prod" counts its requests, too
//	cache of a canary        apart from the production release's
//	unmapped at a domain     403 Forbidden, neither counted nor charged; likewise a default
//	                         endpoint that is switched off
//	evicted from the cache   least recently used, assumed; AWS does not say
//
// Documented figures stand beside the stage that they limit, with their source.
//
// # Why
//
//   - Stages are functions of one exchange, and not handlers that wrap each other:
//     a list can be read, and what a request met is in the exchange when it is
//     counted. The door was one object that every file knew before.
//   - One wait per request, and not one before and one after the function: a
//     wait is where a model loses precision. A function therefore starts when
//     its request arrives and the door's overhead all comes after it, which no
//     client can distinguish.
//   - Environments are points in time in a list, and not goroutines: nothing has
//     to be given back, a door that stops waiting leaves its function running as
//     in AWS, and they are a pure value that can be tested against a model.
//   - The n'th draw of a stream is a function of seed and n: the same seed gives
//     the same durations whatever the scheduling, and drawing takes no lock.
//   - Each door has a function of its own unless it names one, so that Lambda's metrics
//     distinguish the doors.
//   - A stage is a door, and an API is no object of its own: targets, the truth, CloudWatch
//     and reports know stages. Rejected: stages as a list below a door, which would have had
//     every key of a door once more.
//   - Latency is published as it turned out and not as modelled: AWS measures too.
//
// # Speed
//
// The lab must never be what a run measures. "make bench-lab" compares each door
// with a bare net/http handler in the same run: without a network (a REST API
// allocates 19 times more than the handler, a load balancer 13: most of it for JSON), over loopback, and
// by how much waits exceed the model. On a virtual machine of two cores (Linux
// 6.18, Go 1.26) two series took 34 and 40 µs of CPU a request for the bare handler
// over loopback, and 50 to 55 and 55 to 67 µs for the doors: ×1.4 to ×1.7. Waits of
// the doors exceeded the model by 82 to 87 µs at the median and 1.15 to 1.18 ms at
// the 99th percentile, where the bare handler's exceeded it by 76 µs and 1.19 ms:
// what is left there is the machine's. While the machine is busy all of these grow,
// the bare handler's as much as the doors'.
//
//   - Exchanges and bodies are used again, and points in time enter lists
//     without an allocation each.
//   - Rejected: leaving out the deadlines that net/http moves further away, seven times
//     a request, which saved no CPU that could be measured; one processor for the lab's process alone, which took as much CPU
//     and would bound what large machines serve; and waiting for a connection's end
//     without a read, which misses an end that comes with the request.
//
// # What is left out
//
// Of functions with a command: a concurrency that their versions share, since each is a
// pool of processes. Of WebSocket APIs: integrations that need mapping templates, those
// with services of AWS among them, and what an authorizer says of a client. Mapping templates beyond a custom integration's table of errors;
// temporary credentials, so that no token of theirs expires; health checks; HTTP/2 and gRPC towards a load balancer's
// instances, and more than 10 MiB each way between them. Events of REST APIs have
// header names as net/http spells them, and not as they came. net/http itself
// answers bytes that are not HTTP and more than 128 KiB of headers; these are not
// counted as requests.
package doors
