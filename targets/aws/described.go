package aws

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// A Described is something deployed, described as a template of CloudFormation describes it:
// the template of a stack itself, or one that is made of what the services say of an API, a
// load balancer or a function.
type Described struct {
	What     string // what it is called in messages, such as "stack shop"
	Region   string
	Template string            // as CloudFormation has it: SAM's abbreviations are written out
	Physical map[string]string // ids of resources, by logical ids
	Outputs  map[string]string // those that are addresses

	Parameters  map[string]string // whose values are no secrets
	Unseen      []string          // what could not be read, and what a template has no place for: sentences
	Unaddressed string            // why the address is not that which AWS makes of an id; "": it is
}

// properties are those of a resource.
type properties map[string]any

// ref refers to a resource.
func ref(id string) properties { return properties{"Ref": id} }

// unread is a value that could not be read: it refers to nothing in the template.
func unread(what string) properties { return properties{"Fn::ImportValue": what} }

// A draft is a description in the making.
type draft struct {
	*Account
	made      Described
	resources map[string]properties
	called    map[string]string // logical ids of functions, by what they are called
	unasked   string            // why functions are not asked for any more; "": they are
}

func (a *Account) draft(what string) *draft {
	in := *a
	in.endpoint = a.endpoint.In(a.gateway.Options().Region)
	return &draft{Account: &in, resources: map[string]properties{}, called: map[string]string{}, made: Described{
		What: what, Region: a.gateway.Options().Region,
		Parameters: map[string]string{}, Physical: map[string]string{}, Outputs: map[string]string{},
	}}
}

// add adds a resource and returns its logical id. Properties that are "", 0, false or nil
// are left out, as in a template that does not state them.
func (d *draft) add(id, kind string, p properties) string {
	d.resources[id] = properties{"Type": kind, "Properties": p.stated()}
	return id
}

func (p properties) stated() properties {
	p = maps.Clone(p)
	maps.DeleteFunc(p, func(_ string, v any) bool {
		at := reflect.ValueOf(v)
		list := at.Kind() == reflect.Map || at.Kind() == reflect.Slice
		return !at.IsValid() || at.IsZero() || list && at.Len() == 0
	})
	return p
}

// unseen adds a sentence to what the scenario's comments say.
func (d *draft) unseen(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(d.made.Unseen, text) {
		d.made.Unseen = append(d.made.Unseen, text)
	}
}

// described is the finished description.
func (d *draft) described() (Described, error) {
	text, err := json.Marshal(properties{"Resources": d.resources})
	d.made.Template = string(text)
	return d.made, err
}
