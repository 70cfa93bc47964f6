package sources

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Parts of paths that are secrets. Sources: Telegram, "Making requests" (/bot<token>/);
// Slack, "Sending messages using incoming webhooks" (/services/T…/B…/…); Discord, "Webhook
// resource" (/webhooks/{id}/{token}); Microsoft Teams, "Create an Incoming Webhook"; Servlet 6.0, section 7.1.3 (;jsessionid=).
var (
	secretSegments = []*regexp.Regexp{
		regexp.MustCompile(`(/bot)([0-9]{5,}:[A-Za-z0-9_-]{16,})`),
		regexp.MustCompile(`(/services/T[A-Z0-9]+/B[A-Z0-9]+/)([A-Za-z0-9]+)`),
		regexp.MustCompile(`((?i:/(?:web-?)?hooks?[a-z0-9]*/(?:[0-9]+/)?))([A-Za-z0-9._~@-]{12,})`),
		regexp.MustCompile(`(/IncomingWebhook/)([A-Za-z0-9]{12,}(?:/[A-Za-z0-9-]{12,})?)`),
		regexp.MustCompile(`((?i:/(?:triggers|workflows|tokens?|reset(?:-password)?|password-reset|magic(?:-link)?|invitations?|invites?|unsubscribe|activate|verify(?:-email)?|confirm(?:-email)?)/))([A-Za-z0-9._~-]{12,})`),
	}
	matrix = regexp.MustCompile(`(;([A-Za-z_][A-Za-z0-9_.-]*)=)([^;/?]+)`)

	// oauth are parameters that a server of OAuth 2.0 sends back together (RFC 6749, section
	// 4.1.2; OpenID Connect 1.0). Alone, such names mean other things.
	oauth = []string{"code", "state", "nonce"}
	// ofOAuth are parameters that nothing but OAuth has.
	ofOAuth = []string{"client_id", "redirect_uri", "grant_type", "response_type", "code_challenge", "session_state", "iss"}
)

// concealedPath is a path with its query, in which references stand for secrets.
func (w *collecting) concealedPath(text string, credentials []string) string {
	where, query, found := strings.Cut(text, "?")
	where = w.concealedSegments(where)
	if !found {
		return where
	}
	return where + "?" + w.concealedPairs(query, credentials...)
}

// concealedSegments is a path without its query.
func (w *collecting) concealedSegments(where string) string {
	where = w.withoutSecrets("path", where)
	for _, of := range secretSegments {
		where = replaced(of, where, func(m []string) string {
			if words.MatchString(m[2]) {
				return m[0]
			}
			return m[1] + w.secret("path token", "a part of a path", m[2])
		})
	}
	return replaced(matrix, where, func(m []string) string {
		if !secretName(m[2]) {
			return m[0]
		}
		return m[1] + w.secret(m[2], "the parameter "+m[2], m[3])
	})
}

// words matches what people write in paths: words in lower case, with hyphens.
var words = regexp.MustCompile(`^[a-z]+(?:[-_.][a-z]+)*$`)

// concealedPairs is a query or a form without secrets.
func (w *collecting) concealedPairs(text string, credentials ...string) string {
	pairs := strings.Split(text, "&")
	var names []string
	for _, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, strings.ToLower(name))
	}
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if unescaped, err := url.QueryUnescape(value); err == nil {
			value = unescaped
		}
		inside := strings.ContainsAny(value, ":={<") && holdsSecret(value) // JSON or an address, as a value
		if !secretName(plain) && !slices.Contains(credentials, value) && !ofLogin(names, plain, value) && !inside || value == "" {
			pairs[i] = w.withoutSecrets(plain, pair)
			continue
		}
		pairs[i] = name + "=" + w.secret(plain, "the parameter "+plain, value)
	}
	return strings.Join(pairs, "&")
}

// ofLogin says whether a parameter is one that a login hands over: its name means so among
// others of OAuth, and its value is no short word such as the code of a country.
func ofLogin(names []string, name, value string) bool {
	const shortest = 6
	name = strings.ToLower(name)
	if !slices.Contains(oauth, name) || len(value) < shortest {
		return false
	}
	return slices.ContainsFunc(names, func(other string) bool {
		return other != name && (slices.Contains(oauth, other) || slices.Contains(ofOAuth, other))
	})
}
