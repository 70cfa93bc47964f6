package scenarios

import "tollgate/scenarios/values"

// sampledBodies are how many bodies the mean size is taken of, and sampledBytes how many
// bytes these may have together.
const (
	sampledBodies = 64
	sampledBytes  = 16 << 20
)

// bodySizes are the mean and the largest size of the body. What is extracted during the run
// counts as nothing, and what an escape adds is in the mean alone.
func (r *Request) bodySizes(seed uint64) (mean, most int64) {
	if r.Upload != nil {
		return r.Upload.Size, r.Upload.Size
	}
	c := r.Compiler(seed, nil)
	body := c.Compile(string(r.Body), BodyEscape(r))
	if !c.Varies {
		n, _ := body.Append(nil, r.Sending(0))
		return int64(len(n)), int64(len(n))
	}
	most = int64(body.Longest())
	var b []byte
	n, sum := int64(0), int64(0)
	for ; n < sampledBodies && (n == 0 || sum < sampledBytes); n++ {
		b, _ = body.Append(b[:0], r.Sending(uint64(n)))
		sum += int64(len(b))
		most = max(most, int64(len(b)))
	}
	return sum / n, most
}

// Sending is the n'th of a run, in which nothing has been extracted that has a length.
func (r *Request) Sending(n uint64) *values.Sending {
	s := &values.Sending{Seq: n, Iteration: n, Extracted: make([][]byte, len(r.Steps))}
	for i := range s.Extracted {
		s.Extracted[i] = []byte{}
	}
	return s
}
