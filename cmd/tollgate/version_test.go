package main

import (
	"runtime"
	"slices"
	"testing"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
)

// A program says which engines it has here, and why not the others.
func TestTheVersionNamesTheEnginesOfThisSystem(t *testing.T) {
	all := engines.Table{
		{Name: "wire", Lacks: func(load.Needs) string { return "only Linux has epoll" }},
		{Name: "vegeta", Lacks: load.Needs.LacksScheme},
		{Name: "memory", Offline: true},
	}
	if got := enginesHere(all); got != "vegeta (not wire: only Linux has epoll)" {
		t.Errorf("it says %q", got)
	}
	if got := lackingHere(all); got != " ("+runtime.GOOS+" has no wire)" {
		t.Errorf("flags say %q", got)
	}
	if got := lackingHere(all[1:]); got != "" {
		t.Errorf("flags say %q", got)
	}
	if got := enginesHere(slices.Clone(all[1:])); got != "vegeta" {
		t.Errorf("it says %q", got)
	}
}
