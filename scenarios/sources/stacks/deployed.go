package stacks

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// Deployed is something deployed, described as a template describes it.
type Deployed struct {
	What, Region string
	Template     string
	Physical     map[string]string // ids of resources, by logical ids
	Outputs      map[string]string // that are addresses
	Parameters   map[string]string
	Unseen       []string // what the description does not have: sentences
	Unaddressed  string   // why the address is not that which AWS makes of an id; "": it is
}

// Collection makes a collection of a deployed front door. Its address is that of an output,
// or is made of the API's id. The region is asked for where its host does not say it.
func (s Deployed) Collection(named string, r *sources.Request) (sources.Collection, error) {
	t, err := readTemplate(s.What, []byte(s.Template))
	if err != nil {
		return sources.Collection{}, err
	}
	t.physical, t.unseenBefore = s.Physical, s.Unseen
	for name, value := range s.Parameters {
		t.parameters[name] = document.Text(value)
	}
	t.parameters["AWS::Region"], t.parameters["AWS::StackName"] = document.Text(s.Region), document.Text(strings.TrimPrefix(s.What, "stack "))
	t.settle()
	d, err := t.chosen(t.doors(), named)
	if err != nil {
		return sources.Collection{}, err
	}
	c, err := t.collection("the "+s.What, d.id)
	if err != nil {
		return c, err
	}
	if r.Address == "" {
		if r.Address = s.address(t, d); r.Address == "" {
			return c, fmt.Errorf("%s: %s: give --url", s.What, s.unaddressed(t, d))
		}
	}
	s.unsaidByHost(d, r, c.Door)
	return c, nil
}

// unaddressed says why the address is not known.
func (s Deployed) unaddressed(t *template, d *door) string {
	switch {
	case t.yes(d.prop("DisableExecuteApiEndpoint")):
		return "the address of its own is disabled for " + d.called() + ", so that only its custom domain names lead to it"
	case s.Unaddressed != "":
		return s.Unaddressed
	}
	return "neither its outputs nor its resources show the address of " + d.called()
}

// unsaidByHost adds what an address of another host than AWS's does not say: the region,
// and the API's id. No address says what CloudWatch calls a load balancer.
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
	if _, name, is := strings.Cut(s.Physical[d.id], ":loadbalancer/"); is && d.takes("balancer") {
		made.Deployed = append(document.Pairs("balancer", name).Entries, made.Deployed...)
	}
}

// apiID matches the id of an API, which is a label of its host. Another text would make an
// address of another host.
var apiID = regexp.MustCompile(`^[A-Za-z0-9]{1,63}$`)

// address is where the front door is reached; "" if nothing shows it.
func (s Deployed) address(t *template, d *door) string {
	id := s.Physical[d.id]
	alone := 0 // of its kind
	for _, r := range t.resources {
		if kindOf(r.kind) == d.kind {
			alone++
		}
	}
	for _, is := range []func(key, host string) bool{
		func(key, _ string) bool { return strings.HasPrefix(key, d.id) },
		func(_, host string) bool { return id != "" && strings.HasPrefix(host, id+".") },
		func(_, host string) bool {
			_, ofAWS, _ := targets.ReadHost(host)
			return ofAWS && alone == 1 && !d.kind.HasStages() && slices.Contains(targets.KindsAt(host), d.kind)
		},
	} {
		for _, key := range slices.Sorted(maps.Keys(s.Outputs)) {
			if u, err := url.Parse(s.Outputs[key]); err == nil && is(key, u.Hostname()) {
				return s.Outputs[key]
			}
		}
	}
	if !apiID.MatchString(id) || !d.kind.HasStages() || s.Region == "" || s.Unaddressed != "" || t.yes(d.prop("DisableExecuteApiEndpoint")) {
		return ""
	}
	scheme := "https"
	if d.kind.OnlyMessages {
		scheme = "wss"
	}
	address := scheme + "://" + id + "." + d.kind.Service + "." + s.Region + ".amazonaws.com"
	if d.stage != "" && d.stage != d.kind.DefaultStage {
		address += "/" + d.stage
	}
	return address
}
