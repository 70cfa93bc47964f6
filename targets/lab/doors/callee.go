package doors

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
)

// A callee is a function as an integration names it: by its name, with a version or an
// alias behind it, and with variables of the stage in any part of it.
// Source: API Gateway developer guide, "Using stage variables for API Gateway".
type callee struct {
	function  *lambda
	qualifier string
}

var stageVariable = regexp.MustCompile(`\$\{stageVariables\.([A-Za-z0-9_]+)\}`)

// expand puts the values of stage variables into a text, and says which one it lacks.
func expand(text string, variables map[string]string) (expanded, lacks string) {
	expanded = stageVariable.ReplaceAllStringFunc(text, func(found string) string {
		name := stageVariable.FindStringSubmatch(found)[1]
		value, known := variables[name]
		if !known {
			lacks = name
		}
		return value
	})
	return expanded, lacks
}

// calling returns what finds the function that an exchange calls; a name that is "" is
// the door's own function.
func (d *door) calling(name string) func(*exchange) callee {
	if name == "" {
		own := callee{function: d.function, qualifier: d.qualifier}
		if stageVariable.MatchString(d.config.FunctionName) {
			return d.calling(d.config.FunctionName)
		}
		return func(*exchange) callee { return own }
	}
	base, canary := d.callee(name, d.config.Variables), d.callee(name, d.config.canaryVariables())
	return func(x *exchange) callee {
		if x.canary {
			return canary
		}
		return base
	}
}

// callee is the function of a name, which is checked.
func (d *door) callee(name string, variables map[string]string) callee {
	expanded, _ := expand(name, variables)
	of, qualifier, _ := strings.Cut(expanded, ":")
	c := callee{function: d.functions[of], qualifier: qualifier}
	d.answerTo(c.function)
	return c
}

// answerTo has a function's handler find the @connections API of the WebSocket API that
// calls it first.
func (d *door) answerTo(f *lambda) {
	if f != nil && d.config.Sockets != nil && f.caller == nil {
		f.caller = d
	}
}

// choose settles which version of which function an exchange calls, once.
func (d *door) choose(x *exchange) *version {
	if x.version == nil {
		x.choose(d.behind(x))
	}
	return x.version
}

// choose settles that x calls a function.
func (x *exchange) choose(c callee) {
	x.version, x.qualifier = c.function.pick(c.qualifier), c.qualifier
}

// calls is the integration by which a route or a rule calls a function.
func (d *door) calls(i *Integration) stage {
	if i.Function == "" {
		return d.lambda
	}
	find := d.calling(i.Function)
	return func(x *exchange) bool {
		x.choose(find(x))
		return d.lambda(x)
	}
}

// A directory is what the functions of a lab are called, and what they are.
type directory map[string]Function

// directory has the functions of c, which is filled: those of its list, and those that
// its doors have of their own.
func (c Config) directory() directory {
	all := directory{}
	for _, d := range c.Doors {
		if d.ownsFunction() {
			all[d.Name] = *d.Function
		}
	}
	maps.Copy(all, c.Functions)
	return all
}

// functionNames are the names of the functions of c: those of the doors in their order,
// then the others in alphabetical order.
func (c Config) functionNames() (names []string) {
	for _, d := range c.Doors {
		if d.ownsFunction() {
			names = append(names, d.Name)
		}
	}
	return append(names, slices.Sorted(maps.Keys(c.Functions))...)
}

// functionsOf makes the functions of c, which is filled.
func functionsOf(c Config, now time.Time) map[string]*lambda {
	all := map[string]*lambda{}
	for name, config := range c.directory() {
		all[name] = newLambda(name, config, c.Seed, now)
	}
	return all
}

// ownsFunction says whether a door has a function of its own.
func (d DoorConfig) ownsFunction() bool {
	k := kindNamed(d.Kind)
	return d.FunctionName == "" && k != nil && k.format != nil
}

// checkName reports what is wrong with the name of a function for each of the sets of
// stage variables that it may meet.
func (all directory) checkName(at, name string, d DoorConfig, p *problems) {
	for _, variables := range []map[string]string{d.Variables, d.canaryVariables()} {
		expanded, lacks := expand(name, variables)
		if lacks != "" {
			p.add("%s: %q needs the stage variable %s: give the door variables: {%s: …}", at, name, lacks, lacks)
			return
		}
		if problem := all.problem(expanded); problem != "" {
			p.add("%s: %q %s", at, expanded, problem)
			return
		}
		if d.Canary == nil {
			return
		}
	}
}

func (all directory) problem(name string) string {
	of, qualifier, _ := strings.Cut(name, ":")
	f, known := all[of]
	switch {
	case !known && len(all) == 0:
		return "is no function: the list functions is empty"
	case !known:
		return fmt.Sprintf("is no function: there are %s, of functions and of doors", strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	case strings.HasSuffix(name, ":"):
		return "has no version or alias behind the colon"
	case qualifier == "":
		return ""
	}
	_, version := f.Versions[qualifier]
	_, alias := f.Aliases[qualifier]
	if len(f.Versions)+len(f.Aliases) == 0 {
		return fmt.Sprintf("names a version or alias, and %s has none: leave :%s out, or add it under versions or aliases", of, qualifier)
	}
	if !version && !alias {
		return fmt.Sprintf("is no version or alias of %s: it has %s", of,
			strings.Join(append(slices.Sorted(maps.Keys(f.Versions)), slices.Sorted(maps.Keys(f.Aliases))...), ", "))
	}
	return ""
}

// checkFunctions reports what is wrong with the functions that have names of their own, and
// with the names and the log groups of all.
func (c Config) checkFunctions(p *problems) {
	groups := map[string]string{}
	group := func(at string, f Function) {
		if before, taken := groups[f.LogGroup]; taken && f.LogGroup != "" {
			p.add("%s.log_group: %q is that of %s already; give each function its own", at, f.LogGroup, before)
			return
		}
		groups[f.LogGroup] = at
	}
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		at := fmt.Sprintf("functions[%s]", name)
		if !plainFunction().MatchString(name) {
			p.add("%s: a function's name is 1 to 64 letters, digits, - and _", at)
		}
		c.Functions[name].check(at, p)
		group(at, c.Functions[name])
	}
	for i, d := range c.Doors {
		at := fmt.Sprintf("doors[%d]", i)
		if _, taken := c.Functions[d.Name]; taken && d.ownsFunction() {
			p.add("%s.name: %q is the name of a function already, and the door's own function would have it, too", at, d.Name)
		}
		if d.FunctionName != "" && !reflect.DeepEqual(*d.Function, c.Function) {
			p.add("%s.function_name: the door has a function of its own as well: leave one of them out", at)
		}
		if d.ownsFunction() {
			group(at+".function", *d.Function)
		}
	}
}

// Source: Lambda API reference, "CreateFunction".
var plainFunction = document.Form(`^[a-zA-Z0-9-_]{1,64}$`)

// checkCallees reports functions of a door that are none.
func (all directory) checkCallees(at string, d DoorConfig, p *problems) {
	if d.FunctionName != "" {
		all.checkName(at+".function_name", d.FunctionName, d, p)
	}
	behind := d.integrations()
	for _, place := range slices.Sorted(maps.Keys(behind)) {
		if i := behind[place]; i != nil && i.Function != "" { // a door of an unknown kind lacks integrations
			all.checkName(at+place+".function", i.Function, d, p)
		}
	}
}

// integrations are those behind the routes and rules of a door, by their places.
func (d DoorConfig) integrations() map[string]*Integration {
	all := map[string]*Integration{}
	for place, routes := range d.placedRoutes() {
		for i, r := range routes {
			all[fmt.Sprintf("%s[%d].integration", place, i)] = r.Integration
		}
	}
	for i, r := range d.Rules {
		if r.Action != nil {
			all[fmt.Sprintf(".rules[%d].action", i)] = r.Action
		}
	}
	if d.Sockets != nil {
		for i, r := range d.Sockets.Routes {
			all[fmt.Sprintf(".websocket.routes[%d].integration", i)] = r.Integration
		}
	}
	return all
}

// called is the name of a function as a target knows it.
func (c callee) called() string {
	if c.function == nil {
		return ""
	}
	return qualified(c.function.name, c.qualifier)
}

// soleCallee is the function that all routes of the door call which call one by its name; ""
// where they call several, or the door's own.
func (d DoorConfig) soleCallee() (name string) {
	for _, r := range d.Routes {
		i := r.Integration
		switch {
		case i == nil:
			return ""
		case !strings.HasPrefix(i.Type, "lambda"):
			continue
		case i.Function == "":
			return ""
		}
		called, _ := expand(i.Function, d.Variables)
		if canary, _ := expand(i.Function, d.canaryVariables()); canary != called {
			base, _, _ := strings.Cut(called, ":")
			if other, _, _ := strings.Cut(canary, ":"); other != base {
				return ""
			}
			called = base // both releases call it
		}
		if name != "" && called != name {
			return ""
		}
		name = called
	}
	return name
}
