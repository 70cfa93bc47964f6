package accesslog

import (
	"bytes"
	"fmt"
)

// columns decodes lines whose values stand in a fixed order, parted by blanks; one with
// blanks is in quotes. Lines may be shorter, down to least, as those of earlier versions
// are, and longer.
func columns(what What, fields []field, least int) decoder {
	return func(e *Entry, line []byte) (bool, error) {
		e.clear(what)
		i := 0
		for rest := line; len(rest) > 0; i++ {
			var v []byte
			v, rest = cutColumn(rest)
			if i >= len(fields) || fields[i].set == nil || none(v) {
				continue
			}
			if err := fields[i].set(e, v); err != nil {
				return false, fmt.Errorf("field %d, %s, %w", i+1, fields[i].name, err)
			}
		}
		if i < least {
			return false, fmt.Errorf("%w: %d, and there are at least %d", errFew, i, least)
		}
		return true, nil
	}
}

// cutColumn cuts the first value off a line. A quote within quotes is escaped by a
// backslash.
func cutColumn(line []byte) (v, rest []byte) {
	if line[0] != '"' {
		v, rest, _ = bytes.Cut(line, []byte(" "))
		return v, rest
	}
	for i := 1; i < len(line); i++ {
		n := bytes.IndexByte(line[i:], '"')
		if n < 0 {
			break
		}
		i += n
		if line[i-1] == '\\' && i > 1 {
			continue
		}
		return line[1:i], bytes.TrimPrefix(line[i+1:], []byte(" "))
	}
	return line[1:], nil
}

// named are the setters of fields by name, of those that are wanted.
func named(tables ...[]field) map[string]setter {
	all := map[string]setter{}
	for _, table := range tables {
		for _, f := range table {
			if f.set != nil {
				all[f.name] = f.set
			}
		}
	}
	return all
}
