package values

import (
	"fmt"
	"io"
	"sync"
)

// A Pick says which row of a data file a request takes.
type Pick string

// The picks.
const (
	Sequential Pick = "sequential" // one after the other, and again from the first
	Random     Pick = "random"     // drawn from the seed
	PerUser    Pick = "per-user"   // the same in all requests of a user
	Unique     Pick = "unique"     // as sequential, each once; the run ends when none is left
)

// Picks are the names of all picks, the default first.
func Picks() []string {
	return []string{string(Sequential), string(Random), string(PerUser), string(Unique)}
}

// Data are the rows of a file.
type Data struct {
	Name    string // of the data, in ${name.column}
	File    string // as the scenario names it
	Digest  string // of the file, SHA-256 in hexadecimal
	Columns []string
	Rows    int64
	Pick    Pick
	Secret  []string // columns that are not to be shown

	format  format
	source  io.ReaderAt
	memory  []byte  // the whole file; nil: it is too large
	index   []int64 // where every spacing'th row begins, and the end of the last
	spacing int64
	longest int // bytes of a row
	cursors sync.Pool
}

// A format is how a file has its rows.
type format interface {
	// next splits a text at the end of its first row. It skips empty lines before it.
	next(b []byte) (row, rest []byte)
	// appendField appends the value that a row has in a column.
	appendField(b, row []byte, column int) []byte
}

// A Numbering numbers the uses of a data file during a run: the n'th, from 0, takes the
// n'th row. ok is false where it has no row of its own.
type Numbering func(iteration uint64) (n uint64, ok bool)

// UsedUp says that all rows of a file have been used.
type UsedUp struct {
	Data string
	File string
	Rows int64
}

func (e *UsedUp) Error() string {
	return fmt.Sprintf("data %s: no unused row is left of the %d in %s (pick: unique)", e.Data, e.Rows, e.File)
}

// Column is the value of a column in the row that a sending takes. Without uses they are
// numbered by iteration.
func (d *Data) Column(name string, seed uint64, uses Numbering) Value {
	for i, has := range d.Columns {
		if has == name {
			return d.column(i, seed, uses)
		}
	}
	return nil
}

func (d *Data) column(i int, seed uint64, uses Numbering) Value {
	if uses == nil {
		uses = func(iteration uint64) (uint64, bool) { return iteration, true }
	}
	c := &column{data: d, number: i, seed: named(seed, d.Name), uses: uses, usedUp: &UsedUp{d.Name, d.File, d.Rows}}
	for _, hidden := range d.Secret {
		if hidden == d.Columns[i] {
			return Secret(c)
		}
	}
	return c
}

type column struct {
	data   *Data
	number int
	seed   uint64
	uses   Numbering
	usedUp error
}

// Append implements Value.
func (c *column) Append(b []byte, s *Sending) ([]byte, error) {
	n, err := c.row(s)
	if err != nil {
		return b, err
	}
	return c.data.appendField(b, n, c.number)
}

func (c *column) Longest() int { return c.data.longest }

// row is the number of the row, from 0.
func (c *column) row(s *Sending) (int64, error) {
	rows := uint64(c.data.Rows)
	switch c.data.Pick {
	case Random:
		return int64(Mix(c.seed, s.Iteration) % rows), nil // off by less than rows in 2^64
	case PerUser:
		return int64(uint64(s.User) % rows), nil
	}
	n, ok := c.uses(s.Iteration)
	if c.data.Pick != Unique {
		return int64(n % rows), nil
	}
	if !ok || n >= rows {
		return 0, c.usedUp
	}
	return int64(n), nil
}

// A cursor is a part of a file in memory.
type cursor struct {
	number int64 // of the part; -1: none
	text   []byte
}

// appendField appends what a row has in a column.
func (d *Data) appendField(b []byte, row int64, column int) ([]byte, error) {
	part := row / d.spacing
	text, held, err := d.part(part)
	if err != nil {
		return b, err
	}
	var found []byte
	for range row%d.spacing + 1 {
		found, text = d.format.next(text)
	}
	b = d.format.appendField(b, found, column)
	if held != nil {
		d.cursors.Put(held)
	}
	return b, nil
}

// part is the text from one indexed row to the next. The cursor that it stands in goes
// back to the pool.
func (d *Data) part(i int64) ([]byte, *cursor, error) {
	from, to := d.index[i], d.index[i+1]
	if d.memory != nil {
		return d.memory[from:to], nil, nil
	}
	c, _ := d.cursors.Get().(*cursor)
	if c == nil {
		c = &cursor{number: -1}
	}
	if c.number == i {
		return c.text, c, nil
	}
	if n := int(to - from); cap(c.text) < n {
		c.text = make([]byte, n, 2*n)
	} else {
		c.text = c.text[:n]
	}
	c.number = -1
	if _, err := d.source.ReadAt(c.text, from); err != nil {
		d.cursors.Put(c)
		return nil, nil, fmt.Errorf("%s cannot be read any more: %w", d.File, err)
	}
	c.number = i
	return c.text, c, nil
}

// InMemory reports whether the source is needed no more.
func (d *Data) InMemory() bool { return d.memory != nil }
