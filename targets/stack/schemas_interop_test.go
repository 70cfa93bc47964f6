//go:build interop

package stack

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing/document"
)

// plain is a value of the template as JSON has it.
func plain(n *document.Node) any {
	switch n.Type {
	case document.Null:
		return nil
	case document.Mapping:
		all := map[string]any{}
		for _, e := range n.Entries {
			all[e.Key] = plain(e.Value)
		}
		return all
	case document.List:
		all := []any{}
		for _, item := range n.Items {
			all = append(all, plain(item))
		}
		return all
	case document.Bool:
		return n.Text == "true"
	case document.Integer, document.Float:
		return json.Number(n.Text)
	}
	return n.Text
}

// A verdict is what check.mjs says of a template.
type verdict struct {
	Wrong    []string
	Taggable map[string]bool
}

func checked(t *testing.T, templates ...any) (all []verdict) {
	t.Helper()
	text, err := json.Marshal(templates)
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command("node", "check.mjs")
	check.Dir = "testdata/schemas"
	check.Stdin = bytes.NewReader(text)
	out, err := check.Output()
	if err != nil {
		if exit, is := err.(*exec.ExitError); is {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &all); err != nil || len(all) != len(templates) {
		t.Fatalf("%d verdicts, %v", len(all), err)
	}
	return all
}

// TestTheTemplateFollowsThePublishedSchemas needs Node and what "npm ci" installs in
// testdata/schemas: the schemas of CloudFormation's resources.
func TestTheTemplateFollowsThePublishedSchemas(t *testing.T) {
	said := checked(t, plain(opened(t)))[0]
	for _, text := range said.Wrong {
		t.Error(text)
	}
	said.Taggable["AWS::Budgets::Budget"] = true // by a property that its schema does not call tags
	for kind, can := range said.Taggable {
		if can == slices.Contains(untaggable, kind) {
			t.Errorf("%s takes tags: %v, and the list of those that do not says otherwise", kind, can)
		}
	}
	if len(said.Taggable) < 35 {
		t.Errorf("%d types were checked", len(said.Taggable))
	}
}

// Every mistake of a template is found.
func TestMistakesInATemplateAreFound(t *testing.T) {
	function := func(root map[string]any) map[string]any {
		return root["Resources"].(map[string]any)["Function"].(map[string]any)
	}
	properties := func(root map[string]any) map[string]any { return function(root)["Properties"].(map[string]any) }
	rows := []struct {
		name  string
		spoil func(root map[string]any)
		says  string
	}{
		{"an unknown type", func(r map[string]any) { function(r)["Type"] = "AWS::Lambda::Functions" }, "there is no type AWS::Lambda::Functions"},
		{"an unknown property", func(r map[string]any) { properties(r)["Memory"] = 1 }, "Function.Memory: there is no such property"},
		{"a missing property", func(r map[string]any) { delete(properties(r), "Role") }, "Function.Role: is required"},
		{"a nested property", func(r map[string]any) { properties(r)["Code"] = map[string]any{"Bucket": "b"} }, "Function.Code.Bucket: there is no such property"},
		{"a text for a list", func(r map[string]any) { properties(r)["Architectures"] = "arm64" }, "Function.Architectures: a list, and no string"},
		{"a word for a number", func(r map[string]any) { properties(r)["Timeout"] = "long" }, "Function.Timeout: a number, and no string"},
		{"an unknown attribute", func(r map[string]any) { properties(r)["Role"] = map[string]any{"Fn::GetAtt": "Role.Name"} }, "AWS::IAM::Role has no attribute Name"},
		{"a missing resource", func(r map[string]any) { properties(r)["Role"] = map[string]any{"Ref": "Rule"} }, "there is no resource Rule"},
		{"within a substitution", func(r map[string]any) { properties(r)["Description"] = map[string]any{"Fn::Sub": "${Rule.Arn}"} }, "there is no resource Rule"},
	}
	var spoiled []any
	for _, row := range rows {
		root := plain(opened(t)).(map[string]any)
		row.spoil(root)
		spoiled = append(spoiled, root)
	}
	for i, said := range checked(t, spoiled...) {
		if !strings.Contains(strings.Join(said.Wrong, "\n"), rows[i].says) {
			t.Errorf("%s: %q", rows[i].name, said.Wrong)
		}
	}
}
