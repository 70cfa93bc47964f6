package chart

import (
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// PNG writes p in pixels, two for each of CSS.
func (p Picture) PNG(w io.Writer) error {
	full := p.standalone()
	c := vgimg.NewWith(vgimg.UseWH(full.Width, full.Height), vgimg.UseDPI(2*int(vg.Inch.Points())))
	for _, l := range full.Layers {
		l.Draw(draw.New(c))
	}
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}
