// Package cors asks what a browser asks before it sends a request of a page to another
// origin (a preflight), and remembers the answers, by the Fetch standard (fetch.spec.whatwg.org,
// sections "CORS-preflight fetch", "CORS check" and "CORS-preflight cache").
//
// [AskFor] says what is to be allowed: a method other than GET, HEAD and POST, and the
// headers that a form could not have sent. [Ask.Refused] reads the answer, and a [Cache] is
// what one user's browser remembers, by URL, method, header and whether credentials are sent.
//
// # Why
//
//   - Libraries for CORS are for servers. The few clients that ask are browsers.
//   - The standard leaves the longest memory to the browser. It is that of Chromium, 2 hours;
//     Firefox remembers for a day. What a response does not say is remembered for 5 s, as the
//     standard has it.
//   - A negative Access-Control-Max-Age is no number to the standard, which would take 5 s.
//     Servers say -1 to mean that nothing is to be remembered, and browsers take it so.
//   - Whether a page may read the response to the request itself is not asked: that costs the
//     target nothing, and an expectation of a scenario can say it.
package cors
