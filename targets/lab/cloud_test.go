package lab

import (
	"errors"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// sdkAt configures AWS's own clients for the lab's endpoint.
func sdkAt(l *Lab, id, secret string) aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String(l.CloudWatchURL()), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	}
}

// askAll puts one question to each AWS service of the lab, in each client's own
// protocol, and returns what went wrong.
func askAll(t *testing.T, c aws.Config) map[string]error {
	t.Helper()
	_, metrics := cloudwatch.NewFromConfig(c).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
	_, functions := lambda.NewFromConfig(c).GetFunctionConfiguration(t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String("lab-alb")})
	_, plans := apigateway.NewFromConfig(c).GetUsagePlans(t.Context(), &apigateway.GetUsagePlansInput{})
	_, logs := cloudwatchlogs.NewFromConfig(c).StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{
		LogGroupName: aws.String("/aws/lambda/lab-alb"), QueryString: aws.String("fields @message"), StartTime: aws.Int64(0), EndTime: aws.Int64(1),
	})
	return map[string]error{"monitoring": metrics, "lambda": functions, "apigateway": plans, "logs": logs}
}

func TestSignaturesAreVerifiedByEveryService(t *testing.T) {
	own := Credential{AccessKeyID: "AKIAOFTHISLAB0000000", SecretAccessKey: "its/secret+key"}
	c := quick()
	c.Credentials = []Credential{own}
	l := open(t, c)
	const query, shape = 0, 1
	tests := []struct {
		name       string
		id, secret string
		code       [2]string // as CloudWatch says it, and as the others do
	}{
		{"the right key", own.AccessKeyID, own.SecretAccessKey, [2]string{}},
		{"a wrong secret", own.AccessKeyID, "another", [2]string{"SignatureDoesNotMatch", "InvalidSignatureException"}},
		{"an unknown key", "AKIAOFANOTHERLAB0000", own.SecretAccessKey, [2]string{"InvalidClientTokenId", "UnrecognizedClientException"}},
		{"the key of a lab that has none of its own", targets.LabKeys.ID, targets.LabKeys.Secret.Reveal(), [2]string{"InvalidClientTokenId", "UnrecognizedClientException"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for service, err := range askAll(t, sdkAt(l, test.id, test.secret)) {
				want := test.code[shape]
				if service == "monitoring" {
					want = test.code[query]
				}
				var api smithy.APIError
				switch {
				case want == "" && err != nil:
					t.Errorf("%s: %v", service, err)
				case want != "" && (!errors.As(err, &api) || api.ErrorCode() != want):
					t.Errorf("%s: %v, want %s", service, err, want)
				}
			}
		})
	}
}

// TestAServiceThatTheLabLacksIsNamed asks for services in each protocol that clients speak.
// Whether the signature is right does not matter.
func TestAServiceThatTheLabLacksIsNamed(t *testing.T) {
	l := open(t, quick())
	for _, row := range []struct {
		service, method, path string
		headers               map[string]string
		before, after         string // the message
	}{
		{"sns", "POST", "/", map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, "<Code>UnknownOperationException</Code><Message>", "</Message>"},
		{"dynamodb", "POST", "/", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}, `UnknownOperationException","message":"`, `"`},
		{"eks", "GET", "/clusters", nil, `"message":"`, `"`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), row.method, l.CloudWatchURL()+row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+targets.LabKeys.ID+"/20200101/us-east-1/"+row.service+"/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
		for name, value := range row.headers {
			r.Header.Set(name, value)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(got.Body)
		got.Body.Close()
		text := html.UnescapeString(strings.ReplaceAll(string(body), `\"`, `"`))
		want := row.before + `the lab has no AWS service "` + row.service + `": it has `
		if got.StatusCode != http.StatusNotFound || !strings.Contains(text, want) || !strings.Contains(text, " and xray"+row.after) {
			t.Errorf("%s: %d %s", row.service, got.StatusCode, body)
		}
	}
}

func TestRequestsThatAreNotSigned(t *testing.T) {
	l := open(t, quick())
	tests := []struct {
		name, method, path, body string
		headers                  map[string]string
		want                     string
	}{
		{"the Query protocol", "POST", "/", "Action=ListMetrics&Version=2010-08-01", nil, "<Code>MissingAuthenticationToken</Code>"},
		{"AWS JSON 1.0", "POST", "/", "{}", map[string]string{"X-Amz-Target": "GraniteServiceVersion20100801.ListMetrics"}, `"com.amazonaws.cloudwatch#MissingAuthenticationTokenException"`},
		{"AWS JSON 1.1", "POST", "/", "{}", map[string]string{"X-Amz-Target": "Logs_20140328.StartQuery"}, `"com.amazonaws.cloudwatchlogs#MissingAuthenticationTokenException"`},
		{"REST, Lambda", "GET", "/2015-03-31/functions/f/configuration", "", nil, `"Message":"Missing Authentication Token"`},
		{"REST, API Gateway", "GET", "/usageplans", "", nil, `"message":"Missing Authentication Token"`},
		{"half a signature", "GET", "/usageplans", "", map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=x"}, "Authorization header requires"},
		{"an old signature", "GET", "/usageplans", "", map[string]string{
			"X-Amz-Date":    "20200101T000000Z",
			"Authorization": "AWS4-HMAC-SHA256 Credential=" + targets.LabKeys.ID + "/20200101/us-east-1/apigateway/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
		}, "Signature expired: 20200101T000000Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), test.method, l.CloudWatchURL()+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			for name, text := range test.headers {
				r.Header.Set(name, text)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			body, err := io.ReadAll(got.Body)
			if err != nil || got.StatusCode != http.StatusForbidden || !strings.Contains(string(body), test.want) {
				t.Errorf("%d: %s, %v; want %s", got.StatusCode, body, err, test.want)
			}
		})
	}
}

func TestFaultsOfTheAWSEndpoint(t *testing.T) {
	for fault, codes := range map[string][2]string{
		"aws-throttling": {"Throttling", "ThrottlingException"},
		"aws-expired":    {"ExpiredToken", "ExpiredTokenException"},
		"aws-5xx":        {"InternalServiceError", "InternalServiceFault"},
	} {
		t.Run(fault, func(t *testing.T) {
			l := open(t, quick())
			config := sdkAt(l, targets.LabKeys.ID, targets.LabKeys.Secret.Reveal())
			if _, err := l.Inject(Injection{Fault: fault, Start: Duration(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			for service, err := range askAll(t, config) {
				if err != nil {
					t.Errorf("%s, before the fault begins: %v", service, err)
				}
			}
			if _, err := l.Inject(Injection{Fault: fault}); err != nil {
				t.Fatal(err)
			}
			for service, err := range askAll(t, config) {
				var api smithy.APIError
				if !errors.As(err, &api) || !slices.Contains(codes[:], api.ErrorCode()) {
					t.Errorf("%s: %v, want %v", service, err, codes)
				}
			}
			l.ClearFaults()
			for service, err := range askAll(t, config) {
				if err != nil {
					t.Errorf("%s, after the fault: %v", service, err)
				}
			}
		})
	}
}
