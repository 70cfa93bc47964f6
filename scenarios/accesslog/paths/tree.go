// Package paths puts the paths of requests into classes: /users/17 and /users/42 are
// /users/{id}. It keeps what can be a person's or a secret out of what is written.
//
// # The design
//
//  1. A segment that looks like an identifier (a number, a UUID, a long one with digits, an
//     address) is {id} at once.
//  2. The others form a [Tree]. Where a path has more different segments than a program has
//     routes, all of them become {name}, and what was counted below them is added up.
//  3. What hardly occurs has no name either: [Tree.Finish] makes a {name} of segments that
//     fewer than [Rare] requests had, or requests of fewer than Rare clients. One user's name
//     in a path is not written, however often that user asks for it. Where all of the log is
//     of fewer clients, as behind a proxy, or says none, requests alone count: so a name can
//     be left, and who writes the classes has to say so.
//
// So the number of classes, and the memory for them, has a bound, whatever is asked for.
//
// # Why
//
// Rejected: to learn routes by looking at which segments vary together, which needs all
// paths at once; a list of patterns alone, which leaves slugs such as /blog/our-new-office
// as classes of their own. Rejected: to hash what is no route: a hash of a short name is
// found by trying.
package paths

import (
	"bytes"
	"hash/maphash"
	"slices"
	"strings"
)

const (
	// Rare is how many requests, of as many clients, a segment must have had to be written.
	Rare = 5

	mostChildren = 100  // different segments at one place, before they are {name}
	mostNodes    = 2000 // of the tree, before its widest place is merged
	deepest      = 8    // segments; what is below is {rest}
)

// What stands in a class for a segment.
const (
	ID   = "{id}"
	Name = "{name}"
	Rest = "{rest}"
)

// A Tree is all paths that were seen. The zero value is not ready: see [New].
type Tree struct {
	merge func(into, from int) // of two classes
	root  *node
	live  int
	ids   []*node // by class
	seed  maphash.Seed
}

// A node is a segment of paths.
type node struct {
	segment  string
	parent   *node
	children map[string]*node
	into     *node    // that it was merged into; nil: it is alive
	id       int      // of the class that ends here; -1: none
	count    int64    // of requests that passed
	route    bool     // named by a route of the API
	clients  []uint64 // hashes of the first Rare different ones, by a key that is not stored
}

// New is a tree without paths. It calls merge when two classes become one; what was kept of
// the second is then the first's.
func New(merge func(into, from int)) *Tree {
	return &Tree{merge: merge, root: &node{id: -1}, seed: maphash.MakeSeed()}
}

// Class is the class of a path, without its query, that a client asked for; of an empty one
// nothing is known. Numbers begin at 0 and have no gaps.
func (t *Tree) Class(path, client []byte) int {
	if len(client) == 0 {
		return t.class(path, 0, false)
	}
	return t.class(path, max(1, maphash.Bytes(t.seed, client)), false)
}

// Route is the class of a route, such as /users/{id}, as the API is configured. Its segments
// have names, however few requests there were.
func (t *Tree) Route(path []byte) int { return t.class(path, 0, true) }

func (t *Tree) class(path []byte, client uint64, route bool) int {
	n := t.root
	n.count++
	n.asked(client)
	depth := 0
	for rest := bytes.TrimPrefix(path, []byte("/")); len(rest) > 0; depth++ {
		segment, after, more := bytes.Cut(rest, []byte("/"))
		if rest = after; depth == deepest {
			segment, rest, more = []byte(Rest), nil, false
		}
		n = t.child(n, segment)
		n.count++
		n.asked(client)
		n.route = n.route || route
		if more && len(rest) == 0 {
			n = t.child(n, nil) // a slash at the end
		}
	}
	if n.id < 0 {
		n.id = len(t.ids)
		t.ids = append(t.ids, n)
	}
	return n.id
}

// asked notes a client; 0: it is not known.
func (n *node) asked(client uint64) {
	if client != 0 && len(n.clients) < Rare && !slices.Contains(n.clients, client) {
		n.clients = append(n.clients, client)
	}
}

// rare says whether a segment's name is not written. enough is how many clients make it a
// program's rather than a person's.
func (n *node) rare(enough int) bool {
	if n.route || n.segment == "" || n.segment[0] == '{' {
		return false
	}
	return n.count < Rare || len(n.clients) < enough
}

// child is the node below n for a segment.
func (t *Tree) child(n *node, segment []byte) *node {
	if found := n.children[string(segment)]; found != nil {
		return found
	}
	name := shape(segment)
	if found := n.children[name]; found != nil {
		return found
	}
	if wild := n.children[Name]; wild != nil {
		return wild
	}
	if n.children == nil {
		n.children = map[string]*node{}
	}
	made := &node{segment: name, parent: n, id: -1}
	n.children[name] = made
	t.live++
	if len(n.children) > mostChildren {
		return t.widen(n, made)
	}
	if t.live > mostNodes {
		t.widen(t.widest(t.root), nil)
	}
	return made.alive()
}

// widen merges the children of n into one that is called {name}, and returns what became
// of one of them.
func (t *Tree) widen(n, made *node) *node {
	if n == nil {
		return made
	}
	all := n.children
	wild := &node{segment: Name, parent: n, id: -1}
	n.children = map[string]*node{}
	t.live++
	for _, name := range sorted(all) {
		if name == ID || name == "" {
			n.children[name] = all[name]
			continue
		}
		t.join(wild, all[name])
	}
	n.children[Name] = wild
	return made.alive()
}

// join adds all that is below and at from to into.
func (t *Tree) join(into, from *node) {
	from.into = into
	into.count += from.count
	for _, client := range from.clients {
		into.asked(client)
	}
	t.live--
	switch {
	case from.id >= 0 && into.id >= 0:
		t.merge(into.id, from.id)
	case from.id >= 0:
		into.id = from.id
		t.ids[from.id] = into
	}
	for _, name := range sorted(from.children) {
		child := from.children[name]
		if same := into.children[name]; same != nil {
			t.join(same, child)
			continue
		}
		if into.children == nil {
			into.children = map[string]*node{}
		}
		child.parent = into
		into.children[name] = child
	}
	if len(into.children) > mostChildren {
		t.widen(into, nil)
	}
}

// widest is the node with the most children below n; nil: none can be merged.
func (t *Tree) widest(n *node) (most *node) {
	if len(n.children) > 2 {
		most = n
	}
	for _, name := range sorted(n.children) {
		if w := t.widest(n.children[name]); w != nil && (most == nil || len(w.children) > len(most.children)) {
			most = w
		}
	}
	return most
}

func (n *node) alive() *node {
	for n != nil && n.into != nil {
		n = n.into
	}
	return n
}

// Finish takes the names off segments that hardly occurred.
func (t *Tree) Finish() { t.finish(t.root, len(t.root.clients)) }

func (t *Tree) finish(n *node, enough int) {
	var rare []string
	for _, name := range sorted(n.children) {
		if n.children[name].rare(enough) {
			rare = append(rare, name)
		}
	}
	for _, name := range rare {
		wild := n.children[Name]
		if wild == nil {
			wild = &node{segment: Name, parent: n, id: -1}
			n.children[Name] = wild
			t.live++
		}
		t.join(wild, n.children[name])
		delete(n.children, name)
	}
	for _, name := range sorted(n.children) {
		t.finish(n.children[name], enough)
	}
}

// Now is the class that a class has become part of: itself, unless it was merged.
func (t *Tree) Now(class int) int { return t.ids[class].alive().id }

// Path writes a class.
func (t *Tree) Path(class int) string {
	var segments []string
	for n := t.ids[class].alive(); n.parent != nil; n = n.parent.alive() {
		segments = append(segments, n.segment)
	}
	slices.Reverse(segments)
	return "/" + strings.Join(segments, "/")
}

func sorted(children map[string]*node) []string {
	names := make([]string, 0, len(children))
	for name := range children {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
