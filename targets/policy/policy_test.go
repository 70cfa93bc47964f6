package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const method = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/users/7"

func parse(t *testing.T, text string) *Policy {
	t.Helper()
	return Parse("policy", []byte(text), func(format string, args ...any) { t.Errorf(strings.ReplaceAll(format, "%w", "%v"), args...) })
}

// open lets everyone in, and deny turns away those that a condition is about.
func open(condition string) string {
	return `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
		{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", "Condition": ` + condition + `}]}`
}

func TestWhoMayCall(t *testing.T) {
	from := func(address string) Call { return Call{Resource: method, Address: netip.MustParseAddr(address)} }
	through := func(endpoint string) Call {
		return Call{Resource: method, Address: netip.MustParseAddr("10.0.0.7"), Endpoint: endpoint}
	}
	signed := from("192.0.2.1")
	signed.Principal = "arn:aws:iam::123456789012:user/ana"
	for _, row := range []struct {
		name, policy string
		call         Call
		want         Decision
	}{
		{"everyone, unless something is denied", open(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`), from("192.0.2.1"), Allowed},
		{"an address that is denied", open(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`), from("10.1.2.3"), Denied},
		{"one of several addresses", open(`{"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "10.1.2.3"]}}`), from("10.1.2.3"), Denied},
		{"all but one range are denied", open(`{"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}`), from("192.0.2.1"), Denied},
		{"and that range is not", open(`{"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}`), from("10.1.2.3"), Allowed},
		{"addresses of a VPC are no source addresses: aws:SourceIp denies them all", open(`{"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}`), through("vpce-1"), Denied},
		{"aws:VpcSourceIp knows them", open(`{"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}}`), through("vpce-1"), Allowed},
		{"another endpoint than the policy's", open(`{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}`), through("vpce-2"), Denied},
		{"the internet, where an endpoint is asked for", open(`{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}`), from("192.0.2.1"), Denied},
		{"the endpoint of the policy", open(`{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}`), through("vpce-1"), Allowed},
		{"a missing key makes an operator false", open(`{"StringEquals": {"aws:UserAgent": "x"}}`), from("192.0.2.1"), Allowed},
		{"and true with IfExists", open(`{"StringEqualsIfExists": {"aws:UserAgent": "x"}}`), from("192.0.2.1"), Denied},
		{"two keys must both hold", open(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:SecureTransport": "true"}}`), from("10.1.2.3"), Allowed},
		{"plain HTTP is told from HTTPS", open(`{"Bool": {"aws:SecureTransport": false}}`), from("10.1.2.3"), Denied},
		{
			"a method that no statement is about", `{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["execute-api:*"], "Resource": "execute-api:/prod/POST/*"}}`,
			from("192.0.2.1"), Silent,
		},
		{
			"a resource by its ARN, with wildcards", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:execute-api:*:*:abc123/*/GET/users/?"}}`,
			from("192.0.2.1"), Allowed,
		},
		{
			"a stage of another name", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/dev/*"}}`,
			from("192.0.2.1"), Silent,
		},
		{
			"a named user is no anonymous one", `{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ana"}, "Action": "*", "Resource": "*"}}`,
			from("192.0.2.1"), Silent,
		},
		{
			"a named user", `{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ana"}, "Action": "*", "Resource": "*"}}`,
			signed, Allowed,
		},
		{
			"an account", `{"Statement": {"Effect": "Allow", "Principal": {"AWS": ["123456789012"]}, "Action": "*", "Resource": "*"}}`,
			signed, Allowed,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := parse(t, row.policy).Evaluate(row.call); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
	if (*Policy)(nil).Evaluate(from("192.0.2.1")) != Silent {
		t.Error("no policy says something")
	}
}

func TestWhatIsNotModelledIsRefusedByName(t *testing.T) {
	statement := func(rest string) string {
		return `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*", ` + rest + `}]}`
	}
	for _, row := range []struct{ name, text, want string }{
		{"no JSON", `nothing`, "policy: not a policy: "},
		{"nothing in it", `{}`, "policy.Statement: a policy needs at least one"},
		{"another version", `{"Version": "2020", "Statement": []}`, `policy.Version: "2020" must be 2012-10-17`},
		{"an element that is unknown", statement(`"NotAction": "x"`), `policy.Statement[0]: json: unknown field "NotAction"; NotPrincipal, NotAction and NotResource are not modelled`},
		{"an operator", statement(`"Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}`), "policy.Statement[0].Condition.DateLessThan: this operator is not modelled; Bool, IpAddress, "},
		{"a key", statement(`"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}`), "policy.Statement[0].Condition.StringEquals: the key aws:SourceVpc is not modelled: the lab knows aws:principalaccount, "},
		{"a range that is none", statement(`"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0"}}`), `policy.Statement[0].Condition.IpAddress.aws:SourceIp: "10.0.0" is not an address`},
		{"an effect", `{"Statement": {"Effect": "allow", "Principal": "*", "Action": "*", "Resource": "*"}}`, `policy.Statement[0].Effect: "allow" must be Allow or Deny`},
		{"an action of another service", `{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}`, "policy.Statement[0].Action: "},
		{"no principal", `{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`, "policy.Statement[0].Principal: "},
		{"a service as principal", `{"Statement": {"Effect": "Deny", "Principal": {"Service": "x"}, "Action": "*", "Resource": "*"}}`, "policy.Statement[0].Principal.Service: "},
		{"a resource without its service", `{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "/prod/*"}}`, `policy.Statement[0].Resource[0]: "/prod/*" must be like`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			Parse("policy", []byte(row.text), func(format string, args ...any) {
				got = append(got, fmt.Sprintf(strings.ReplaceAll(format, "%w", "%v"), args...))
			})
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, row.want) }) {
				t.Errorf("nothing says %s, but %q", row.want, got)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(open(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`))
	f.Add(`{"Statement": {"Effect": "Allow", "Principal": {"AWS": ["1"]}, "Action": "*", "Resource": ["execute-api:/*", "a*b*?"]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		problems := 0
		p := Parse("", []byte(text), func(string, ...any) { problems++ })
		d := p.Evaluate(Call{Resource: method, Address: netip.MustParseAddr("10.0.0.1")})
		if p == nil && (d != Silent || problems == 0) {
			t.Error("what is no policy says something, or has no problem")
		}
	})
}
