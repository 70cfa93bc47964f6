package http2

import "golang.org/x/net/http2/hpack"

// A static entry is one of the fields that both sides of every connection know.
type staticEntry struct{ name, value []byte }

// staticTable are the fields of RFC 7541, appendix A, from 1 on, as package hpack
// has them.
var staticTable = func() []staticEntry {
	all := []staticEntry{{}}
	for {
		f, err := hpack.NewDecoder(0, nil).DecodeFull([]byte{0x80 | byte(len(all))})
		if err != nil {
			return all
		}
		all = append(all, staticEntry{[]byte(f[0].Name), []byte(f[0].Value)})
	}
}()

// staticFields finds fields in the static table by name and value, as fieldKey writes
// them, and staticNames by name alone.
var staticFields, staticNames = func() (fields, names map[string]int) {
	fields, names = map[string]int{}, map[string]int{}
	for i, e := range staticTable[1:] {
		fields[string(fieldKey(nil, e.name, e.value))] = i + 1
		if names[string(e.name)] == 0 {
			names[string(e.name)] = i + 1
		}
	}
	return fields, names
}()

// fieldKey writes a field so that no other is written alike.
func fieldKey(b, name, value []byte) []byte {
	return append(append(append(b, name...), 0), value...)
}

// overhead is what a field counts in a table and in the size of a header, besides its
// name and value (RFC 7541 section 4.1, RFC 9113 section 10.5.1).
const overhead = 32

// maxEntries is how many fields fit into a table of the size that we allow.
const maxEntries = initialTableSize / overhead

// A table is the dynamic table that the server's headers refer to (RFC 7541
// section 2.3.2). The memory of its entries is used again and again.
type table struct {
	entries [maxEntries]tableEntry
	newest  int // of entries
	count   int
	size    int // of all, with their overhead
	most    int // that it may be
	changes int // ever
}

type tableEntry struct {
	text []byte // name and value
	name int    // how long the name is
}

func (e *tableEntry) field() (name, value []byte) { return e.text[:e.name], e.text[e.name:] }

func (e *tableEntry) set(name, value []byte) {
	e.text, e.name = append(append(e.text[:0], name...), value...), len(name)
}

// at returns the i'th newest field, from 0 on.
func (t *table) at(i int) (name, value []byte) {
	return t.entries[(t.newest+maxEntries-i)%maxEntries].field()
}

// limit changes the size that the table may have.
func (t *table) limit(most int) {
	t.changes++
	t.most = most
	t.shrink(most)
}

func (t *table) shrink(to int) {
	for t.size > to {
		name, value := t.at(t.count - 1)
		t.size -= len(name) + len(value) + overhead
		t.count--
	}
}

// add adds a field, which must not stand in the table's own memory. One that is larger
// than the whole table empties it.
func (t *table) add(name, value []byte) {
	t.changes++
	size := len(name) + len(value) + overhead
	t.shrink(max(t.most-size, 0))
	if size > t.most {
		return
	}
	t.newest = (t.newest + 1) % maxEntries
	t.entries[t.newest].set(name, value)
	t.size += size
	t.count++
}
