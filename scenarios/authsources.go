package scenarios

import (
	"net/url"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// isCommand says whether a token is printed by a command, and not kept by AWS.
func isCommand(v document.Value) bool {
	return v.Node != nil && v.Type == document.Mapping && v.Find("secret") == nil && v.Find("parameter") == nil
}

// secret is a secret by reference: to the environment, or to where AWS keeps it.
func secret(v document.Value) targets.Secret {
	if v.Node == nil || v.Type != document.Mapping {
		return targets.NewSecret(v.Secret())
	}
	f := v.Fields("secret", "parameter", "key", "region", "profile")
	at := targets.Stored{
		Secret: f.Get("secret").Str(), Parameter: f.Get("parameter").Str(), Key: f.Get("key").Str(),
		Region: f.Get("region").Name(), Profile: f.Get("profile").Name(),
	}
	if (at.Secret == "") == (at.Parameter == "") {
		v.Problem("needs exactly one of secret (a name in Secrets Manager) or parameter (a name in the Parameter Store)")
	}
	return targets.StoredSecret(at)
}

// oauth2 reads how tokens are obtained by client credentials.
func oauth2(v document.Value) *targets.OAuth2 {
	if v.Node == nil {
		return nil
	}
	f := v.Fields("token_url", "client_id", "client_secret", "scope", "audience", "auth_style")
	f.Need("token_url", "client_id", "client_secret")
	return &targets.OAuth2{
		TokenURL: tokenURL(f.Get("token_url")), ClientID: f.Get("client_id").Str(), Client: shownText(f.Get("client_id")), ClientSecret: secret(f.Get("client_secret")),
		Scope: f.Get("scope").Str(), Audience: f.Get("audience").Str(), InForm: f.Get("auth_style").Choice("header", "form") == "form",
	}
}

// shownText is a text as people may see it: what came from the environment is hidden.
func shownText(v document.Value) string {
	switch {
	case v.Node == nil:
		return ""
	case len(v.References) > 0:
		return targets.Masked
	}
	return v.Text
}

// tokenURL is the address of a token endpoint. Secrets are sent to it: over TLS, unless it
// is on this machine. Source: RFC 6749, section 3.2.
func tokenURL(v document.Value) string {
	text := v.Str()
	if text == "" || text == targets.LabTokens {
		return text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "":
		v.Bad("is not the address of a token endpoint, such as https://login.example.com/oauth2/token")
	case u.Scheme == "http" && !targets.Loopback(u.Hostname()):
		v.Bad("would carry the client's secret in the clear: write https://")
	}
	return text
}

// cognito reads whose tokens of a user pool are obtained.
func cognito(v document.Value) *targets.Cognito {
	if v.Node == nil {
		return nil
	}
	f := v.Fields("client_id", "username", "password", "client_secret", "region", "token")
	f.Need("client_id", "username", "password")
	return &targets.Cognito{
		ClientID: f.Get("client_id").Str(), Client: shownText(f.Get("client_id")), Username: f.Get("username").Str(), Password: secret(f.Get("password")),
		ClientSecret: secret(f.Get("client_secret")), Region: f.Get("region").Name(), IDToken: f.Get("token").Choice("access", "id") == "id",
	}
}
