package pricing

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// An API is one of several APIs of a workload, which share the tiers and the free
// allowances of an account. Its own workload is whole: it has what the file states for
// all of them where it states nothing else.
type API struct {
	Name string
	Door Door
	*Workload
}

// mostAPIs bounds the APIs of a workload.
const mostAPIs = 100

// forAll are the keys that all APIs of a workload have in common.
var forAll = []string{"name", "region", "hours_per_month"}

// apisOf are the nodes of a workload's APIs.
type apisOf struct{ document.Value }

// Decode keeps the value: what the APIs inherit must be read first.
func (a *apisOf) Decode(v document.Value) { a.Value = v }

// A doorChoice is a front door by its name.
type doorChoice struct{ Door }

// Decode finds the front door.
func (d *doorChoice) Decode(v document.Value) {
	var names []string
	for _, one := range frontDoors() {
		names = append(names, one.Name)
	}
	if name := v.Choice(names...); name != "" {
		d.Door = frontDoors()[slices.Index(names, name)]
	}
}

// read reads the APIs, which inherit from the mapping that they stand in.
func (a apisOf) read(top *Workload, root *document.Node) (all []API) {
	f := a.Fields()
	if len(f.Entries) == 0 || len(f.Entries) > mostAPIs {
		a.Problem("needs from 1 to %d APIs by name, such as {orders: {front_door: %s, requests_per_month: 10M}}", mostAPIs, Doors[0].Name)
		return nil
	}
	if n := root.Find("requests_per_month"); n != nil {
		a.At(n, "requests_per_month").Problem("state it for each of the apis: here it could be of each or of all")
		return nil
	}
	for _, e := range f.Entries {
		v := f.Get(e.Key)
		if err := document.CheckName(e.Key); err != nil {
			v.At(e.At(), f.Path).Problem("%v", err)
			continue
		}
		var file struct {
			Front       doorChoice `json:"front_door" doc:"need"`
			Integration string     `json:"integration" doc:"one=lambda,direct,http"`
			Workload
		}
		for _, key := range forAll {
			if v.Node != nil && v.Find(key) != nil {
				v.At(v.Find(key), v.Below(key)).Problem("is the same for all apis: state it once, outside of them")
			}
		}
		v.Inheriting(root, &file).Decode(&file)
		one := file.Workload
		one.Name, one.Region, one.Hours = e.Key, top.Region, top.Hours
		one.integration(file.Integration)
		one.Requires = readRequired(v, root)
		all = append(all, API{e.Key, file.Front.Door, &one})
	}
	return all
}

// readRequired reads the features that an API requires: its own or, if it states none,
// those of all.
func readRequired(v document.Value, root *document.Node) []string {
	if v.Node == nil {
		return nil
	}
	if n := v.Find("requires"); n != nil {
		return ReadRequires(v.At(n, v.Below("requires")))
	}
	return ReadRequires(v.At(root.Find("requires"), "requires"))
}

// checkAPIs finds what no value of an API alone can say.
func (w *Workload) checkAPIs() (errs []error) {
	for _, a := range w.APIs {
		for _, err := range a.checkParts() {
			if err != nil {
				errs = append(errs, within("apis."+a.Name, err))
			}
		}
		if reasons := a.Door.RuledOut(a.Workload); len(reasons) > 0 {
			errs = append(errs, fmt.Errorf("apis.%s.front_door: %s cannot serve it: %s", a.Name, a.Door.Name, strings.Join(reasons, "; ")))
		}
	}
	return errs
}

// within puts a path before an error, which may begin with a path itself.
func within(path string, err error) error {
	if first, _, _ := strings.Cut(err.Error(), " "); strings.HasSuffix(first, ":") {
		return fmt.Errorf("%s.%w", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
