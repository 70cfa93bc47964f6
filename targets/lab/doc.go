// Package lab serves front doors as AWS has them, on loopback, in front of a
// small machine-learning API, with an endpoint of AWS's services beside that the
// AWS SDKs and the AWS command line read: CloudWatch, Logs Insights, X-Ray, and
// what probes ask of Lambda and API Gateway. It is what a newcomer measures
// first, and what every analysis is tested against, because it knows the truth
// about itself.
//
// # The way of a request
//
//  1. A door ([DoorConfig], one net/http server each) reads the whole request
//     within the documented limits of its kind.
//  2. The kind's rule (rest.go, httpapi.go, functionurl.go, alb.go) routes it,
//     checks its key, takes tokens, looks into the cache and calls the function.
//     The bodies and headers of errors are those of targets.ErrorResponses.
//  3. The function computes its answer at once. How long that takes is drawn
//     from seeded log-normal distributions; whether it needs a new environment,
//     or is refused, follows from the pool of environments.
//  4. The goroutine waits once, until overhead + INIT + duration have passed
//     since the request was there. No lock is held meanwhile.
//  5. Tally (the truth) and meter (CloudWatch) count the request. Only then is
//     the answer written: who has an answer finds it counted.
//
// What AWS publishes of each kind is in metrics.go; a metric under several
// dimensions is kept once. The AWS endpoint (cloud.go) verifies signatures and has
// faults of its own (cloudfault.go): it refuses, or reports minutes late, wrongly
// or never. The truth tells what CloudWatch should say.
//
// Faults on demand ([Injection]) come from the configuration or from the control
// endpoint. They change the time or the answer of a request before step 2, spoil
// how it is delivered after step 5 (spoil.go: such a request is counted with the
// answer that it would have had), or run beside: connections are refused by a
// gate (gate.go), and foreign traffic is counted by the meter alone.
//
// Pages in a browser can neither drive nor read the control endpoint and the AWS
// services (browser.go): the lab refuses requests for pages of other origins, and
// requests under a name that a page could have made resolve to this machine (DNS
// rebinding). No request can set the command of a function: only a lab file can,
// and with the well-known keys the Lambda endpoint changes no variables but those of
// Tollgate itself. A token for each lab was rejected: curl, AWS SDKs and scripts
// would all need it, and browsers identify themselves. Where the lab listens for
// other machines, programs there may ask by address, by this machine's name or by a
// name of a private network; pages are refused all the same. The doors themselves
// are open to pages as they are at AWS, within their CORS.
//
// A function with a command is real (realfunction.go): package runtime runs it
// as processes of this machine, package event puts the request into the door's
// format and reads what comes back. Its durations are measured and not drawn;
// the door's overhead is modelled all the same, and comes after it. An
// invocation that outlasts its door counts when it ends. Every function, real or
// modelled, has a log with its REPORT lines ([Lab.Logs]).
//
// An origin (origin.go) is the application without a front door: the baseline.
//
// What the lab does is a [Config]: a lab file (ParseConfig, with the schema in
// lab.schema.json), or what a scenario says of the lab. Every key of the one is a
// field of the other, and a test holds them together.
//
// A child process serves the lab by [Serve] and a parent starts it by [Spawn],
// so that its garbage collector does not disturb a measurement.
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
//	too many headers         431 at APIs, from knowledge; a URL that is too long 414
//	more than 6 MB           413 of a request to a function, 502 or 500 of its response, from knowledge
//	512 KB of an HTTP API    of request or response, whichever is larger; AWS does not say
//	proactive INIT           not billed, assumed; a share of new environments, none by default
//	weighted target groups   drawn for each request; AWS does not say how
//	evicted from the cache   least recently used, assumed; AWS does not say
//
// Documented are the integration timeouts (29 s, 30 s), the account's throttle
// (10,000/s, burst 5,000, shared by REST and HTTP APIs), the function's
// concurrency (1,000), its request rate (10 for each unit of concurrency, and for
// each provisioned environment before the others take over), its
// scaling (1,000 environments per 10 s), its payloads (6 MB, streams of 200 MB of
// which the first 6 MB are as fast as they can be and the rest 2 MB/s), the
// cache's TTL (300 s) and its largest response (1 MiB), a load balancer's
// connections (an hour, 10,000 requests over HTTP/2), and the sizes in
// targets.Limits.
//
// # Why
//
//   - One wait per request, and not one before and one after the function: a
//     wait is where a model loses precision. A function therefore starts when
//     its request arrives and the door's overhead all comes after it, which no
//     client can tell apart.
//   - Environments are points in time in a heap, and not goroutines: nothing has
//     to be given back, a door that stops waiting leaves its function running as
//     in AWS, and the pool is a pure value that can be tested against a model.
//   - The n'th draw of a stream is a function of seed and n: the same seed gives
//     the same durations whatever the scheduling, and drawing takes no lock.
//   - Each door has a function of its own, so that Lambda's metrics tell the
//     doors apart.
//   - Latency is published as it turned out and not as modelled: AWS measures too.
//
// # Speed
//
// The lab must never be what a run measures. "make bench-lab" holds each door
// against a bare net/http handler in the same run: without a network (a REST API
// allocates 6 times more than the handler, a load balancer 3), over loopback, and
// by how much waits exceed the model. On a virtual machine of two cores (Linux
// 6.18, Go 1.26) whose hypervisor takes a twentieth of it, two series took 34 and
// 40 µs of CPU a request for the bare handler over loopback, and 50 to 55 and 55 to
// 67 µs for the doors: ×1.4 to ×1.7. Two fifths of that are the system calls of a
// connection, and a fifth is the door's. Waits of the doors exceeded the model by
// 82 to 87 µs at the median and 1.15 to 1.18 ms at the 99th percentile, where the
// bare handler's exceeded it by 76 µs and 1.19 ms: what is left there is the
// machine's. The medians of the doors lay 4 µs apart. While the machine is busy
// all of these grow, the bare handler's as much as the doors'.
//
//   - Deadlines that only move away are not set (deadline.go): net/http moves
//     them seven times a request.
//   - A process that serves a lab collects garbage seldom (calm.go): its heap is so
//     small that it would double every thousand requests.
//   - Exchanges and bodies are used again, header values have room in them, and
//     points in time are pushed on heaps without an allocation each.
//   - A wake-up of the wheel is one system call (package timer).
//   - Rejected: one processor for the lab's process alone, which took as much CPU
//     and would bound what large machines serve; and waiting for a connection's end
//     without a read, which misses an end that comes with the request.
//
// # What is left out
//
// Mapping templates beyond a custom integration's table of errors; response
// streaming of REST APIs; AWS WAF; temporary credentials, so that no token of
// theirs expires; health checks; HTTP/2 and gRPC towards a load balancer's
// instances, and more than 10 MiB each way between them. Events of REST APIs have
// header names as net/http spells them, and not as they came. Bytes that are not
// HTTP, and more than 128 KiB of headers, are answered by net/http in its own
// words, and are not counted as requests.
package lab
