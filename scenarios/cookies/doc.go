// Package cookies keeps the cookies of one user, as a browser does (RFC 6265).
//
// [Jar.Keep] takes the value of a Set-Cookie field, and [Jar.Append] writes the value of
// the Cookie field for a request. A cookie has a domain, a path, an end and may be for
// HTTPS only; all requests count as of one site, so SameSite changes nothing.
//
// # Why
//
//   - net/http/cookiejar was rejected. It locks, sorts and allocates for each request, and
//     needs requests and responses of net/http, which the wire engine does not have. A
//     test holds both to the same cookies.
//   - A Set-Cookie is read by net/http: how odd ones are read is nothing to have an
//     opinion on. What it cannot read is no cookie.
//   - There is no list of public suffixes. A domain of one label, such as "com", is
//     refused, and so is another host's; a load test has no other sites to protect.
//   - A cookie that is Secure is not kept from a response over plain HTTP, not even from
//     this machine, where some browsers make an exception.
//   - What a server can make a user keep is bounded, with the bounds of RFC 6265, section
//     6.1: 50 cookies of 4,096 bytes. The oldest go first.
package cookies
