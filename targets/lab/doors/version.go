package doors

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"

	"tollgate/targets/lab/function/runtime"
)

// A FunctionVersion is a published version of a function. What it leaves out is as the
// function has it.
type FunctionVersion struct {
	Init        *LogNormal        `json:"init,omitempty"`
	Warm        *LogNormal        `json:"duration,omitempty"`
	Timeout     Duration          `json:"timeout,omitempty"`
	Provisioned int               `json:"provisioned,omitempty"`
	Thrown      float64           `json:"thrown,omitempty" doc:"unit=share"`
	Malformed   float64           `json:"malformed,omitempty" doc:"unit=share"`
	Memory      Megabytes         `json:"memory,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"` // of a modelled function's responses
	Command     []string          `json:"command,omitempty"`
	Dir         string            `json:"dir,omitempty"`
	Handler     string            `json:"handler,omitempty"`
	Environment map[string]string `json:"environment,omitempty"`
	Proxy       string            `json:"proxy,omitempty"`
}

// An Alias is a name for a version of a function, or for two that share its invocations
// by weight: AWS has no more than two behind one alias.
// Source: Lambda developer guide, "Implement Lambda canary deployments using a weighted alias".
type Alias struct {
	Version string  `json:"version"`
	Second  string  `json:"second_version,omitempty"`
	Weight  float64 `json:"second_weight,omitempty" doc:"unit=share"` // share of the invocations that go to the second
}

// of is f as its version v has it.
func (v FunctionVersion) of(f Function) Function {
	from, into := reflect.ValueOf(v), reflect.ValueOf(&f).Elem()
	for i := range from.NumField() {
		if said := from.Field(i); !said.IsZero() {
			into.FieldByName(from.Type().Field(i).Name).Set(said)
		}
	}
	f.Versions, f.Aliases = nil, nil
	return f
}

// Source: Lambda API reference, "CreateAlias": a name with a letter in it.
var (
	versionNumber = regexp.MustCompile(`^[1-9][0-9]{0,5}$`)
	aliasName     = regexp.MustCompile(`^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$`)
)

func (f Function) checkVersions(at string, p *problems) {
	for _, number := range slices.Sorted(maps.Keys(f.Versions)) {
		here := fmt.Sprintf("%s.versions[%s]", at, number)
		if !versionNumber.MatchString(number) {
			p.add("%s: a version is a number, such as \"1\"", here)
		}
		f.Versions[number].of(f).check(here, p)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Aliases)) {
		a, here := f.Aliases[name], fmt.Sprintf("%s.aliases[%s]", at, name)
		if len(name) > 128 || !aliasName.MatchString(name) {
			p.add("%s: an alias has up to 128 letters, digits, - and _, and not digits alone", here)
		}
		f.checkAlias(here, a, p)
	}
}

func (f Function) checkAlias(at string, a Alias, p *problems) {
	p.share(at+".second_weight", a.Weight)
	if a.Version == "" {
		p.add("%s.version: name the version that the alias points to", at)
		return
	}
	for _, number := range []string{a.Version, a.Second} {
		if _, known := f.Versions[number]; number != "" && number != runtime.Latest && !known {
			p.add("%s: the function has no version %q; add it under versions", at, number)
		}
	}
	switch {
	case a.Second == "" && a.Weight > 0:
		p.add("%s.second_version: name the version that gets %v of the invocations", at, a.Weight)
	case a.Second == "":
	case a.Second == a.Version:
		p.add("%s.second_version: %q is the first version already", at, a.Second)
	case a.Second == runtime.Latest || a.Version == runtime.Latest:
		p.add("%s: of a weighted alias both versions are published ones, and not %s", at, runtime.Latest)
	}
}

// A version is one version of a function at work. Each has environments of its own.
type version struct {
	*function
	of   *lambda
	name string                              // runtime.Latest, or its number
	call func(runtime.Invocation) invocation // takes real time; nil: the function is modelled
	real *runtime.Function                   // behind call; nil: it has no command
}

// log writes what Lambda reports of an invocation.
func (v *version) log(r runtime.Report) {
	r.Version = v.name
	v.of.log.Add(r)
}

// signed is a response with the headers of a modelled function.
func (v *version) signed(r *response) *response {
	if len(v.Headers) == 0 {
		return r
	}
	own := *r
	own.extra = slices.Clip(own.extra)
	for _, name := range slices.Sorted(maps.Keys(v.Headers)) {
		own.extra = append(own.extra, [2]string{name, v.Headers[name]})
	}
	return &own
}
