package doors

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
	"tollgate/targets/policy"
)

// An exchange is one request and what becomes of it.
type exchange struct {
	request  *http.Request
	path     string        // below the stage; "": of another stage
	domain   *domain       // by whose name it came; nil: by the door\'s own
	body     *bytes.Buffer // nil: none
	received int64         // bytes of the body
	tooLarge bool          // the body
	begun    time.Time     // when the request's head was there
	ready    time.Time     // when all of it was; modelled time starts here
	nth      uint64        // of the door's requests, from 0

	errors      map[targets.Fault]*response // of the door
	response    *response
	fault       targets.Fault // that the door responds to; "" when what is behind it responds
	overhead    time.Duration // of the door
	integration time.Duration // behind the door
	elapsed     time.Duration // from begun to the response, as it turned out
	called      bool          // a function was asked
	version     *version      // of the function that is called; nil: none was chosen
	qualifier   string        // by which it is called: a version or an alias; "": by neither
	canary      bool          // it meets the canary release
	cached      bool          // that release may use the cache
	invocation  invocation
	refused     enforcer // "": nothing
	cache       cacheUse
	store       func(now time.Time) // keeps the response, unless it is an error; nil: it is not kept
	extra       [][2]string         // headers of this response alone
	own         bool                // the door responds by itself, and not for a fault
	rules       int                 // of a listener that were tried
	rest        time.Duration       // of a streamed response, after its first byte
	cutOff      bool                // after that, without its end
	passed      int64               // bytes of a body that was passed on as it came
	streamed    int64               // bytes of the body of a streamed response
	queued      bool                // a queue took the request
	service     string              // and its action, that was called; "": none

	serviceThrottled bool            // it refused the call
	plan             int             // the usage plan of its key, from 1; 0: none
	keyID            string          // of that key, which is no secret
	inspected        bool            // AWS WAF has looked at it
	permitted        policy.Decision // of the resource policy
	authorized       bool            // an authorizer's function was asked
	expired          bool            // an authorizer refused a token that was genuine, and too old
	last             bool            // on its connection
	abandoned        bool            // the client left before its response
	uncounted        bool            // CloudWatch has no resource to count it for
	injected         []string        // faults
	send             sender          // sends the response; nil: the door does
	route            *route          // of an API; nil: none
	pending          bool            // the invocation goes on and counts when it ends
	invoked          runtime.RequestID
	ids              []string // of a real function's exchange: what the door's headers carry
	trace            string
	relay            *relay // a stream that is passed on
	served           bool   // by a Web Function, or refused by one
	waited           bool   // for the INIT of an environment that others may have waited for, too

	edge *edgeVisit // nil: the door is no distribution

	// Of a WebSocket API.
	connection   *event.Socket // nil: none
	spoilt       func(*socket) // by an injected fault, what comes of the message; nil: it is not
	routeKey     string        // of a message, "$connect" or "$disconnect"
	connected    bool          // the handshake succeeded
	answered     int           // the status code of what is behind $connect; 0: nothing is
	messages     int           // that came and went
	units        int64         // as they are billed
	failedBehind bool          // what is behind the door answered with an error
	broadcast    []byte        // goes to every client, when the invocation has ended; nil: nothing does
	logged       string        // its request id in messages about faults and in the access log; "": nothing asked yet
}

// A stage looks at an exchange on its way through a door. It returns false where
// the exchange has its response: no later stage sees it.
type stage func(*exchange) bool

// fail lets the door itself respond.
func (x *exchange) fail(fault targets.Fault) bool {
	x.fault, x.response = fault, x.errors[fault]
	return false
}

// refuse fails x and remembers what turned it away.
func (x *exchange) refuse(fault targets.Fault, by enforcer) bool {
	x.refused = by
	return x.fail(fault)
}

// An enforcer is what turned a request away for its rate or its proof.
type enforcer string

// The enforcers, in the order in which a request meets them.
const (
	byEndpoint            enforcer = "vpc-endpoint"
	byWebACL              enforcer = "web-acl"
	byPolicy              enforcer = "resource-policy"
	byAuthorizer          enforcer = "authorizer"
	noKey                 enforcer = "api-key"
	byPlan                enforcer = "usage-plan"
	byQuota               enforcer = "quota"
	byStage               enforcer = "stage"
	byAccount             enforcer = "account"
	byConnects            enforcer = "new-connections"
	byCache               enforcer = "cache-invalidation"
	byPermission          enforcer = "permission"
	byFunctionRate        enforcer = "function-rate"
	byFunctionConcurrency enforcer = "function-concurrency"
	byFunctionScaling     enforcer = "function-scaling"
	byInjection           enforcer = "fault"
)

type cacheUse uint8

const (
	notCached cacheUse = iota
	cacheHit
	cacheMiss
)

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// recycle gives x back, which nothing refers to any more.
func (x *exchange) recycle() {
	*x = exchange{}
	exchanges.Put(x)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ordinary is how much of a body's memory is kept for the next one.
const ordinary = 64 << 10

// receive reads the request, at most limit bytes of its body (0: none is
// documented, so largestBody). It returns an error when it did not arrive whole.
// Memory grows with what arrives and not with what the client announces.
func (x *exchange) receive(limit int64) (err error) {
	if limit == 0 {
		limit = largestBody
	}
	x.ready = x.begun
	if n := x.request.ContentLength; n != 0 {
		x.tooLarge = n > limit
		if !x.tooLarge {
			x.body = buffers.Get().(*bytes.Buffer)
			x.body.Reset()
			x.received, err = x.body.ReadFrom(io.LimitReader(x.request.Body, limit+1))
			x.tooLarge = x.received > limit
		}
		x.ready = time.Now()
	}
	return err
}

func (x *exchange) content() []byte {
	if x.body == nil {
		return nil
	}
	return x.body.Bytes()
}

func (x *exchange) release() {
	if x.body != nil && x.body.Cap() <= ordinary {
		buffers.Put(x.body)
	}
	x.body = nil
}

// requestID makes up a request id as Lambda and REST APIs write it: a UUID.
func requestID() string { return runtime.NewRequestID().String() }

// gatewayID makes up a request id, or that of a connection, as API Gateway's own: 11 bytes in
// the base64 of URLs, so that a path can hold it. Source: as recorded in public repositories
// (x-amz-apigw-id: Sk_QWEwEywMFf3g=, aJ8-YHpsIAMEppg=).
func gatewayID() string {
	id := runtime.NewRequestID()
	return gatewayEncoding.EncodeToString(id[:11])
}

// gatewayID is the one that an exchange over WebSocket has.
func (x *exchange) gatewayID() string {
	if x.logged == "" {
		x.logged = gatewayID()
	}
	return x.logged
}

var gatewayEncoding = base64.URLEncoding

// The parts of a tracing header around its id.
const (
	traceRoot       = "Root="
	traceSampled    = ";Sampled=1"
	traceNotSampled = ";Sampled=0"
)

// traceID makes up what X-Ray calls a trace: a version, the second, 96 bits.
// Source: X-Ray developer guide, "Tracing header".
func traceID(now time.Time, sampled bool) string {
	suffix := traceNotSampled
	if sampled {
		suffix = traceSampled
	}
	id := runtime.NewRequestID()
	return fmt.Sprintf("%s1-%08x-%x%s", traceRoot, uint32(now.Unix()), id[4:], suffix)
}
