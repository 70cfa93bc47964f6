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
//  3. Signatures hold for minutes, so each request is signed anew, outside its
//     clocks. The canonical form is made of the very bytes that are sent.
//  4. A keyring holds the credentials that the SDK's default chain found. Ten
//     minutes before they expire (or at half of a shorter life) it asks for new
//     ones during the load, and retries until it has them; requests are
//     signed with the old ones meanwhile. What goes wrong is in the stamp's
//     Warnings at once. Credentials that have expired sign nothing: the request
//     is not sent, and counts as a failure of the load generator.
//
// # Why
//
//   - Credentials are fetched once in Stamp, although signing would fetch them
//     too: a run must not have to begin before it finds no credentials.
//   - The address of a request is never rewritten by signing. Paths go out with
//     "//", "/./" and "/../" as they are written; the canonical form is
//     normalised and escaped once more, as for all services but S3.
//   - The SDK's own signer was dropped. It parses the query by the rules of forms
//     and loses what does not fit (";", a stray "%"), sorts names before it
//     escapes them, does not normalise paths, and rewrites Host. Ours passes
//     AWS's test suite and, in make interop, botocore.
//   - A "+" in a query is signed as a blank, as the SDKs for Go, Java and Rust do;
//     those for JavaScript sign a plus sign, and botocore the character itself.
//     Plans of signed requests warn of it; %20 and %2B leave no doubt.
//   - Function URLs are sent X-Amz-Content-Sha256 with a body: Lambda takes no
//     unsigned payloads, and CloudFront with an origin access control passes the
//     header on instead of hashing. Such a distribution signs by itself, so its
//     target has no iam, and its requests carry the header as one of their own.
//     API Gateway asks for none. Source: CloudFront developer guide, "Restrict
//     access to an AWS Lambda function URL origin".
//   - The SDK's cache of credentials renews them in the call that finds them
//     expired. For two seconds of an SSO session or a credential_process nothing
//     was sent then, and what was due was counted as slow responses.
//   - Errors name the chain's own reason but never a key, a token or a
//     signature; the SDK puts none into its errors.
package auth
