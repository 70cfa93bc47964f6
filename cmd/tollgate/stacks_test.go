package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// stackAPI is CloudFormation with one stack, dev; the SDK finds it by the environment.
func stackAPI(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		if name := r.FormValue("StackName"); name != "dev" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id %s does not exist</Message></Error></ErrorResponse>", name)
			return
		}
		fmt.Fprint(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>dev</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
<Outputs><member><OutputKey>V1</OutputKey><OutputValue>https://api.example.com/v1</OutputValue></member>
<member><OutputKey>V2</OutputKey><OutputValue>https://api.example.com/v2</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDFORMATION": server.URL, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hunter22", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "eu-central-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

func TestSidesOfStacks(t *testing.T) {
	stackAPI(t)
	for _, row := range []struct {
		fact, base, head string
		want             [2]string
		err              string
		status           int
	}{
		{"both are outputs", "stack:dev/V1", "stack:dev/V2", [2]string{"https://api.example.com/v1", "https://api.example.com/v2"}, "", 0},
		{"one is a command", "./app", "stack:dev/V2", [2]string{"./app", "https://api.example.com/v2"}, "", 0},
		{"the output must be chosen", "./app", "stack:dev", [2]string{}, "stack:dev: several outputs of stack dev are addresses: choose one, as in stack:dev/V1 (V1, V2)", 1},
		{"there is no such stack", "stack:prod", "./app", [2]string{}, "stack:prod: CloudFormation in eu-central-1 has no stack prod", 1},
		{"a name that cannot be", "stack:dev/V1", "stack:dev_2", [2]string{}, `stack:dev_2: "dev_2" is no name of a stack`, 2},
		{"the other side is missing", "stack:dev/V1", "", [2]string{}, "name both versions", 2},
	} {
		t.Run(row.fact, func(t *testing.T) {
			sides := [2]string{row.base, row.head}
			err := (&abFlags{}).addressed(t.Context(), &sides)
			switch {
			case row.err == "" && (err != nil || sides != row.want):
				t.Errorf("%v, %v", sides, err)
			case row.err != "" && (err == nil || !strings.Contains(err.Error(), row.err) || exitCode(err) != row.status):
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestStacksWithoutCredentials says what to do, and where no region is known too.
func TestStacksWithoutCredentials(t *testing.T) {
	for _, row := range []struct{ without, want string }{
		{"AWS_ACCESS_KEY_ID", "stack:dev/V1: there are no AWS credentials"},
		{"AWS_REGION", "stack:dev/V1: nothing says in which region"},
	} {
		t.Run(row.without, func(t *testing.T) {
			stackAPI(t)
			t.Setenv(row.without, "")
			sides := [2]string{"stack:dev/V1", "./app"}
			err := (&abFlags{}).addressed(t.Context(), &sides)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter22") {
				t.Errorf("got %v", err)
			}
		})
	}
}
