package doors

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
)

var webSocketAPI = kind{
	Kind:         &targets.WebSocketAPI,
	overhead:     LogNormal{Median: Duration(6 * time.Millisecond), Sigma: 0.3},
	keys:         []string{"api", "disable_default_endpoint", "stage", "variables", "throttle", "usage_plan", "more_usage_plans", "websocket"},
	integrations: []string{"lambda", "http", "mock"},
	endings:      gatewayEndings,
	noEndpoint:   targets.FaultNoRoute,
	fill: func(d *DoorConfig) {
		d.Stage = cmp.Or(d.Stage, "prod")
		d.Timeout = cmp.Or(d.Timeout, Duration(targets.WebSocketAPI.Limits.Timeout))
		filled := or(d.Sockets, Sockets{}).filled()
		d.Sockets = &filled
	},
	check:        checkWebSocket,
	open:         openWebSocket,
	id:           apiID,
	requestID:    func(*exchange) string { return gatewayID() },
	format:       func(DoorConfig) event.Format { return event.WebSocket },
	application:  chat,
	renames:      func(string) string { return "" }, // the handshake has the door's own, and messages have none
	billable:     func(x *exchange) int64 { return x.units },
	largestEvent: largestPayload,
	onDemand:     true,
	accessLog:    socketLog,
}

// Sockets are the routes and the limits of a WebSocket API.
type Sockets struct {
	Selection   string        `json:"route_selection,omitempty"` // default "$request.body.action"
	Routes      []SocketRoute `json:"routes,omitempty"`          // none: those of the sample chat
	Connects    *Throttle     `json:"new_connections,omitempty"` // of the account; default 500/s
	Idle        Duration      `json:"idle_timeout,omitempty"`    // default 10 minutes
	Life        Duration      `json:"lifetime,omitempty"`        // default 2 hours
	Binary      bool          `json:"binary,omitempty"`          // messages in binary frames are taken; otherwise they close the connection
	Credentials []Credential  `json:"credentials,omitempty"`     // that the @connections API accepts; none: those of the lab
	AccessLog   *AccessLog    `json:"access_log,omitempty"`      // none: none is written
}

// A SocketRoute is a route of a WebSocket API, and what stands behind it.
type SocketRoute struct {
	Key         string       `json:"key"` // "$connect", "$disconnect", "$default", or what the route selection expression may yield
	Integration *Integration `json:"integration,omitempty"`
	TwoWay      bool         `json:"route_response,omitempty"`   // the body that comes back goes to the client
	Validate    *Models      `json:"validate,omitempty"`         // none: every message may pass
	Authorizer  *Authorizer  `json:"authorizer,omitempty"`       // $connect
	Throttle    *Throttle    `json:"throttle,omitempty"`         // of its messages
	KeyRequired *bool        `json:"api_key_required,omitempty"` // $connect; default: where there is a usage plan
}

// The routes that API Gateway knows itself.
const (
	connectRoute    = targets.ConnectRoute
	disconnectRoute = targets.DisconnectRoute
	defaultRoute    = targets.DefaultRoute
)

// mostRoutes is documented. Source: API Gateway developer guide, "Quotas for configuring and
// running a WebSocket API".
const mostRoutes = 300

// chatRoutes are those of the sample chat.
var chatRoutes = []SocketRoute{
	{Key: connectRoute}, {Key: disconnectRoute}, {Key: sendRoute}, {Key: defaultRoute, TwoWay: true},
}

// routedSockets are Routed's of a WebSocket API: the routes of the sample chat and others, of
// which some lead to functions of their own. What a route is not known to answer, it answers
// with the message.
func (d DoorConfig) routedSockets(integrations map[string]Integration) DoorConfig {
	s := *or(d.Sockets, Sockets{})
	if s.Routes = slices.Clone(s.Routes); len(s.Routes) == 0 {
		s.Routes = slices.Clone(chatRoutes)
	}
	for _, key := range slices.Sorted(maps.Keys(integrations)) {
		i := slices.IndexFunc(s.Routes, func(r SocketRoute) bool { return r.Key == key })
		if i < 0 {
			i = len(s.Routes)
			s.Routes = append(s.Routes, SocketRoute{Key: key, TwoWay: true})
		}
		behind := integrations[key]
		s.Routes[i].Integration = &behind
	}
	d.Sockets = &s
	return d
}

func (s Sockets) filled() Sockets {
	s.Selection = cmp.Or(s.Selection, targets.RouteSelection)
	// A burst of new connections is not documented: that of one second is assumed.
	s.Connects = or(s.Connects, Throttle{Rate: PerSecond(targets.WebSocketAPI.Limits.Connects), Burst: int(targets.WebSocketAPI.Limits.Connects)})
	s.Idle = cmp.Or(s.Idle, Duration(targets.WebSocketAPI.Limits.ConnectionIdle))
	s.Life = cmp.Or(s.Life, Duration(targets.WebSocketAPI.Limits.Connection))
	if len(s.Routes) == 0 {
		s.Routes = chatRoutes
	}
	s.Routes = slices.Clone(s.Routes)
	for i := range s.Routes {
		behind := or(s.Routes[i].Integration, Integration{}).filled()
		s.Routes[i].Integration = &behind
	}
	return s
}

// Source: API Gateway developer guide, "Route selection expressions".
var (
	plainRouteKey = regexp.MustCompile(`^(?:` + targets.SocketRouteForm + `)$`)
	bodyReference = regexp.MustCompile(`\$\{request\.body\.([A-Za-z0-9_.-]+)\}|\$request\.body\.([A-Za-z0-9_.-]+)`)
)

func checkWebSocket(k *kind, d DoorConfig, at string, p *problems) {
	if !plainStage().MatchString(d.Stage) {
		p.add("%s.stage: %q must be letters, digits, - and _", at, d.Stage)
	}
	if d.Function.Proxy != "" {
		p.add("%s.function.proxy: an adapter in Lambda makes no requests of the events of a WebSocket API: give a command, or routes with an http integration", at)
	}
	for i, plan := range d.plans() {
		if len(plan.Methods) > 0 {
			p.add("%s: usage plan %d has limits of methods, and the routes of a WebSocket API have none", at, i+1)
		}
	}
	s, at := d.Sockets, at+".websocket"
	if s.Selection != `\$default` && !bodyReference.MatchString(s.Selection) {
		p.add(`%s.route_selection: %q must name a part of the message, such as "$request.body.action", or be "\$default"`, at, s.Selection)
	}
	p.throttle(at+".new_connections", s.Connects)
	p.between(at+".idle_timeout", s.Idle, time.Millisecond, targets.WebSocketAPI.Limits.ConnectionIdle)
	s.AccessLog.check(at+".access_log", k.accessLog, p)
	p.between(at+".lifetime", s.Life, time.Millisecond, targets.WebSocketAPI.Limits.Connection)
	checkCredentials(at+".credentials", s.Credentials, p)
	if len(s.Routes) > mostRoutes {
		p.add("%s.routes: %d are more than the %d that an API has", at, len(s.Routes), mostRoutes)
	}
	if d.UsagePlan != nil && !slices.ContainsFunc(s.Routes, func(r SocketRoute) bool { return r.Key == connectRoute }) {
		p.add("%s.routes: there is no route $connect, which would ask for the key of the usage plan", at)
	}
	seen := map[string]bool{}
	for i, r := range s.Routes {
		here := fmt.Sprintf("%s.routes[%d]", at, i)
		if seen[r.Key] {
			p.add("%s.key: %q is in the list already", here, r.Key)
		}
		seen[r.Key] = true
		r.check(here, k, p)
	}
}

func (r SocketRoute) check(at string, k *kind, p *problems) {
	if !plainRouteKey.MatchString(r.Key) {
		p.add(`%s.key: %q must be $connect, $disconnect, $default, or a word without a "$" at its beginning`, at, r.Key)
	}
	if !r.Integration.checkMapping(at+".integration", p) {
		r.Integration.check(at+".integration", k, p)
	}
	r.Validate.check(at+".validate", p)
	r.Authorizer.check(at+".authorizer", p)
	p.throttle(at+".throttle", r.Throttle)
	switch {
	case r.Authorizer != nil && r.Key != connectRoute:
		p.add("%s.authorizer: only $connect has one: who may connect may send", at)
	case r.Authorizer != nil && r.Authorizer.Type != "token" && r.Authorizer.Type != "iam":
		p.add(`%s.authorizer.type: a WebSocket API knows "token" and "iam"`, at)
	case r.KeyRequired != nil && r.Key != connectRoute:
		p.add("%s.api_key_required: only $connect asks for a key, in the handshake", at)
	case r.Validate != nil && (r.Key == connectRoute || r.Key == disconnectRoute):
		p.add("%s.validate: no message comes to %s that could be checked", at, r.Key)
	case r.TwoWay && (r.Key == connectRoute || r.Key == disconnectRoute):
		p.add("%s.route_response: no message comes of %s that could be answered", at, r.Key)
	}
}

func openWebSocket(d *door) []stage {
	d.API, d.Stage = apiID(d.apiName()), d.config.Stage
	scheme := "ws://"
	if d.config.TLS {
		scheme = "wss://"
	}
	d.URL = scheme + d.address + "/" + d.Stage
	s := newSocketSet(d)
	d.sockets = s
	d.closers = append(d.closers, d.background.Wait)
	connecting := s.routes[connectRoute]
	if plans := d.config.plans(); len(plans) > 0 {
		d.APIKey = plans[0].Keys[0]
		d.counters.truth.Plans = make([]PlanTruth, len(plans))
	}
	return []stage{
		limits(nil),
		d.defaultEndpoint,
		stripStage(d.Stage),
		s.manage,
		s.wantsUpgrade,
		throttle(s.connects, byConnects),
		throttle(d.account, byAccount),
		authenticate(func(*exchange) authorizer { return connecting.authorizer() }),
		checkKeys(d.config.plans(), d.started, func(*exchange) (string, bool) { return "", connecting.keyed(d) }),
		s.connect,
	}
}
