//go:build interop

package stack

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing/document"
)

// The two descriptions are compared resource by resource: each becomes a list of paths with
// values in a common form, in which ~Function is a reference to the resource Function, and
// ?Memory to the parameter Memory.

// spelled turns RestApiId into rest_api_id.
func spelled(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}

// named turns rest_api into RestApi.
func named(label string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(label, "_") {
		out.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return out.String()
}

// values are the properties of a resource of the template, by their paths. Lists of several
// mappings have their numbers in the path.
func values(at string, n *document.Node, all map[string]string) {
	if text, is := common(n); is {
		all[at] = text
		return
	}
	switch n.Type {
	case document.Mapping:
		if _, policy := all["\x00"+at]; policy || strings.HasSuffix(at, "Document") || strings.HasSuffix(at, "Schema") {
			all[at] = leaves(n)
			return
		}
		for _, e := range n.Entries {
			values(strings.TrimPrefix(at+"."+e.Key, "."), e.Value, all)
		}
	case document.List:
		for i, item := range n.Items {
			below := at
			if len(n.Items) > 1 {
				below = fmt.Sprintf("%s.%d", at, i)
			}
			values(below, item, all)
		}
	}
}

// common is a value in the common form; false if it has parts.
func common(n *document.Node) (string, bool) {
	switch n.Type {
	case document.Mapping:
		if len(n.Entries) != 1 {
			return "", false
		}
		switch e := n.Entries[0]; e.Key {
		case "Ref", "Fn::GetAtt":
			return reference(e.Value.Text), true
		case "Fn::Sub":
			return generalised(regexp.MustCompile(`\$\{([^}]+)\}`).ReplaceAllStringFunc(e.Value.Text, func(found string) string { return reference(found[2 : len(found)-1]) })), true
		case "Fn::If":
			return "if " + e.Value.Items[0].Text, true
		case "Fn::Select":
			return "zone " + e.Value.Items[0].Text, true
		}
		return "", false
	case document.List:
		var texts []string
		for _, item := range n.Items {
			text, is := common(item)
			if !is {
				return "", false
			}
			texts = append(texts, text)
		}
		return strings.Join(texts, ", "), true
	}
	return n.Text, true
}

// reference is a name of the template in the common form.
func reference(name string) string {
	id, _, _ := strings.Cut(name, ".")
	switch id {
	case "AWS::StackName":
		return "?StackName"
	case "AWS::Region", "AWS::Partition", "AWS::AccountId":
		return "?" + strings.TrimPrefix(id, "AWS::")
	}
	for _, parameter := range parameters {
		if parameter == id {
			return "?" + id
		}
	}
	return "~" + id
}

var parameters = []string{"CodeBucket", "CodeKey", "Architecture", "Memory", "Concurrency", "Timeout", "MostBytes", "Init", "Cache", "PlanRate", "PlanBurst", "PlanQuota", "StageRate", "StageBurst", "Balancer", "BalancerClients", "Distribution", "BudgetUSD", "Email"}

// generalised is an ARN that the attribute of a resource has in Terraform.
func generalised(text string) string {
	text = regexp.MustCompile(`arn:\?Partition:apigateway:\?Region:lambda:path/2015-03-31/functions/(~\w+)/invocations`).ReplaceAllString(text, "$1")
	return regexp.MustCompile(`arn:\?Partition:execute-api:\?Region:\?AccountId:(~\w+)`).ReplaceAllString(text, "$1")
}

// leaves are the texts within a policy or a model.
func leaves(n *document.Node) string {
	var all []string
	var walk func(n *document.Node)
	walk = func(n *document.Node) {
		if text, is := common(n); is && n.Type != document.List {
			if n.Type == document.String || n.Type == document.Mapping {
				all = append(all, text)
			}
			return
		}
		for _, e := range n.Entries {
			walk(e.Value)
		}
		for _, item := range n.Items {
			walk(item)
		}
	}
	walk(n)
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// A block is one of the configuration, as testdata/hcl prints it.
type block struct {
	Type       string
	Labels     []string
	Attributes map[string]string
	Blocks     []block
}

func configuration(t *testing.T) []block {
	t.Helper()
	read := exec.Command("go", "run", ".", "../../main.tf")
	read.Dir = "testdata/hcl"
	out, err := read.Output()
	if err != nil {
		if exit, is := err.(*exec.ExitError); is {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []block
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

var (
	ofResource = regexp.MustCompile(`aws_\w+\.(\w+)(?:\[0\])?(?:\.\w+)*`)
	ofVariable = regexp.MustCompile(`var\.(\w+)`)
	quoted     = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// expressed is an expression of Terraform in the common form.
func expressed(text string) string {
	if strings.HasPrefix(text, "var.cache ") || strings.HasPrefix(text, "var.cache != ") {
		return "if HasCache"
	}
	if strings.HasPrefix(text, "var.concurrency ") {
		return "if HasConcurrency"
	}
	if zone, is := strings.CutPrefix(text, "data.aws_availability_zones.available.names["); is {
		return "zone " + strings.TrimSuffix(zone, "]")
	}
	text = strings.NewReplacer("data.aws_partition.current.partition", "?Partition", "data.aws_caller_identity.current.account_id", "?AccountId", "var.budget_usd", "?BudgetUSD").Replace(text)
	text = ofResource.ReplaceAllStringFunc(text, func(found string) string { return "~" + named(ofResource.FindStringSubmatch(found)[1]) })
	text = ofVariable.ReplaceAllStringFunc(text, func(found string) string { return "?" + named(strings.TrimPrefix(found, "var.")) })
	text = regexp.MustCompile(`\$\{([^}]+)\}`).ReplaceAllString(text, "$1")
	if strings.HasPrefix(text, "jsonencode(") {
		var all []string
		for _, m := range regexp.MustCompile(`(?:= |[\[,] *)("(?:[^"\\]|\\.)*"|[~?]\w+)`).FindAllStringSubmatch(text, -1) {
			all = append(all, generalised(strings.TrimSuffix(strings.Trim(m[1], `"`), ":*")))
		}
		slices.Sort(all)
		return strings.Join(all, ", ")
	}
	if strings.HasPrefix(text, "{") { // a map of one entry
		_, value, _ := strings.Cut(strings.Trim(text, "{} \n"), " = ")
		text = value
	}
	text = quoted.ReplaceAllString(text, "$1")
	return generalised(strings.Trim(text, "[]"))
}

// attributes are those of a block, by their paths.
func attributes(at string, b block, all map[string]string) {
	for name, text := range b.Attributes {
		path := strings.TrimPrefix(at+"."+name, ".")
		entries := strings.Fields(strings.NewReplacer(" = ", "=", "{", "", "}", "").Replace(regexp.MustCompile(` +`).ReplaceAllString(text, " ")))
		switch {
		case name == "depends_on" || name == "count":
		case strings.HasPrefix(text, "{") && len(entries) > 1 && name == "variables":
			for _, e := range entries {
				key, value, _ := strings.Cut(e, "=")
				all[path+"."+key] = expressed(value)
			}
		default:
			all[path] = expressed(text)
		}
	}
	counts := map[string]int{}
	for _, inner := range b.Blocks {
		counts[inner.Type]++
	}
	seen := map[string]int{}
	for _, inner := range b.Blocks {
		if inner.Type == "lifecycle" {
			continue
		}
		below := strings.TrimPrefix(at+"."+inner.Type, ".")
		if counts[inner.Type] > 1 {
			below = fmt.Sprintf("%s.%d", below, seen[inner.Type])
		}
		seen[inner.Type]++
		attributes(below, inner, all)
	}
}
