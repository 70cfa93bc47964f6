package formats

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
	"tollgate/scenarios/sources/stacks"
)

// A Format is a form in which requests are described or recorded.
type Format struct {
	Flag     string // of tollgate init
	Usage    string
	Help     string // one sentence: what is read
	Typed    bool   // the requests were typed: files that they name may be anywhere, as for curl
	Deployed bool   // it describes front doors, of which --resource chooses one
	Read     func(in Input, r *sources.Request) (sources.Collection, error)
}

// The flags that name what is deployed in place of a file.
const (
	API      = "api-id"
	Balancer = "load-balancer"
	Function = "function"
	Stack    = "stack"
)

// All are the formats, in the order of the help.
var All = []Format{
	{"curl", "begin with the requests of this curl `command`; @FILE reads it from a file, - from standard input", "a curl command: its method, headers, body and connection", true, false, readCurl},
	{"har", "begin with the requests of this HAR `file`, which browsers and proxies save", "a HAR file: the requests to one server, and how often each occurs", false, false, readHAR},
	{"openapi", "begin with the operations that this `file` describes, by OpenAPI 3 or Swagger 2", "an API description (OpenAPI 3, Swagger 2); schemas become bodies", false, false, readOpenAPI},
	{"postman", "begin with the requests of this collection of Postman, a `file` of format 2.0 or 2.1", "a collection of Postman: requests, folders' auth and variables", false, false, readPostman},
	{API, "begin with the routes of this API of API Gateway: its `id`, or ID/STAGE; AWS is asked for it", "an API that is deployed: routes, functions, limits, keys, cache", false, false, readDeployed},
	{Balancer, "begin with the rules of this Application Load `balancer`: its name or ARN; AWS is asked for it", "an Application Load Balancer: its rules, function and timeouts", false, false, readDeployed},
	{Function, "begin with the address of its own that this `function` of Lambda has; AWS is asked for it", "a function that is deployed: its function URL and its settings", false, false, readDeployed},
	{Stack, "begin with a front door of this `stack` of CloudFormation, SAM or CDK, which AWS is asked for", "a stack that is deployed: what a template says, and its addresses", false, true, readDeployed},
	{"template", "begin with a front door in this `file`, a template of CloudFormation, SAM or CDK (cdk.out)", "a template of CloudFormation or SAM: routes, function, limits, cache", false, true, readTemplate},
	{"terraform-plan", "begin with a front door in this `file`, a plan of Terraform (terraform show -json)", "the same of a plan of Terraform or OpenTofu, in JSON", false, true, readPlan},
	{"vegeta", "begin with the targets in this `file` of vegeta", "targets of vegeta, in its HTTP or JSON format", false, false, readVegeta},
}

// An Input is what is read.
type Input struct {
	Name string // as messages call it
	Data io.Reader
	File func(name string) ([]byte, error) // a further file that the input names

	Deployed stacks.Deployed // where the flag names it
	Resource string          // the front door of a template; "": the one with the most routes
}

// has says whether a header is there.
func has(headers []sources.Header, name string) bool {
	return slices.ContainsFunc(headers, func(h sources.Header) bool { return strings.EqualFold(h.Name, name) })
}

// byteOrderMark begins files of some editors. It says that they are UTF-8, which all are.
const byteOrderMark = "\xef\xbb\xbf"

// withoutMark reads without a byte order mark.
func withoutMark(r io.Reader) io.Reader {
	buffered := bufio.NewReader(r)
	if first, _ := buffered.Peek(len(byteOrderMark)); string(first) == byteOrderMark {
		_, _ = buffered.Discard(len(byteOrderMark)) // they are buffered
	}
	return buffered
}

// largest is how many bytes of a file are read that is not read as a stream.
const largest = 16 << 20

// all reads the whole input.
func (in Input) all() ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(withoutMark(in.Data), largest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", in.Name, err)
	case len(data) > largest:
		return nil, fmt.Errorf("%s has more than %d MiB: is it the right file?", in.Name, largest>>20)
	}
	return data, nil
}

// at is an error at a line of the input; 0: of the whole.
func (in Input) at(line int, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if line == 0 {
		return errors.New(in.Name + ": " + text)
	}
	return fmt.Errorf("%s:%d: %s", in.Name, line, text)
}

// where names a line of the input.
func (in Input) where(line int) string { return fmt.Sprintf("%s:%d", in.Name, line) }
