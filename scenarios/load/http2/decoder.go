package http2

import "errors"

// A decoder reads header blocks (RFC 7541).
type decoder struct {
	table   table
	scratch []byte // of the latest field's texts
	begun   bool   // a field of the block was read: no change of the table's size may follow
	refers  bool   // the block refers to the table, or changes its size
}

// A headerField is a field as it was decoded. Its texts are valid until the next one is.
type headerField struct {
	name, value []byte
	known       bool // the name stands in the static table
	resize      bool // it is no field, but a change of the table's size
}

var (
	errIndex  = errors.New("a header refers to a field that is in no table")
	errNumber = errors.New("a number in a header is cut off or too large")
	errText   = errors.New("a text in a header is longer than the rest of it")
	errResize = errors.New("a header changes the size of the table in its middle, or beyond what was allowed")
)

// next reads one field off the beginning of a block and says how long it was.
func (d *decoder) next(b []byte) (n int, f headerField, err error) {
	switch first := b[0]; {
	case first&0x80 != 0:
		d.begun = true
		return d.indexed(b)
	case first&0xe0 == 0x20:
		n, size, err := number(b, 5)
		if err != nil || d.begun || size > initialTableSize {
			return 0, f, errors.Join(err, errResize)
		}
		d.refers = true
		d.table.limit(size)
		return n, headerField{resize: true}, nil
	case first&0xc0 == 0x40:
		n, f, err = d.literal(b, 6)
		if err == nil {
			d.table.add(f.name, f.value)
		}
	default:
		n, f, err = d.literal(b, 4)
	}
	d.begun = true
	return n, f, err
}

func (d *decoder) indexed(b []byte) (n int, f headerField, err error) {
	n, i, err := number(b, 7)
	if err == nil {
		f, err = d.at(i)
	}
	return n, f, err
}

// at returns the field with an index.
func (d *decoder) at(i int) (f headerField, err error) {
	switch k := i - len(staticTable); {
	case i == 0 || k >= d.table.count:
		return f, errIndex
	case k >= 0:
		d.refers = true
		f.name, f.value = d.table.at(k)
	default:
		e := &staticTable[i]
		f = headerField{name: e.name, value: e.value, known: true}
	}
	return f, nil
}

// literal reads a field that is written out, but perhaps for its name, whose index has
// so many bits in the first byte.
func (d *decoder) literal(b []byte, bits uint8) (n int, f headerField, err error) {
	n, i, err := number(b, bits)
	if err != nil {
		return 0, f, err
	}
	d.scratch = d.scratch[:0]
	if i == 0 {
		var k int
		k, d.scratch, err = text(d.scratch, b[n:])
		n += k
	} else if f, err = d.at(i); err == nil {
		d.scratch = append(d.scratch, f.name...) // which may leave the table as this one is added
	}
	if err != nil {
		return 0, f, err
	}
	split := len(d.scratch)
	k, all, err := text(d.scratch, b[n:])
	d.scratch = all
	return n + k, headerField{name: all[:split], value: all[split:], known: f.known}, err
}

// number reads a number whose first bits are the lowest of the first byte (RFC 7541
// section 5.1). Larger ones than 2^28 are refused.
func number(b []byte, bits uint8) (n, value int, err error) {
	if len(b) == 0 {
		return 0, 0, errNumber
	}
	most := 1<<bits - 1
	value = int(b[0]) & most
	if value < most {
		return 1, value, nil
	}
	for i := 1; i < len(b) && i <= 9; i++ {
		value += int(b[i]&0x7f) << (7 * (i - 1))
		if value > 1<<28 {
			break
		}
		if b[i]&0x80 == 0 {
			return i + 1, value, nil
		}
	}
	return 0, 0, errNumber
}

// text reads a text and appends it.
func text(to, b []byte) (n int, all []byte, err error) {
	n, length, err := number(b, 7)
	switch {
	case err != nil:
		return 0, to, err
	case length > len(b)-n:
		return 0, to, errText
	case b[0]&0x80 == 0:
		return n + length, append(to, b[n:n+length]...), nil
	}
	all, err = appendHuffman(to, b[n:n+length])
	return n + length, all, err
}
