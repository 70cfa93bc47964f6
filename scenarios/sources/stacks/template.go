package stacks

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// bound is how much of a template is read. CloudFormation takes 1 MB.
var bound = document.Bound{Bytes: 2 << 20, Values: 100_000}

// tagged is what a tag of a template is short for.
// Source: CloudFormation user guide, "Intrinsic function reference".
func tagged(tag string) string {
	switch name := strings.TrimPrefix(tag, "!"); name {
	case "Ref", "Condition":
		return name
	case "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Select", "Split", "Sub", "Transform", "And", "Or", "Not", "Equals", "ForEach", "Length", "ToJsonString",
		"ValueOf", "ValueOfAll", "RefAll", "Contains", "EachMemberEquals", "EachMemberIn": // of rules
		return "Fn::" + name
	}
	return ""
}

// inFlow matches intrinsic functions as keys within braces, where the parser of YAML stops at
// their colons unless they are in quotes.
var inFlow = regexp.MustCompile(`([{,]\s*)(Fn::[A-Za-z]+):(\s)`)

// nested are the types of stacks within stacks, which have templates of their own.
var nested = []string{"AWS::CloudFormation::Stack", "AWS::Serverless::Application"}

// tagInFlow matches references to pseudo parameters, at whose colons it stops there, too.
var tagInFlow = regexp.MustCompile(`(!Ref\s+)(AWS::[A-Za-z]+)`)

// readTemplate reads a template in YAML or JSON.
func readTemplate(name string, data []byte) (*template, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New(name + ": the file is empty, which is no template of CloudFormation or SAM")
	}
	data = tagInFlow.ReplaceAll(inFlow.ReplaceAll(data, []byte(`$1"$2":$3`)), []byte(`$1"$2"`))
	d := document.Open(name, data, document.Options{Bound: bound, Tags: tagged})
	if d.Failed() {
		return nil, d.Err()
	}
	all := below(d.Root, "Resources")
	if all == nil || all.Type != document.Mapping {
		d.Problem(d.Root, "this is no template of CloudFormation or SAM: it has no Resources; of CDK give the one that \"cdk synth\" writes to cdk.out")
		return nil, d.Err()
	}
	t := &template{name: name, parameters: map[string]*document.Node{}}
	if parameters := below(d.Root, "Parameters"); parameters != nil {
		for _, e := range parameters.Entries {
			// The default of a parameter by this type is where the value is.
			if value := e.Value.Find("Default"); value != nil && !strings.HasPrefix(textOf(e.Value.Find("Type")), "AWS::SSM") {
				t.parameters[e.Key] = value
			}
		}
	}
	t.functions, t.apis = below(d.Root, "Globals", "Function"), below(d.Root, "Globals")
	t.conditions, t.mappings = below(d.Root, "Conditions"), below(d.Root, "Mappings")
	for _, e := range all.Entries {
		switch kind := textOf(e.Value.Find("Type")); {
		case slices.Contains(nested, kind):
			t.leftOut("the stack " + e.Key + " within this one")
		case strings.HasPrefix(e.Key, "Fn::"):
			t.leftOut("resources of the loop or transform " + e.Key)
		case kind != "":
			t.resources = append(t.resources, resource{e.Key, kind, textOf(e.Value.Find("Condition")), e.Line, e.Value.Find("Properties")})
		}
	}
	return t, nil
}

// textOf is the text of a scalar; "" of anything else.
func textOf(n *document.Node) string {
	if n == nil || n.Type >= document.Mapping {
		return ""
	}
	return n.Text
}

// where names a line of the file.
func (t *template) where(line int) string {
	if line == 0 {
		return t.name
	}
	return fmt.Sprintf("%s:%d", t.name, line)
}
