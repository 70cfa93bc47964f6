package account

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

func TestTroubleNamesTheServiceAndWhatToAllow(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no policy allows it"}
	for _, row := range []struct {
		name   string
		place  Place
		err    error
		action string
		want   string
	}{
		{"a function that may not be changed", Place{Region: "eu-central-1"}, denied, "lambda:UpdateFunctionConfiguration", "Lambda in eu-central-1 may not be changed: no policy allows it; allow these credentials the action lambda:UpdateFunctionConfiguration"},
		{"traces that may not be read", Place{}, denied, "xray:BatchGetTraces", "X-Ray may not be read: no policy allows it; allow these credentials the action xray:BatchGetTraces"},
		{"a gateway that throttles", Place{Region: "us-east-1"}, &smithy.GenericAPIError{Code: "ThrottlingException"}, "apigateway:GET on /usageplans", "API Gateway in us-east-1 kept throttling (ThrottlingException); wait a few minutes"},
		{"credentials that expired", Place{Profile: "dev"}, &smithy.GenericAPIError{Code: "ExpiredToken"}, "logs:StartQuery", `CloudWatch Logs: the AWS credentials have expired; sign in with "aws sso login --profile dev" or "aws configure --profile dev"`},
		{"a lab that is gone", Place{Endpoint: "http://127.0.0.1:1"}, errors.New("refused"), "lambda:GetFunctionConfiguration", "Lambda at http://127.0.0.1:1 cannot be reached: refused; check the network, the region and AWS_ENDPOINT_URL"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &Account{place: row.place}
			if got := a.trouble(row.err, row.action); got == nil || got.Error() != row.want || !errors.Is(got, row.err) {
				t.Errorf("got %v,\nwant %s", got, row.want)
			}
		})
	}
}
