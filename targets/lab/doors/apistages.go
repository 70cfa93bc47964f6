package doors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Several doors may be stages of one API: they have one address and one id, and each its
// own throttles, usage plans, cache, variables, metrics and, if it states any, routes. In a
// lab file all but the first name that one as their api.
//
// Bytes and connections count at the first, whose address it is.

// stageOf is the position of the door whose API d is a further stage of; -1: of none.
func (c Config) stageOf(d DoorConfig) int {
	if d.API == "" {
		return -1
	}
	return slices.IndexFunc(c.Doors, func(first DoorConfig) bool { return first.Name == d.API && first.API == "" })
}

// shared gives d what all stages of an API have from the first.
func (c Config) shared(d DoorConfig) DoorConfig {
	i := c.stageOf(d)
	if i < 0 || c.Doors[i].Kind != d.Kind { // check reports it
		return d
	}
	first := c.Doors[i]
	d.TLS, d.Edge, d.Private, d.Payload, d.Binary = first.TLS, first.Edge, first.Private, first.Payload, first.Binary
	d.NoDefaultEndpoint = first.NoDefaultEndpoint
	d.Sockets = cmp.Or(d.Sockets, first.Sockets)
	if d.CORS == nil {
		d.CORS = first.CORS
	}
	if len(d.Routes) == 0 {
		d.Routes = first.Routes
	}
	if d.Function == nil && d.FunctionName == "" {
		d.FunctionName = cmp.Or(first.FunctionName, first.Name)
	}
	return d
}

// checkStages reports stages that go with no API, or with one twice.
func (c Config) checkStages(p *problems) {
	taken := map[[2]string]string{}
	for i, d := range c.Doors {
		at := fmt.Sprintf("doors[%d]", i)
		key := [2]string{d.apiName(), d.Stage}
		if before, is := taken[key]; is && d.Stage != "" {
			p.add("%s.stage: %q is the stage of %s already", at, d.Stage, before)
		}
		taken[key] = at
		if d.API == "" {
			continue
		}
		first := c.stageOf(d)
		switch {
		case first < 0:
			p.add("%s.api: %q is no door that is an API of its own: name the door whose API this is a further stage of", at, d.API)
		case c.Doors[first].Kind != d.Kind:
			p.add("%s.api: %q is of kind %s, and this stage of kind %s", at, d.API, c.Doors[first].Kind, d.Kind)
		case !strings.HasSuffix(d.Listen, ":0"):
			p.add("%s.listen: all stages of an API have one address: set it at the door %q", at, d.API)
		}
	}
}

// apiName is what the API is called that d is a stage of.
func (d DoorConfig) apiName() string { return cmp.Or(d.API, d.Name) }

func (d *door) apiName() string { return d.config.apiName() }

// adds makes another door a further stage of d's API.
func (d *door) adds(stage *door) {
	if d.siblings == nil {
		d.siblings = map[string]*door{d.Stage: d}
	}
	d.siblings[stage.Stage] = stage
}

// at is the stage that a path leads to: the one that its first segment names, and
// otherwise one without a part in its paths, if the API has it.
func (d *door) at(path string) *door {
	if d.siblings == nil {
		return d
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if it := d.siblings[first]; it != nil {
		return it
	}
	if it := d.siblings[defaultStage]; it != nil {
		return it
	}
	return d
}
