package stacks

import (
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// addresses collects those of all resources that are planned. count and for_each make several
// of one block, whose addresses end in indexes.
func (p *plan) addresses(n *document.Node, depth int) {
	if depth > deepest {
		return
	}
	if all := n.Find("resources"); all != nil {
		for _, r := range all.Items {
			address := textOf(r.Find("address"))
			base := index.ReplaceAllString(address, "")
			p.instances[base] = append(p.instances[base], address)
		}
	}
	if children := n.Find("child_modules"); children != nil {
		for _, c := range children.Items {
			p.addresses(c, depth+1)
		}
	}
}

// instance is the address that a reference to a block means, which may have made several
// resources: the one whose index the reference has, or which the resource that refers to it
// has as well, as with each.key and count.index. It is "" where that is not known.
func (p *plan) instance(base, text, from string) string {
	all := p.instances[base]
	if len(all) < 2 {
		return firstText(all, base)
	}
	explicit, own := indexes(text), indexes(from)
	var fitting []string
	for _, address := range all {
		of := indexes(address)
		if slices.Equal(of, own) || len(explicit) > 0 && len(of) > 0 && of[len(of)-1] == explicit[len(explicit)-1] && within(of[:len(of)-1], own) {
			fitting = append(fitting, address)
		}
	}
	if len(explicit) == 0 && len(fitting) == 0 { // one of a module, for each instance of it
		for _, address := range all {
			if of := indexes(address); len(of) > 0 && within(of, own) {
				fitting = append(fitting, address)
			}
		}
	}
	if len(fitting) != 1 {
		return ""
	}
	return fitting[0]
}

// within says whether a list begins another one.
func within(part, of []string) bool {
	return len(part) <= len(of) && slices.Equal(part, of[:len(part)])
}

// firstText is the first of a list; otherwise where there is none.
func firstText(all []string, otherwise string) string {
	if len(all) == 0 {
		return otherwise
	}
	return all[0]
}

// indexes are those of an address, in order. Those of count and for_each are constants, and
// others, such as each.key, are none.
func indexes(address string) (all []string) {
	for _, found := range index.FindAllString(address, -1) {
		if inner := strings.Trim(found, "[]"); inner != "" && (inner[0] == '"' || inner[0] >= '0' && inner[0] <= '9') {
			all = append(all, inner)
		}
	}
	return all
}

// references are the resources that an expression refers to.
func (p *plan) references(m *module, n *document.Node, from string, depth int) (all []*document.Node) {
	if n == nil || m == nil || depth > deepest {
		return nil
	}
	if refs := n.Find("references"); refs != nil {
		for _, ref := range refs.Items {
			all = append(all, p.reference(m, ref.Text, from, depth)...)
		}
		return certain(all)
	}
	for _, e := range n.Entries {
		all = append(all, p.references(m, e.Value, from, depth)...)
	}
	for _, item := range n.Items {
		all = append(all, p.references(m, item, from, depth)...)
	}
	return all
}

// reference follows one, through variables and outputs of modules. from is the address of
// the resource that has it.
func (p *plan) reference(m *module, text, from string, depth int) []*document.Node {
	parts := strings.Split(index.ReplaceAllString(text, ""), ".")
	switch {
	case len(parts) < 2:
		return nil
	case parts[0] == "var" && m.parent != nil:
		return p.references(m.parent, below(m.call, parts[1]), from, depth+1)
	case parts[0] == "module" && len(parts) > 2:
		inner := p.modules[strings.TrimPrefix(m.address+".module."+parts[1], ".")]
		if inner == nil {
			return nil
		}
		return p.references(inner, below(inner.config, "outputs", parts[2], "expression"), from, depth+1)
	case strings.HasPrefix(parts[0], "aws_"):
		base := strings.TrimPrefix(m.address+"."+parts[0]+"."+parts[1], ".")
		if one := p.instance(base, text, from); one != "" {
			return []*document.Node{document.Pairs("Ref", one)}
		}
		return []*document.Node{document.Pairs(uncertain, base)}
	}
	return nil
}

// uncertain is a reference to one of several, of which it is not known which. It is a function
// of CloudFormation for values from elsewhere.
const uncertain = "Fn::ImportValue"

// certain leaves out uncertain references where there are others: a plan lists each reference
// in full and by its beginnings.
func certain(all []*document.Node) []*document.Node {
	if known := slices.DeleteFunc(slices.Clone(all), func(n *document.Node) bool { return n.Find(uncertain) != nil }); len(known) > 0 {
		return known
	}
	return all
}
