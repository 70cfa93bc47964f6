package load

import (
	"testing"

	"tollgate/targets"
)

func TestThereIsRoomForTheWholeOfAFrontDoorsOwnErrors(t *testing.T) {
	for _, k := range targets.Kinds {
		for fault, e := range k.Errors {
			if n := len(e.Body) + 64; n > markBytes || n > refusalBytes { // and an ARN, or an id
				t.Errorf("%s, %s: %d bytes", k.Name, fault, n)
			}
		}
	}
}
