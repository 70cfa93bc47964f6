package aws

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tollgate/targets"
)

// Of a stack only what is no secret is kept: parameters that are masked are unknown, and
// outputs that are no addresses are left out.
func TestAStackIsReadWithItsTemplate(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		switch action := r.FormValue("Action"); {
		case r.FormValue("StackName") != "dev":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id prod does not exist</Message></Error></ErrorResponse>")
		case action == "DescribeStacks":
			fmt.Fprint(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>dev</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Parameters>
<member><ParameterKey>Memory</ParameterKey><ParameterValue>512</ParameterValue></member><member><ParameterKey>Stored</ParameterKey><ParameterValue>/x</ParameterValue><ResolvedValue>1024</ResolvedValue></member>
<member><ParameterKey>Password</ParameterKey><ParameterValue>****</ParameterValue></member></Parameters>
<Outputs><member><OutputKey>Socket</OutputKey><OutputValue>wss://abc.execute-api.eu-central-1.amazonaws.com/prod</OutputValue></member><member><OutputKey>Url</OutputKey><OutputValue>https://api.example.com</OutputValue></member><member><OutputKey>Key</OutputKey><OutputValue>hunter2</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
		case action == "GetTemplate" && r.FormValue("TemplateStage") == "Processed":
			fmt.Fprint(w, `<GetTemplateResponse><GetTemplateResult><TemplateBody>Resources: {}</TemplateBody></GetTemplateResult></GetTemplateResponse>`)
		case action == "ListStackResources" && r.FormValue("NextToken") == "":
			fmt.Fprint(w, `<ListStackResourcesResponse><ListStackResourcesResult><NextToken>more</NextToken><StackResourceSummaries><member><LogicalResourceId>Api</LogicalResourceId><PhysicalResourceId>abc</PhysicalResourceId></member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`)
		case action == "ListStackResources": // and again says that there is more, at the same place
			fmt.Fprint(w, `<ListStackResourcesResponse><ListStackResourcesResult><NextToken>more</NextToken><StackResourceSummaries><member><LogicalResourceId>Fn</LogicalResourceId><PhysicalResourceId>fn</PhysicalResourceId></member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`)
		default:
			t.Errorf("asked for %v", r.Form)
		}
	}))
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "", "AWS_REGION": "eu-central-1", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	account, err := Open(t.Context(), targets.Target{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := account.DescribeStack(t.Context(), "dev")
	got := fmt.Sprint(s.Region, s.Template, s.Parameters, s.Physical, s.Outputs)
	if want := "eu-central-1Resources: {}map[Memory:512 Stored:1024] map[Api:abc Fn:fn] map[Socket:wss://abc.execute-api.eu-central-1.amazonaws.com/prod Url:https://api.example.com]"; err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := account.DescribeStack(t.Context(), "prod"); err == nil || !strings.Contains(err.Error(), "has no stack prod") {
		t.Error(err)
	}
}
