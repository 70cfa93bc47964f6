package probe

import (
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestCredentialsAreNamedWithoutTheirSecrets(t *testing.T) {
	key, token := targets.Auth{APIKey: targets.NewSecret("k")}, targets.Auth{Bearer: targets.NewSecret("t")}
	for _, row := range []struct {
		auth targets.Auth
		own  *targets.Auth
		want string
	}{
		{targets.Auth{}, nil, "without credentials"},
		{key, nil, "with the API key of rest"},
		{token, nil, "with the token of rest"},
		{targets.Auth{Command: &targets.TokenCommand{Text: "login"}}, nil, "with the token of rest"},
		{targets.Auth{IAM: &targets.IAM{}}, nil, "signed by IAM"},
		{key, &key, "with the API key of rest"},
		{key, &targets.Auth{}, "each request with the auth that the scenario gives it"},
		{targets.Auth{}, &token, "each request with the auth that the scenario gives it"},
	} {
		if got := Credentials(targets.Target{Name: "rest", Auth: row.auth}, []scenarios.Request{{Name: "one"}, {Name: "two", Auth: row.own}}); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}
