package targets

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
)

// ALB is an Application Load Balancer whose target group is one Lambda function.
// It knows no keys, no signatures and no rate limits; it waits as long as the
// function may run.
//
// Sources: Application Load Balancer user guide, "Lambda functions as targets"
// (which fault is which status), "CloudWatch metrics for your Application Load
// Balancer" and "Troubleshoot"; "How Elastic Load Balancing works" (names have a
// TTL of 60 s, since nodes come and go); the 502 page from a header dump of a live
// balancer. The 413 page follows the same pattern and is marked unsourced.
var ALB = Kind{
	Door:         pricing.ALB,
	Private:      &pricing.InternalALB,
	private:      func(t Target) bool { return t.Zones == 0 },
	Resources:    []string{"AWS::ElasticLoadBalancingV2::LoadBalancer"},
	Service:      "elb",
	RegionFirst:  true,
	CanBeOrigin:  true,
	Keys:         []string{"balancer", "target_group", "rules", "zones", "web_acl", "function", "integrations"},
	Integrations: []string{"http"},
	Server:       "awselb/2.0",
	Errors:       albErrors,
	NameTTL:      time.Minute,
	Watch: slices.Concat(watch("AWS/ApplicationELB", "balancer", albDimensions,
		count(RoleCount, "RequestCount"),
		count(RoleClientError, "HTTPCode_ELB_4XX_Count"),
		count(RoleClientError, "HTTPCode_Target_4XX_Count"),
		count(RoleServerError, "HTTPCode_ELB_5XX_Count"),
		count(RoleServerError, "HTTPCode_Target_5XX_Count"),
		inSeconds(latency(RoleIntegration, "TargetResponseTime")),
		count(RoleConnections, "NewConnectionCount"),
		count(RoleBytes, "ProcessedBytes"),
		count(RoleLCU, "ConsumedLCUs"),
		Watch{Role: RoleRejected, Metric: "RejectedConnectionCount", Stats: []string{"Sum"}, Optional: true},
	), optional(watch("AWS/ApplicationELB", "balancer and target_group", groupDimensions,
		count(RoleUserErrors, "LambdaUserError"),
		count(RoleInternalErrors, "LambdaInternalError"),
	)), webACLWatch, FunctionWatch),
	PreflightStatus: 200,
	CountsPassed:    true, // RequestCount: where "the load balancer node was able to choose a target"
}

func inSeconds(w Watch) Watch {
	w.Seconds = true
	return w
}

// albErrors: all that goes wrong with the function is a 502.
var albErrors = ErrorResponses{
	FaultConcurrency: albError(502, "Bad Gateway", true),
	FaultThrown:      albError(502, "Bad Gateway", true),
	FaultMalformed:   albError(502, "Bad Gateway", true),
	FaultTimeout:     albError(502, "Bad Gateway", true),
	FaultTooLarge:    albError(413, "Request Entity Too Large", false),
	FaultHeaders:     albError(400, "Bad Request", false),
	FaultPermission:  albError(502, "Bad Gateway", true),
	FaultURL:         albError(414, "Request-URI Too Large", false),
	FaultForwarded:   albError(463, "", false),
	FaultProtocol:    albError(464, "", false),
	FaultNoTarget:    albError(503, "Service Temporarily Unavailable", true),
	FaultSlowTarget:  albError(504, "Gateway Time-out", false),
	FaultNetwork:     albError(502, "Bad Gateway", true),
	FaultWAF:         albError(403, "Forbidden", false),
}

func albError(status int, text string, sourced bool) ErrorResponse {
	title := strings.TrimSpace(fmt.Sprintf("%d %s", status, text))
	return ErrorResponse{
		Status: status, Type: "text/html", Sourced: sourced,
		Body: "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n",
	}
}

// groupDimensions name the target group of the function: errors of functions are counted by
// target group alone.
func groupDimensions(t Target) map[string]string {
	if t.Balancer == "" || t.TargetGroup == "" {
		return nil
	}
	return map[string]string{"LoadBalancer": t.Balancer, "TargetGroup": t.TargetGroup}
}

func albDimensions(t Target) map[string]string {
	if t.Balancer == "" {
		return nil
	}
	return map[string]string{"LoadBalancer": t.Balancer}
}
