package doors

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// A ServiceUse is what an integration with a service of AWS does, and how the service
// behaves. Nothing is stored: each request counts as a call of the action that is right.
//
// A REST API calls services by integrations that are no proxies: the first pattern that the
// service's status matches, in alphabetical order, gives the status of the response, and
// without one even an error becomes a 200 whose body says what went wrong. An HTTP API has
// integrations of its own for some services, and passes their status on (assumed).
// Sources: API Gateway developer guide, "Set up an integration response in API Gateway" and
// "Create AWS service integrations for HTTP APIs"; what the services say of a success and of a
// throttled call is from their API references, that of SNS recorded in a public repository.
//
// Left out: mapping templates (VTL). A file that states one is refused, since a lab that
// ignored it would answer for what was never called so.
type ServiceUse struct {
	Action   string     `json:"action,omitempty"`   // "PutItem"; default the first of the service
	Duration *LogNormal `json:"duration,omitempty"` // of the service; default 8 ms
	Capacity *Throttle  `json:"capacity,omitempty"` // of the service, which throttles what is more; none: it takes everything

	RequestTemplates  map[string]string `json:"request_templates,omitempty"`  // refused
	ResponseTemplates map[string]string `json:"response_templates,omitempty"` // refused
}

// A service is one that integrations call.
type service struct {
	name      string
	says      func(action string) string // what its response to a good call is
	throttled *response                  // to one too many
}

func (s *service) actions() []string { return targets.IntegrationTypeNamed(s.name).Actions }

// services are those that integrations of their name call.
var services = []service{
	{
		"dynamodb",
		ofDynamoDB,
		newResponse(http.StatusBadRequest, amzJSON, `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."}`),
	},
	{
		"s3",
		func(string) string { return "" },
		newResponse(http.StatusServiceUnavailable, "application/xml", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`),
	},
	{
		"sns",
		func(string) string {
			return `{"PublishResponse":{"PublishResult":{"MessageId":"` + requestID() + `","SequenceNumber":null},"ResponseMetadata":{"RequestId":"` + requestID() + `"}}}`
		},
		newResponse(http.StatusBadRequest, jsonType, `{"Error":{"Code":"Throttling","Message":"Rate exceeded","Type":"Sender"}}`),
	},
	{
		"step-functions",
		ofStepFunctions,
		newResponse(http.StatusBadRequest, amzJSON, `{"__type":"ThrottlingException","message":"Rate exceeded"}`),
	},
}

const amzJSON = "application/x-amz-json-1.0"

func ofDynamoDB(action string) string {
	switch action {
	case "GetItem":
		return `{"Item":{"id":{"S":"1"}}}`
	case "Query", "Scan":
		return `{"Count":1,"Items":[{"id":{"S":"1"}}],"ScannedCount":1}`
	}
	return "{}"
}

func ofStepFunctions(action string) string {
	now := strconv.FormatFloat(float64(time.Now().UnixMilli())/1000, 'f', 3, 64)
	arn := `"executionArn":"arn:aws:states:` + region + ":" + account + `:execution:tollgate:` + requestID() + `","startDate":` + now
	if action == "StartSyncExecution" {
		return "{" + arn + `,"stopDate":` + now + `,"status":"SUCCEEDED","output":"{}"}`
	}
	return "{" + arn + "}"
}

func serviceNamed(name string) *service {
	i := slices.IndexFunc(services, func(s service) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return &services[i]
}

// defaultService is how long a service takes, assumed.
var defaultService = LogNormal{Median: Duration(8 * time.Millisecond), Sigma: 0.3}

func (i Integration) checkService(at string, p *problems) {
	for key, templates := range map[string]map[string]string{"request_templates": i.RequestTemplates, "response_templates": i.ResponseTemplates} {
		for _, kind := range slices.Sorted(maps.Keys(templates)) {
			p.add("%s.%s: the mapping template for %s is not run here: the lab has no VTL. Leave it out, and each request counts as a right call of the action; measure what the template does at AWS", at, key, kind)
		}
	}
	s := serviceNamed(i.Type)
	if s == nil {
		if i.Action != "" || i.Duration != nil || i.Capacity != nil {
			p.add("%s: action, duration and capacity are of dynamodb, s3, sns and step-functions; this is %q", at, i.Type)
		}
		return
	}
	if actions := s.actions(); !slices.Contains(actions, cmp.Or(i.Action, actions[0])) {
		p.add("%s.action: %s has no %q here; it has %s", at, s.name, i.Action, strings.Join(actions, ", "))
	}
	p.distribution(at+".duration", *or(i.Duration, defaultService))
	p.throttle(at+".capacity", i.Capacity)
}

// callService is an integration with a service of AWS.
func callService(d *door, i *Integration) stage {
	s := serviceNamed(i.Type) // the table of integrations has no other
	action := cmp.Or(i.Action, s.actions()[0])
	took := newDraw(*or(i.Duration, defaultService), d.seed, fmt.Sprint(d.Name, s.name, action))
	var capacity *bucket
	if i.Capacity != nil {
		capacity = newBucket(*i.Capacity, d.started)
	}
	status := func(code int) int { return statusOf(i.Errors)(strconv.Itoa(code)) }
	if !d.kind.mapsServices {
		status = func(code int) int { return code }
	}
	throttled := *s.throttled
	throttled.status = status(throttled.status)
	return func(x *exchange) bool {
		x.integration = took.at(x.nth)
		if limit := time.Duration(d.config.Timeout); limit > 0 && x.integration > limit {
			x.integration = limit
			return x.fail(targets.FaultTimeout)
		}
		x.service = s.name + "." + action
		if capacity != nil && !capacity.take(x.ready) {
			x.response, x.serviceThrottled = &throttled, true
			return false
		}
		x.response = newResponse(status(http.StatusOK), jsonType, s.says(action))
		return false
	}
}

// ServiceTruth is what really happened at a service behind a door.
type ServiceTruth struct {
	Calls     int64 `json:"calls"`
	Throttled int64 `json:"throttled"` // of the calls
}

// countService counts a call; the lock is held.
func (c *counters) countService(x *exchange) {
	if x.service == "" {
		return
	}
	if c.truth.Services == nil {
		c.truth.Services = map[string]ServiceTruth{}
	}
	t := c.truth.Services[x.service]
	t.Calls++
	addIf(&t.Throttled, x.serviceThrottled)
	c.truth.Services[x.service] = t
}
