package doors

import (
	"regexp"
	"strings"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// The payload formats of an HTTP API.
const (
	payload1 = "1.0"
	payload2 = "2.0"
)

// Assumed figures of functions.
const (
	defaultMemory   = 512 // MB
	realConcurrency = 100 // of processes on this machine, which is no data centre
	modelledMemory  = 64  // MB, that a modelled function is said to have used
)

// Documented bounds. Source: Lambda developer guide, "Lambda quotas".
const (
	leastMemory   = 128 // MB
	mostMemory    = 10_240
	mostVariables = 4 << 10 // bytes of all environment variables
)

// Source: CloudWatch Logs API reference, "CreateLogGroup".
var logGroupPattern = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

var variablePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// checkProcess says what is wrong with what only real functions have.
func (f Function) checkProcess(at string, faults *faultList) {
	if f.Memory < leastMemory || f.Memory > mostMemory {
		faults.add("%s.memory_mb: %d must be from %d to %d", at, f.Memory, leastMemory, mostMemory)
	}
	if f.LogFormat != string(runtime.Text) && f.LogFormat != string(runtime.JSON) {
		faults.add("%s.log_format: %q must be text or json", at, f.LogFormat)
	}
	if f.LogGroup != "" && !logGroupPattern.MatchString(f.LogGroup) {
		faults.add("%s.log_group: %q must be the name of a log group: up to 512 letters, digits and the characters . - _ / #", at, f.LogGroup)
	}
	if len(f.Command) == 0 {
		if f.Handler != "" || f.Dir != "" || len(f.Environment) > 0 {
			faults.add("%s.command: a handler, a directory and an environment belong to a function with a command, such as [\"./bootstrap\"]", at)
		}
		return
	}
	if f.Command[0] == "" {
		faults.add("%s.command: the first word must name a program, such as \"./bootstrap\"", at)
	}
	if f.Thrown > 0 || f.Malformed > 0 || f.Provisioned > 0 || f.Proactive > 0 {
		faults.add("%s: thrown, malformed, provisioned and proactive are of modelled functions; this one has a command", at)
	}
	if *f.Init != defaultInit || *f.Warm != defaultWarm {
		faults.add("%s: init and duration are of modelled functions; those of a command are as long as they are", at)
	}
	size := 0
	for name, value := range f.Environment { // values may be secrets: no message repeats them
		size += len(name) + len(value)
		switch {
		case !variablePattern.MatchString(name):
			faults.add("%s.environment: %q must be letters, digits and _, the first a letter", at, name)
		case runtime.Reserved(name):
			faults.add("%s.environment: %s is set by Lambda", at, name)
		case strings.ContainsRune(value, 0):
			faults.add("%s.environment: the value of %s must not hold a zero byte", at, name)
		}
	}
	if size > mostVariables {
		faults.add("%s.environment: %d bytes are more than the %d that all variables may have", at, size, mostVariables)
	}
}

// checkEvents says what is wrong with how a door talks to its function.
func (d DoorConfig) checkEvents(at string, faults *faultList) {
	switch {
	case d.Payload == "":
	case d.Kind != targets.HTTPAPI.Name:
		faults.add("%s.payload_format: only HTTP APIs have a choice", at)
	case d.Payload != payload1 && d.Payload != payload2:
		faults.add("%s.payload_format: %q must be 1.0 or 2.0", at, d.Payload)
	}
	if d.MultiValue && d.Kind != targets.ALB.Name {
		faults.add("%s.multi_value_headers: only load balancers have a choice", at)
	}
	if len(d.Binary) > 0 && d.Kind != targets.RESTAPI.Name {
		faults.add("%s.binary_media_types: only REST APIs have them", at)
	}
	for _, kind := range d.Binary {
		if !strings.Contains(kind, "/") {
			faults.add("%s.binary_media_types: %q must be like image/png, image/* or */*", at, kind)
		}
	}
	if d.FirstByte != 0 && len(d.Function.Command) > 0 {
		faults.add("%s.stream_first_byte: only a modelled function has it; a command streams by itself, with response_stream", at)
	}
	if d.Stream && (d.Kind != targets.FunctionURL.Name || len(d.Function.Command) == 0) {
		faults.add("%s.response_stream: only a Function URL of a function with a command streams what it sends; a modelled one has stream_first_byte", at)
	}
}

// public is f without values that may be secrets.
func (f *Function) public() *Function {
	if f == nil || len(f.Environment) == 0 {
		return f
	}
	open := *f
	open.Environment = make(map[string]string, len(f.Environment))
	for name := range f.Environment {
		open.Environment[name] = mask
	}
	return &open
}
