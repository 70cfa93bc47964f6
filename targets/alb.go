package targets

import (
	"fmt"
	"strings"
	"time"

	"tollgate/pricing"
)

// ALB is an Application Load Balancer whose target group is one Lambda
// function. It knows no keys, no signatures and no rate limits; it waits as
// long as the function may run.
//
// Sources: Application Load Balancer user guide, "Lambda functions as targets"
// (1 MB each way, which fault is which status), "Quotas" (64 KB of headers),
// "CloudWatch metrics for your Application Load Balancer" and "Troubleshoot";
// "How Elastic Load Balancing works" (names have a TTL of 60 s, since nodes come
// and go); the 502 page from a header dump of a live balancer. The 413 page follows the
// same pattern and is marked unsourced.
var ALB = Kind{
	Name:    "alb",
	Title:   "Application Load Balancer",
	Service: "elb",
	Limits:  Limits{RequestBytes: 1 << 20, ResponseBytes: 1 << 20, HeaderBytes: 64 << 10},
	Manners: Manners{Server: "awselb/2.0", Faults: albFaults},
	NameTTL: time.Minute,
	Watch: append([]Watch{
		watchCount(RoleCount, applicationELB, "RequestCount", albDimensions),
		watchCount(RoleClientError, applicationELB, "HTTPCode_ELB_4XX_Count", albDimensions),
		watchCount(RoleClientError, applicationELB, "HTTPCode_Target_4XX_Count", albDimensions),
		watchCount(RoleServerError, applicationELB, "HTTPCode_ELB_5XX_Count", albDimensions),
		watchCount(RoleServerError, applicationELB, "HTTPCode_Target_5XX_Count", albDimensions),
		{
			Role: RoleIntegration, Namespace: applicationELB, Metric: "TargetResponseTime", Seconds: true,
			Stats: latencyStats, Dimensions: albDimensions,
		},
		watchCount(RoleConnections, applicationELB, "NewConnectionCount", albDimensions),
		watchCount(RoleBytes, applicationELB, "ProcessedBytes", albDimensions),
		watchCount(RoleLCU, applicationELB, "ConsumedLCUs", albDimensions),
	}, functionWatch()...),
	Billed: []pricing.Dimension{pricing.ALBHours, pricing.ALBCapacity, pricing.ALBAddresses, pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut},
}

const applicationELB = "AWS/ApplicationELB"

// albFaults: whatever goes wrong with the function is a 502.
var albFaults = map[Fault]Answer{
	FaultConcurrency: albAnswer(502, "Bad Gateway", true),
	FaultThrown:      albAnswer(502, "Bad Gateway", true),
	FaultMalformed:   albAnswer(502, "Bad Gateway", true),
	FaultTimeout:     albAnswer(502, "Bad Gateway", true),
	FaultTooLarge:    albAnswer(413, "Request Entity Too Large", false),
	FaultHeaders:     albAnswer(400, "Bad Request", false),
	FaultPermission:  albAnswer(502, "Bad Gateway", true),
	FaultURL:         albAnswer(414, "Request-URI Too Large", false),
	FaultForwarded:   albAnswer(463, "", false),
	FaultProtocol:    albAnswer(464, "", false),
	FaultNoTarget:    albAnswer(503, "Service Temporarily Unavailable", true),
	FaultSlowTarget:  albAnswer(504, "Gateway Time-out", false),
	FaultNetwork:     albAnswer(502, "Bad Gateway", true),
}

func albAnswer(status int, text string, sourced bool) Answer {
	title := strings.TrimSpace(fmt.Sprintf("%d %s", status, text))
	return Answer{
		Status: status, Type: "text/html", Sourced: sourced,
		Body: "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n",
	}
}

func albDimensions(t Target) map[string]string {
	if t.Balancer == "" {
		return nil
	}
	return map[string]string{"LoadBalancer": t.Balancer}
}
