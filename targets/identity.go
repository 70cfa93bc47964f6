package targets

import (
	"reflect"
	"strings"
	"time"
)

// Auth is how requests prove who sends them: those at a target, of a population, or one
// alone. At most one of its fields is set; the zero value sends no proof. What they point
// to can be compared: what is equal is the same identity, whose credentials are fetched
// and renewed once.
type Auth struct {
	APIKey  Secret        // sent as x-api-key
	Bearer  Secret        // sent as Authorization: Bearer
	Command *TokenCommand // prints what is sent as Authorization: Bearer
	OAuth2  *OAuth2       // a token endpoint issues it
	Cognito *Cognito      // a user pool does
	IAM     *IAM          // SigV4
}

// IAM signs with credentials of the AWS SDK's default chain.
type IAM struct {
	Profile string // "" for the default
}

// A TokenCommand is a command for the shell that prints a token.
type TokenCommand struct {
	Text  string
	Dir   string        // that it starts in
	Every time.Duration // it runs again after that; 0: when the token is about to expire, if that is known
}

// Given is how many ways of proof are set.
func (a Auth) Given() (n int) {
	v := reflect.ValueOf(a)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			n++
		}
	}
	return n
}

// Secrets are the texts in it that are to be masked wherever they come back. Those that
// it obtains during a run are known to its keyring, and so is what AWS keeps.
func (a Auth) Secrets() (texts []string) {
	for _, one := range a.parts() {
		texts = append(texts, one.Reveal())
	}
	return texts
}

// Stored are the places where AWS keeps what is secret in it.
func (a Auth) Stored() (all []Stored) {
	for _, one := range a.parts() {
		if at, is := one.Stored(); is {
			all = append(all, at)
		}
	}
	return all
}

// parts are all secrets in it.
func (a Auth) parts() []Secret {
	all := []Secret{a.APIKey, a.Bearer}
	if a.OAuth2 != nil {
		all = append(all, a.OAuth2.ClientSecret)
	}
	if a.Cognito != nil {
		all = append(all, a.Cognito.Password, a.Cognito.ClientSecret)
	}
	return all
}

// Headers are those that it sets in a request.
func (a Auth) Headers() []string {
	switch {
	case a == Auth{}:
		return nil
	case !a.APIKey.IsZero():
		return []string{"X-Api-Key"}
	}
	return []string{"Authorization"}
}

// Title says what proves who sends a request, without a secret; "" for nothing.
func (a Auth) Title() string {
	switch {
	case !a.APIKey.IsZero():
		return "API key" + a.APIKey.keptAt()
	case !a.Bearer.IsZero():
		return "bearer token" + a.Bearer.keptAt()
	case a.OAuth2 != nil:
		return a.OAuth2.title()
	case a.Cognito != nil:
		return a.Cognito.title()
	case a.Command != nil:
		return a.Command.title()
	case a.IAM != nil && a.IAM.Profile != "":
		return "AWS signature (SigV4), profile " + a.IAM.Profile
	case a.IAM != nil:
		return "AWS signature (SigV4)"
	}
	return ""
}

// Line is its text, or of several lines the first.
func (c *TokenCommand) Line() string {
	first, _, more := strings.Cut(strings.TrimSpace(c.Text), "\n")
	if more {
		first += " …"
	}
	return first
}

func (c *TokenCommand) title() string {
	text := "bearer token of the command " + c.Line()
	if c.Every > 0 {
		text += ", every " + c.Every.String()
	}
	return text
}

// OwnAuth is the auth of a request that has one of its own, at a target.
type OwnAuth struct {
	Target string
	Auth   Auth
}

// OwnStamps are the stamps of requests with an auth of their own.
type OwnStamps map[OwnAuth]Stamp

// Of is the stamp of a request at a target: its own, or that of its target.
func (s OwnStamps) Of(target string, own *Auth, otherwise Stamp) Stamp {
	if own == nil {
		return otherwise
	}
	return s[OwnAuth{target, *own}]
}
