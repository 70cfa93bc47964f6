package targets

import (
	"cmp"
	"slices"

	"tollgate/pricing"
)

// An Integration is what stands behind a route of an API, or behind a load balancer, in
// place of a function.
type Integration struct {
	Route  string // as that of a RouteFunction; "$default" is all of a load balancer
	Type   string // of IntegrationTypes
	Action string // of a service, "PutItem"; "": the type has none
	URL    string // http, at the lab: of the server; "": elsewhere

	Workflow    string // step-functions: "standard" or "express"
	Transitions int64  // of an execution of a standard workflow, for its bill; 0: not stated
}

// Express says whether a workflow is an express one. StartSyncExecution starts no other.
func (i Integration) Express() bool { return i.Workflow == "express" || i.Action == syncExecution }

const syncExecution = "StartSyncExecution"

// An IntegrationType is one sort of integration without a function.
type IntegrationType struct {
	Name    string
	Title   string
	Actions []string // of a service of AWS, the usual one first; none: it is called in one way
	Backend bool     // a server of one's own
}

// IntegrationTypes are those that can be named in a scenario; a Kind says which it has.
// Sources: API Gateway developer guide, "Set up API integrations" (REST) and "Create AWS
// service integrations for HTTP APIs"; the services' API references for the actions.
var IntegrationTypes = []IntegrationType{
	{Name: "http", Title: "HTTP server", Backend: true},
	{Name: "mock", Title: "mock"},
	{Name: "queue", Title: "SQS"},
	{Name: "dynamodb", Title: "DynamoDB", Actions: []string{"PutItem", "GetItem", "UpdateItem", "DeleteItem", "Query", "Scan"}},
	{Name: "s3", Title: "S3", Actions: []string{"GetObject", "PutObject", "DeleteObject"}},
	{Name: "sns", Title: "SNS", Actions: []string{"Publish"}},
	{Name: "step-functions", Title: "Step Functions", Actions: []string{"StartExecution", syncExecution}},
}

// IntegrationTypeNamed finds a type by its name; the zero value is none.
func IntegrationTypeNamed(name string) IntegrationType {
	i := slices.IndexFunc(IntegrationTypes, func(t IntegrationType) bool { return t.Name == name })
	if i < 0 {
		return IntegrationType{}
	}
	return IntegrationTypes[i]
}

// Called is what the integration calls, as reports name it: "DynamoDB PutItem".
func (i Integration) Called() string {
	title := cmp.Or(IntegrationTypeNamed(i.Type).Title, i.Type)
	if i.Action != "" {
		return title + " " + i.Action
	}
	return title
}

// Call is what the integration is billed by, without what is counted.
func (i Integration) Call() pricing.Call {
	return pricing.Call{Of: i.Called(), Type: i.Type, Action: i.Action, Express: i.Express(), Transitions: pricing.Whole(i.Transitions)}
}

// IntegrationAt is what a request to a path leads to in place of a function; false: to a
// function, and FunctionAt says to which.
func (t *Target) IntegrationAt(method, path string) (Integration, bool) {
	best, found := -1, Integration{}
	for _, i := range t.Integrations {
		if score := routeScore(i.Route, method, path); score > best {
			best, found = score, i
		}
	}
	for _, r := range t.Functions {
		if routeScore(r.Route, method, path) > best {
			return Integration{}, false
		}
	}
	return found, best >= 0
}
