package report

import (
	"testing"

	"tollgate/results"
)

func TestBodiesAreDescribedAsFarAsThereAreSome(t *testing.T) {
	for _, row := range []struct {
		of   *results.DecodedBytes
		want string
	}{
		{nil, ""},
		{&results.DecodedBytes{Responses: 2, Received: 100, Decoded: 400}, "2 responses decoded from 100 B to 400 B"},
		{&results.DecodedBytes{Left: 1}, "1 response not decoded: too large, or in a coding that was not asked for"},
		{&results.DecodedBytes{Responses: 1, Received: 100, Decoded: 400, Left: 2}, "1 response decoded from 100 B to 400 B; 2 responses not decoded: too large, or in a coding that was not asked for"},
	} {
		if got := bodiesText(row.of); got != row.want {
			t.Errorf("%+v: %q, want %q", row.of, got, row.want)
		}
	}
}
