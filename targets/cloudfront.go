package targets

import (
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing"
)

// CloudFront is a distribution in front of another front door, or of a server. What the
// cache does not answer reaches that one, its origin, whose function, metrics and bill it
// has besides its own.
//
// An edge-optimised REST API is none: API Gateway keeps its distribution to itself, caches
// nothing there, does not bill for it and publishes no metric of it. Its responses carry
// CloudFront's headers all the same.
//
// Sources: CloudFront developer guide, "View CloudFront and edge function metrics" (metrics
// in us-east-1 with the dimension Region=Global; those marked there as additional are
// published once they are switched on, for a price), "Troubleshooting error response
// status codes in CloudFront" (which fault is which status), "Request and response behavior
// for custom origins"; the pages of 403 as recorded by others, which the other statuses
// are taken to have as well.
var CloudFront = Kind{
	Door:       pricing.CloudFront,
	Service:    "cloudfront",
	HostSuffix: "cloudfront.net",
	Keys:       []string{"distribution", "viewers", "plan", "function_share", "lambda_edge", "web_acl", "behind"},
	Words:      []string{"cdn", "distribution", "cloud-front", "edge"},
	RequestIDs: []string{"X-Amz-Cf-Id"},
	Cached:     CacheHeaders{Name: "X-Cache", Read: readXCache},
	HasOrigin:  true,
	OwnPage:    edgePage,
	Errors:     cloudFrontErrors,
	Watch: slices.Concat(atDistribution(
		count(RoleCount, "Requests"),
		percent(RoleClientError, "4xxErrorRate"),
		percent(RoleServerError, "5xxErrorRate"),
		Watch{Role: RoleHitRate, Metric: "CacheHitRate", Stats: []string{"Average"}},
		Watch{Role: RoleIntegration, Metric: "OriginLatency", Stats: []string{"p50", "p90", "p99"}},
		count(RoleSent, "BytesDownloaded"),
		count(RoleReceived, "BytesUploaded"),
	), edgeACLWatch, FunctionWatch),
	PreflightStatus: 200,
}

// A Distribution is what a target of CloudFront says of it.
type Distribution struct {
	ID     string  // "E1A2B3C4D5E6F7"; "": not stated
	Origin *Target // what is behind it: its kind, region and names; requests go to no address of it. nil: not known yet

	OriginAssumed  bool   // the origin was not stated
	Plan           string // the flat-rate plan; "": paid by usage
	ViewersAssumed bool   // they are taken to be in the origin's part of the world

	Use pricing.CDNUse // viewers, and code at the edge; the share of hits is measured
}

// UnstatedOrigin is the kind of what is behind a distribution where nothing says it: at the
// lab a function URL, elsewhere a server of which nothing is known.
func UnstatedOrigin(lab bool) *Kind {
	if lab {
		return &FunctionURL
	}
	return &Origin
}

func (d *Distribution) door() pricing.Door {
	return pricing.Distribution(d.Origin.Door(), d.Plan != "")
}

// state fills in what a bill needs of what is behind the distribution.
func (d *Distribution) state(traffic *pricing.Traffic) {
	if d != nil && d.Origin != nil {
		d.Origin.State(traffic)
	}
}

// title is that of the front door that is billed, but that of CloudFront alone where nothing
// says what is behind it.
func (d *Distribution) title() string {
	if d.Origin == nil {
		return CloudFront.Title
	}
	door := d.door()
	if d.Unstated() {
		title, _, _ := strings.Cut(door.Title, ",")
		return title + ", before an unstated origin"
	}
	return door.Title
}

// Unstated says whether nothing is known of what is behind the distribution, not even in
// which region it is.
func (d *Distribution) Unstated() bool {
	return d != nil && d.OriginAssumed && !d.Origin.Kind.OnAWS()
}

// watch are a distribution's metrics, without those of a function where what is behind it
// has none, or is not stated.
func (d *Distribution) watch(all []Watch) []Watch {
	if d.Origin == nil || d.Origin.Kind.HasFunction() {
		return all
	}
	return slices.DeleteFunc(all, func(w Watch) bool { return w.Needs == functionNeeds })
}

// Answering are the kinds whose own responses a request to the target may get: that of a
// distribution, and of the front door behind it.
func (t *Target) Answering() (all []*Kind) {
	if t.Kind != nil {
		all = append(all, t.Kind)
	}
	if d := t.Distribution; d != nil && d.Origin != nil {
		all = append(all, d.Origin.Kind)
	}
	return all
}

// MetricsRegion is where CloudWatch has what is published of distributions.
const MetricsRegion = "us-east-1"

func atDistribution(metrics ...Watch) []Watch {
	for i := range metrics {
		metrics[i].Region = MetricsRegion
	}
	return watch("AWS/CloudFront", "distribution", distributionDimensions, metrics...)
}

func percent(role Role, metric string) Watch {
	return Watch{Role: role, Metric: metric, Stats: []string{"Average"}, Percent: true}
}

func distributionDimensions(t Target) map[string]string {
	if t.Distribution == nil || t.Distribution.ID == "" {
		return nil
	}
	return map[string]string{"DistributionId": t.Distribution.ID, "Region": "Global"}
}

// originRoles are what the metrics of an origin are called that are read of it. Its
// function is the target's.
var originRoles = map[Role]Role{
	RoleCount: RoleOriginCount, RoleClientError: RoleOriginClientError, RoleServerError: RoleOriginServerError, RoleLatency: RoleOriginLatency,
}

// watched are the metrics of the origin.
func (d *Distribution) watched(role Role, yield func(Watch, map[string]string) bool) {
	if d.Origin == nil {
		return
	}
	for w, dims := range d.Origin.Watched("") {
		of, read := originRoles[w.Role]
		if w.Role = of; read && (role == "" || role == of) && !yield(w, dims) {
			return
		}
	}
}

// cloudFrontErrors: what is wrong with an origin's response is passed on as it is.
var cloudFrontErrors = ErrorResponses{
	FaultHeaders:  edgeError(494, "494 ERROR", "Bad request.", false),
	FaultTooLarge: edgeError(413, "413 ERROR", "Bad request.", false),
	FaultURL:      edgeError(414, "414 ERROR", "Bad request.", false),
	FaultNoRoute:  edgeError(403, "403 ERROR", "This distribution is not configured to allow the HTTP request method that was used for this request.", true),
	FaultWAF:      edgeError(403, "403 ERROR", "Request blocked.", true),
	FaultNetwork:  edgeError(502, "502 ERROR", "CloudFront wasn't able to connect to the origin.", false),
	FaultTimeout:  edgeError(504, "504 ERROR", "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.", false),
}

// edgePage is in every page of CloudFront's own, and in none of an origin's.
const edgePage = "Generated by cloudfront (CloudFront)"

// edgeError is a page of CloudFront's own.
func edgeError(status int, title, text string, sourced bool) ErrorResponse {
	const clear = "<BR clear=\"all\">\n"
	return ErrorResponse{
		Status: status, Type: "text/html", Sourced: sourced,
		Body: "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://www.w3.org/TR/html4/loose.dtd\">\n" +
			"<HTML><HEAD><META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=iso-8859-1\">\n" +
			"<TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>" + title + "</H1>\n" +
			"<H2>The request could not be satisfied.</H2>\n<HR noshade size=\"1px\">\n" + text + "\n" +
			"We can't connect to the server for this app or website at this time. There might be too much traffic or a configuration error. Try again later, or contact the app or website owner.\n" +
			clear + "If you provide content to customers through CloudFront, you can find steps to troubleshoot and help prevent this error by reviewing the CloudFront documentation.\n" +
			clear + "<HR noshade size=\"1px\">\n<PRE>\n" + edgePage + "\nRequest ID: " + AnyRequestID + "\n</PRE>\n<ADDRESS>\n</ADDRESS>\n</BODY></HTML>",
	}
}

// xCache are the words of X-Cache, before " from cloudfront". Source: CloudFront developer
// guide, "Access log fields" (x-edge-result-type and its detailed values, which X-Cache
// repeats); those of hits are from general knowledge.
var xCache = map[string]CacheAnswer{
	"Hit": CacheHit, "OriginShieldHit": CacheHit, "RefreshHit": CacheRefresh, "Miss": CacheMiss, "Error": CacheError,
	"LambdaGeneratedResponse": CacheEdge, "FunctionGeneratedResponse": CacheEdge, "Redirect": CacheEdge,
	"LimitExceeded": CacheEdge, "CapacityExceeded": CacheEdge,
}

// deltaSeconds is the form of Age. Source: RFC 9111, section 1.2.2.
var deltaSeconds = regexp.MustCompile(`^[0-9]+$`)

// readXCache reads X-Cache, which ends as CloudFront's does: another cache's, or a list of
// what several did, says nothing of the distribution. An error with an age was kept.
func readXCache(value, age string) CacheAnswer {
	word, own := strings.CutSuffix(value, " from cloudfront")
	answer, known := xCache[word]
	if !own || !known {
		return CacheUnknown
	}
	if answer == CacheError && deltaSeconds.MatchString(age) {
		return CacheKeptError
	}
	return answer
}
