package stacks

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
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
