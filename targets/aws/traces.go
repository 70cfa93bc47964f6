package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	"tollgate/targets"
)

// The bounds of questions to X-Ray. Sources: X-Ray API reference,
// "BatchGetTraces" (5 ids); that a window of summaries has 6 hours is from
// knowledge. mostTraces are plenty to estimate a share.
const (
	mostTraceIDs = 5
	longestLook  = 6 * time.Hour
	mostTraces   = 5_000
)

// TraceIDs finds the ids of the traces in which a target's function was invoked
// in [from, to). X-Ray records a sample of all requests, and shows it some
// seconds late.
func (a *Account) TraceIDs(ctx context.Context, t targets.Target, from, to time.Time) (ids []string, err error) {
	name, err := functionName(t)
	if err != nil {
		return nil, err
	}
	filter := fmt.Sprintf("service(id(name: %q, type: \"AWS::Lambda::Function\"))", name)
	for ; from.Before(to) && len(ids) < mostTraces; from = from.Add(longestLook) {
		until := from.Add(longestLook)
		if until.After(to) {
			until = to
		}
		pages := xray.NewGetTraceSummariesPaginator(a.traces, &xray.GetTraceSummariesInput{
			StartTime: &from, EndTime: &until, FilterExpression: &filter, TimeRangeType: types.TimeRangeTypeTraceId,
		})
		for pages.HasMorePages() && len(ids) < mostTraces {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, a.trouble(err, "xray:GetTraceSummaries")
			}
			for _, s := range page.TraceSummaries {
				ids = append(ids, aws.ToString(s.Id))
			}
		}
	}
	return ids[:min(len(ids), mostTraces)], nil
}

// Traces reads traces by their ids, as far as X-Ray shows them by now, and what
// they say of a target's function. A trace in which it was not invoked is left
// out.
func (a *Account) Traces(ctx context.Context, t targets.Target, ids []string) (all []targets.Trace, err error) {
	name, err := functionName(t)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(ids[:min(len(ids), mostTraces)], mostTraceIDs) {
		pages := xray.NewBatchGetTracesPaginator(a.traces, &xray.BatchGetTracesInput{TraceIds: some})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, a.trouble(err, "xray:BatchGetTraces")
			}
			for _, one := range page.Traces {
				trace, found, err := traceOf(one, name)
				if err != nil {
					return nil, fmt.Errorf("trace %s: %w", short(aws.ToString(one.Id)), err)
				}
				if found {
					all = append(all, trace)
				}
			}
		}
	}
	return all, nil
}

// A segment is a segment document of X-Ray as far as it is looked at.
// Source: X-Ray developer guide, "AWS X-Ray segment documents".
type segment struct {
	Name   string `json:"name"`
	Start  epoch  `json:"start_time"`
	End    epoch  `json:"end_time"`
	Origin string `json:"origin"`
	AWS    struct {
		RequestID string `json:"request_id"`
	} `json:"aws"`
	Subsegments []segment `json:"subsegments"`
}

// An epoch is a time in seconds since 1970, with a fraction.
type epoch float64

func (e epoch) time() time.Time { return time.UnixMicro(int64(float64(e) * 1e6)).UTC() }

// traceOf reads what a trace says of a function: the segment of the Lambda
// service began when it had the request, and that of the function has INIT as a
// subsegment where its environment was new.
// Source: Lambda developer guide, "Visualize Lambda function invocations using
// AWS X-Ray".
func traceOf(from types.Trace, function string) (t targets.Trace, found bool, err error) {
	t.ID = aws.ToString(from.Id)
	var initBegan time.Time
	for _, s := range from.Segments {
		var seg segment
		if err := json.Unmarshal([]byte(aws.ToString(s.Document)), &seg); err != nil {
			return t, false, fmt.Errorf("an X-Ray segment document cannot be read: %w", err)
		}
		if seg.Name != function {
			continue
		}
		switch seg.Origin {
		case "AWS::Lambda":
			t.RequestID, t.At = seg.AWS.RequestID, seg.Start.time()
		case "AWS::Lambda::Function":
			found = true
			if i := slices.IndexFunc(seg.Subsegments, func(s segment) bool { return s.Name == "Initialization" }); i >= 0 {
				init := seg.Subsegments[i]
				initBegan, t.Init = init.Start.time(), max(init.End.time().Sub(init.Start.time()), 0)
			}
		}
	}
	t.Ahead = t.Init > 0 && !t.At.IsZero() && initBegan.Before(t.At.Add(-clockError))
	return t, found, nil
}

// clockError is how far the times of two segments may be apart that are the
// same: documents have them to the millisecond.
const clockError = 2 * time.Millisecond
