package aws

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNamesOfStackOutputs(t *testing.T) {
	for _, row := range []struct {
		text string
		want StackOutput
		err  string
	}{
		{"dev-api", StackOutput{"dev-api", ""}, ""},
		{"dev-api/ApiUrl", StackOutput{"dev-api", "ApiUrl"}, ""},
		{"", StackOutput{}, `"" is no name of a stack`},
		{"dev_api", StackOutput{}, `"dev_api" is no name of a stack`},
		{"1dev", StackOutput{}, "write a letter, then"},
		{strings.Repeat("a", 129), StackOutput{}, "at most 128"},
		{"dev/", StackOutput{}, `"" is no name of an output`},
		{"dev/Api/Url", StackOutput{}, `"Api/Url" is no name of an output`},
		{"arn:aws:cloudformation:eu-central-1:1:stack/dev/1", StackOutput{}, "write the stack's name"},
	} {
		got, err := ParseStackOutput(row.text)
		if got != row.want || (err == nil) != (row.err == "") || err != nil && !strings.Contains(err.Error(), row.err) {
			t.Errorf("%q: %+v, %v", row.text, got, err)
		}
	}
}

// stackServer answers DescribeStacks in the Query protocol.
func stackServer(t *testing.T, httpStatus int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Form.Get("Action") != "DescribeStacks" || r.Form.Get("StackName") != "dev" {
			t.Errorf("asked for %v, %v", r.Form, err)
		}
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(httpStatus)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// described is a stack with outputs, each KEY=VALUE.
func described(status string, outputs ...string) string {
	var members strings.Builder
	for _, output := range outputs {
		key, value, _ := strings.Cut(output, "=")
		fmt.Fprintf(&members, "<member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member>", key, value)
	}
	return fmt.Sprintf(`<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<StackName>dev</StackName><CreationTime>2026-11-01T10:00:00Z</CreationTime><StackStatus>%s</StackStatus><Outputs>%s</Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, status, members.String())
}

// stackError is an error in the Query protocol.
func stackError(code, message string) string {
	return fmt.Sprintf(`<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
}

func TestAnAddressIsReadFromAStack(t *testing.T) {
	const url, secret = "ApiUrl=https://a1.execute-api.eu-central-1.amazonaws.com/prod/", "Password=hunter2"
	for _, row := range []struct {
		fact, output string
		status       int
		body         string
		want, err    string
	}{
		{"the only address", "", 200, described("CREATE_COMPLETE", secret, url, "Table=items"), "https://a1.execute-api.eu-central-1.amazonaws.com/prod/", ""},
		{"the chosen one of several", "Other", 200, described("UPDATE_COMPLETE", url, "Other=http://127.0.0.1:8000"), "http://127.0.0.1:8000", ""},
		{"an update whose leftovers are being removed", "", 200, described("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", url), "https://a1.execute-api.eu-central-1.amazonaws.com/prod/", ""},
		{"several addresses", "", 200, described("CREATE_COMPLETE", url, "Admin=https://admin.example.com", secret), "", "choose one, as in stack:dev/Admin (Admin, ApiUrl)"},
		{"no address", "", 200, described("CREATE_COMPLETE", secret, "Table=items"), "", "no output of stack dev is an http or https address; its outputs are Password, Table"},
		{"no outputs", "", 200, described("CREATE_COMPLETE"), "", "stack dev has no outputs: give its template one"},
		{"an output that is not there", "Url", 200, described("CREATE_COMPLETE", secret, url), "", "stack dev has no output Url; its outputs are ApiUrl, Password"},
		{"an output that is no address", "Password", 200, described("CREATE_COMPLETE", secret, url), "", "output Password of stack dev is no http or https address; these are: ApiUrl"},
		{"an address that refers to a secret", "Bad", 200, described("CREATE_COMPLETE", "Bad=https://x.example.com/${env:TOKEN}"), "", "output Bad of stack dev is no http or https address, and no other"},
		{"a stack in creation", "", 200, described("CREATE_IN_PROGRESS"), "", `is still being created (CREATE_IN_PROGRESS): wait for it with "aws cloudformation wait stack-create-complete --stack-name dev"`},
		{"a stack before its creation", "", 200, described("REVIEW_IN_PROGRESS"), "", "is not created yet (REVIEW_IN_PROGRESS): execute its change set"},
		{"a stack that is being updated", "", 200, described("UPDATE_IN_PROGRESS", url), "", "would change while it is measured"},
		{"a stack that takes an update back", "", 200, described("UPDATE_ROLLBACK_IN_PROGRESS", url), "", "is being changed (UPDATE_ROLLBACK_IN_PROGRESS): wait"},
		{"a stack whose update was taken back", "", 200, described("UPDATE_ROLLBACK_COMPLETE", url), "", "serves the version before its last update, which failed"},
		{"a stack whose creation failed", "", 200, described("ROLLBACK_COMPLETE"), "", "was not deployed completely (ROLLBACK_COMPLETE)"},
		{"a stack that is being deleted", "", 200, described("DELETE_IN_PROGRESS", url), "", "is deleted or being deleted (DELETE_IN_PROGRESS)"},
		{"no stack", "", 400, stackError("ValidationError", "Stack with id dev does not exist"), "", "has no stack dev, or it was deleted: check its name, AWS_PROFILE and AWS_REGION"},
		{"no permission", "", 403, stackError("AccessDenied", "User: u is not authorized to perform: cloudformation:DescribeStacks on resource: dev"), "", "may not be read: User: u is not authorized to perform: cloudformation:DescribeStacks on resource: dev; allow these credentials the action cloudformation:DescribeStacks"},
		{"credentials that expired", "", 403, stackError("ExpiredToken", "hunter2"), "", "says that the AWS credentials have expired: set AWS_PROFILE"},
		{"a page of a proxy", "", 403, "<html>no</html>", "", "answers, but not as CloudFormation (HTTP status 403"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			endpoint := Endpoint{Lab: true, URL: stackServer(t, row.status, row.body), Region: "us-east-1"}
			config, err := endpoint.Config(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := At(endpoint, config).StackAddress(t.Context(), StackOutput{"dev", row.output})
			said := ""
			if err != nil {
				said = err.Error()
			}
			if got != row.want || !strings.Contains(said, row.err) || (row.err == "") != (err == nil) || strings.Contains(said, "hunter2") {
				t.Errorf("got  %s\nwant %s", cmp.Or(said, got), cmp.Or(row.err, row.want))
			}
		})
	}
}

// TestAnInterruptedLookupSaysSo ends the wait for a stack.
func TestAnInterruptedLookupSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	endpoint := Endpoint{Lab: true, URL: closed(t), Region: "us-east-1"}
	config, err := endpoint.Config(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = At(endpoint, config).StackAddress(ctx, StackOutput{Stack: "dev"})
	if err == nil || !strings.Contains(err.Error(), "CloudFormation at "+endpoint.URL+" was still being read when it was interrupted") {
		t.Error(err)
	}
}
