package aws

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"tollgate/targets"
)

// EveryRoute is how the throttle of a stage is named that holds for each route without one of
// its own.
const EveryRoute = "each route"

// SecondID is the id of the HTTP or WebSocket API that a target is, "" if nothing says it.
func SecondID(t targets.Target) string {
	if !t.Kind.APIByID {
		return ""
	}
	return cmp.Or(t.API, HostID(t))
}

// A NoStageError says that an API has no stage of a name, and which it has.
type NoStageError struct {
	API, Stage string
	Has        []string
}

// Error implements error.
func (e *NoStageError) Error() string {
	return fmt.Sprintf("API %s has no stage %s: it has %s", e.API, e.Stage, cmp.Or(strings.Join(e.Has, ", "), "none"))
}

// RouteThrottles reads the throttles of the stage of a target that is an HTTP or a WebSocket
// API: that of its routes, and those of single routes, each a token bucket of its own.
// Source: API Gateway V2 API reference, "GetStages", defaultRouteSettings and routeSettings.
func (a *Account) RouteThrottles(ctx context.Context, t targets.Target) (Stage, error) {
	id := SecondID(t)
	if id == "" {
		return Stage{}, missing(t, "the id of its API; give it api: and stage:")
	}
	stages, err := paged(func(next *string) ([]types.Stage, *string, error) {
		out, err := a.apis.GetStages(ctx, &apigatewayv2.GetStagesInput{ApiId: &id, NextToken: next})
		if err != nil {
			return nil, nil, a.trouble(err, "apigateway:GET on the stages")
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		return Stage{}, err
	}
	name := cmp.Or(t.Stage, defaultStage)
	at := slices.IndexFunc(stages, func(s types.Stage) bool { return aws.ToString(s.StageName) == name })
	if at < 0 {
		var names []string
		for _, s := range stages {
			names = append(names, aws.ToString(s.StageName))
		}
		return Stage{}, &NoStageError{id, name, names}
	}
	s := Stage{Name: name, Limits: map[string]Limit{}}
	add := func(route string, of *types.RouteSettings) {
		if of != nil && (aws.ToFloat64(of.ThrottlingRateLimit) > 0 || aws.ToInt32(of.ThrottlingBurstLimit) > 0) {
			s.Limits[route] = Limit{aws.ToFloat64(of.ThrottlingRateLimit), int64(aws.ToInt32(of.ThrottlingBurstLimit))}
		}
	}
	add(EveryRoute, stages[at].DefaultRouteSettings)
	for route, settings := range stages[at].RouteSettings {
		add(route, &settings)
	}
	return s, nil
}
