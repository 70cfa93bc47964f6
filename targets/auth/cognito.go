package auth

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// cognitoID is what shares a session: the same user of the same app client.
type cognitoID struct {
	targets.Cognito
	pools string // where they are
}

// cognitoStamp sends tokens of a user pool.
func (i *Issuer) cognitoStamp(ctx context.Context, t targets.Target) (targets.Stamp, error) {
	c := *t.Auth.Cognito
	password, err := i.plain(ctx, t, "password", c.Password)
	if err != nil {
		return targets.Stamp{}, err
	}
	secret, err := i.plain(ctx, t, "client secret", c.ClientSecret)
	if err != nil {
		return targets.Stamp{}, err
	}
	pools, err := aws.OpenUserPools(ctx, t, c.Region)
	if err != nil {
		return targets.Stamp{}, err
	}
	s := &userSession{pools: pools, clientID: c.ClientID, secret: secret, user: c.Username, password: password, idToken: c.IDToken}
	about := subject{name: "the token of Cognito's app client " + c.Client, none: "no token of Cognito"}
	return i.tokenStamp(ctx, cognitoID{c, pools.String()}, about, s.token, password, secret)
}

// A userSession is a user who signs in by password once, and then by refresh token. Its
// source is called once at a time.
type userSession struct {
	pools    *aws.UserPools
	clientID string
	secret   string // "": the app client has none
	user     string
	password string
	idToken  bool

	refresh string // "": there is none yet, or it serves no more
	name    string // of the user: what they sign in with may be an alias
}

func (s *userSession) token(ctx context.Context) (Token, error) {
	asked := time.Now()
	got, err := s.signIn(ctx)
	if err != nil {
		return Token{}, err
	}
	tokens := got.AuthenticationResult
	value := tokens.AccessToken
	if s.idToken {
		value = tokens.IdToken
	}
	return Token{Value: value, Expires: endOf(value, asked, time.Duration(tokens.ExpiresIn)*time.Second)}, nil
}

// signIn goes on by the refresh token, or signs in by the password where there is none, or
// where it has expired or was revoked.
func (s *userSession) signIn(ctx context.Context) (aws.SignedIn, error) {
	if s.refresh != "" {
		got, err := s.initiate(ctx, "REFRESH_TOKEN_AUTH", s.name, map[string]string{"REFRESH_TOKEN": s.refresh})
		if refused, is := errors.AsType[*refusal](err); !is || refused.code != "NotAuthorizedException" {
			s.refresh = cmp.Or(got.AuthenticationResult.RefreshToken, s.refresh) // some app clients rotate them
			return got, err
		}
		s.refresh = ""
	}
	got, err := s.initiate(ctx, "USER_PASSWORD_AUTH", s.user, map[string]string{"USERNAME": s.user, "PASSWORD": s.password})
	if err == nil {
		s.refresh = got.AuthenticationResult.RefreshToken
		s.name = cmp.Or(claimsOf(got.AuthenticationResult.AccessToken).Username, s.user)
	}
	return got, err
}

// initiate asks for tokens. A secret hash is of the name that the session has at Cognito.
// Source: Amazon Cognito developer guide, "Computing secret hash values".
func (s *userSession) initiate(ctx context.Context, flow, user string, parameters map[string]string) (aws.SignedIn, error) {
	if s.secret != "" {
		h := hmac.New(sha256.New, []byte(s.secret))
		h.Write([]byte(user + s.clientID)) // a hash takes everything
		parameters["SECRET_HASH"] = base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	got, err := s.pools.InitiateAuth(ctx, aws.SignIn{AuthFlow: flow, ClientId: s.clientID, AuthParameters: parameters})
	if api, is := errors.AsType[smithy.APIError](err); is {
		return got, &refusal{api.ErrorCode(), short(targets.NewMask(s.password, s.secret).Text(api.ErrorMessage()))}
	}
	if err == nil && got.ChallengeName != "" {
		return got, challenged(got.ChallengeName)
	}
	return got, err
}

// A refusal is an error of Cognito's own.
type refusal struct{ code, message string }

func (r *refusal) Error() string {
	text := "Cognito answers " + r.code
	if r.message != "" {
		text += " (" + r.message + ")"
	}
	if remedy := r.remedy(); remedy != "" {
		text += ": " + remedy
	}
	return text
}

// remedy says what to do. Source: Amazon Cognito user pools API reference, "InitiateAuth";
// the texts of messages are from what Cognito sends.
func (r *refusal) remedy() string {
	hash := strings.Contains(r.message, "SECRET_HASH") || strings.Contains(r.message, "SecretHash") || strings.Contains(r.message, "not configured for secret")
	switch {
	case r.code == "NotAuthorizedException" && hash:
		return "give client_secret the secret of this app client, and leave it out where the client has none"
	case r.code == "NotAuthorizedException":
		return "check username and password"
	case r.code == "UserNotFoundException":
		return "check username, and that client_id is of the user's pool"
	case r.code == "UserNotConfirmedException":
		return "confirm the user first: aws cognito-idp admin-confirm-sign-up"
	case r.code == "PasswordResetRequiredException":
		return "set a password first: aws cognito-idp admin-set-user-password --permanent"
	case r.code == "ResourceNotFoundException":
		return "check client_id and region"
	case r.code == "InvalidParameterException" && strings.Contains(r.message, "not enabled"):
		return "enable ALLOW_USER_PASSWORD_AUTH and ALLOW_REFRESH_TOKEN_AUTH for the app client; tollgate does not speak SRP (ALLOW_USER_SRP_AUTH)"
	}
	return ""
}

// challenged says what Cognito wants to know besides the password.
func challenged(name string) error {
	remedy := "use a user, or an app client, without it"
	if name == "NEW_PASSWORD_REQUIRED" {
		remedy = "the user must have changed the first password: aws cognito-idp admin-set-user-password --permanent"
	}
	return fmt.Errorf("the user pool answers with the challenge %s, which only the user can meet: %s", name, remedy)
}
