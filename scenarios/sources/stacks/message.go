package stacks

import (
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// ofMessages is the kind of front door that messages go to; nil if there is none.
func ofMessages() *targets.Kind {
	if i := slices.IndexFunc(targets.Kinds, func(k *targets.Kind) bool { return k.OnlyMessages && k.OnAWS() }); i >= 0 {
		return targets.Kinds[i]
	}
	return nil
}

// plainSelection is a route selection expression that names a part of a message.
var plainSelection = regexp.MustCompile(`^\$request\.body\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$`)

// messages is a message to a route of a WebSocket API; none to the routes of connections.
func (t *template) messages(d *door, r route) []sources.Found {
	selection, plain := d.selection, true
	if selection == "" {
		selection = targets.RouteSelection
	}
	plain = plainSelection.MatchString(selection)
	send := document.Pairs("id", "${uuid}")
	switch {
	case r.path == targets.ConnectRoute || r.path == targets.DisconnectRoute || r.path == "":
		return nil
	case r.path == targets.DefaultRoute:
	case !plain: // what a message must hold for this route is not known
		return nil
	default:
		value := literal(r.path)
		parts := strings.Split(strings.TrimPrefix(selection, "$request.body."), ".")
		for _, part := range slices.Backward(parts) {
			value = document.Pairs(part, value)
		}
		if value.Find("id") == nil {
			value.Entries = append(value.Entries, send.Entries...)
		}
		send = value
	}
	if r.example != nil && r.example.Type == document.Mapping {
		send = withExample(send, literally(r.example))
	}
	reply := "none"
	if r.answers {
		reply = "in order"
	}
	return []sources.Found{{Where: t.where(r.line), Name: strings.TrimPrefix(r.path, "$"), Send: send, Reply: reply, Weight: 1}}
}

// withExample adds the parts of an example to a message, which has what chooses its route.
func withExample(send, example *document.Node) *document.Node {
	made := document.Pairs()
	for _, e := range send.Entries {
		of := example.Find(e.Key)
		switch {
		case of != nil && of.Type == document.Mapping && e.Value.Type == document.Mapping:
			e.Value = withExample(e.Value, of)
		case of == nil && e.Key == "id":
			continue // the model has none
		}
		made.Entries = append(made.Entries, e)
	}
	for _, e := range example.Entries {
		if made.Find(e.Key) == nil {
			made.Entries = append(made.Entries, e)
		}
	}
	return made
}
