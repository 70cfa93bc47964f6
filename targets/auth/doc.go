// Package auth proves who sends a request: by API key, by bearer token, or by
// AWS's signature version 4.
//
// # The design
//
//  1. An [Issuer] turns the authentication of a target, a population or a request into
//     a [targets.Stamp] before any load is sent. What is wrong with it (no credentials,
//     expired ones, a profile that does not exist, a command that fails, a front door
//     that cannot check signatures) is one error that says what to do.
//  2. Keys and tokens by reference go into one header, once: the proof holds for ever.
//  3. Signatures hold for minutes, so each request is signed anew, outside its
//     clocks. The canonical form is made of the very bytes that are sent.
//  4. A keyring holds what is renewed: the credentials that the SDK's default chain
//     found, or the [Token] of a source. Ten minutes before it expires (or at half of a
//     shorter life) it asks for another one during the load, one renewal at a time, and
//     retries until it has it; requests carry the old one meanwhile, and none waits. What
//     goes wrong is in its Warnings at once.
//  5. Nothing expired is sent. A credential no longer serves from a second before it
//     expires (or a quarter of a shorter life), since a request takes time to arrive;
//     [targets.Request] says until when its own serves, so that one which was rendered
//     ahead, or waited for a connection, is signed again. Without a credential that
//     serves a request is not sent, and counts as a failure of the load generator.
//     A token is the same in all requests of a moment, so an engine puts it into a text
//     that it has ([targets.Proof]); a signature is made of the whole request.
//  6. A command ([targets.TokenCommand]) is a source: the first line of its output is the
//     token. It runs again after the time that the scenario says, or before its token
//     expires where that is a JSON Web Token, whichever comes first.
//  7. Client credentials of OAuth 2 ([targets.OAuth2]) are a source, by
//     golang.org/x/oauth2. So is a user of an Amazon Cognito user pool
//     ([targets.Cognito]), who signs in by password once and then by refresh token, until
//     that is refused. Errors say which setting at the issuer is wrong.
//  8. Keys, tokens, passwords and client secrets may be kept by AWS ([targets.Stored]):
//     they are read once, in Stamp, and masked as if they had been issued.
//
// What has the same authentication shares one keyring: ten requests that name the same
// command run it once. Equal content is what counts, so a scenario repeats an identity by
// a YAML anchor. Rejected: a table of named identities, which would be a second way to
// say the same, and a name to look up in every message.
//
// # Why
//
//   - A token of which no expiry is known goes on being sent while its source fails: only
//     the server knows whether it is valid, and says so with 401. Rejected: to take the
//     time after which a command runs again for the life of its token, which would be
//     renewed twice as often, and held back although it is valid.
//   - golang.org/x/oauth2 is 40 kB and knows what issuers make of RFC 6749: numbers as
//     text, errors with 200, forms in place of JSON. Its detection of how clients
//     authenticate is not used: it hides the first error behind a second attempt. Nor is
//     what it makes of expires_in: 0 would mean for ever, and 60.0 would be an error.
//   - An issuer's expires_in counts from when the token was asked for, and holds whatever
//     this machine's clock shows; the exp of the token is up to a second earlier. The
//     earlier one counts, unless they are minutes apart: then the clocks are.
//   - Secrets are sent to no other host: redirections of a token endpoint are not
//     followed, and it is asked over TLS unless it is on this machine. It is reached as
//     AWS is, through the proxies of the environment; its certificate is verified by this
//     machine's authorities (SSL_CERT_FILE), and Cognito's by those of AWS_CA_BUNDLE as
//     well.
//   - Of Cognito one operation is asked, which takes no signature. Its client in the SDK
//     would add nine seconds to a first build. SRP is not spoken: no library of it is
//     kept well, and an app client can allow passwords, over TLS, for a test user.
//   - A secret that changes in AWS during a run is not read again: the next renewal fails
//     and says so.
//   - Rejected: to renew on a 401. The requests under way have failed by then, and those
//     that wait for the renewal are late; a load test would measure its own login.
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
//     signature; the SDK puts none into its errors. What a command writes to standard
//     error is shown without the values of variables that hold secrets, and without what
//     looks like one.
package auth
