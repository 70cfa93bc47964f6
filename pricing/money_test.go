package pricing

import (
	"math"
	"testing"
)

func TestPicodollarsAreRoundedUp(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1_000_000_000_000, "0.0000035": 3_500_000, "0.0000000000001": 1, "0.0000000000011": 2,
		"9000000": 9_000_000_000_000_000_000, "10000000": math.MaxInt64,
	} {
		m, err := ParseMoney(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Picos(); got != want {
			t.Errorf("$%s is %d picodollars, want %d", text, got, want)
		}
	}
	if back := OfPicos(3_500_000); back.Text(7) != "0.0000035" {
		t.Errorf("3,500,000 picodollars are $%s", back.Text(7))
	}
}
