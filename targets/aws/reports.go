package aws

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"
	smithytime "github.com/aws/smithy-go/time"

	"tollgate/targets"
)

// reportQuery is for both formats of log lines: of text lines Logs Insights finds
// the fields itself, and of JSON lines those that are in them.
// Source: CloudWatch Logs user guide, "Supported logs and discovered fields";
// Lambda developer guide, "Lambda Telemetry API Event schema reference".
const reportQuery = `fields @timestamp, @logStream, @requestId, @duration, @billedDuration, @initDuration,
  record.requestId, record.metrics.durationMs, record.metrics.billedDurationMs, record.metrics.initDurationMs
| filter @type = "REPORT" or type = "platform.report"
| sort @timestamp asc
| limit 10000`

// mostResults is how many lines one query can return.
// Source: CloudWatch Logs user guide, "CloudWatch Logs quotas".
const mostResults = 10_000

// Reports reads the REPORT lines that a target's function logged in [from, to),
// the oldest first. Lines arrive in CloudWatch Logs some seconds late, and more
// of them may be there the next time. A window with more lines than one query
// can return is read in halves. Where there is no log group, the cause of the
// error is ErrNoLogGroup.
func (a *Account) Reports(ctx context.Context, t targets.Target, from, to time.Time) ([]targets.Invocation, error) {
	group, err := a.logGroup(ctx, t)
	if err != nil {
		return nil, err
	}
	return a.reports(ctx, group, from, to)
}

func (a *Account) reports(ctx context.Context, group logGroup, from, to time.Time) ([]targets.Invocation, error) {
	rows, err := a.query(ctx, group, reportQuery, from, to)
	if err != nil {
		return nil, err
	}
	seconds := to.Unix() - from.Unix()
	if len(rows) >= mostResults && seconds > 1 {
		middle := time.Unix(from.Unix()+seconds/2, 0)
		first, err := a.reports(ctx, group, from, middle)
		if err != nil {
			return nil, err
		}
		rest, err := a.reports(ctx, group, middle, to)
		return append(first, rest...), err
	}
	reports := make([]targets.Invocation, 0, len(rows))
	for _, row := range rows {
		r, err := reportOf(row)
		if err != nil {
			return nil, fmt.Errorf("a REPORT line of %s: %w", group.name, err)
		}
		if group.holds(r.Environment) {
			reports = append(reports, r)
		}
	}
	return reports, nil
}

// query runs one query to its end. Logs Insights takes whole seconds, and the
// end is inclusive.
func (a *Account) query(ctx context.Context, group logGroup, query string, from, to time.Time) ([][]types.ResultField, error) {
	started, err := a.startQuery(ctx, group, &cloudwatchlogs.StartQueryInput{
		LogGroupName: &group.name, QueryString: &query, Limit: aws.Int32(mostResults),
		StartTime: aws.Int64(from.Unix()), EndTime: aws.Int64(max(from.Unix(), to.Unix()-1)),
	})
	if err != nil {
		return nil, err
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		out, err := a.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
		if err != nil {
			return nil, a.trouble(err, "logs:GetQueryResults")
		}
		switch out.Status {
		case types.QueryStatusComplete:
			return out.Results, nil
		case types.QueryStatusScheduled, types.QueryStatusRunning:
		default:
			return nil, fmt.Errorf("the query of %s ended as %s", group.name, out.Status)
		}
		if err := smithytime.SleepWithContext(ctx, pause); err != nil {
			return nil, err
		}
	}
}

func (a *Account) startQuery(ctx context.Context, group logGroup, in *cloudwatchlogs.StartQueryInput) (*cloudwatchlogs.StartQueryOutput, error) {
	started, err := a.logs.StartQuery(ctx, in)
	if _, none := errors.AsType[*types.ResourceNotFoundException](err); none {
		return nil, group.absent(err)
	}
	return started, a.trouble(err, "logs:StartQuery")
}

func reportOf(row []types.ResultField) (targets.Invocation, error) {
	var r targets.Invocation
	var errs []error
	milliseconds := func(text string) time.Duration {
		v, err := strconv.ParseFloat(text, 64)
		errs = append(errs, err)
		return time.Duration(v * float64(time.Millisecond))
	}
	for _, field := range row {
		text := aws.ToString(field.Value)
		switch aws.ToString(field.Field) {
		case "@requestId", "record.requestId":
			r.RequestID = text
		case "@logStream":
			r.Environment = text
		case "@timestamp":
			at, err := time.Parse("2006-01-02 15:04:05.000", text)
			r.At = at
			errs = append(errs, err)
		case "@duration", "record.metrics.durationMs":
			r.Duration = milliseconds(text)
		case "@billedDuration", "record.metrics.billedDurationMs":
			r.Billed = milliseconds(text)
		case "@initDuration", "record.metrics.initDurationMs":
			r.Init = milliseconds(text)
		}
	}
	return r, errors.Join(errs...)
}

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
	name, err := functionName(t)
	if err != nil {
		return logGroup{}, err
	}
	usual := logGroup{name: "/aws/lambda/" + name}
	out, err := a.configuration(ctx, t)
	var api smithy.APIError
	switch {
	case errors.As(err, &api) && slices.Contains(deniedCodes, api.ErrorCode()):
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
		way = "the function may log to another group: allow these credentials the action lambda:GetFunctionConfiguration, which finds it"
	}
	return trouble(errors.Join(ErrNoLogGroup, cause), "there is no log group %s: %s", g.name, way)
}

// streamForm is a log stream in a group of several functions: date, function,
// version and environment.
var streamForm = regexp.MustCompile(`^[0-9]{4}/[0-9]{2}/[0-9]{2}/([A-Za-z0-9._-]+)\[`)

// holds says whether a line of a stream is the function's.
func (g logGroup) holds(stream string) bool {
	m := streamForm.FindStringSubmatch(stream)
	return g.function == "" || m == nil || m[1] == g.function
}
