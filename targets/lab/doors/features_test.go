package doors

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// byJSON is what encoding/json makes of a body.
func byJSON(body string) ([]float64, error) {
	var asked struct {
		Features []float64 `json:"features"`
	}
	err := json.Unmarshal([]byte(body), &asked)
	return asked.Features, err
}

func TestPlainFeaturesAreReadAsJSONHasThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"{", "}", `"features"`, ":", "[", "]", ",", " ", "\n", "-", "0", "7", "12", "5.1", "00", ".", "1e3", "null", "\"", "é"})
		body := rapid.OneOf(
			rapid.Just(`{"features": [5.1, 3.5, 1.4, 0.2]}`),
			rapid.Custom(func(t *rapid.T) (text string) {
				text = `{"features":[`
				for i := range 4 {
					if i > 0 {
						text += ","
					}
					for range rapid.IntRange(1, 3).Draw(t, "pieces") {
						text += piece.Draw(t, "piece")
					}
				}
				return text + "]" + piece.Draw(t, "last")
			}),
			rapid.Custom(func(t *rapid.T) (text string) {
				for range rapid.IntRange(0, 16).Draw(t, "pieces") {
					text += piece.Draw(t, "piece")
				}
				return text
			}),
		).Draw(t, "body")
		list, ok := plainFeatures([]byte(body))
		if !ok {
			return
		}
		if want, err := byJSON(body); err != nil || !slices.Equal(list[:], want) {
			t.Errorf("%q: %v, want %v %v", body, list, want, err)
		}
	})
}

func TestOrdinaryBodiesArePlain(t *testing.T) {
	for body, plain := range map[string]bool{
		features:                         true,
		`{"features":[5.1,3.5,1.4,0.2]}`: true,
		" {\t\"features\" : [ -0, 12 , 0.25,\n7 ] }\r\n": true,
		`{"features":[5.1,3.5,1.4,2e-1]}`:                false,
		`{"features":[5.1,3.5,1.4]}`:                     false,
		`{"features":[5.1,3.5,1.4,0.2,1]}`:               false,
		`{"features":[5.1,3.5,1.4,00.2]}`:                false,
		`{"features":[5.1,3.5,1.4,.2]}`:                  false,
		`{"features":[5.1,3.5,1.4,1.]}`:                  false,
		`{"features":[5.1,3.5,1.4,0.2],"x":1}`:           false,
		`{"features":[5.1,3.5,1.4,0.2]} x`:               false,
		``:                                               false,
	} {
		list, ok := plainFeatures([]byte(body))
		if ok != plain {
			t.Errorf("%q: %v", body, ok)
		}
		if want, err := byJSON(body); ok && (err != nil || !slices.Equal(list[:], want)) {
			t.Errorf("%q: %v, want %v", body, list, want)
		}
	}
}
