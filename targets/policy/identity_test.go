package policy

import (
	"fmt"
	"strings"
	"testing"
)

const logGroup = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/orders:*"

// What a policy of a user or role allows, by the rules of IAM.
func TestWhatAnIdentityMayDo(t *testing.T) {
	start := Use{Action: "logs:StartQuery", Resource: logGroup}
	url := Use{Action: "lambda:InvokeFunction", Resource: "arn:aws:lambda:us-east-1:123456789012:function:f", Keys: map[string]string{"lambda:invokedviafunctionurl": "true"}}
	allow := func(action, resource string) string {
		return fmt.Sprintf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": %q, "Resource": %q}}`, action, resource)
	}
	for _, row := range []struct {
		name, policy string
		use          Use
		want         Decision
	}{
		{"the very action", allow("logs:StartQuery", logGroup), start, Allowed},
		{"the action in another case", allow("Logs:startquery", "*"), start, Allowed},
		{"all actions of the service", allow("logs:*", "*"), start, Allowed},
		{"a part of a name", allow("logs:Start*", "*"), start, Allowed},
		{"another action", allow("logs:GetQueryResults", "*"), start, Silent},
		{"another log group", allow("logs:StartQuery", strings.Replace(logGroup, "orders", "other", 1)), start, Silent},
		{"one character of a resource", allow("logs:StartQuery", strings.Replace(logGroup, "orders", "order?", 1)), start, Allowed},
		{"a resource in another case", allow("logs:StartQuery", strings.Replace(logGroup, "orders", "Orders", 1)), start, Silent},
		{"allowed, and denied by another statement", `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "logs:*", "Resource": "*"}]}`, start, Denied},
		{"a condition that holds", `{"Statement": {"Effect": "Allow", "Action": "lambda:*", "Resource": "*", "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}}`, url, Allowed},
		{"a condition on a key that is missing", `{"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}}}`, start, Silent},
		{"a negated condition on a key that is missing", `{"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}}}`, start, Allowed},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := ParseIdentity("policy", []byte(row.policy), func(format string, args ...any) { t.Errorf(strings.ReplaceAll(format, "%w", "%v"), args...) })
			if got := p.Evaluate(row.use); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
	if got := (*Identity)(nil).Evaluate(start); got != Silent {
		t.Errorf("no policy: %v", got)
	}
}

func TestPoliciesOfUsersThatAreNone(t *testing.T) {
	for _, row := range []struct{ name, policy, want string }{
		{"nothing in it", `{}`, "policy.Statement: a policy needs at least one"},
		{"no JSON", `Allow`, "policy: not a policy"},
		{"a principal", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}`, "there is no Principal"},
		{"no effect", `{"Statement": {"Action": "*", "Resource": "*"}}`, `policy.Statement[0].Effect: "" must be Allow or Deny`},
		{"no action", `{"Statement": {"Effect": "Allow", "Resource": "*"}}`, "policy.Statement[0].Action: name actions"},
		{"an action without a service", `{"Statement": {"Effect": "Allow", "Action": "StartQuery", "Resource": "*"}}`, `policy.Statement[0].Action[0]: "StartQuery" must be a service and an action`},
		{"no resource", `{"Statement": {"Effect": "Allow", "Action": "*"}}`, "policy.Statement[0].Resource: name what it is about"},
		{"a resource that is no ARN", `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "orders"}}`, `policy.Statement[0].Resource[0]: "orders" must be "*" or an ARN`},
		{"an operator that is not modelled", `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"a": "b"}}}}`, "policy.Statement[0].Condition.ArnLike: this operator is not modelled"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			ParseIdentity("policy", []byte(row.policy), func(format string, args ...any) {
				got = append(got, fmt.Sprintf(strings.ReplaceAll(format, "%w", "%v"), args...))
			})
			if all := strings.Join(got, "\n"); !strings.Contains(all, row.want) {
				t.Errorf("%q, want %q", all, row.want)
			}
		})
	}
}

func FuzzParseIdentity(f *testing.F) {
	f.Add([]byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow", "Action": ["logs:*"], "Resource": "*", "Condition": {"Bool": {"a": true}}}]}`))
	f.Add([]byte(`{"Statement": {}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p := ParseIdentity("policy", text, func(string, ...any) {})
		if p.Evaluate(Use{Action: "logs:StartQuery", Resource: "*"}) == Allowed && !strings.Contains(string(text), "llow") && !strings.Contains(string(text), `\u`) {
			t.Errorf("%s allows something", text)
		}
	})
}
