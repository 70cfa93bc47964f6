package doors

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// An exchange is one request and what becomes of it.
type exchange struct {
	request  *http.Request
	body     *bytes.Buffer // nil: none
	received int64         // bytes of the body
	begun    time.Time     // when the request's head was there
	ready    time.Time     // when all of it was; modelled time starts here
	nth      uint64        // of the door's requests, from 0

	answer      *answer
	fault       targets.Fault // that the door answers; "" when the function answers
	overhead    time.Duration // of the door
	integration time.Duration // behind the door
	elapsed     time.Duration // from begun to the answer, as it turned out
	called      bool          // the function was asked
	invocation  invocation
	refused     layer
	cache       cacheUse
	keep        string // store the answer under this key; "" for not at all
	keepFor     time.Duration
	extra       [][2]string   // headers of this answer alone
	own         bool          // the door answers by itself, and not for a fault
	rules       int           // of a listener that were tried
	rest        time.Duration // of a streamed answer, after its first byte
	queued      bool          // a queue took the request
	authorized  bool          // an authorizer's function was asked
	challenge   string        // what an HTTP API asks for in www-authenticate
	last        bool          // on its connection
	abandoned   bool          // the client left before its answer
	uncounted   bool          // CloudWatch knows nothing that it would count for
	befallen    []string      // faults on demand
	deliver     deliverer     // sends the answer; nil: the door does
	route       *route        // of an API; nil: none
	pending     bool          // the invocation goes on and counts when it ends
	invoked     runtime.RequestID
	ids         []string // of a real function's exchange: what the door's headers carry
	trace       string
	relay       *relay // a stream that is passed on

	lines [6]string // room for the values of headers that are its own
	used  int       // of the room
}

// exchanges holds exchanges for reuse.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// recycle gives x back, of which nobody knows any more.
func (x *exchange) recycle() {
	*x = exchange{}
	exchanges.Put(x)
}

// line is the value of a header that only x has. It is good until x is recycled:
// net/http copies headers when their answer begins.
func (x *exchange) line(value string) []string {
	if x.used == len(x.lines) {
		return []string{value}
	}
	x.lines[x.used] = value
	x.used++
	return x.lines[x.used-1 : x.used : x.used]
}

// A layer is what turned a request away for its rate or its key.
type layer uint8

// The layers, in the order in which a request meets them.
const (
	letIn layer = iota
	byAuthorizer
	noKey
	byPlan
	byQuota
	byStage
	byAccount
	byCache
	byPermission
	byFunctionRate
	byFunctionConcurrency
	byFunctionScaling
	byInjection
	numLayers
)

var layerNames = [numLayers]string{"", "authorizer", "api-key", "usage-plan", "quota", "stage", "account", "cache-invalidation", "permission", "function-rate", "function-concurrency", "function-scaling", "fault"}

type cacheUse uint8

const (
	notCached cacheUse = iota
	cacheHit
	cacheMiss
)

// buffers holds request bodies of ordinary size for reuse.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// ordinary is how much of a body's memory is kept for the next one.
const ordinary = 64 << 10

// receive reads the request, at most limit bytes of its body (0: none is
// documented, so largestBody). It says whether the body was too large, and
// returns an error when it did not arrive whole.
func (x *exchange) receive(limit int64) (tooLarge bool, err error) {
	if limit == 0 {
		limit = largestBody
	}
	switch n := x.request.ContentLength; {
	case n == 0:
		x.ready = x.begun
		return false, nil
	case n <= limit:
		tooLarge, err = x.receiveBody(limit)
	default:
		tooLarge = true
	}
	x.ready = time.Now()
	return tooLarge, err
}

// receiveBody reads a body, whose length may not be known. A short one is read
// at once; for others memory grows with what arrives and not with what the
// client announces.
func (x *exchange) receiveBody(limit int64) (tooLarge bool, err error) {
	x.body = buffers.Get().(*bytes.Buffer)
	x.body.Reset()
	if n := x.request.ContentLength; 0 < n && n <= ordinary {
		x.body.Grow(int(n))
		whole := x.body.AvailableBuffer()[:n]
		read, err := io.ReadFull(x.request.Body, whole)
		x.received = int64(read)
		x.body.Write(whole[:read])
		return false, err
	}
	x.received, err = x.body.ReadFrom(io.LimitReader(x.request.Body, limit+1))
	return x.received > limit, err
}

// largestBody bounds what a door without a documented limit reads.
const largestBody = 10 << 20

// content returns the body that was received.
func (x *exchange) content() []byte {
	if x.body == nil {
		return nil
	}
	return x.body.Bytes()
}

// release gives the body's memory back.
func (x *exchange) release() {
	if x.body != nil && x.body.Cap() <= ordinary {
		buffers.Put(x.body)
	}
	x.body = nil
}
