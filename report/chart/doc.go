// Package chart draws the pictures of a report.
//
// The way of a picture:
//
//  1. The report fills a plain value: [Percentiles], [Heat], [Timeline],
//     [Histogram], [Throttle], [Lines], [Waterfall], [Bars], [Costs], [Map] or
//     [Forest].
//  2. Its Picture method lays it out for a [Layout] (a wide page or a phone) as
//     a [Picture]: a size and named layers, each with a function that draws on a
//     gonum canvas.
//  3. [Picture.Inline] writes SVG for a web page, [Picture.SVG] a file of its own
//     and [Picture.PNG] pixels, all from the same layers, so that a chart is the
//     same in every format.
//
// # Colours
//
// A layer draws with an [Color], which is a role with a colour for paper. Each
// layer is drawn on a vgsvg canvas of its own and becomes a named SVG group, and
// in a web page every color becomes a CSS variable (stroke:var(--s1,#0072b2)), so
// that dark mode, printing and, where wanted, a script need no second chart
// library. The colours of series keep apart for the common kinds of colour
// blindness, and series are also told apart by the shape of their markers.
//
// # What a pointer is told
//
// A [Tip] is the value of one point, bar or cell. It is a <title> of SVG over a
// rectangle that nobody sees, which browsers show without a script. Points that
// lie on each other have one tip, and a layer has some hundreds at the most: the
// page of a day at eight targets has 1.5 MB, of which tips are less than half.
//
// # Why
//
// Charts that a script draws in the browser (ECharts, uPlot, Vega) were rejected:
// they show nothing under a policy without scripts, in an e-mail or in a pull
// request, and a second drawing of the same numbers is a second place for
// mistakes. Pictures scaled from one size were rejected too: text that reads
// well at 960 px is 4 px high on a phone. A chart is laid out twice and CSS
// shows the one that fits.
//
// Text stays text: it can be searched, selected and read aloud. gonum measures
// it with Liberation Sans, which has the widths of Arial and Helvetica, and
// these are the fonts that the SVG asks for.
package chart
