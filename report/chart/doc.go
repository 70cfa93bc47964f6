// Package chart draws the charts of a report.
//
//  1. The report fills a plain value: [Percentiles], [Heat], [Timeline],
//     [Histogram], [Throttle], [Lines], [Waterfall], [Bars], [Costs], [Map] or
//     [Forest].
//  2. Its Picture method lays it out for a [Layout] (a wide page or a phone) as
//     a [Picture]: a size and named layers, each with a function that draws on a
//     gonum canvas. Most layers draw into an area: a plot with its axes and titles.
//  3. [Picture.Inline] writes SVG for a web page, [Picture.SVG] a file of its own
//     and [Picture.PNG] pixels, all from the same layers, so that a chart is the
//     same in every format.
//
// # Colors
//
// A [Color] has a role. Each layer becomes an SVG group with a class, and in a web
// page every color is the CSS variable of its role (stroke:var(--s1,#0072b2)), so
// that dark mode and printing need no second drawing. The colors of series stay
// distinct for the common kinds of color blindness, and series have different
// markers as well.
//
// A [Tip] is the value of one point, bar or cell: a <title> of SVG over an
// invisible rectangle, which browsers show without a script. Points that overlap
// share one tip, and a layer has some hundreds at the most: the page of a day at
// eight targets has 1.5 MB, of which tips are less than half.
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
// The SVG canvas is ours, because gonum's vgsvg knows no classes, roles or
// lengths of text: they had to be put in afterwards by seven regular expressions.
//
// Text stays text: it can be searched, selected and read aloud. gonum measures
// it with Liberation Sans, which has the widths of Arial and Helvetica, and
// these are the fonts that the SVG asks for. gonum/plot itself imports all twelve
// Liberation fonts, 4.4 MB of the program; two of them are used. To drop ten of
// them takes a fork of the fonts' module by a replace directive, with which go
// install does not work, or axes of our own in place of gonum's.
package chart
