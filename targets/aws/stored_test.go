package aws

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/targets"
)

// secretsError is an error in the protocol of Secrets Manager and Systems Manager.
func secretsError(code, message string) (header, body string) {
	return "Content-Type: application/x-amz-json-1.1", fmt.Sprintf(`{"__type": %q, "message": %q}`, code, message)
}

func TestASecretThatCannotBeReadNamesThePermission(t *testing.T) {
	shop, parameter := targets.Stored{Secret: "shop", Key: "k"}, targets.Stored{Parameter: "/shop/key"}
	for _, row := range []struct {
		fact, code, message string
		at                  targets.Stored
		want                string
	}{
		{"a secret", "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: secretsmanager:GetSecretValue on resource: shop because no identity-based policy allows the secretsmanager:GetSecretValue action", shop, "the field k of the secret shop of Secrets Manager cannot be read: Secrets Manager at ENDPOINT may not be read: User: arn:aws:iam::1:user/x is not authorized"},
		{"a secret, in the end", "AccessDeniedException", "no", shop, "; allow these credentials the action secretsmanager:GetSecretValue"},
		{"the key of a secret", "AccessDeniedException", "Access to KMS is not allowed", shop, "allow these credentials the action kms:Decrypt, with the key that encrypts it"},
		{"a parameter", "AccessDeniedException", "no", parameter, "allow these credentials the action ssm:GetParameter"},
		{"the key of a parameter", "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized to perform: kms:Decrypt on this resource", parameter, "allow these credentials the action kms:Decrypt"},
		{"an unknown secret", "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", shop, "the field k of the secret shop of Secrets Manager: Secrets Manager at ENDPOINT has none of that name in this account: check the name and the region"},
		{"another error", "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.", shop, "answered InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."},
	} {
		t.Run(row.fact, func(t *testing.T) {
			header, body := secretsError(row.code, row.message)
			at := endpoint(t, 400, header, body)
			_, err := Stored(t.Context(), targets.Target{CloudWatch: at}, row.at)
			if want := strings.ReplaceAll(row.want, "ENDPOINT", at); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		})
	}
}

func TestASecretIsAskedForWhereItIs(t *testing.T) {
	const secretARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-aBcDeF"
	elsewhere := Endpoint{Region: "eu-central-1"}
	for _, row := range []struct {
		fact string
		e    Endpoint
		at   targets.Stored
		want Endpoint
	}{
		{"by its name, in the target's region", elsewhere, targets.Stored{Secret: "shop"}, elsewhere},
		{"by its ARN, in the ARN's", elsewhere, targets.Stored{Secret: secretARN}, Endpoint{Region: "eu-west-1"}},
		{"where the scenario says, by a profile", elsewhere, targets.Stored{Secret: "shop", Region: "us-west-2", Profile: "p"}, Endpoint{Region: "us-west-2", Profile: "p"}},
		{"at the lab", Endpoint{URL: "http://127.0.0.1:1", Lab: true, Region: "us-east-1"}, targets.Stored{Secret: secretARN, Profile: "p"}, Endpoint{URL: "http://127.0.0.1:1", Lab: true, Region: "us-east-1"}},
	} {
		if got := StoredAt(row.e, row.at); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.fact, got, row.want)
		}
	}
}
