package targets

// Cognito signs a user in to a user pool of Amazon Cognito, and goes on by refresh tokens.
type Cognito struct {
	ClientID     string
	Client       string // the same as people may see it
	ClientSecret Secret // zero: the app client has none
	Username     string // or the alias that the user signs in with
	Password     Secret
	Region       string // "": that of the target, or of the SDK's default chain
	IDToken      bool   // the ID token is sent, and not the access token
}

func (c *Cognito) title() string {
	kind := "access token"
	if c.IDToken {
		kind = "ID token"
	}
	return kind + " of Cognito's app client " + c.Client
}
