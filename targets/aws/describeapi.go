package aws

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"tollgate/pricing/document"
)

// An APIStage names an API of API Gateway, and a stage of it.
type APIStage struct {
	ID    string
	Stage string // "": the only one
}

// Source: API Gateway developer guide, "Invoke a REST API": an address begins with the id.
var (
	apiID     = regexp.MustCompile(`^[a-z0-9]{1,32}$`)
	stageName = document.Form(`^(?:\$default|[A-Za-z0-9_-]{1,128})$`)
)

// ParseAPIStage reads ID or ID/STAGE.
func ParseAPIStage(text string) (APIStage, error) {
	id, stage, chosen := strings.Cut(text, "/")
	switch {
	case !apiID.MatchString(id):
		return APIStage{}, fmt.Errorf("%q is no id of an API: write the small letters and digits that its address begins with, such as abc123 of https://abc123.execute-api.eu-central-1.amazonaws.com", id)
	case chosen && !stageName().MatchString(stage):
		return APIStage{}, fmt.Errorf("%q is no name of a stage: write letters, digits, hyphens and underscores, as in %s/prod", stage, id)
	}
	return APIStage{id, stage}, nil
}

// DescribeAPI describes a stage of an API of REST, HTTP or WebSocket.
func (a *Account) DescribeAPI(ctx context.Context, of APIStage) (Described, error) {
	d := a.draft("API " + of.ID)
	d.made.Physical[of.ID] = of.ID
	rest, err := a.gateway.GetRestApi(ctx, &apigateway.GetRestApiInput{RestApiId: &of.ID})
	switch {
	case err == nil:
		err = d.rest(ctx, of, rest)
	case isMissing(err):
		err = d.second(ctx, of)
	default:
		err = d.trouble(err, "apigateway:GET on /restapis/"+of.ID)
	}
	if err != nil {
		return Described{}, err
	}
	return d.described()
}

// second describes an API of the second version, if it is one.
func (d *draft) second(ctx context.Context, of APIStage) error {
	api, err := d.apis.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: &of.ID})
	switch {
	case isMissing(err):
		return fmt.Errorf("%s has no API with the id %s, neither of REST nor of HTTP or WebSocket: check the id, AWS_PROFILE and AWS_REGION%s", d.endpoint.at("apigateway:"), of.ID, d.listed(ctx))
	case err != nil:
		return d.trouble(err, "apigateway:GET on /v2/apis/"+of.ID)
	}
	return d.http(ctx, of, api)
}

// listed names APIs that there are, as far as they may be listed, for a person who looks for
// an id; "": there is none.
func (d *draft) listed(ctx context.Context) string {
	const most = 20
	var all []string
	add := func(id, name *string) {
		all = append(all, fmt.Sprintf("%s (%s)", aws.ToString(id), aws.ToString(name)))
	}
	if rest, err := d.gateway.GetRestApis(ctx, &apigateway.GetRestApisInput{Limit: aws.Int32(most)}); err == nil {
		for _, api := range rest.Items {
			add(api.Id, api.Name)
		}
	}
	if second, err := d.apis.GetApis(ctx, &apigatewayv2.GetApisInput{MaxResults: aws.String(strconv.Itoa(most))}); err == nil {
		for _, api := range second.Items {
			add(api.ApiId, api.Name)
		}
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	text := strings.Join(all[:min(most, len(all))], ", ")
	if len(all) >= most { // of one kind: there may be more
		return "; among others there are " + text
	}
	return "; there are " + text
}

// stage is the stage that is meant.
func (of APIStage) stage(names []string) (string, error) {
	slices.Sort(names)
	switch {
	case len(names) == 0:
		return "", fmt.Errorf("the API %s has no stage: deploy it to one", of.ID)
	case of.Stage == "" && len(names) > 1:
		return "", fmt.Errorf("the API %s has several stages (%s): choose one, as in --api-id %s/%s", of.ID, strings.Join(names, ", "), of.ID, names[0])
	case of.Stage == "":
		return names[0], nil
	case !slices.Contains(names, of.Stage):
		return "", fmt.Errorf("the API %s has no stage %s; it has %s", of.ID, of.Stage, strings.Join(names, ", "))
	}
	return of.Stage, nil
}

// accountThrottle is the throttle of the account; zero where it may not be read.
func (d *draft) accountThrottle(ctx context.Context) Limit {
	limit, err := d.Throttle(ctx)
	if err != nil {
		return Limit{}
	}
	return limit
}
