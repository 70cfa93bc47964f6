package identity

import (
	"crypto/subtle"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// mostBytes bounds what the token endpoint reads.
const mostBytes = 16 << 10

// An oauthError is one of RFC 6749, section 5.2.
type oauthError struct {
	status    int
	code      string
	text      string
	challenge bool // the client tried HTTP authentication
}

func invalidRequest(text string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, code: "invalid_request", text: text}
}

// TokenEndpoint serves the client credentials grant.
func (i *Issuer) TokenEndpoint(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store") // RFC 6749, section 5.1
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	grant, refusal := i.grant(w, r)
	if refusal != nil {
		i.count(i.truth.Refused, refusal.code)
		if refusal.challenge {
			w.Header().Set("WWW-Authenticate", `Basic realm="lab"`)
		}
		w.WriteHeader(refusal.status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": refusal.code, "error_description": refusal.text}) // fails when the client is gone
		return
	}
	i.count(i.truth.Issued, byClientCredentials)
	_ = json.NewEncoder(w).Encode(grant) // as above
}

func (i *Issuer) grant(w http.ResponseWriter, r *http.Request) (map[string]any, *oauthError) {
	form, refusal := readGrant(w, r)
	if refusal != nil {
		return nil, refusal
	}
	client, refusal := i.authenticate(r, form)
	switch {
	case refusal != nil:
		return nil, refusal
	case form.Get("grant_type") == "":
		return nil, invalidRequest("grant_type is missing")
	case form.Get("grant_type") != byClientCredentials:
		return nil, &oauthError{status: http.StatusBadRequest, code: "unsupported_grant_type", text: "this endpoint knows client_credentials"}
	case len(client.Scopes) == 0 || client.Secret == "":
		return nil, &oauthError{status: http.StatusBadRequest, code: "unauthorized_client", text: "this client may not use client_credentials"}
	}
	scopes := strings.Fields(form.Get("scope"))
	for _, s := range scopes {
		if !slices.Contains(client.Scopes, s) {
			return nil, &oauthError{status: http.StatusBadRequest, code: "invalid_scope", text: "the client does not have one of the scopes"}
		}
	}
	if len(scopes) == 0 {
		scopes = client.Scopes
	}
	claims := map[string]any{"sub": client.ID, "client_id": client.ID, "token_use": "access", "scope": strings.Join(scopes, " ")}
	if audience := form.Get("audience"); audience != "" {
		claims["aud"] = audience
	}
	token, err := i.issue(i.now(), claims)
	if err != nil {
		return nil, &oauthError{status: http.StatusInternalServerError, code: "server_error", text: "no token could be made"}
	}
	return map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(i.config.TokenLife.Seconds()), "scope": strings.Join(scopes, " "),
	}, nil
}

// readGrant reads the form of a token request. No parameter may come twice.
func readGrant(w http.ResponseWriter, r *http.Request) (url.Values, *oauthError) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("the body must be application/x-www-form-urlencoded")
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostBytes)
	if err := r.ParseForm(); err != nil {
		return nil, invalidRequest("the body is no form")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, invalidRequest(name + " comes more than once")
		}
	}
	return r.PostForm, nil
}

// authenticate finds the client of a request, whose secret is in the header or in the
// form, not in both. Source: RFC 6749, sections 2.3 and 2.3.1.
func (i *Issuer) authenticate(r *http.Request, form url.Values) (Client, *oauthError) {
	id, secret, basic := r.BasicAuth()
	if basic {
		var errs [2]error
		id, errs[0] = url.QueryUnescape(id)
		secret, errs[1] = url.QueryUnescape(secret)
		if errs != [2]error{} {
			return Client{}, invalidRequest("the client's id and secret must be encoded as in forms before they are put in base64")
		}
		if form.Has("client_secret") {
			return Client{}, invalidRequest("the client authenticates twice, in the header and in the form")
		}
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	client, known := i.client(id)
	if !known || subtle.ConstantTimeCompare([]byte(secret), []byte(client.Secret)) != 1 {
		return Client{}, &oauthError{status: http.StatusUnauthorized, code: "invalid_client", text: "the client is unknown, or its secret is wrong", challenge: r.Header.Get("Authorization") != ""}
	}
	return client, nil
}
