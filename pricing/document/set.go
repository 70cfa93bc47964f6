package document

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ParseValue reads a value as a file would hold it: a number, a string, [a, list] or
// {a: mapping}. What means nothing in YAML is a string only in quotes.
func ParseValue(text string) (*Node, error) {
	d := Open("value", []byte(text), Options{})
	switch {
	case strings.TrimSpace(text) == "":
		return nil, errors.New("there is no value: write one, or null to remove the key")
	case d.Failed() || d.Root == nil:
		return nil, errors.New("this is not a value that YAML can read: put it in quotes")
	}
	return d.Root, nil
}

// With returns n with another value at a path such as "load[0].constant.rate". Items of
// a list are named by their number or, if they have one, their name:
// "requests.predict.weight". Null removes a key. A key that is absent is added, with the
// mappings on the way to it; which keys there may be is up to the reader of the tree. What
// looks like a misspelling of a key on the way is an error. n itself stays as it is.
func (n *Node) With(path string, value *Node) (*Node, error) {
	if path == "" {
		return nil, errors.New("there is no path: write one, such as load[0].constant.rate")
	}
	return n.with(path, "", value)
}

func (n *Node) with(rest, before string, value *Node) (*Node, error) {
	if rest == "" {
		return value, nil
	}
	made := *n
	switch n.Type {
	case Mapping:
		return made.withKey(rest, before, value)
	case List:
		return made.withItem(rest, before, value)
	}
	return nil, fmt.Errorf("%s is %s: it has nothing that %q could name", before, n.Type, strings.TrimPrefix(rest, "."))
}

// withKey goes on at a key of the mapping n, which is the caller's own.
func (n *Node) withKey(rest, before string, value *Node) (*Node, error) {
	key, after, err := n.key(strings.TrimPrefix(rest, "."))
	if err != nil {
		return nil, err
	}
	n.Entries = slices.Clone(n.Entries)
	i := slices.IndexFunc(n.Entries, func(e Entry) bool { return e.Key == key })
	if i < 0 {
		if meant := DidYouMean(key, n.keys()); after != "" && meant != "" {
			return nil, fmt.Errorf("%s has no key %q%s (it has %s)", named(before), key, meant, strings.Join(n.keys(), ", "))
		}
		i, n.Entries = len(n.Entries), append(n.Entries, Entry{Key: key, Value: &Node{Type: Mapping}})
	}
	child, err := n.Entries[i].Value.with(after, joined(before, key), value)
	switch {
	case err != nil:
		return nil, err
	case child.Type == Null:
		n.Entries = slices.Delete(n.Entries, i, i+1)
	default:
		n.Entries[i].Value = child
	}
	return n, nil
}

// withItem goes on at an item of the list n, which is the caller's own.
func (n *Node) withItem(rest, before string, value *Node) (*Node, error) {
	word, after, _ := word(strings.TrimPrefix(rest, ".")) // a part that is missing names no item
	i, err := strconv.Atoi(word)
	if err != nil {
		i = slices.IndexFunc(n.Items, func(item *Node) bool { name := item.Find("name"); return name != nil && name.Text == word })
	}
	if i < 0 || i >= len(n.Items) {
		var names []string
		for _, item := range n.Items {
			if name := item.Find("name"); name != nil {
				names = append(names, name.Text)
			}
		}
		return nil, fmt.Errorf("%s has no item %q%s: its items are %s[0] to %s[%d]", before, word, DidYouMean(word, names), before, before, len(n.Items)-1)
	}
	child, err := n.Items[i].with(after, fmt.Sprintf("%s[%d]", before, i), value)
	if err != nil {
		return nil, err
	}
	n.Items = slices.Clone(n.Items)
	if child.Type == Null {
		n.Items = slices.Delete(n.Items, i, i+1)
		return n, nil
	}
	n.Items[i] = child
	return n, nil
}

// key is the key that a path begins with, the longest of n's if there are several: names
// may hold dots.
func (n *Node) key(path string) (key, after string, err error) {
	for _, e := range n.Entries {
		if rest, found := strings.CutPrefix(path, e.Key); found && len(e.Key) > len(key) && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			key, after = e.Key, rest
		}
	}
	if key != "" {
		return key, after, nil
	}
	return word(path)
}

// word is the first part of a path, in brackets or not.
func word(path string) (first, after string, err error) {
	if inner, found := strings.CutPrefix(path, "["); found {
		first, after, found = strings.Cut(inner, "]")
		if !found {
			return path, "", fmt.Errorf("a bracket has no end in %q", path)
		}
	} else {
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		first, after = path[:end], path[end:]
	}
	if first == "" {
		return "", "", fmt.Errorf("a key is missing in %q", path)
	}
	return first, after, nil
}

func (n *Node) keys() (all []string) {
	for _, e := range n.Entries {
		all = append(all, e.Key)
	}
	return all
}

func named(path string) string {
	if path == "" {
		return "the file"
	}
	return path
}

func joined(path, key string) string { return Value{Path: path}.Below(key) }
