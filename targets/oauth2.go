package targets

import "net/url"

// OAuth2 obtains tokens by the client credentials grant (RFC 6749, section 4.4).
type OAuth2 struct {
	TokenURL     string // LabTokens: the token endpoint of the lab
	ClientID     string
	Client       string // the same as people may see it
	ClientSecret Secret
	Scope        string // as it is sent: words with blanks between them; "": none
	Audience     string // a parameter that Auth0 and others ask for; "": none
	InForm       bool   // the client proves itself in the form, and not in the Authorization header
}

// LabTokens is written in place of a token endpoint's address: the lab's.
const LabTokens = "lab"

// title names the issuer by its host: an address may hold more than people should see.
func (o *OAuth2) title() string {
	host := "the lab"
	if u, err := url.Parse(o.TokenURL); err == nil && u.Host != "" {
		host = u.Host
	}
	return "OAuth 2 token of " + host + ", client " + o.Client
}
