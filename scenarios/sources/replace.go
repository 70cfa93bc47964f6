package sources

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/targets"
)

// A Side is what takes the place of a scenario's only target: an address, a server that
// was started, or a function in the lab.
type Side struct {
	Address string // without a query; Lab for a function
	Server  bool   // behind no front door
}

// Replaced is the text of a scenario file with two targets in place of its only one, base
// and head. A side has the keys of the target as far as they mean something for it. Kind
// and memory replace those of the file unless they are "". Probes are left out: they use up
// time and quotas, and answer questions about one target.
func Replaced(file string, data []byte, base, head Side, kind, memory string) ([]byte, error) {
	d := document.Open(file, data, document.Options{})
	if d.Root == nil || d.Failed() {
		return nil, d.Err()
	}
	was := d.Root.Find("targets")
	if was == nil || len(was.Entries) != 1 {
		n := 0
		if was != nil {
			n = len(was.Entries)
		}
		return nil, fmt.Errorf("%s has %d targets: base and head take the place of one; choose it with --target, or run the scenario and compare its targets with tollgate compare", file, n)
	}
	name, target := was.Entries[0].Key, was.Entries[0].Value
	root := *d.Root
	root.Entries = slices.Clone(root.Entries)
	for i := range root.Entries {
		e := &root.Entries[i]
		switch e.Key {
		case "targets":
			e.Value = document.Pairs(Base, base.in(target, kind, memory), Head, head.in(target, kind, memory))
		case "thresholds":
			e.Value = rescoped(e.Value, name)
		case "lab":
			e.Value = replanned(e.Value, name)
		}
	}
	root.Entries = slices.DeleteFunc(root.Entries, func(e document.Entry) bool { return e.Key == "probes" })
	comment := "# yaml-language-server: $schema=./scenario.schema.json\n#\n# What ran: " + strings.Join(strings.Fields(filepath.Base(file)), " ") + " at two targets, made by tollgate ab.\n"
	return append([]byte(comment), root.YAML()...), nil
}

// in is the side as a target like the one that it replaces.
func (s Side) in(target *document.Node, kind, memory string) *document.Node {
	made := &document.Node{Type: document.Mapping}
	for _, e := range target.Entries {
		switch {
		case slices.Contains(scenarios.WhereKeys, e.Key): // the address of the side replaces them
		case e.Key == "url", e.Key == "kind" && (s.Server || kind != ""), e.Key == "function" && memory != "":
		case s.Server && e.Key != "auth":
		case s.Address == Lab && !slices.Contains([]string{"kind", "region", "function"}, e.Key):
		default:
			made.Entries = append(made.Entries, e)
		}
	}
	if s.Server {
		kind, memory = targets.KindsAt("127.0.0.1")[0].Name, ""
	}
	if kind != "" {
		made.Entries = append(document.Pairs("kind", kind).Entries, made.Entries...)
	}
	made.Entries = append(made.Entries, document.Pairs("url", s.Address).Entries...)
	if memory != "" {
		made.Entries = append(made.Entries, document.Pairs("function", document.Pairs("memory", memory)).Entries...)
	}
	return made
}

// rescoped makes thresholds of the target those of head.
func rescoped(list *document.Node, target string) *document.Node {
	made := *list
	made.Items = slices.Clone(list.Items)
	for i, item := range made.Items {
		for _, after := range []string{":", "/", "@"} {
			if rest, found := strings.CutPrefix(item.Text, target+after); found {
				made.Items[i] = document.Text(Head + after + rest)
			}
		}
	}
	return &made
}

// replanned gives both sides the target's own usage plan in the lab.
func replanned(lab *document.Node, target string) *document.Node {
	plans := lab.Find("plans")
	if plans == nil || plans.Find(target) == nil {
		return lab
	}
	made, err := lab.With("plans", document.Pairs(Base, plans.Find(target), Head, plans.Find(target)))
	if err != nil {
		return lab
	}
	return made
}

// One is a scenario file with only the target that is named; data if none is.
func One(file string, data []byte, target string) ([]byte, error) {
	d := document.Open(file, data, document.Options{})
	if target == "" || d.Root == nil || d.Failed() {
		return data, nil
	}
	all := d.Root.Find("targets")
	if all == nil {
		return data, nil
	}
	kept := all.Find(target)
	if kept == nil {
		var names []string
		for _, e := range all.Entries {
			names = append(names, e.Key)
		}
		return nil, fmt.Errorf("--target %s: the scenario has no such target; it has %s", target, strings.Join(names, ", "))
	}
	root, err := d.Root.With("targets", document.Pairs(target, kept))
	if err != nil {
		return nil, err
	}
	return root.YAML(), nil
}
