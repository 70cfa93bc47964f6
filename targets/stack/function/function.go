// Package function is the Lambda function of the reference stack: it says which environment
// answered, and does as much work as a request asks for. One program serves all front
// doors of the stack.
//
// # What a request asks for
//
// Parameters of the query, or keys of a JSON body, of any path and method:
//
//	cpu=5ms         processor time that the handler uses
//	sleep=20ms      time that it waits, as for a database
//	memory_mb=100   memory that it holds while it does so
//	bytes=10000     the size of the answer; so does the path /bytes/10000
//	status=503      the status code of the answer
//	fail=error      fails instead: error, panic, exit, malformed or timeout
//
// The variable INIT, with the same parameters, is work before the first invocation.
// Each figure has a bound, and what exceeds it is answered by 400 and the bound: the
// address of a public function URL is all that somebody needs to call it. The function's
// timeout bounds cpu and sleep together, and the variable MOST_BYTES the answer, of which
// each gigabyte is billed. Rejected: a token for what is asked. It would be in the requests
// of every scenario, and the default answer is billed without it, too.
//
// # What it answers
//
// JSON about the environment: instance (drawn when it started), cold (this is its first
// invocation), invocation, init_ms (from the start of [Serve] to the first
// invocation; the REPORT line has what Lambda bills), memory_mb, architecture, and what
// the handler did. The header X-Instance-Id has the instance as well, by which
// tollgate's probes distinguish environments.
//
// # WebSocket APIs
//
// A message is answered like a request, with its "id" if it has one, where the route has a
// route response. {"action": "push", "count": 3, "text": "…"} sends messages to its own
// connection by the @connections API, which takes the function's role.
//
// # Why
//
// It belongs to tollgate's module, whose tests need aws-lambda-go anyway, and no package of
// the program imports it: the program does not grow, and its scripts run the very function.
// Events are read into one struct with
// what all their formats have, and not by aws-lambda-go's types for each: those are decoded
// after one has found out which of them it is, so that each event would be decoded twice
// within the measured time. Of the AWS SDK only the signer is used, and not its client for
// @connections: the archive of 2.4 MB is what INIT loads.
package function

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// Serve answers events of Lambda until the environment ends.
func Serve() {
	f := newFunction(time.Now(), os.Getenv)
	if err := f.bound(os.Getenv("MOST_BYTES")); err != nil {
		panic(err)
	}
	if err := f.prepare(os.Getenv("INIT")); err != nil {
		panic(err) // Lambda logs it, and INIT has failed
	}
	lambda.Start(f.answer)
}

// An environment is what its function says of it.
type environment struct {
	Instance       string  `json:"instance"`
	Cold           bool    `json:"cold"`
	Invocation     int64   `json:"invocation"`
	InitMS         float64 `json:"init_ms"`
	MemoryMB       int     `json:"memory_mb"`
	Architecture   string  `json:"architecture"`
	Runtime        string  `json:"runtime,omitempty"`        // AWS_EXECUTION_ENV
	Initialization string  `json:"initialization,omitempty"` // on-demand, provisioned-concurrency or snap-start
	Region         string  `json:"region,omitempty"`
	Function       string  `json:"function,omitempty"`
	Version        string  `json:"version,omitempty"`
}

// A function is the function in one environment. Lambda sends it one event at a time.
type function struct {
	environment
	begun  time.Time
	most   bounds
	worker worker
	push   func(ctx context.Context, c call, text []byte) error
}

// newFunction reads what Lambda tells an environment.
// Source: Lambda developer guide, "Working with Lambda environment variables".
func newFunction(begun time.Time, env func(string) string) *function {
	memory, _ := strconv.Atoi(env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")) // 0: not in Lambda
	p := pusher{client: &http.Client{Timeout: 10 * time.Second}, env: env}
	return &function{
		environment: environment{
			Instance: rand.Text(), MemoryMB: memory, Architecture: architecture(runtime.GOARCH), Runtime: env("AWS_EXECUTION_ENV"),
			Initialization: env("AWS_LAMBDA_INITIALIZATION_TYPE"), Region: env("AWS_REGION"),
			Function: env("AWS_LAMBDA_FUNCTION_NAME"), Version: env("AWS_LAMBDA_FUNCTION_VERSION"),
		},
		begun: begun, most: widest, worker: worker{sleep: wait, exit: os.Exit}, push: p.push,
	}
}

// architecture is Lambda's name of a processor.
func architecture(of string) string {
	if of == "amd64" {
		return "x86_64"
	}
	return of
}
