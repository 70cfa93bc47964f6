package sources

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/targets"
)

// AllKinds stands for the front doors of every kind.
const AllKinds = "all"

// Server is the name of the target that is the server itself, without a front door. It is
// the first, so that front doors are compared with it.
const Server = "server"

// FrontDoors are the names of the kinds that a server can be put behind in the lab.
func FrontDoors() (all []string) {
	for _, k := range targets.Kinds {
		if k.OnAWS() && !k.OnlyMessages {
			all = append(all, k.Name)
		}
	}
	return all
}

// behind makes a scenario of one request at a server on this machine, and at front doors
// of the lab that have the same server in place of a Lambda function.
func (m *maker) behind(request *document.Node) (*Made, error) {
	kinds, err := m.chosenDoors()
	if err != nil {
		return nil, err
	}
	switch connection, err := m.connection(); {
	case err != nil:
		return nil, err
	case m.kind.OnAWS():
		return nil, errors.New("--behind: the address is a front door already: name the address of a web server on this machine, such as http://127.0.0.1:8000")
	case m.scheme != "http" || !targets.Loopback(m.hostname()):
		return nil, errors.New("--behind: the lab's front doors send requests to this machine only, by HTTP without TLS: name a server here, such as http://127.0.0.1:8000")
	case len(connection) > 0:
		return nil, fmt.Errorf("--behind: %s is about the connection to one server, which front doors do not have: leave it out", scenarios.Flag(connection[0].Key))
	}
	all := document.Pairs(Server, m.target())
	for _, kind := range kinds {
		all.Entries = append(all.Entries, document.Pairs(kind, document.Pairs("kind", kind, "url", Lab)).Entries...)
	}
	m.lab = document.Pairs("function", document.Pairs("proxy", m.scheme+"://"+m.host))
	return m.scenario("One request at a server and at front doors of the lab before it, made of an address by tollgate.", all, request)
}

// chosenDoors are the kinds that --behind names.
func (m *maker) chosenDoors() ([]string, error) {
	known := FrontDoors()
	if slices.Equal(m.Behind, []string{AllKinds}) {
		return known, nil
	}
	if slices.Contains(m.Behind, AllKinds) {
		return nil, errors.New("--behind: all stands for every front door: write it alone, or name some of " + strings.Join(known, ","))
	}
	for i, kind := range m.Behind {
		if !slices.Contains(known, kind) {
			return nil, fmt.Errorf("--behind %s: no such front door%s: write all, or some of %s, separated by commas", kind, document.DidYouMean(kind, known), strings.Join(known, ","))
		}
		if slices.Contains(m.Behind[:i], kind) {
			return nil, fmt.Errorf("--behind: %s is named twice", kind)
		}
	}
	return m.Behind, nil
}
