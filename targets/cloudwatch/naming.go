package cloudwatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"tollgate/pricing/document"
	"tollgate/targets"
	account "tollgate/targets/aws"
)

// mostListed is how many pages of 500 metrics are looked through for a name that
// comes near, and mostNamed how many of them a message names.
const (
	mostListed = 4
	mostNamed  = 5
)

// newAPI is why a right name may not be listed.
// Source: CloudWatch API reference, "ListMetrics".
const newAPI = "a metric without a point in two weeks is not listed, nor is a new one for up to 15 minutes"

// A Naming is what may be wrong with the names that a metric without points was
// asked by.
type Naming struct {
	Wrong   string // "" where nothing speaks against the names
	Certain bool   // waiting for points makes no sense
	New     bool   // nothing of its kind is listed at all, as where nothing has had a request
}

// Examine says what may be wrong with the names by which a metric was asked for
// that has no points although requests were answered. CloudWatch answers for a
// name that does not exist as it does for one without points. Whether it lists
// the metric decides, or the account itself; where neither can be read nothing is
// said.
func (c *Client) Examine(ctx context.Context, t targets.Target, q Question) Naming {
	return c.LookUp(ctx, t, q).Naming
}

// A Lookup is what is known of the names that a metric is asked by, before a run or after it.
type Lookup struct {
	Naming
	Listed bool  // CloudWatch has had points of it in the last two weeks
	Known  bool  // the account has what the names are of
	Err    error // why nothing is known
}

// LookUp says what is known of names, whether or not any requests were answered.
func (c *Client) LookUp(ctx context.Context, t targets.Target, q Question) Lookup {
	listed, err := c.list(ctx, q, q.Dimensions, 1)
	if err != nil {
		return Lookup{Err: c.trouble(err, "cloudwatch:ListMetrics")}
	}
	if len(listed) > 0 {
		return Lookup{Listed: true}
	}
	known := c.known(ctx, t, q)
	if known.Wrong != "" {
		return Lookup{Naming: Naming{Wrong: c.endpoint.String() + " has nothing of " + Spelled(q.Dimensions) + ": " + known.Wrong, Certain: true}}
	}
	open := map[string]string{}
	for name := range q.Dimensions {
		open[name] = ""
	}
	others, err := c.list(ctx, q, open, mostListed)
	if err != nil {
		return Lookup{Err: c.trouble(err, "cloudwatch:ListMetrics")}
	}
	return Lookup{Naming: c.compare(q, known.Known, others), Known: known.Known}
}

// known asks the account about the name of what a question is about, which says
// nothing about a stage.
func (c *Client) known(ctx context.Context, t targets.Target, q Question) account.Naming {
	switch {
	case q.Dimensions["FunctionName"] != "":
		return c.Account.FunctionName(ctx, t)
	case q.Dimensions["ApiName"] != "":
		return c.Account.APIName(ctx, t)
	case q.Dimensions["LoadBalancer"] != "":
		return c.Account.BalancerName(ctx, t)
	case q.Dimensions["ApiId"] != "":
		if n := c.Account.SecondAPIName(ctx, t); n.Known || n.Wrong != "" {
			return n
		}
		return account.Naming{Known: account.HostID(t) == q.Dimensions["ApiId"]} // it answered under an address with this id
	}
	return account.Naming{}
}

func (c *Client) list(ctx context.Context, q Question, dims map[string]string, pages int) (all []map[string]string, err error) {
	in := &cloudwatch.ListMetricsInput{Namespace: aws.String(q.Namespace), MetricName: aws.String(q.Metric)}
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		filter := types.DimensionFilter{Name: aws.String(name)}
		if dims[name] != "" {
			filter.Value = aws.String(dims[name])
		}
		in.Dimensions = append(in.Dimensions, filter)
	}
	seen := map[string]bool{}
	for range pages {
		page, err := c.metrics.ListMetrics(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Metrics {
			names := map[string]string{}
			for _, d := range m.Dimensions {
				if _, asked := dims[aws.ToString(d.Name)]; asked {
					names[aws.ToString(d.Name)] = aws.ToString(d.Value)
				}
			}
			if key := Spelled(names); !seen[key] {
				seen[key] = true
				all = append(all, names)
			}
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	return all, nil
}

// compare says which of the names that are listed come near those that were asked
// for. A name that comes near is taken for the one that was meant, unless the name
// that was asked for is known to be right.
func (c *Client) compare(q Question, known bool, others []map[string]string) Naming {
	wrong := c.endpoint.String() + " lists no " + q.Namespace + " " + q.Metric + " of " + Spelled(q.Dimensions)
	first := primary(q.Dimensions)
	var values, stages []string
	for _, o := range others {
		values = append(values, o[first])
		if o[first] == q.Dimensions[first] {
			stages = append(stages, Spelled(o))
		}
	}
	slices.Sort(values)
	slices.Sort(stages)
	values = slices.Compact(values)
	switch hint := document.DidYouMean(q.Dimensions[first], values); {
	case len(stages) > 0:
		return Naming{Wrong: wrong + "; it has " + some(stages), Certain: true}
	case known:
		return Naming{}
	case len(others) == 0:
		return Naming{Wrong: wrong + ", nor of any other name: check the region and the account (" + newAPI + ")", New: true}
	default:
		return Naming{Wrong: wrong + hint + "; there is " + first + " " + some(values) + " (" + newAPI + ")", Certain: hint != ""}
	}
}

// primary is the dimension that names the thing itself.
func primary(dims map[string]string) string {
	for _, name := range []string{"ApiName", "ApiId", "LoadBalancer", "DistributionId", "FunctionName"} {
		if dims[name] != "" {
			return name
		}
	}
	return ""
}

func some(names []string) string {
	if more := len(names) - mostNamed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), more)
	}
	return strings.Join(names, ", ")
}
