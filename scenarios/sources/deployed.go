package sources

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A Door is a front door that a template describes.
type Door struct {
	Kind     string
	Deployed []document.Entry // keys of its target besides kind and url
	AtLab    []document.Entry // of these, those of the target that models it
	Lab      *document.Node   // how the lab is set up like it; nil: as by default
	Probes   []*document.Node // whose answers the template says
	Requires []string         // what the front door must be able to do
	Rate     string           // of the load, where its limits ask for less than usual
}

// placed says where requests to the front door go: to the lab, unless the command line
// names an address.
func (d *Door) placed(r *Request) {
	if d == nil {
		return
	}
	if r.Kind == "" {
		r.Kind = d.Kind
	}
	kind, known := targets.KindNamed(d.Kind)
	r.toSockets = known && kind.OnlyMessages
	if r.Address == "" {
		r.Address = Lab
	}
	if r.Rate == "" && r.Users == "" {
		r.Rate = d.Rate
	}
}

// regionOf gives the target the region where its host does not say it.
func (c Collection) regionOf(r *Request) {
	if c.Region == "" || r.Region != "" || c.Door == nil {
		return
	}
	m := &maker{Request: *r, made: &Made{}}
	if m.address() != nil {
		return
	}
	if h, known, err := targets.ReadHost(m.hostname()); m.host == Lab || !known || h.Global && err == nil {
		r.Region = c.Region
	}
}

// modelled says whether a front door of a template is modelled by the lab.
func (w *collecting) modelled() bool { return w.Door != nil && w.m.host == Lab }

// ofLab is the request that the lab's own application answers. It stands for those of the
// template, whose application is not there.
func (w *collecting) ofLab() prepared {
	p := prepared{found: Found{Method: http.MethodGet, Path: "/"}}
	if w.m.kind.OnlyMessages {
		p.node = document.Pairs("name", "lab", "send", document.Pairs("action", "ask", "id", "${uuid}"), "reply", document.Pairs("match", "$.id"))
		return p
	}
	name := "lab"
	if !w.modelled() {
		name = "get"
	}
	p.node = document.Pairs("name", name, "method", http.MethodGet, "path", "/", "expect", document.Pairs("status", document.Number("200")))
	return p
}

// doorKeys are the keys that the template says of the target. An address with the stage in
// it says that better.
func (w *collecting) doorKeys() []document.Entry {
	if w.Door == nil {
		return nil
	}
	if w.modelled() {
		return w.Door.AtLab
	}
	if w.m.stage() == "" {
		return w.Door.Deployed
	}
	return slices.DeleteFunc(slices.Clone(w.Door.Deployed), func(e document.Entry) bool { return e.Key == "stage" })
}

// writeTargets writes the target, and how the deployed one would be written.
func (w *collecting) writeTargets(out *bytes.Buffer, target *document.Node) {
	out.WriteString("\n")
	if !w.modelled() {
		out.Write(document.Pairs("targets", document.Pairs("api", target)).YAML())
		return
	}
	out.WriteString("targets:\n")
	comment(out, "  ", "Nothing says where it is deployed: this is the lab's, set up like it.")
	writeBelow(out, "  ", document.Pairs("api", target))
	address := "https://…"
	if w.m.kind.OnlyMessages {
		address = "wss://…"
	}
	deployed := document.Pairs("kind", w.m.kind.Name, "url", address)
	deployed.Entries = append(deployed.Entries, w.Door.Deployed...)
	out.WriteString("\n")
	comment(out, "  ", "The deployed one: put its address in, and remove the one above, lab: and the request lab.")
	writeBelow(out, "  # ", document.Pairs("api", deployed))
}

// writeBelow writes a tree behind an indent.
func writeBelow(out *bytes.Buffer, indent string, n *document.Node) {
	for line := range bytes.Lines(n.YAML()) {
		out.WriteString(indent)
		out.Write(line)
	}
}

// writeDoor writes what else the template says: what is required, how the lab is set up,
// and probes.
func (w *collecting) writeDoor(out *bytes.Buffer) {
	if w.Door == nil {
		return
	}
	if len(w.Door.Requires) > 0 {
		var all []*document.Node
		for _, feature := range w.Door.Requires {
			all = append(all, document.Text(feature))
		}
		out.WriteString("\n")
		out.Write(document.Pairs("requires", document.Items(all...)).YAML())
	}
	if w.Door.Lab != nil && w.modelled() {
		out.WriteString("\n")
		out.Write(document.Pairs("lab", w.Door.Lab).YAML())
	}
	if len(w.Door.Probes) > 0 {
		out.WriteString("\n")
		comment(out, "", "Questions whose answers the template says. Remove the # to ask them; tollgate plan says how many requests they send.")
		writeBelow(out, "# ", document.Pairs("probes", document.Items(w.Door.Probes...)))
	}
}

// handshake is that of messages to a front door, whose path is that of the target.
func (w *collecting) handshake() error {
	typed := w.m.path
	_, query, has := strings.Cut(typed, "?")
	if w.m.path = "/"; has {
		w.m.path += "?" + query
	}
	err := w.m.handshake()
	w.m.path = typed
	return err
}
