// Package webacl models AWS WAF in front of a front door: a web ACL whose rules are tried
// in order, until one allows or blocks a request.
//
// # The design
//
//  1. An [ACL] is what a lab file or a scenario states. Both read it by its tags.
//  2. An [Inspector] is an ACL at work. It is a function of the request and of time, which
//     callers pass in, so that minutes of a rate-based rule are tested in microseconds.
//
// # Rate-based rules
//
// A rule counts the requests of each client over its evaluation window, looking back from
// now. AWS WAF looks about every 10 seconds, whatever the window is; what it finds takes
// effect a little later ("usually, this delay is below 30 seconds"). So a client sends
// more than the limit before it is blocked, and stays blocked for a while after it is slow
// enough. Blocked requests count as well.
//
// Sources: AWS WAF developer guide, "Rate-based rule high-level settings" (windows of 60,
// 120, 300 and 600 seconds; limits from 10) and "Rate-based rule caveats" (the delay; that
// it is no exact limit); WAFV2 API reference, RateBasedStatement ("about every 10 seconds");
// API Gateway developer guide, "Use AWS WAF to protect your REST APIs" (it comes before
// resource policies, IAM, authorizers and keys).
//
// Assumed: what is found takes effect 10 seconds later, and every request of the window
// weighs the same, where AWS WAF gives "more importance to more recent requests".
//
// # Rejected, and left out
//
// Rejected: a token bucket. It would block the first request beyond the limit, which AWS WAF
// does not, and never show the requests that pass before it looks.
//
// Left out: managed rule groups, whose contents are not published, bodies, labels, CAPTCHA and
// custom responses. Files have no keys for them, so that one is refused and not ignored.
package webacl
