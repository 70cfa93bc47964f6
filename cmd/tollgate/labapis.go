package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// deploy adds to a lab what a scenario says of its functions and APIs: which door is a
// further stage of which, what calls which function, and custom domains.
func deploy(s *scenarios.Scenario, sv *serving) {
	c := &sv.config
	for name, f := range s.Lab.Functions {
		if c.Functions == nil {
			c.Functions = map[string]lab.Function{}
		}
		c.Functions[name] = labFunction(f, c.Function)
	}
	first := map[[2]string]string{} // door by kind and API
	for _, t := range s.Targets {
		i, served := sv.doors[t.Name]
		if !served {
			continue
		}
		door := &c.Doors[i]
		if t.Kind.HasStages() {
			door.Stage = t.Stage
			key := [2]string{t.Kind.Name, cmp.Or(t.API, t.Name)}
			if of := first[key]; of != "" {
				door.API = of
			} else {
				first[key] = t.Name
			}
			asDeployed(s.Lab.APIs[t.Name], t, mutualOf(s, t), c, door)
		}
		if isLabFunction(t.Function.Name, c.Functions) && door.FunctionName == "" {
			door.FunctionName = t.Function.Name
		}
		behindRoutes(t, c, door)
	}
}

func labFunction(f scenarios.LabNamedFunction, otherwise lab.Function) lab.Function {
	made := otherwise
	v := labVersion(f.LabVersion)
	made.Thrown, made.Headers = v.Thrown, v.Headers
	if v.Warm != nil {
		made.Warm = v.Warm
	}
	if v.Init != nil {
		made.Init = v.Init
	}
	for number, of := range f.Versions {
		if made.Versions == nil {
			made.Versions = map[string]lab.FunctionVersion{}
		}
		made.Versions[number] = labVersion(of)
	}
	for name, a := range f.Aliases {
		if made.Aliases == nil {
			made.Aliases = map[string]lab.Alias{}
		}
		made.Aliases[name] = lab.Alias(a)
	}
	return made
}

func labVersion(v scenarios.LabVersion) lab.FunctionVersion {
	return lab.FunctionVersion{
		Warm: logNormal(v.Duration.Median, v.Duration.Sigma), Init: logNormal(v.Init, 0), Thrown: v.Thrown, Headers: maps.Clone(v.Headers),
	}
}

// mutualOf is whose certificates the clients of a target have to show; nil: they need not.
func mutualOf(s *scenarios.Scenario, t targets.Target) *lab.MutualTLS {
	text := s.Lab.Guards[t.Name].Mutual.Truststore
	if text == "" {
		return nil
	}
	return &lab.MutualTLS{Truststore: text}
}

// asDeployed is what a scenario says of one stage, and of its domain's clients.
func asDeployed(a scenarios.LabAPI, t targets.Target, mutual *lab.MutualTLS, c *lab.Config, door *lab.DoorConfig) {
	door.FunctionName, door.Variables, door.Detailed = a.Function, a.Variables, a.Detailed || len(t.Detailed) > 0
	if a.Canary.Share > 0 {
		door.Canary = &lab.Canary{Share: a.Canary.Share, Variables: a.Canary.Variables, UseCache: a.Canary.UseCache}
	}
	if a.Domain == "" {
		return
	}
	name, path, _ := strings.Cut(a.Domain, "/")
	i := slices.IndexFunc(c.Domains, func(d lab.Domain) bool { return d.Name == name })
	if i < 0 {
		i = len(c.Domains)
		c.Domains = append(c.Domains, lab.Domain{Name: name, TLS: door.TLS})
	}
	if mutual != nil {
		c.Domains[i].MutualTLS = mutual
	}
	c.Domains[i].Mappings = append(c.Domains[i].Mappings, lab.Mapping{Path: path, Door: t.Name})
}

// isLabFunction says whether a name is that of a function of the lab.
func isLabFunction(name string, functions map[string]lab.Function) bool {
	of, _, _ := strings.Cut(name, ":")
	_, known := functions[of]
	return known
}

// behindRoutes has routes lead to the functions and to what else the target names for them.
// A function that the lab does not have is made, as the lab's others are.
func behindRoutes(t targets.Target, c *lab.Config, door *lab.DoorConfig) {
	if len(t.Functions)+len(t.Integrations) == 0 {
		return
	}
	byRoute := map[string]lab.Integration{}
	for _, r := range t.Functions {
		name, qualifier := r.Parts()
		if !isLabFunction(name, c.Functions) && qualifier == "" {
			made := c.Function
			made.Memory = lab.Megabytes(r.MemoryMB)
			if c.Functions == nil {
				c.Functions = map[string]lab.Function{}
			}
			c.Functions[name] = made
		}
		if qualifier != "" {
			name = fmt.Sprintf("%s:%s", name, qualifier)
		}
		byRoute[r.Route] = lab.Integration{Function: name}
	}
	for _, i := range t.Integrations {
		byRoute[i.Route] = lab.Integration{Type: i.Type, URL: i.URL, ServiceUse: lab.ServiceUse{Action: i.Action}}
	}
	*door = door.Routed(byRoute)
	if t.Messages && t.Selection != "" {
		door.Sockets.Selection = t.Selection
	}
}
