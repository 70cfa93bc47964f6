package targets

// A Stored says where AWS keeps a secret: in Secrets Manager or in the Parameter Store of
// Systems Manager.
type Stored struct {
	Secret    string // the name or ARN of a secret
	Parameter string // the name or ARN of a parameter
	Key       string // a field of the JSON that is kept; "": all of the text is the secret
	Region    string // "": that of the ARN, of the target, or of the SDK's default chain
	Profile   string // "": that of the SDK's default chain
}

// String names it for people.
func (s Stored) String() string {
	text := "the parameter " + s.Parameter + " of the Parameter Store"
	if s.Secret != "" {
		text = "the secret " + s.Secret + " of Secrets Manager"
	}
	if s.Key != "" {
		text = "the field " + s.Key + " of " + text
	}
	return text
}

// keptAt is where AWS keeps a secret, as the end of a title.
func (s Secret) keptAt() string {
	if at, is := s.Stored(); is {
		return ", " + at.String()
	}
	return ""
}
