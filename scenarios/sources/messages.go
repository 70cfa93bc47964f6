package sources

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// heldConnections is how many are held where nothing is said of it: enough for messages not
// to wait for each other, and few for any server.
const heldConnections = "10"

// messages says whether the address is one of WebSocket.
func (m *maker) messages() bool { return targets.HTTPScheme(m.scheme) != m.scheme }

// kindOfMessages is the kind at an address of WebSocket: what takes messages alone, or a
// server without a front door.
func (m *maker) kindOfMessages() (*targets.Kind, error) {
	at := targets.KindsAt(m.hostname())
	can := slices.DeleteFunc(slices.Clone(at), func(k *targets.Kind) bool { return !k.OnlyMessages && k.OnAWS() })
	switch kind, known := targets.KindNamed(m.Kind); {
	case m.Kind == "" && len(can) > 0:
		return can[0], nil
	case m.Kind == "":
		return nil, fmt.Errorf("the host is that of a %s, which takes no messages over WebSocket: write https:// for requests", titles(at))
	case !known || !kind.OnlyMessages && kind.OnAWS():
		return nil, fmt.Errorf("--kind %s: an address that begins with %s:// is of kind %s", m.Kind, m.scheme, strings.Join(names(slices.DeleteFunc(slices.Clone(targets.Kinds), func(k *targets.Kind) bool { return !k.OnlyMessages && k.OnAWS() })), " or "))
	default:
		return kind, m.sureOfRegion(kind)
	}
}

// sureOfRegion reports a front door whose region neither the host nor a flag says.
func (m *maker) sureOfRegion(kind *targets.Kind) error {
	if _, known, _ := targets.ReadHost(m.hostname()); kind.OnAWS() && !known && m.Region == "" && m.host != Lab {
		return fmt.Errorf("--kind %s: the host does not say in which region it is, and prices differ: add --region, such as --region eu-central-1", m.Kind)
	}
	return nil
}

const messageComment = `Messages over WebSocket, made of an address by tollgate. A sample is one message and its
# reply, which is found in the order of messages, by a value that both have ({match: $.id}),
# or not at all (none). ${uuid} is another value in each message.
#`

const exampleComment = `
# The message is an example: put one of a route that the API has in its place. What matches
# no route, and there is no $default, is answered by Forbidden.
#`

// ofMessages makes a scenario of one message.
func (m *maker) ofMessages() (*Made, error) {
	if m.Method != "" || m.Compressed || len(m.Behind) > 0 {
		return nil, errors.New("--request, --compressed and --behind are of requests, and messages go over WebSocket: leave them out")
	}
	message, comment, err := m.message()
	if err != nil {
		return nil, err
	}
	if err := m.handshake(); err != nil {
		return nil, err
	}
	made, err := m.connection()
	if err != nil {
		return nil, err
	}
	target := m.target()
	target.Entries = append(target.Entries, made...)
	return m.scenario(comment, document.Pairs("api", target), message)
}

// message is the message, and what the comment of the scenario says.
func (m *maker) message() (r *document.Node, comment string, err error) {
	reply, err := m.reply()
	if err != nil {
		return nil, "", err
	}
	comment = messageComment
	body, err := m.body()
	switch {
	case err != nil:
		return nil, "", err
	case body == nil && !m.Example:
		return nil, "", errors.New("which messages the API takes is not known: give one with --data, such as --data '{\"action\": \"ask\", \"id\": \"${uuid}\"}', and --reply none where nothing comes back")
	case body == nil:
		comment += exampleComment
		body = document.Pairs("action", "ask", "id", "${uuid}")
	}
	r = document.Pairs("name", "message", "send", body, "reply", reply)
	if m.Timeout != "" {
		r.Entries = append(r.Entries, document.Pairs("timeout", m.Timeout).Entries...)
	}
	return r, comment, nil
}

// reply is how the reply is found.
func (m *maker) reply() (*document.Node, error) {
	switch text := strings.TrimSpace(m.Reply); {
	case text == "" || text == "in order" || text == "in-order":
		return document.Text("in order"), nil
	case text == "none":
		return document.Text("none"), nil
	case strings.HasPrefix(text, "$"):
		return document.Pairs("match", text), nil
	}
	return nil, fmt.Errorf("--reply %s: write in-order, none, or where the value stands that a message and its reply have, such as '$.id'", m.Reply)
}

// handshake is what the address and the headers say of the handshake. A query stands apart:
// between the stage of an API and its query there is no path.
func (m *maker) handshake() error {
	text, err := m.pathWithoutSecrets()
	if err != nil {
		return err
	}
	path, typed, _ := strings.Cut(m.belowStage(text), "?")
	var at, query *document.Node
	if path != "/" {
		at = document.Text(path)
	}
	for pair := range strings.SplitSeq(typed, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if query == nil {
			query = document.Pairs()
		}
		query.Entries = append(query.Entries, document.Pairs(unescaped(name), unescaped(value)).Entries...)
	}
	data := m.Data
	m.Data = nil // its type is no header of a handshake
	headers, err := m.headers()
	m.Data = data
	m.websocket = document.Pairs("connections", document.Number(heldConnections), "path", at, "query", query, "headers", headers)
	return err
}

// unescaped is a part of a query without percent signs, as scenarios have it.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
