package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"tollgate/targets"
)

// oauth2ID is what shares a token: the same client at the same endpoint, for the same.
type oauth2ID struct {
	targets.OAuth2
	address string
}

// oauth2Stamp sends tokens of the client credentials grant.
func (i *Issuer) oauth2Stamp(ctx context.Context, t targets.Target) (targets.Stamp, error) {
	o := *t.Auth.OAuth2
	secret, err := i.plain(ctx, t, "client secret", o.ClientSecret)
	if err != nil {
		return targets.Stamp{}, err
	}
	address := o.TokenURL
	if address == targets.LabTokens {
		if !t.Lab {
			return targets.Stamp{}, errors.New("token_url: lab is for targets with url: lab")
		}
		address = t.CloudWatch + targets.LabTokenPath
	}
	source := clientCredentials(o, address, secret)
	return i.tokenStamp(ctx, oauth2ID{o, address}, subject{name: "the OAuth 2 token of " + hostOf(address), none: "no OAuth 2 token"}, source, secret)
}

// clientCredentials is the source of the tokens that an endpoint issues to a client.
func clientCredentials(o targets.OAuth2, address, secret string) source {
	config := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: secret, TokenURL: address, AuthStyle: oauth2.AuthStyleInHeader}
	if o.InForm {
		config.AuthStyle = oauth2.AuthStyleInParams
	}
	if o.Scope != "" {
		config.Scopes = []string{o.Scope}
	}
	if o.Audience != "" {
		config.EndpointParams = url.Values{"audience": {o.Audience}}
	}
	mask := targets.NewMask(secret, url.QueryEscape(secret)) // as Authorization holds it, in base64
	return func(ctx context.Context) (Token, error) {
		asked := time.Now()
		client := issuerClient()
		said := &expiresIn{next: client.Transport}
		client.Transport = said
		got, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, client))
		switch {
		case err != nil:
			return Token{}, explainOAuth2(err, address, o.InForm, mask)
		case got.TokenType != "" && !strings.EqualFold(got.TokenType, "Bearer"):
			return Token{}, fmt.Errorf("%s issues tokens of type %q, and those of type Bearer can be sent", hostOf(address), short(mask.Text(got.TokenType)))
		}
		life, err := said.life(got.AccessToken)
		if err != nil {
			return Token{}, fmt.Errorf("%s %s", hostOf(address), mask.Text(err.Error()))
		}
		return Token{Value: got.AccessToken, Expires: endOf(got.AccessToken, asked, life)}, nil
	}
}

// issuerClient sends few requests, of which none may be sent on to another host with its
// secrets.
func issuerClient() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return "the token endpoint"
}

// remedies say what to do about the errors of RFC 6749, section 5.2.
var remedies = map[string]string{
	"invalid_scope":          "check scope: the client must be allowed all of it",
	"unauthorized_client":    "allow the client the client credentials grant (at Cognito: an app client with a secret and custom scopes)",
	"unsupported_grant_type": "check token_url: the endpoint does not issue tokens to clients by themselves",
	"invalid_request":        "check scope and audience, and whether the endpoint wants the client's secret elsewhere (auth_style)",
	"access_denied":          "check audience: the client must be allowed it",
}

// explainOAuth2 says why there is no token. What the endpoint says is quoted without the
// secret.
func explainOAuth2(err error, address string, inForm bool, mask *targets.Mask) error {
	if _, unanswered := errors.AsType[*url.Error](err); unanswered {
		return unreached(err, hostOf(address))
	}
	refused, is := errors.AsType[*oauth2.RetrieveError](err)
	if !is { // of a status code of success
		return fmt.Errorf("%s answers, but not as a token endpoint: check token_url (%s)", hostOf(address), short(mask.Text(strings.TrimPrefix(err.Error(), "oauth2: "))))
	}
	if status := refused.Response.StatusCode; refused.ErrorCode == "" && (status == http.StatusTooManyRequests || status >= 500) {
		return fmt.Errorf("%s answers HTTP status %d: it is overloaded or out of order", hostOf(address), status)
	}
	if refused.ErrorCode == "" {
		return notTheEndpoint(refused.Response, hostOf(address), "a token endpoint: check token_url")
	}
	remedy := remedies[refused.ErrorCode]
	if refused.ErrorCode == "invalid_client" {
		remedy = "check client_id and client_secret, or write auth_style: form if the endpoint does not read them in the Authorization header"
		if inForm {
			remedy = "check client_id and client_secret, or leave auth_style out if the endpoint reads them in the Authorization header only"
		}
	}
	text := short(mask.Text(refused.ErrorCode))
	if refused.ErrorDescription != "" {
		text += " (" + short(mask.Text(refused.ErrorDescription)) + ")"
	}
	if remedy != "" {
		text += ": " + remedy
	}
	return fmt.Errorf("%s answers %s", hostOf(address), text)
}

// notTheEndpoint says what answered in place of what was expected.
func notTheEndpoint(r *http.Response, host, expected string) error {
	what := fmt.Sprintf("HTTP status %d", r.StatusCode)
	if form := r.Header.Get("Content-Type"); form != "" {
		what += ", " + short(form)
	}
	return fmt.Errorf("%s answers, but not as %s (%s)", host, expected, what)
}

// unreached says why there was no answer, without the address that net/http quotes.
func unreached(err error, host string) error {
	if sent, is := errors.AsType[*url.Error](err); is {
		err = sent.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s did not answer within %v", host, patience)
	}
	return fmt.Errorf("%s cannot be asked: %w", host, err)
}

// short keeps what a server says to one line.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}
