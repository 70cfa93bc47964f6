package stacks

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// Deployed is a stack of CloudFormation with its template.
type Deployed struct {
	Name, Region string
	Template     string
	Parameters   map[string]string
	Physical     map[string]string // ids of resources, by logical ids
	Outputs      map[string]string // that are addresses
}

// A Function is a function that is deployed, with its own address.
type Function struct {
	Name, Region, Architecture string
	MemoryMB, Timeout          int // seconds
	URL, AuthType, InvokeMode  string
}

// Collection makes a collection of a function URL.
func (f Function) Collection(r *sources.Request) (sources.Collection, error) {
	if f.URL == "" {
		return sources.Collection{}, fmt.Errorf("the function %s has no function URL: give it one, or begin with the API or the stack that it is behind", f.Name)
	}
	var architectures *document.Node
	if f.Architecture != "" {
		architectures = document.Items(document.Text(f.Architecture))
	}
	function := document.Pairs("FunctionName", f.Name, "MemorySize", document.Number(strconv.Itoa(f.MemoryMB)), "Timeout", document.Number(strconv.Itoa(f.Timeout)), "Architectures", architectures)
	address := document.Pairs("TargetFunctionArn", document.Pairs("Ref", "Function"), "AuthType", f.AuthType, "InvokeMode", f.InvokeMode)
	t := &template{name: "function " + f.Name, parameters: map[string]*document.Node{}, resources: []resource{
		{id: "Function", kind: "AWS::Lambda::Function", props: function},
		{id: f.Name, kind: "AWS::Lambda::Url", props: address},
	}}
	c, err := t.collection("the function "+f.Name, "")
	if err != nil || r.Address != "" {
		return c, err
	}
	r.Address = f.URL
	Deployed{Region: f.Region}.unsaidByHost(&door{kind: kindOf("AWS::Lambda::Url")}, r, c.Door)
	return c, nil
}

// Stack makes a collection of a deployed front door. Its address is that of an output, or
// is made of the API's id. The region is asked for where its host does not say it.
func (s Deployed) Stack(named string, r *sources.Request) (sources.Collection, error) {
	t, err := readTemplate("stack "+s.Name, []byte(s.Template))
	if err != nil {
		return sources.Collection{}, err
	}
	for name, value := range s.Parameters {
		t.parameters[name] = document.Text(value)
	}
	t.parameters["AWS::Region"], t.parameters["AWS::StackName"] = document.Text(s.Region), document.Text(s.Name)
	all, _ := t.doors()
	d, err := t.chosen(all, named)
	if err != nil {
		return sources.Collection{}, err
	}
	c, err := t.collection("the stack "+s.Name, d.id)
	if err != nil || r.Address != "" {
		return c, err
	}
	if r.Address = s.address(d); r.Address == "" {
		return c, fmt.Errorf("stack %s: neither its outputs nor its resources show the address of %s: give --url", s.Name, d.called())
	}
	s.unsaidByHost(d, r, c.Door)
	return c, nil
}

// unsaidByHost adds what an address of another host than AWS's does not say: the region,
// and the API's id.
func (s Deployed) unsaidByHost(d *door, r *sources.Request, made *sources.Door) {
	u, err := url.Parse(r.Address)
	if err != nil {
		return
	}
	h, known, _ := targets.ReadHost(u.Hostname())
	if (!known || h.Global) && r.Region == "" {
		r.Region = s.Region
	}
	if id := s.Physical[d.id]; !known && d.kind.APIByID && id != "" {
		made.Deployed = append(document.Pairs("api", id).Entries, made.Deployed...)
	}
}

// address is where the front door is reached; "" if nothing shows it.
func (s Deployed) address(d *door) string {
	id := s.Physical[d.id]
	for _, key := range slices.Sorted(maps.Keys(s.Outputs)) {
		value := s.Outputs[key]
		u, err := url.Parse(value)
		if err != nil {
			continue
		}
		_, ofAWS, _ := targets.ReadHost(u.Hostname())
		its := id != "" && strings.HasPrefix(u.Hostname(), id+".") || ofAWS && !d.kind.HasStages() && slices.Contains(targets.KindsAt(u.Hostname()), d.kind) || strings.HasPrefix(key, d.id)
		if its {
			return value
		}
	}
	if id == "" || !d.kind.HasStages() || s.Region == "" {
		return ""
	}
	address := "https://" + id + "." + d.kind.Service + "." + s.Region + ".amazonaws.com"
	if d.stage != "" && d.stage != d.kind.DefaultStage {
		address += "/" + d.stage
	}
	return address
}
