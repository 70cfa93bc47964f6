package protocol

import (
	"math"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

func TestTimestampsOutOfRangeAreNoTimestamps(t *testing.T) {
	for _, v := range []cbor.Value{cbor.Float64(math.NaN()), cbor.Float64(math.Inf(1)), cbor.Float64(1e300), cbor.NegInt(0), cbor.String("x"), cbor.List{}} {
		if got := stampFromCBOR(&cbor.Tag{ID: 1, Value: v}); got != nil {
			t.Errorf("%v is the time %v", v, got)
		}
	}
	if got := stampFromCBOR(&cbor.Tag{ID: 1, Value: cbor.Float64(1.5)}); got != (Time{time.Unix(1, 5e8).UTC()}) {
		t.Errorf("1.5 s is the time %v", got)
	}
	if got := stampFromCBOR(&cbor.Tag{ID: 2, Value: cbor.Float64(1.5)}); got != nil {
		t.Errorf("another tag is the time %v", got)
	}
}
