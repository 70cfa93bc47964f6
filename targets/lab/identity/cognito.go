package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// The flows of InitiateAuth that are played.
const (
	passwordFlow     = "USER_PASSWORD_AUTH"
	refreshTokenFlow = "REFRESH_TOKEN_AUTH"
)

// Flows are the flows that a [Client] may have.
func Flows() []string { return []string{passwordFlow, refreshTokenFlow} }

// What a user's status may be. Source: Amazon Cognito user pools API reference, "UserType".
const (
	confirmed   = "CONFIRMED"
	unconfirmed = "UNCONFIRMED"
	mustReset   = "RESET_REQUIRED"
	mustChange  = "FORCE_CHANGE_PASSWORD"
)

// Statuses are what the status of a [User] may be.
func Statuses() []string { return []string{confirmed, unconfirmed, mustReset, mustChange} }

// Cognito returns the API of Cognito's user pools, as far as signing in goes.
func (i *Issuer) Cognito() *protocol.Service {
	return &protocol.Service{
		Name: "AWSCognitoIdentityProviderService", Shapes: "com.amazonaws.cognito.identity.idp.model", JSON: "1.1",
		Operations: map[string]protocol.Operation{"InitiateAuth": i.initiateAuth},
	}
}

func notAuthorized(message string) error { return protocol.Bad("NotAuthorizedException", message) }

func invalidParameter(message string) error {
	return protocol.Bad("InvalidParameterException", message)
}

func (i *Issuer) initiateAuth(f protocol.Form) (protocol.Object, error) {
	out, kind, err := i.signIn(f)
	if err != nil {
		if refusal, is := errors.AsType[protocol.Refusal](err); is {
			i.count(i.truth.Refused, refusal.Code)
		}
		return nil, err
	}
	if kind != "" {
		i.count(i.truth.Issued, kind)
	}
	return out, nil
}

// signIn returns the response, and the kind of tokens in it; "" of a challenge.
func (i *Issuer) signIn(f protocol.Form) (out protocol.Object, kind string, err error) {
	id, flow, given := f.NeedText("ClientId"), f.NeedText("AuthFlow"), f.Dictionary("AuthParameters")
	if err := f.Err(); err != nil {
		return nil, "", invalidParameter(err.Error())
	}
	client, known := i.client(id)
	switch {
	case !known:
		return nil, "", protocol.Bad("ResourceNotFoundException", "User pool client "+id+" does not exist.")
	case len(client.Flows) > 0 && !slices.Contains(client.Flows, flow), !slices.Contains(Flows(), flow):
		return nil, "", invalidParameter(flow + " flow not enabled for this client")
	case flow == passwordFlow:
		out, kind, err = i.byPassword(client, given)
	default:
		out, err = i.byRefreshToken(client, given)
		kind = byRefresh
	}
	return out, kind, err
}

func (i *Issuer) byPassword(client Client, given map[string]string) (protocol.Object, string, error) {
	name, password := given["USERNAME"], given["PASSWORD"]
	if name == "" || password == "" {
		return nil, "", invalidParameter("Missing required parameter USERNAME or PASSWORD")
	}
	if err := client.checkHash(name, given["SECRET_HASH"]); err != nil {
		return nil, "", err
	}
	user, known := i.user(name)
	switch {
	case !known:
		return nil, "", protocol.Bad("UserNotFoundException", "User does not exist.")
	case user.Status == mustReset:
		return nil, "", protocol.Bad("PasswordResetRequiredException", "Password reset required for the user")
	case user.Password != password:
		return nil, "", notAuthorized("Incorrect username or password.")
	case user.Status == unconfirmed:
		return nil, "", protocol.Bad("UserNotConfirmedException", "User is not confirmed.")
	case user.Status == mustChange:
		return protocol.Object{
			"ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": randomID(),
			"ChallengeParameters": protocol.Object{"USER_ID_FOR_SRP": user.Name, "requiredAttributes": "[]", "userAttributes": "{}"},
		}, "", nil
	}
	out, err := i.tokensFor(client, user)
	if err != nil {
		return nil, "", err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	out["AuthenticationResult"].(protocol.Object)["RefreshToken"] = i.sessions.add(session{client.ID, user.Name, i.now().Add(i.config.RefreshLife)})
	return out, byPassword, nil
}

func (i *Issuer) byRefreshToken(client Client, given map[string]string) (protocol.Object, error) {
	i.mu.Lock()
	s, known := i.sessions.open[given["REFRESH_TOKEN"]]
	i.mu.Unlock()
	switch {
	case given["REFRESH_TOKEN"] == "":
		return nil, invalidParameter("Missing required parameter REFRESH_TOKEN")
	case !known || s.client != client.ID:
		return nil, notAuthorized("Invalid Refresh Token")
	case !i.now().Before(s.expires):
		return nil, notAuthorized("Refresh Token has expired")
	}
	if err := client.checkHash(s.user, given["SECRET_HASH"]); err != nil { // of the name, and of no alias
		return nil, err
	}
	user, _ := i.user(s.user)
	return i.tokensFor(client, user)
}

// checkHash verifies a secret hash, which only clients with a secret have.
// Source: Amazon Cognito developer guide, "Computing secret hash values".
func (c Client) checkHash(name, hash string) error {
	if c.Secret == "" {
		if hash != "" {
			return notAuthorized("Client " + c.ID + " is not configured for secret but secret was received")
		}
		return nil
	}
	if hash == "" {
		return notAuthorized("Client " + c.ID + " is configured with secret but SECRET_HASH was not received")
	}
	h := hmac.New(sha256.New, []byte(c.Secret))
	h.Write([]byte(name + c.ID)) // a hash takes everything
	if !hmac.Equal([]byte(hash), []byte(base64.StdEncoding.EncodeToString(h.Sum(nil)))) {
		return notAuthorized("SecretHash does not match for the client: " + c.ID)
	}
	return nil
}

// tokensFor are an access token and an ID token. The ids of users are their names.
func (i *Issuer) tokensFor(client Client, u User) (protocol.Object, error) {
	now := i.now()
	access, err := i.issue(now, map[string]any{
		"sub": u.Name, "username": u.Name, "client_id": client.ID, "token_use": "access", "auth_time": now.Unix(),
		"scope": "aws.cognito.signin.user.admin",
	})
	if err != nil {
		return nil, err
	}
	id, err := i.issue(now, map[string]any{
		"sub": u.Name, "cognito:username": u.Name, "aud": client.ID, "token_use": "id", "auth_time": now.Unix(), "email": u.Email,
	})
	return protocol.Object{"ChallengeParameters": protocol.Object{}, "AuthenticationResult": protocol.Object{
		"AccessToken": access, "IdToken": id, "TokenType": "Bearer", "ExpiresIn": i.config.TokenLife.Seconds(),
	}}, err
}

// A session is what a refresh token stands for.
type session struct {
	client, user string
	expires      time.Time
}

// sessions are the latest sessions, so that a long load does not fill the memory.
type sessions struct {
	open  map[string]session
	order []string // the oldest first
}

const mostSessions = 100_000

func (s *sessions) add(one session) (token string) {
	token = "lab-refresh-" + randomID() + randomID()
	s.open[token], s.order = one, append(s.order, token)
	if len(s.order) > mostSessions {
		delete(s.open, s.order[0])
		s.order = s.order[1:]
	}
	return token
}
