package control

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/targets/lab/aws/protocol"
)

// A Stack is a stack of CloudFormation that was created completely.
type Stack struct {
	Name      string
	Template  string          // JSON or YAML
	Resources []StackResource // of its template
	Outputs   map[string]string

	Parameters map[string]string
}

// A StackResource is what became of a resource of the template.
type StackResource struct{ LogicalID, PhysicalID, Type string }

// A Formation answers for stacks. It is read only.
type Formation struct{ stacks []Stack }

// NewFormation returns a Formation with the given stacks.
func NewFormation(stacks ...Stack) *Formation { return &Formation{stacks} }

// Service returns CloudFormation's API, as far as descriptions of stacks go.
// Source: CloudFormation API reference, "DescribeStacks", "GetTemplate" and
// "ListStackResources".
func (f *Formation) Service() *protocol.Service {
	return &protocol.Service{
		Name: "CloudFormation", Shapes: "com.amazonaws.cloudformation",
		Query: protocol.Query{Version: "2010-05-15", XML: "http://cloudformation.amazonaws.com/doc/2010-05-15/"},
		Operations: map[string]protocol.Operation{
			"DescribeStacks": f.describe, "GetTemplate": f.template, "ListStackResources": f.resources,
		},
	}
}

func (f *Formation) find(form protocol.Form) (Stack, error) {
	name := form.NeedText("StackName")
	for _, s := range f.stacks {
		if s.Name == name {
			return s, nil
		}
	}
	return Stack{}, protocol.Bad("ValidationError", fmt.Sprintf("Stack with id %s does not exist", name))
}

func (f *Formation) describe(form protocol.Form) (protocol.Object, error) {
	s, err := f.find(form)
	if err != nil {
		return nil, err
	}
	outputs := []any{}
	for _, key := range slices.Sorted(maps.Keys(s.Outputs)) {
		outputs = append(outputs, protocol.Object{"OutputKey": key, "OutputValue": s.Outputs[key]})
	}
	parameters := []any{}
	for _, key := range slices.Sorted(maps.Keys(s.Parameters)) {
		parameters = append(parameters, protocol.Object{"ParameterKey": key, "ParameterValue": s.Parameters[key]})
	}
	return protocol.Object{"Stacks": []any{protocol.Object{"StackName": s.Name, "StackStatus": "CREATE_COMPLETE", "Outputs": outputs, "Parameters": parameters}}}, nil
}

func (f *Formation) template(form protocol.Form) (protocol.Object, error) {
	s, err := f.find(form)
	if err != nil {
		return nil, err
	}
	return protocol.Object{"TemplateBody": s.Template}, nil
}

func (f *Formation) resources(form protocol.Form) (protocol.Object, error) {
	s, err := f.find(form)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, r := range s.Resources {
		all = append(all, protocol.Object{"LogicalResourceId": r.LogicalID, "PhysicalResourceId": r.PhysicalID, "ResourceType": r.Type, "ResourceStatus": "CREATE_COMPLETE"})
	}
	return protocol.Object{"StackResourceSummaries": all}, nil
}

// LogicalID is a name as a template has it: letters and digits.
func LogicalID(name string) string {
	var out strings.Builder
	upper := true
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z':
			out.WriteRune(c)
		case c >= 'a' && c <= 'z' && upper:
			out.WriteString(strings.ToUpper(string(c)))
		case c >= 'a' && c <= 'z':
			out.WriteRune(c)
		default:
			upper = true
			continue
		}
		upper = false
	}
	return out.String()
}
