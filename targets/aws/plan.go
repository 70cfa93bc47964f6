package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"tollgate/targets"
)

// A Limit is a token bucket as API Gateway has it.
type Limit struct {
	Rate  float64 // tokens a second
	Burst int64
}

// A Plan is a usage plan as far as it concerns one stage of one REST API.
type Plan struct {
	Name     string
	Throttle *Limit           // nil: none of the plan's own
	Methods  map[string]Limit // of this stage, by "/path/METHOD"
	Quota    *Quota           // nil: none
}

// A Quota is how many requests each key of a plan has in a period.
type Quota struct {
	Limit  int64
	Period string // "DAY", "WEEK" or "MONTH"
}

// A Stage is what a REST API's stage is set to.
type Stage struct {
	Name   string
	Limits map[string]Limit // by "path/METHOD" or "*/*", as API Gateway names them

	CacheEncrypted *bool // as its settings say of all methods; nil: it keeps no responses
}

// Plans reads the usage plans that a target's stage belongs to.
func (a *Account) Plans(ctx context.Context, t targets.Target) ([]Plan, error) {
	id, err := a.api(ctx, t)
	if err != nil {
		return nil, err
	}
	var plans []Plan
	pages := apigateway.NewGetUsagePlansPaginator(a.gateway, &apigateway.GetUsagePlansInput{}, func(o *apigateway.GetUsagePlansPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, a.trouble(err, "apigateway:GET on /usageplans")
		}
		for _, p := range page.Items {
			if i := slices.IndexFunc(p.ApiStages, func(s types.ApiStage) bool {
				return aws.ToString(s.ApiId) == id && aws.ToString(s.Stage) == t.Stage
			}); i >= 0 {
				plans = append(plans, planOf(p, p.ApiStages[i]))
			}
		}
	}
	return plans, nil
}

func planOf(p types.UsagePlan, stage types.ApiStage) Plan {
	plan := Plan{Name: aws.ToString(p.Name), Methods: map[string]Limit{}}
	if p.Throttle != nil {
		plan.Throttle = &Limit{p.Throttle.RateLimit, int64(p.Throttle.BurstLimit)}
	}
	if p.Quota != nil {
		plan.Quota = &Quota{int64(p.Quota.Limit), string(p.Quota.Period)}
	}
	for method, l := range stage.Throttle {
		plan.Methods[method] = Limit{l.RateLimit, int64(l.BurstLimit)}
	}
	return plan
}

// Throttle reads the throttle that all APIs of the account share in the region.
func (a *Account) Throttle(ctx context.Context) (Limit, error) {
	out, err := a.gateway.GetAccount(ctx, &apigateway.GetAccountInput{})
	switch {
	case err != nil:
		return Limit{}, a.trouble(err, "apigateway:GET on /account")
	case out.ThrottleSettings == nil:
		return Limit{}, errors.New("API Gateway does not say what the account's throttle is")
	}
	return Limit{out.ThrottleSettings.RateLimit, int64(out.ThrottleSettings.BurstLimit)}, nil
}

// Stage reads the settings of a target's stage.
func (a *Account) Stage(ctx context.Context, t targets.Target) (Stage, error) {
	id, err := a.api(ctx, t)
	if err != nil {
		return Stage{}, err
	}
	out, err := a.gateway.GetStage(ctx, &apigateway.GetStageInput{RestApiId: &id, StageName: &t.Stage})
	if err != nil {
		return Stage{}, a.trouble(err, "apigateway:GET on the stage")
	}
	s := Stage{Name: aws.ToString(out.StageName), Limits: map[string]Limit{}}
	for method, m := range out.MethodSettings {
		if m.ThrottlingRateLimit > 0 || m.ThrottlingBurstLimit > 0 {
			s.Limits[method] = Limit{m.ThrottlingRateLimit, int64(m.ThrottlingBurstLimit)}
		}
		if method == "*/*" && out.CacheClusterEnabled && m.CachingEnabled {
			s.CacheEncrypted = &m.CacheDataEncrypted
		}
	}
	return s, nil
}

// FlushCache empties the cache of a target's stage.
// Source: API Gateway API reference, "FlushStageCache".
func (a *Account) FlushCache(ctx context.Context, t targets.Target) error {
	id, err := a.api(ctx, t)
	if err != nil {
		return err
	}
	if _, err := a.gateway.FlushStageCache(ctx, &apigateway.FlushStageCacheInput{RestApiId: &id, StageName: &t.Stage}); err != nil {
		return a.trouble(err, "apigateway:DELETE on the stage's cache")
	}
	return nil
}

// api finds the id of a target's REST API: in its address, or by the API's name,
// as CloudWatch calls it.
func (a *Account) api(ctx context.Context, t targets.Target) (string, error) {
	if !t.Kind.UsagePlans {
		return "", fmt.Errorf("target %q is no REST API: only those have usage plans and a cache", t.Name)
	}
	if t.Stage == "" || t.API == "" && HostID(t) == "" {
		return "", missing(t, "what its API is called, or which stage it is; give it api: and stage:")
	}
	if id := HostID(t); id != "" {
		return id, nil
	}
	ids, err := a.apisNamed(ctx, t.API)
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0:
		return "", fmt.Errorf("target %q: there is no REST API called %q in this account and region", t.Name, t.API)
	case len(ids) == 1:
		return ids[0], nil
	default:
		return "", fmt.Errorf("target %q: %d REST APIs are called %q (%s), and the URL does not say which it is: use the API's own address, https://ID.execute-api.REGION.amazonaws.com, or give them names of their own", t.Name, len(ids), t.API, strings.Join(ids, ", "))
	}
}
