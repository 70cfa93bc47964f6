package lab

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/policy"
)

// permits is what the lab's policy says of the caller; nil: it permits everything.
func (l *Lab) permits() protocol.Permit {
	access := l.Config().AWS
	if !access.Restricts() {
		return nil
	}
	decide := access.Decisions()
	return func(service, operation, region string, fields protocol.Form) error {
		action, resource := permission(service, operation, region, fields)
		if action == "" {
			return nil
		}
		switch decide(policy.Use{Action: action, Resource: resource}) {
		case policy.Allowed:
			return nil
		case policy.Denied:
			return denied(action, resource, "with an explicit deny in an identity-based policy")
		default:
			return denied(action, resource, "because no identity-based policy allows the "+action+" action")
		}
	}
}

// denied is how AWS refuses.
// Source: IAM user guide, "Troubleshoot access denied error messages".
func denied(action, resource, why string) protocol.Refusal {
	r := protocol.AccessDenied
	r.Status, r.Message = http.StatusForbidden, fmt.Sprintf("User: %s is not authorized to perform: %s", control.Caller, action)
	if resource != everything {
		r.Message += " on resource: " + resource
	}
	r.Message += " " + why
	return r
}

// everything is the resource of an action that knows none.
const everything = "*"

// A resourceOf makes the ARN of what an operation asks for.
type resourceOf func(region string, fields protocol.Form) string

func arnOf(service, region, resource string) string {
	return "arn:aws:" + service + ":" + region + ":" + control.Account + ":" + resource
}

// resources are those of operations that know one, by service and operation. Source: Service
// Authorization Reference, the pages of the services.
var resources = map[string]map[string]resourceOf{
	"logs": {"StartQuery": func(region string, f protocol.Form) string {
		return arnOf("logs", region, "log-group:"+f.Text("logGroupName")+":*")
	}},
	"sts": {"AssumeRole": func(_ string, f protocol.Form) string { return f.Text("RoleArn") }},
	"secretsmanager": {"GetSecretValue": func(region string, f protocol.Form) string {
		if id := f.Text("SecretId"); strings.HasPrefix(id, "arn:") {
			return id
		}
		return arnOf("secretsmanager", region, "secret:"+f.Text("SecretId")+"-aBcDeF")
	}},
	"ssm": {"GetParameter": func(region string, f protocol.Form) string {
		if id := f.Text("Name"); strings.HasPrefix(id, "arn:") {
			return id
		}
		return arnOf("ssm", region, "parameter/"+strings.TrimPrefix(f.Text("Name"), "/"))
	}},
	"cloudformation": {
		"DescribeStacks": stackOf, "GetTemplate": stackOf, "ListStackResources": stackOf,
	},
}

func stackOf(region string, f protocol.Form) string {
	return arnOf("cloudformation", region, "stack/"+f.Text("StackName")+"/lab")
}

// functionOperations are what Lambda and X-Ray call operations that paths name.
var functionOperations = map[string]string{
	"GET /2015-03-31/functions/{FunctionName}/configuration":           "lambda:GetFunctionConfiguration",
	"PUT /2015-03-31/functions/{FunctionName}/configuration":           "lambda:UpdateFunctionConfiguration",
	"GET /2015-03-31/functions/{FunctionName}/aliases/{Name}":          "lambda:GetAlias",
	"GET /2021-10-31/functions/{FunctionName}/url":                     "lambda:GetFunctionUrlConfig",
	"GET /2019-09-30/functions/{FunctionName}/concurrency":             "lambda:GetFunctionConcurrency",
	"GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency": "lambda:ListProvisionedConcurrencyConfigs",
	"GET /2016-08-19/account-settings":                                 "lambda:GetAccountSettings",
	"POST /TraceSummaries":                                             "xray:GetTraceSummaries",
	"POST /Traces":                                                     "xray:BatchGetTraces",
}

// unasked are the operations for which IAM asks no permission.
var unasked = map[string]bool{"sts GetCallerIdentity": true}

// prefixes are those of actions, of services whose signatures have another name.
var prefixes = map[string]string{"monitoring": "cloudwatch"}

var braces = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// permission is the action that an operation needs, and the resource that it needs it on; "":
// it needs none.
func permission(service, operation, region string, f protocol.Form) (action, resource string) {
	if unasked[service+" "+operation] {
		return "", ""
	}
	if action := functionOperations[operation]; action != "" {
		resource := everything
		if name := f.Text("FunctionName"); name != "" {
			resource = name
			if !strings.HasPrefix(name, "arn:") {
				resource = arnOf("lambda", region, "function:"+name)
			}
		}
		return action, resource
	}
	method, path, isPath := strings.Cut(operation, " ")
	if isPath && service == "apigateway" { // its actions are methods, and its resources are paths, without the version
		path = strings.TrimPrefix(path, "/v2")
		path = braces.ReplaceAllStringFunc(path, func(name string) string { return f.Text(strings.Trim(name, "{}")) })
		return "apigateway:" + method, "arn:aws:apigateway:" + region + "::" + path
	}
	prefix := service
	if other := prefixes[service]; other != "" {
		prefix = other
	}
	resource = everything
	if of := resources[service][operation]; of != nil {
		resource = of(region, f)
	}
	return prefix + ":" + operation, resource
}
