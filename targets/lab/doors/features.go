package doors

import "strconv"

// plainFeatures reads {"features": [5.1, 3.5, 1.4, 0.2]} with any spaces and
// plain numbers, for a sixth of what encoding/json takes. What is written in any
// other way is not ok, be it right or wrong.
func plainFeatures(body []byte) (list [4]float64, ok bool) {
	s := scanner(body)
	if !s.skip('{') || !s.word(`"features"`) || !s.skip(':') || !s.skip('[') {
		return list, false
	}
	for i := range list {
		if i > 0 && !s.skip(',') {
			return list, false
		}
		if list[i], ok = s.number(); !ok {
			return list, false
		}
	}
	return list, s.skip(']') && s.skip('}') && s.ended()
}

// a scanner is what is still to be read.
type scanner []byte

func (s *scanner) spaces() {
	for len(*s) > 0 && ((*s)[0] == ' ' || (*s)[0] == '\n' || (*s)[0] == '\t' || (*s)[0] == '\r') {
		*s = (*s)[1:]
	}
}

func (s *scanner) ended() bool {
	s.spaces()
	return len(*s) == 0
}

// skip reads one sign, with spaces before it.
func (s *scanner) skip(sign byte) bool {
	if s.ended() || (*s)[0] != sign {
		return false
	}
	*s = (*s)[1:]
	return true
}

func (s *scanner) word(word string) bool {
	s.spaces()
	if len(*s) < len(word) || string((*s)[:len(word)]) != word {
		return false
	}
	*s = (*s)[len(word):]
	return true
}

// number reads digits with at most a point between them and a minus before, as
// JSON has them.
func (s *scanner) number() (float64, bool) {
	s.spaces()
	n := 0
	if len(*s) > 0 && (*s)[0] == '-' {
		n = 1
	}
	whole := s.digits(n)
	if whole == 0 || whole > 1 && (*s)[n] == '0' {
		return 0, false
	}
	n += whole
	if n < len(*s) && (*s)[n] == '.' {
		part := s.digits(n + 1)
		if part == 0 {
			return 0, false
		}
		n += 1 + part
	}
	v, err := strconv.ParseFloat(string((*s)[:n]), 64)
	*s = (*s)[n:]
	return v, err == nil
}

// digits counts those from a position on.
func (s *scanner) digits(from int) (n int) {
	for from+n < len(*s) && (*s)[from+n] >= '0' && (*s)[from+n] <= '9' {
		n++
	}
	return n
}
