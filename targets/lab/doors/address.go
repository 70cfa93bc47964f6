package doors

import (
	"fmt"
	"net/url"

	"tollgate/targets"
)

// A Door tells where a front door is and under which names AWS would count it.
type Door struct {
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	URL          string `json:"url"` // up to and including the stage
	API          string `json:"api,omitempty"`
	Stage        string `json:"stage,omitempty"`
	Balancer     string `json:"balancer,omitempty"`
	FunctionName string `json:"function,omitempty"` // an origin has none
	APIKey       string `json:"api_key,omitempty"`  // the first key of the usage plan
}

// Target returns the door as a target that requests can be sent to and that
// CloudWatch can be asked about.
func (d Door) Target() (targets.Target, error) {
	kind, known := targets.KindNamed(d.Kind)
	if !known {
		return targets.Target{}, fmt.Errorf("the lab's door %q is of the unknown kind %q", d.Name, d.Kind)
	}
	address, err := url.Parse(d.URL)
	if err != nil {
		return targets.Target{}, fmt.Errorf("the lab's door %q has no address: %w", d.Name, err)
	}
	t := d.named(kind)
	t.URL = address
	if d.APIKey != "" {
		t.Auth.APIKey = targets.NewSecret(d.APIKey)
	}
	return t, nil
}

// named is the door as far as its metrics' names go.
func (d Door) named(kind *targets.Kind) targets.Target {
	return targets.Target{
		Name: d.Name, Kind: kind, Lab: true, API: d.API, Stage: d.Stage, Balancer: d.Balancer,
		Function: targets.Function{Name: d.FunctionName},
	}
}
