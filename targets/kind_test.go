package targets

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing"
)

func TestKindsAreFoundByName(t *testing.T) {
	for _, k := range Kinds {
		if got, ok := KindNamed(k.Name); !ok || got != k {
			t.Errorf("KindNamed(%q) = %v, %v", k.Name, got, ok)
		}
		if k.Title == "" || strings.ToLower(k.Name) != k.Name {
			t.Errorf("kind %q: title %q", k.Name, k.Title)
		}
	}
	if k, ok := KindNamed("websocket"); ok {
		t.Errorf("a kind that does not exist was found: %v", k)
	}
}

func TestTheSameFaultAtFourDoors(t *testing.T) {
	tests := []struct {
		fault    Fault
		statuses map[string]int // by kind; a kind that is left out has no such fault
	}{
		{FaultThrottled, map[string]int{"rest-api": 429, "http-api": 429, "function-url": 429, "lambda-web": 429}},
		{FaultConcurrency, map[string]int{"rest-api": 500, "http-api": 503, "function-url": 429, "alb": 502}},
		{FaultThrown, map[string]int{"rest-api": 502, "http-api": 500, "function-url": 502, "alb": 502, "lambda-web": 502}},
		{FaultMalformed, map[string]int{"rest-api": 502, "http-api": 500, "function-url": 502, "alb": 502}},
		{FaultTimeout, map[string]int{"rest-api": 504, "http-api": 503, "function-url": 502, "alb": 502, "cloudfront": 504, "lambda-web": 504}},
		{FaultNoRoute, map[string]int{"rest-api": 403, "http-api": 404, "cloudfront": 403}},
		{FaultTooLarge, map[string]int{"rest-api": 413, "http-api": 413, "function-url": 413, "alb": 413, "cloudfront": 413}},
		{FaultForbidden, map[string]int{"rest-api": 403, "http-api": 403, "function-url": 403}},
		{FaultUnsigned, map[string]int{"rest-api": 403, "http-api": 403, "function-url": 403, "lambda-web": 403}},
	}
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			got := map[string]int{}
			for _, k := range Kinds {
				if a, ok := k.Errors[test.fault]; ok && !k.OnlyMessages {
					got[k.Name] = a.Status
				}
			}
			if !maps.Equal(got, test.statuses) {
				t.Errorf("statuses %v, want %v", got, test.statuses)
			}
		})
	}
}

func TestAnswersAreByteExact(t *testing.T) {
	tests := []struct {
		name  string
		kind  *Kind
		fault Fault
		body  string
		etype string
	}{
		{"a throttled REST API", &RESTAPI, FaultThrottled, `{"message":"Too Many Requests"}`, "TooManyRequestsException"},
		{"a REST API without the key", &RESTAPI, FaultForbidden, `{"message":"Forbidden"}`, "ForbiddenException"},
		{"an unknown path at a REST API", &RESTAPI, FaultNoRoute, `{"message":"Missing Authentication Token"}`, "MissingAuthenticationTokenException"},
		{"a slow function behind a REST API", &RESTAPI, FaultTimeout, `{"message":"Endpoint request timed out"}`, "InternalServerErrorException"},
		{"REST writes the words in lower case", &RESTAPI, FaultThrown, `{"message":"Internal server error"}`, "InternalServerErrorException"},
		{"HTTP writes the words in title case", &HTTPAPI, FaultThrown, `{"message":"Internal Server Error"}`, ""},
		{"an unknown route at an HTTP API", &HTTPAPI, FaultNoRoute, `{"message":"Not Found"}`, ""},
		{
			"a failing function behind a balancer", &ALB, FaultThrown,
			"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n", "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := test.kind.Errors[test.fault]
			if a.Body != test.body || a.ErrorType != test.etype {
				t.Errorf("got %q, %q; want %q, %q", a.Body, a.ErrorType, test.body, test.etype)
			}
			if !a.Sourced {
				t.Error("the answer is documented but not marked so")
			}
		})
	}
	// The lengths were read off live balancers.
	if n := len(ALB.Errors[FaultThrown].Body); n != 122 {
		t.Errorf("the 502 page of a balancer has %d bytes, want 122", n)
	}
	if n := len(ALB.Errors[FaultTooLarge].Body); n != 148 {
		t.Errorf("the 413 page of a balancer has %d bytes, want 148", n)
	}
}

func TestMetricsAreNamedAsAWSNamesThem(t *testing.T) {
	function := Function{Name: "ml"}
	behind := &Target{Kind: &HTTPAPI, API: "a1b2", Function: function}
	tests := []struct {
		name   string
		target Target
		want   []string // role, namespace, metric, dimensions
	}{
		{"a REST API by name and stage", Target{Kind: &RESTAPI, API: "mål-api", Stage: "prod"}, []string{
			"count AWS/ApiGateway Count ApiName=ml-api,Stage=prod",
			"4xx AWS/ApiGateway 4XXError ApiName=ml-api,Stage=prod",
			"5xx AWS/ApiGateway 5XXError ApiName=ml-api,Stage=prod",
			"latency AWS/ApiGateway Latency ApiName=ml-api,Stage=prod",
			"integration_latency AWS/ApiGateway IntegrationLatency ApiName=ml-api,Stage=prod",
			"cache_hit AWS/ApiGateway CacheHitCount ApiName=ml-api,Stage=prod",
			"cache_miss AWS/ApiGateway CacheMissCount ApiName=ml-api,Stage=prod",
		}},
		{"an HTTP API by id, at its default stage", Target{Kind: &HTTPAPI, API: "a1b2"}, []string{
			"count AWS/ApiGateway Count ApiId=a1b2,Stage=$default",
			"4xx AWS/ApiGateway 4xx ApiId=a1b2,Stage=$default",
			"5xx AWS/ApiGateway 5xx ApiId=a1b2,Stage=$default",
			"latency AWS/ApiGateway Latency ApiId=a1b2,Stage=$default",
			"integration_latency AWS/ApiGateway IntegrationLatency ApiId=a1b2,Stage=$default",
			"processed_bytes AWS/ApiGateway DataProcessed ApiId=a1b2,Stage=$default",
		}},
		{"a Function URL, with the function's own metrics", Target{Kind: &FunctionURL, Function: function}, []string{
			"count AWS/Lambda UrlRequestCount FunctionName=ml",
			"4xx AWS/Lambda Url4xxCount FunctionName=ml",
			"5xx AWS/Lambda Url5xxCount FunctionName=ml",
			"latency AWS/Lambda UrlRequestLatency FunctionName=ml",
			"invocations AWS/Lambda Invocations FunctionName=ml",
			"function_errors AWS/Lambda Errors FunctionName=ml",
			"function_throttles AWS/Lambda Throttles FunctionName=ml",
			"function_duration AWS/Lambda Duration FunctionName=ml",
			"function_concurrency AWS/Lambda ConcurrentExecutions FunctionName=ml",
			"provisioned_spillover AWS/Lambda ProvisionedConcurrencySpilloverInvocations FunctionName=ml",
		}},
		{"a balancer without a function's name", Target{Kind: &ALB, Balancer: "app/lb/50dc", TargetGroup: "targetgroup/f/1a"}, []string{
			"count AWS/ApplicationELB RequestCount LoadBalancer=app/lb/50dc",
			"4xx AWS/ApplicationELB HTTPCode_ELB_4XX_Count LoadBalancer=app/lb/50dc",
			"4xx AWS/ApplicationELB HTTPCode_Target_4XX_Count LoadBalancer=app/lb/50dc",
			"5xx AWS/ApplicationELB HTTPCode_ELB_5XX_Count LoadBalancer=app/lb/50dc",
			"5xx AWS/ApplicationELB HTTPCode_Target_5XX_Count LoadBalancer=app/lb/50dc",
			"integration_latency AWS/ApplicationELB TargetResponseTime LoadBalancer=app/lb/50dc",
			"new_connections AWS/ApplicationELB NewConnectionCount LoadBalancer=app/lb/50dc",
			"processed_bytes AWS/ApplicationELB ProcessedBytes LoadBalancer=app/lb/50dc",
			"consumed_lcu AWS/ApplicationELB ConsumedLCUs LoadBalancer=app/lb/50dc",
			"rejected_connections AWS/ApplicationELB RejectedConnectionCount LoadBalancer=app/lb/50dc",
			"lambda_user_errors AWS/ApplicationELB LambdaUserError LoadBalancer=app/lb/50dc,TargetGroup=targetgroup/f/1a",
			"lambda_internal_errors AWS/ApplicationELB LambdaInternalError LoadBalancer=app/lb/50dc,TargetGroup=targetgroup/f/1a",
		}},
		{"a distribution, whose origin and function are elsewhere", Target{Kind: &CloudFront, Function: function, Distribution: &Distribution{ID: "E1A2B3C4D5E6F7", Origin: behind}}, []string{
			"count AWS/CloudFront Requests DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"4xx AWS/CloudFront 4xxErrorRate DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"5xx AWS/CloudFront 5xxErrorRate DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"cache_hit_rate AWS/CloudFront CacheHitRate DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"integration_latency AWS/CloudFront OriginLatency DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"bytes_downloaded AWS/CloudFront BytesDownloaded DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"bytes_uploaded AWS/CloudFront BytesUploaded DistributionId=E1A2B3C4D5E6F7,Region=Global us-east-1",
			"invocations AWS/Lambda Invocations FunctionName=ml",
			"function_errors AWS/Lambda Errors FunctionName=ml",
			"function_throttles AWS/Lambda Throttles FunctionName=ml",
			"function_duration AWS/Lambda Duration FunctionName=ml",
			"function_concurrency AWS/Lambda ConcurrentExecutions FunctionName=ml",
			"provisioned_spillover AWS/Lambda ProvisionedConcurrencySpilloverInvocations FunctionName=ml",
			"origin_count AWS/ApiGateway Count ApiId=a1b2,Stage=$default",
			"origin_4xx AWS/ApiGateway 4xx ApiId=a1b2,Stage=$default",
			"origin_5xx AWS/ApiGateway 5xx ApiId=a1b2,Stage=$default",
			"origin_latency AWS/ApiGateway Latency ApiId=a1b2,Stage=$default",
		}},
		{"a REST API without a named stage", Target{Kind: &RESTAPI, API: "ml-api"}, nil},
		{"an origin", Target{Kind: &Origin, Function: function}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for w, dims := range test.target.Watched("") {
				var pairs []string
				for _, k := range slices.Sorted(maps.Keys(dims)) {
					pairs = append(pairs, k+"="+dims[k])
				}
				got = append(got, strings.TrimSpace(strings.Join([]string{string(w.Role), w.Namespace, w.Metric, strings.Join(pairs, ","), w.Region}, " ")))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestFunctionsAreNamedAsLambdaNamesThem(t *testing.T) {
	tests := []struct{ name, function, want string }{
		{"by name", "ml", "map[FunctionName:ml]"},
		{"by alias", "ml:live", "map[FunctionName:ml Resource:ml:live]"},
		{"by ARN", "arn:aws:lambda:eu-central-1:123456789012:function:ml", "map[FunctionName:ml]"},
		{"by ARN with a version", "arn:aws:lambda:eu-central-1:123456789012:function:ml:7", "map[FunctionName:ml Resource:ml:7]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := functionDimensions(Target{Function: Function{Name: test.function}})
			if s := mapString(got); s != test.want {
				t.Errorf("got %s, want %s", s, test.want)
			}
		})
	}
	if got := functionDimensions(Target{}); got != nil {
		t.Errorf("a target without a function has dimensions %v", got)
	}
}

func mapString(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, k+":"+m[k])
	}
	return "map[" + strings.Join(pairs, " ") + "]"
}

func TestATargetIsBilledAsTheFrontDoorThatItIs(t *testing.T) {
	for _, row := range []struct {
		name   string
		target Target
		want   string
	}{
		{"a REST API", Target{Kind: &RESTAPI}, "rest-api"},
		{"a REST API behind an interface endpoint", Target{Kind: &RESTAPI, EndpointZones: 2}, "rest-api-private"},
		{"an HTTP API", Target{Kind: &HTTPAPI}, "http-api"},
		{"a function URL", Target{Kind: &FunctionURL}, "function-url"},
		{"an internet-facing load balancer", Target{Kind: &ALB, Zones: 2}, "alb"},
		{"a load balancer without public zones", Target{Kind: &ALB}, "alb-internal"},
		{"an origin, which is billed for nothing", Target{Kind: &Origin}, "origin"},
		{"a distribution before an HTTP API", Target{Kind: &CloudFront, Distribution: &Distribution{Origin: &Target{Kind: &HTTPAPI}}}, "cloudfront-http-api"},
		{"one under a plan, before a function URL", Target{Kind: &CloudFront, Distribution: &Distribution{Origin: &Target{Kind: &FunctionURL}, Plan: "pro"}}, "cloudfront-plan"},
	} {
		d := row.target.Door()
		if d.Name != row.want {
			t.Errorf("%s is billed as %s, want %s", row.name, d.Name, row.want)
		}
		if priced, err := pricing.DoorNamed(d.Name); err == nil && len(priced.Billed) != len(d.Billed) || err != nil && len(d.Billed) > 0 {
			t.Errorf("%s: its bill is not that of the table of front doors: %v", row.name, err)
		}
	}
}

func TestAKindLacksWhatNoneOfItsTargetsCanHave(t *testing.T) {
	for _, row := range []struct {
		kind           *Kind
		requires, want []string
	}{
		{&RESTAPI, []string{"private-endpoint", "jwt"}, []string{"jwt"}},
		{&HTTPAPI, []string{"private-endpoint", "jwt"}, []string{"private-endpoint"}},
		{&ALB, []string{"private-endpoint", "api-keys"}, []string{"api-keys"}},
		{&Origin, []string{"api-keys"}, nil},
	} {
		if got := row.kind.Lacks(row.requires); !slices.Equal(got, row.want) {
			t.Errorf("%s lacks %q of %q, want %q", row.kind.Name, got, row.requires, row.want)
		}
	}
}
