//go:build !race

// Pictures are drawn by one goroutine, and ten times more slowly under the race
// detector: there it is enough that SVG is compared.

package chart

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// mostOff is the share of pixels that may differ from a golden picture: edges
// are smoothed by floating point, which differs between processors.
const mostOff = 0.0002

func TestPicturesLookAsTheirGoldenPixels(t *testing.T) {
	for name, picture := range samples {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := picture(Wide).PNG(&b); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".png")
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if off := pixelsOff(decoded(t, b.Bytes()), decoded(t, want)); off > mostOff {
				t.Errorf("%.3f%% of the pixels are not as in %s (run with -update if they should not be)", 100*off, file)
			}
		})
	}
}

// TestGoldenPixelsDistinguishPictures changes one number of a chart, and one
// word, by as little as a reader could notice.
func TestGoldenPixelsDistinguishPictures(t *testing.T) {
	bars := func(label string, value float64) image.Image {
		var b bytes.Buffer
		ch := Bars{Title: "Bill", Axis: "US dollars", Label: plain, Parts: []string{"door"}, Rows: []Bar{{label, []float64{value}, nil, nil}, {"http", []float64{50}, nil, nil}}}
		if err := ch.Picture(Wide).PNG(&b); err != nil {
			t.Fatal(err)
		}
		return decoded(t, b.Bytes())
	}
	was := bars("rest", 40)
	for _, row := range []struct {
		change string
		now    image.Image
	}{{"a longer bar", bars("rest", 41)}, {"another name", bars("resting", 40)}} {
		if off := pixelsOff(row.now, was); off <= mostOff {
			t.Errorf("%s: %.4f%% of the pixels differ, which the golden pictures let pass", row.change, 100*off)
		}
	}
	if off := pixelsOff(bars("rest", 40), was); off != 0 {
		t.Errorf("the same picture twice: %.4f%% of the pixels differ", 100*off)
	}
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// pixelsOff is the share of pixels of which a colour differs by more than an
// eighth; pictures of different sizes differ in all.
func pixelsOff(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	near := func(x, y uint32) bool { return max(x, y)-min(x, y) < 0x2000 }
	off := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			r, g, b0, _ := a.At(x, y).RGBA()
			s, h, b1, _ := b.At(x, y).RGBA()
			if !near(r, s) || !near(g, h) || !near(b0, b1) {
				off++
			}
		}
	}
	return float64(off) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}
