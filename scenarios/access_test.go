package scenarios

import (
	"strings"
	"testing"

	"tollgate/targets"
)

func TestByWhichCredentialsAnAccountIsAsked(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/teams/observer"
	for _, row := range []struct {
		target string // of the scenario, without its aws
		access string
		want   targets.Access
		says   string // in the error; "": there is none
	}{
		{`kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, `{profile: observer}`, targets.Access{Profile: "observer"}, ""},
		{`kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, `{profile: observer, role: "` + role + `", external_id: x-1}`, targets.Access{Profile: "observer", Role: role, ExternalID: "x-1"}, ""},
		{`kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, `{}`, targets.Access{}, "needs profile or role"},
		{`kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, `{role: observer}`, targets.Access{}, "is not the ARN of a role"},
		{`kind: http-api, url: "https://a1.execute-api.eu-west-1.amazonaws.com"`, `{profile: observer, external_id: x1}`, targets.Access{}, "belongs to a role"},
		{`kind: http-api, url: lab`, `{profile: observer}`, targets.Access{}, "the lab has no account"},
		{`kind: origin, url: "http://127.0.0.1:1"`, `{profile: observer}`, targets.Access{}, "is in no account of AWS"},
	} {
		text := "name: a\ntargets:\n  t: {" + row.target + ", aws: " + row.access + "}\nrequests:\n  - {name: r, path: /}\nload:\n  - constant: {rate: 1/s, for: 1s}\n"
		s, err := Parse("a.yaml", []byte(text), env())
		switch invalid := against(compiled(t), []byte(text)); {
		case row.says == "" && (err != nil || invalid != nil || s.Targets[0].Access != row.want):
			t.Errorf("%s: %v, %v", row.access, err, invalid)
		case row.says != "" && (err == nil || invalid == nil || !strings.Contains(err.Error(), row.says)):
			t.Errorf("%s: %v, %v, want %q", row.access, err, invalid, row.says)
		}
	}
}
