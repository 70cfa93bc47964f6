// Package edge is the cache of a content delivery network as CloudFront documents its own:
// what it keeps, for how long, under which key, and what it answers.
//
//  1. A [Policy] says how long a response stays fresh ([Policy.Freshness]), under which key
//     ([Policy.Key]) and whether it is compressed ([Policy.Compressed]).
//  2. A [Cache] is that of one edge location. [Cache.Serve] answers from it, or asks the
//     origin: once for all requests for the same object that come meanwhile, and with
//     conditions where what it keeps is no longer fresh.
//  3. A [Response] of unknown length is passed on while it comes ([Response.Rest]), and kept
//     once it is whole.
//
// Sources: CloudFront developer guide, "Manage how long content stays in the cache
// (expiration)", "Understand the cache key", "How CloudFront processes HTTP 4xx and 5xx
// status codes from your origin", "Control how long CloudFront caches errors", "Request and
// response behavior for custom origins" (simultaneous requests for the same object; chunked
// responses, which reach viewers as they come and are kept) and "Serve compressed files"
// (which needs a Content-Length).
//
// # Assumed
//
// AWS does not say all of it:
//
//   - What is evicted is what was used longest ago.
//   - HEAD is answered from a response to GET; without one it is kept for itself.
//   - An Age header of the origin adds to the age that is sent, and does not shorten the
//     time that a response stays fresh, since the guide names Cache-Control and Expires only.
//   - Requests that waited for a response that may not be shared then ask the origin each
//     for itself, at the same time.
//   - Who asks for an object while its chunked response comes waits until it is whole, where
//     it may be kept, and else asks the origin. A response that breaks off, or whose viewer
//     leaves, is not kept. What is kept of one is sent with its length.
//   - A response that is served stale, since the origin failed, is a hit.
//
// # Why
//
//   - It is no part of the doors, which have the request, its clocks and its counts: what a
//     cache keeps is a function of headers and a clock, and is tested on a clock of the tests.
//   - Rejected: an HTTP cache as RFC 9111 has it, with CloudFront's settings on top. CloudFront
//     differs in what private, no-store and no-cache do under a minimum TTL, ignores Vary, and
//     keeps errors that say nothing about being kept.
//
// Left out: requests for ranges, which get the whole response; regional edge caches;
// stale-while-revalidate; Brotli; signed URLs.
package edge
