package results

// DecodedBytes are the sizes of response bodies whose content coding was undone. Rates,
// bills and sizes are of what was on the wire; this says what it stands for.
type DecodedBytes struct {
	Responses int64 `json:"responses"`
	Received  int64 `json:"received"`              // bytes of their bodies on the wire
	Decoded   int64 `json:"decoded"`               // the same without the coding
	Left      int64 `json:"not_decoded,omitempty"` // further responses with a coding: too large, or in one that was not asked for
}

// record counts a response.
func (d *DecodedBytes) record(s *Sample) {
	switch {
	case s.Undecoded:
		d.Left++
	case s.Decoded > 0:
		d.Responses++
		d.Received += s.Body
		d.Decoded += s.Decoded
	}
}

func (d *DecodedBytes) add(o *DecodedBytes) {
	d.Responses += o.Responses
	d.Received += o.Received
	d.Decoded += o.Decoded
	d.Left += o.Left
}

// known is nil where no response had a content coding that was asked for.
func (d DecodedBytes) known() *DecodedBytes {
	if d == (DecodedBytes{}) {
		return nil
	}
	return &d
}
