// Package auth proves who sends a request: by API key, by bearer token, or by
// AWS's signature version 4.
//
// # The design
//
//  1. [Stamp] turns a target's authentication into a [targets.Stamp] before any
//     load is sent. What is wrong with it (no credentials, expired ones, a
//     profile that does not exist, a door that cannot check signatures) is one
//     error that says what to do.
//  2. Keys and tokens go into one header, once: the proof holds for ever.
//  3. Signatures come from the AWS SDK's own signer. They hold for minutes, so
//     each request is signed anew, outside its clocks, with credentials that
//     the SDK's default chain found and that are renewed before they expire.
//
// # Why
//
//   - Credentials are fetched once in Stamp, although signing would fetch them
//     too: a run must not begin to learn that nobody is signed in.
//   - The address of a request is never rewritten by signing. The signer sorts
//     the query for itself; AWS sorts what it receives in the same way.
//   - Errors name the chain's own reason but never a key, a token or a
//     signature; the SDK puts none into its errors.
package auth
