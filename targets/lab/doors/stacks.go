package doors

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"tollgate/pricing/document"
	"tollgate/targets/lab/aws/control"
)

// A Deployment is a stack of CloudFormation as if the doors were deployed by it. The lab
// makes nothing of the template: it says what a client that reads stacks is told.
type Deployment struct {
	Template   string            `json:"template"` // a file
	Parameters map[string]string `json:"parameters,omitempty"`
	Resources  map[string]string `json:"resources,omitempty"` // doors and functions, by logical ids
	Outputs    map[string]string `json:"outputs,omitempty"`   // doors whose addresses they hold
}

// What CloudFormation takes as names. Sources: CloudFormation API reference, CreateStack;
// CloudFormation template reference, "Resources" and "Outputs": logical IDs are alphanumeric.
var (
	stackName = document.Form(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
	logicalID = document.Form(`^[A-Za-z0-9]{1,255}$`)
)

// largestTemplate is that of CloudFormation.
// Source: CloudFormation user guide, "Understand CloudFormation quotas".
const largestTemplate = 1 << 20

// checkStacks reports what is wrong with the stacks of c, which is filled.
func (c Config) checkStacks(p *problems) {
	var names []string
	for _, d := range c.Doors {
		names = append(names, d.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Stacks)) {
		s, at := c.Stacks[name], fmt.Sprintf("stacks[%s]", name)
		if !stackName().MatchString(name) || name == StackName {
			p.add("%s: a stack's name is a letter, then letters, digits and hyphens, at most 128, and %s is that of the lab's own", at, StackName)
		}
		if s.Template == "" {
			p.add("%s.template: missing: name the file of the template", at)
		}
		those := func(key string, all map[string]string, targets []string) {
			for _, id := range slices.Sorted(maps.Keys(all)) {
				if !logicalID().MatchString(id) {
					p.add("%s.%s: %q must be letters and digits", at, key, id)
				}
				if !slices.Contains(targets, all[id]) {
					p.add("%s.%s.%s: %q is none of the lab's%s", at, key, id, all[id], document.DidYouMean(all[id], targets))
				}
			}
		}
		those("resources", s.Resources, append(slices.Clone(names), c.functionNames()...))
		those("outputs", s.Outputs, names)
	}
}

// readTemplates reads the templates of the stacks of c, by the names of these.
func (c Config) readTemplates() (map[string]string, error) {
	all := map[string]string{}
	for name, s := range c.Stacks {
		text, err := document.ReadFile(s.Template, nil, largestTemplate)
		if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
			err = wrapped.Err
		}
		if err != nil {
			return nil, fmt.Errorf("the lab's stack %s: %s: %w", name, s.Template, err)
		}
		all[name] = string(text)
	}
	return all, nil
}

// Stacks are those that the lab's CloudFormation knows: its own, and those of its file.
func (s *Set) Stacks() []control.Stack {
	all := []control.Stack{s.Stack()}
	for _, name := range slices.Sorted(maps.Keys(s.config.Stacks)) {
		of := s.config.Stacks[name]
		made := control.Stack{Name: name, Template: s.templates[name], Parameters: of.Parameters, Outputs: map[string]string{}}
		for _, id := range slices.Sorted(maps.Keys(of.Resources)) {
			made.Resources = append(made.Resources, s.resource(id, of.Resources[id]))
		}
		for key, door := range of.Outputs {
			made.Outputs[key] = s.named(door).URL
		}
		all = append(all, made)
	}
	return all
}

// resource is a door or a function as a resource of a stack. A load balancer has its ARN as
// its physical id; another door without an API's id has its name, which is an ARN in AWS.
func (s *Set) resource(id, name string) control.StackResource {
	d := s.named(name)
	switch {
	case d == nil:
		return control.StackResource{LogicalID: id, PhysicalID: name, Type: "AWS::Lambda::Function"}
	case d.Balancer != "":
		arn := control.Balancer{Balancer: d.Balancer}.ARN()
		return control.StackResource{LogicalID: id, PhysicalID: arn, Type: d.kind.Resources[0]}
	case len(d.kind.Resources) == 0:
		return control.StackResource{LogicalID: id, PhysicalID: name}
	case d.kind.HasStages():
		return control.StackResource{LogicalID: id, PhysicalID: d.kind.id(d.apiName()), Type: d.kind.Resources[0]}
	}
	return control.StackResource{LogicalID: id, PhysicalID: name, Type: d.kind.Resources[0]}
}

// named is the door of a name; nil if there is none.
func (s *Set) named(name string) *door {
	i := slices.IndexFunc(s.doors, func(d *door) bool { return d.Name == name })
	if i < 0 {
		return nil
	}
	return s.doors[i]
}
