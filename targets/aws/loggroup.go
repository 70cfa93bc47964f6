package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// ErrNoLogGroup is the cause of an error that says which log group does not exist.
// Lambda makes a function's group at its first invocation, some seconds late.
var ErrNoLogGroup = errors.New("the log group does not exist")

// A logGroup is where a function logs.
type logGroup struct {
	name     string
	function string // whose lines count, where other functions may log there too; "" for all
	assumed  bool   // the function's configuration could not be read
}

// logGroup finds where a target's function logs: its configuration says so, and
// where that may not be read, Lambda's usual name is assumed.
// Source: Lambda developer guide, "Sending Lambda function logs to CloudWatch Logs".
func (a *Account) logGroup(ctx context.Context, t targets.Target) (logGroup, error) {
	name, _ := t.Function.Parts()
	if name == "" {
		return logGroup{}, missing(t, unnamed)
	}
	usual := logGroup{name: "/aws/lambda/" + name}
	out, err := a.configuration(ctx, t)
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && deniedCodes[api.ErrorCode()]:
		usual.assumed = true
		return usual, nil
	case err != nil:
		return logGroup{}, err
	case out.LoggingConfig == nil || aws.ToString(out.LoggingConfig.LogGroup) == "" || *out.LoggingConfig.LogGroup == usual.name:
		return usual, nil
	default:
		return logGroup{name: *out.LoggingConfig.LogGroup, function: name}, nil
	}
}

// absent says that the group does not exist, and what that may mean.
func (g logGroup) absent(cause error) error {
	way := "its first lines arrive some seconds late; where none ever do, the function's role lacks logs:CreateLogGroup or logs:PutLogEvents"
	if g.assumed {
		way = "the function may log to a group of its own: allow these credentials the action lambda:GetFunctionConfiguration, which tells"
	}
	return &Trouble{text: fmt.Sprintf("there is no log group %s: %s", g.name, way), cause: errors.Join(ErrNoLogGroup, cause)}
}

// streamForm is a log stream in a group of several functions: date, function,
// version and environment.
var streamForm = regexp.MustCompile(`^[0-9]{4}/[0-9]{2}/[0-9]{2}/([A-Za-z0-9._-]+)\[`)

// holds says whether a line of a stream is the function's.
func (g logGroup) holds(stream string) bool {
	m := streamForm.FindStringSubmatch(stream)
	return g.function == "" || m == nil || m[1] == g.function
}
