package control

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// A Function is a function as Lambda describes it.
type Function struct {
	Name        string
	Handler     string
	MemoryMB    int
	Timeout     time.Duration
	Environment map[string]string
	LogGroup    string
	LogFormat   string // "text" or "json"
	Aliases     map[string]Alias
	URL         string // its own address; "": it has none
	Stream      bool   // its responses are streamed there
	IAM         bool   // requests are signed there
	Reserved    *int   // concurrency; nil: none is
	Provisioned int    // concurrency, of its aliases

	// Retire ends all execution environments, so that those of the next
	// invocations are new and see the given variables.
	Retire func(variables map[string]string)
}

// An Alias points to a version, or shares invocations between two.
type Alias struct {
	Version, Second string
	Weight          float64 // of the second
}

// Lambda answers for functions. It may be used by any number of goroutines.
type Lambda struct {
	now func() time.Time

	mu        sync.Mutex
	functions map[string]*settings
	revisions uint64
}

type settings struct {
	Function
	modified time.Time
	revision string
}

// Region and Account are where the lab says it is.
const (
	Region  = "us-east-1"
	Account = "123456789012"
)

const updating = 200 * time.Millisecond

// NewLambda returns a Lambda with the given functions.
func NewLambda(now func() time.Time, functions ...Function) *Lambda {
	l := &Lambda{now: now, functions: map[string]*settings{}}
	for _, f := range functions {
		f.Environment = maps.Clone(f.Environment)
		// the functions are older than the lab, and not being updated
		l.functions[f.Name] = &settings{Function: f, modified: now().Add(-time.Hour), revision: l.nextRevision()}
	}
	return l
}

func (l *Lambda) nextRevision() string {
	l.revisions++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", l.revisions)
}

// Service returns Lambda's API.
// Source: Lambda API reference, "GetFunctionConfiguration",
// "UpdateFunctionConfiguration", "GetAlias", "GetFunctionConcurrency" and
// "ListProvisionedConcurrencyConfigs".
func (l *Lambda) Service() *protocol.REST {
	const path = " /2015-03-31/functions/{FunctionName}/configuration"
	return protocol.NewREST("Message", map[string]protocol.Operation{
		"GET" + path: l.get, "PUT" + path: l.update,
		"GET /2015-03-31/functions/{FunctionName}/aliases/{Name}": l.alias,
		"GET /2021-10-31/functions/{FunctionName}/url":            l.address,
		"GET /2016-08-19/account-settings":                        l.account,

		"GET /2019-09-30/functions/{FunctionName}/concurrency":             l.reserved,
		"GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency": l.provisioned,
	})
}

func (l *Lambda) alias(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil {
		return nil, err
	}
	name := f.NeedText("Name")
	a, known := s.Aliases[name]
	if !known {
		return nil, protocol.Refusal{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "Cannot find alias arn: " + arn(s.Name) + ":" + name}
	}
	o := protocol.Object{"AliasArn": arn(s.Name) + ":" + name, "Name": name, "FunctionVersion": a.Version, "RevisionId": s.revision}
	if a.Second != "" {
		o["RoutingConfig"] = protocol.Object{"AdditionalVersionWeights": protocol.Object{a.Second: a.Weight}}
	}
	return o, nil
}

// address is the function URL. Source: Lambda API reference, "GetFunctionUrlConfig".
func (l *Lambda) address(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil {
		return nil, err
	}
	if s.URL == "" {
		return nil, protocol.Refusal{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "The resource you requested does not exist."}
	}
	auth, mode := "NONE", "BUFFERED"
	if s.IAM {
		auth = "AWS_IAM"
	}
	if s.Stream {
		mode = "RESPONSE_STREAM"
	}
	return protocol.Object{
		"FunctionUrl": s.URL, "FunctionArn": arn(s.Name), "AuthType": auth, "InvokeMode": mode,
		"CreationTime": s.modified.UTC().Format(time.RFC3339), "LastModifiedTime": s.modified.UTC().Format(time.RFC3339),
	}, nil
}

func (l *Lambda) reserved(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil || s.Reserved == nil {
		return protocol.Object{}, err
	}
	return protocol.Object{"ReservedConcurrentExecutions": float64(*s.Reserved)}, nil
}

func (l *Lambda) provisioned(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, alias := range slices.Sorted(maps.Keys(s.Aliases)) {
		if n := float64(s.Provisioned); n > 0 {
			all = append(all, protocol.Object{"FunctionArn": arn(s.Name) + ":" + alias, "Status": "READY", "RequestedProvisionedConcurrentExecutions": n, "AllocatedProvisionedConcurrentExecutions": n, "AvailableProvisionedConcurrentExecutions": n})
		}
	}
	return protocol.Object{"ProvisionedConcurrencyConfigs": all}, nil
}

func (l *Lambda) get(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil {
		return nil, err
	}
	return s.describe(l.now()), nil
}

// whole is a function's name, or its ARN, with a qualifier or without.
var whole = regexp.MustCompile(`^(?:arn:[a-z-]+:lambda:[a-z0-9-]+:)?(?:[0-9]{12}:)?(?:function:)?([A-Za-z0-9._-]{1,140})(?::(\$LATEST|[A-Za-z0-9_-]+))?$`)

// concurrency is how many invocations an account may have under way, and the least of them
// that stays unreserved. Source: Lambda developer guide, "Lambda quotas"; "Configuring reserved
// concurrency".
const concurrency = 1_000

// account is what all functions share. Source: Lambda API reference, "GetAccountSettings".
func (l *Lambda) account(protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return protocol.Object{
		"AccountLimit": protocol.Object{
			"TotalCodeSize": 80_530_636_800.0, "CodeSizeUnzipped": 262_144_000.0, "CodeSizeZipped": 52_428_800.0,
			"ConcurrentExecutions": float64(concurrency), "UnreservedConcurrentExecutions": float64(concurrency),
		},
		"AccountUsage": protocol.Object{"TotalCodeSize": 0.0, "FunctionCount": float64(len(l.functions))},
	}, nil
}

// find returns the settings of the function that a request names. The lock is
// held.
func (l *Lambda) find(f protocol.Form) (*settings, error) {
	said := f.NeedText("FunctionName")
	parts := whole.FindStringSubmatch(said)
	if parts == nil {
		return nil, protocol.Invalid(fmt.Sprintf("1 validation error detected: Value '%.200s' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern", said))
	}
	s, known := l.functions[parts[1]]
	if !known {
		return nil, protocol.Refusal{Status: http.StatusNotFound, Code: "ResourceNotFoundException", Message: "Function not found: " + arn(parts[1])}
	}
	return s, nil
}

func arn(function string) string {
	return "arn:aws:lambda:" + Region + ":" + Account + ":function:" + function
}

func (s *settings) describe(now time.Time) protocol.Object {
	status := "Successful"
	if now.Sub(s.modified) < updating {
		status = "InProgress"
	}
	o := protocol.Object{
		"FunctionName": s.Name, "FunctionArn": arn(s.Name), "Version": "$LATEST", "PackageType": "Zip",
		"MemorySize": float64(s.MemoryMB), "Timeout": s.Timeout.Seconds(),
		"Runtime": "provided.al2023", "Architectures": []any{"x86_64"}, "State": "Active", "LastUpdateStatus": status,
		"LastModified": s.modified.UTC().Format("2006-01-02T15:04:05.000-0700"), "RevisionId": s.revision,
	}
	if s.Handler != "" {
		o["Handler"] = s.Handler
	}
	if s.LogGroup != "" {
		format := "Text"
		if s.LogFormat == "json" {
			format = "JSON"
		}
		o["LoggingConfig"] = protocol.Object{"LogFormat": format, "LogGroup": s.LogGroup}
	}
	if len(s.Environment) > 0 {
		o["Environment"] = protocol.Object{"Variables": texts(s.Environment)}
	}
	return o
}

// changeable are the fields of an update that the lab understands.
var changeable = map[string]bool{"FunctionName": true, "Environment": true, "RevisionId": true}

func (l *Lambda) update(f protocol.Form) (protocol.Object, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, err := l.find(f)
	if err != nil {
		return nil, err
	}
	if err := l.mayUpdate(f, s); err != nil {
		return nil, err
	}
	environment := s.Environment
	if inner, given := f.Struct("Environment"); given {
		environment = inner.Dictionary("Variables")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := checkEnvironment(environment); err != nil {
		return nil, err
	}
	s.Environment = environment
	s.modified, s.revision = l.now(), l.nextRevision()
	if s.Retire != nil {
		s.Retire(maps.Clone(environment))
	}
	return s.describe(l.now()), nil
}

func (l *Lambda) mayUpdate(f protocol.Form, s *settings) error {
	for _, name := range f.Names() {
		if !changeable[name] {
			return parameter(name + " is set by the lab's file and cannot be changed here; Environment can")
		}
	}
	if said := f.Text("RevisionId"); said != "" && said != s.revision {
		return protocol.Refusal{
			Status: http.StatusPreconditionFailed, Code: "PreconditionFailedException",
			Message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
		}
	}
	if l.now().Sub(s.modified) < updating {
		return protocol.Refusal{
			Status: http.StatusConflict, Code: "ResourceConflictException",
			Message: "The operation cannot be performed at this time. An update is in progress for resource: " + arn(s.Name),
		}
	}
	return nil
}

var variable = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]+$`)

// largestEnvironment is what all variables may have together.
// Source: Lambda developer guide, "Lambda quotas": 4 KB.
const largestEnvironment = 4 << 10

func checkEnvironment(variables map[string]string) error {
	size := 0
	for name, text := range variables {
		size += len(name) + len(text)
		if !variable.MatchString(name) || strings.HasPrefix(name, "AWS_") {
			return parameter(fmt.Sprintf("Lambda was unable to configure your environment variables because the environment variable %.100q is reserved or is no name", name))
		}
	}
	if size > largestEnvironment {
		return parameter("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.")
	}
	return nil
}

func parameter(message string) protocol.Refusal {
	return protocol.Bad("InvalidParameterValueException", message)
}
