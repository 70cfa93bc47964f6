// Package identity plays the identity provider of a lab: an OAuth 2 token endpoint and a
// user pool as Amazon Cognito has it, with the keys that verify their tokens.
//
// # The design
//
//  1. An [Issuer] has one RSA key. All its tokens are JSON Web Tokens signed with RS256,
//     as Cognito's are, and the lab's authorizers verify them with the same code as the
//     tokens of other issuers ([Keys.Verify]).
//  2. Its [Client]s and [User]s are those of a [Config]. Whatever it issues or refuses is
//     counted ([Issuer.Truth]).
//  3. [Issuer.TokenEndpoint] serves the client credentials grant (RFC 6749, section 4.4)
//     with both styles of client authentication, scopes, an audience, and the errors of
//     section 5.2. [Issuer.Cognito] serves InitiateAuth: USER_PASSWORD_AUTH and
//     REFRESH_TOKEN_AUTH, secret hashes, the errors that Cognito has for users who may
//     not sign in, and the challenge of a password that must be changed.
//     [Issuer.KeySet] serves the public key (RFC 7517).
//
// # Why
//
//   - One issuer for both, as Cognito's user pools are: the same app clients, the same key,
//     the same claims. A token of either passes the same authorizers.
//   - Tokens name the issuer by a name under .invalid and not by the lab's address: doors
//     listen, and issue tokens of the sample application's login, before there is one.
//   - The key is made with the first token and kept by no file: it takes a tenth of a
//     second that most labs never need.
//   - SRP is not played. No client of ours speaks it, and a server that has only itself
//     as a client would prove nothing.
//   - Clients and users have well-known secrets by default, as the lab's access key has:
//     they open nothing but the lab.
//
// Sources: RFC 6749, RFC 6750, RFC 7515, RFC 7517, RFC 7519; Amazon Cognito user pools
// API reference, "InitiateAuth"; Amazon Cognito developer guide, "Understanding user pool
// JSON web tokens", "The token issuer endpoint" and "Computing secret hash values".
package identity
