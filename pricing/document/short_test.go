package document

import (
	"math/big"
	"testing"
)

func TestBoundsAreWrittenAsFilesStateNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "0.000001": "0.000001", "10240": "10240", "100000": "100000", "1000000": "1M", "10000000": "10M",
		"1234567": "1234567", "100000000": "100M", "1000000000": "1e9", "25000000000": "25e9", "1000000000000000": "1e15",
	} {
		r, _ := new(big.Rat).SetString(text)
		got := short(r)
		if got != want {
			t.Errorf("%s is written as %s, want %s", text, got, want)
		}
		var back float64
		if d := Read("f", []byte("["+got+"]"), &[]*float64{&back}); d.Err() != nil {
			t.Errorf("%s cannot be read back: %v", got, d.Err())
		}
	}
}
