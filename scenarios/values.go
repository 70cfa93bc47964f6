package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/values"
)

// Values are what the places in the texts of a scenario's requests stand for, besides
// keys and what a flow extracts.
type Values struct {
	Data  []*values.Data
	Named map[string]values.Generator

	broken []string // names of data whose files cannot be read, which was reported
}

const (
	stepsPrefix = "steps."
	userName    = "user"
	maxValues   = 100
)

// inline are the values that need no entry under values:.
var inline = map[string]values.Generator{
	"uuid": values.UUID{}, "timestamp": values.Time{Layout: values.Milliseconds}, userName: values.Number{},
}

// valueName matches the names of data and of values: no dot, which ends the name of data.
var valueName = document.Form(`^[A-Za-z][A-Za-z0-9_-]{0,63}$`)

// reserved are names that mean, or are to mean, something else.
var reserved = []string{keyName, "uuid", "timestamp", userName, "steps", "env", "file"}

// checkValueName reports a name that a place cannot have.
func checkValueName(at document.Value, name string) {
	switch {
	case !valueName().MatchString(name):
		at.Problem("%q is not a name: use letters, digits, \"-\" and \"_\", at most 64 of them, beginning with a letter", name)
	case slices.Contains(reserved, name):
		at.Problem("%q has a meaning of its own in ${…}: choose another name", name)
	}
}

// readValues reads values:, a mapping from names to generators.
func (in *input) readValues(v document.Value) map[string]values.Generator {
	all := map[string]values.Generator{}
	if v.Node == nil {
		return all
	}
	f := v.Fields()
	if len(f.Entries) > maxValues {
		v.Problem("has %d values, at most %d are possible", len(f.Entries), maxValues)
	}
	for _, e := range f.Entries {
		checkValueName(v.At(e.At(), v.Path), e.Key)
		if g := readGenerator(v.At(e.Value, v.Below(e.Key))); g != nil {
			all[e.Key] = g
		}
	}
	return all
}

// generators are how the values under values: are read, by their kinds.
var generators = []struct {
	name string
	bare bool // it needs no settings
	read func(document.Value) values.Generator
}{
	{"uuid", true, func(document.Value) values.Generator { return values.UUID{} }},
	{"integer", false, readInteger},
	{"zipf", false, readZipf},
	{"lognormal", false, func(v document.Value) values.Generator {
		return values.Amounts{LogNormal: readLogNormal(v, 0, math.MaxInt32)}
	}},
	{"timestamp", true, readTime},
	{"text", false, readText},
	{"pick", false, readChoice},
}

func readGenerator(v document.Value) values.Generator {
	var known []string
	for _, g := range generators {
		known = append(known, g.name)
	}
	switch {
	case v.Type == document.String:
		name := v.Choice(known...)
		for _, g := range generators {
			switch {
			case g.name != name:
			case !g.bare:
				v.Problem("%s needs settings: write {%s: …}", name, name)
			default:
				return g.read(v.At(nil, v.Below(name)))
			}
		}
		return nil
	case v.Type == document.Mapping && len(v.Entries) != 1:
		v.Problem("needs one of %s", document.OneOf(known))
		return nil
	}
	f := v.Fields(known...)
	for _, g := range generators {
		if one := f.Get(g.name); one.Node != nil {
			return g.read(one)
		}
	}
	return nil
}

func readInteger(v document.Value) values.Generator {
	f := v.Fields("from", "to")
	f.Need("from", "to")
	const most = 1 << 53 // JavaScript reads larger ones wrongly
	g := values.Integer{From: f.Get("from").Whole(-most, most), To: f.Get("to").Whole(-most, most)}
	if g.To < g.From {
		f.ProblemAt("to", "is below from")
	}
	return g
}

func readZipf(v document.Value) values.Generator {
	f := v.Fields("count", "exponent")
	f.Need("count")
	count, exponent := int(f.Get("count").Whole(1, maxKeys)), defaultExponent
	if e := f.Get("exponent"); e.Node != nil {
		exponent = zipfExponent(e)
	}
	if count == 0 {
		return nil
	}
	return values.Ranks{Zipf: values.NewZipf(count, exponent)}
}

// readLogNormal reads a number, or the median and p99 of a log-normal distribution.
func readLogNormal(v document.Value, least, most int64) values.LogNormal {
	if v.Type != document.Mapping {
		n := float64(v.Whole(least, most))
		return values.LogNormal{P50: n, P99: n}
	}
	f := v.Fields("median", "p99")
	f.Need("median", "p99")
	l := values.LogNormal{P50: float64(f.Get("median").Whole(max(least, 1), most)), P99: float64(f.Get("p99").Whole(max(least, 1), most))}
	if l.P99 < l.P50 {
		f.ProblemAt("p99", "is below the median")
	}
	return l
}

func readText(v document.Value) values.Generator {
	f := v.Fields("size")
	f.Need("size")
	g := values.Text{Size: readLogNormal(f.Get("size").In(document.Bytes), 0, MaxBody)}
	if g.Size.Most() > MaxBody {
		f.ProblemAt("size", "gives up to %.0f bytes, more than the %d of the largest body: lower p99", g.Size.Most(), MaxBody)
	}
	return g
}

// layouts are the formats of timestamps by their names.
var layouts = []struct{ name, layout string }{
	{"rfc3339", values.Milliseconds},
	{"seconds", time.RFC3339},
	{"date", time.DateOnly},
	{"http", "Mon, 02 Jan 2006 15:04:05 GMT"},
	{values.UnixSeconds, values.UnixSeconds},
	{values.UnixMillis, values.UnixMillis},
}

const farthest = 100 * 365 * 24 * time.Hour

func readTime(v document.Value) values.Generator {
	g := values.Time{Layout: values.Milliseconds}
	if v.Node == nil {
		return g
	}
	var known []string
	for _, l := range layouts {
		known = append(known, l.name)
	}
	format := v
	if v.Type != document.String {
		f := v.Fields("format", "plus", "minus")
		format = f.Get("format")
		g.Plus = f.DurationOr("plus", 0, farthest, 0) - f.DurationOr("minus", 0, farthest, 0)
	}
	if format.Node == nil {
		return g
	}
	name := format.Choice(known...)
	for _, l := range layouts {
		if l.name == name {
			g.Layout = l.layout
		}
	}
	return g
}

// readChoice reads a list of texts, or a mapping from texts to their weights.
func readChoice(v document.Value) values.Generator {
	var texts []string
	var weights []uint64
	if v.Type == document.Mapping {
		for _, e := range v.Fields().Entries {
			texts = append(texts, e.Key)
			weights = append(weights, uint64(v.At(e.Value, v.Below(e.Key)).Whole(1, maxWeight)))
		}
	} else {
		for _, item := range v.List(maxKeys) {
			text, _ := item.Scalar("a text", document.Integer, document.Float, document.Bool)
			texts, weights = append(texts, text), append(weights, 1)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return values.NewChoice(texts, weights)
}

// column is a column of a data file; nil: there is none of that name.
func (vs *Values) column(name string, seed uint64, rows Rows) values.Value {
	_, column, _ := strings.Cut(name, ".")
	for _, d := range vs.Data {
		if d.Name != dataOf(name) {
			continue
		}
		var uses values.Numbering
		if rows != nil {
			uses = rows(d)
		}
		return d.Column(column, seed, uses)
	}
	return nil
}

// dataOf is the name of the data that a place is for; "" if it is for none.
func dataOf(name string) string {
	data, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	return data
}

// names are what a place may be called in r.
func (r *Request) names() (all []string) {
	if r.Keys != nil {
		all = append(all, keyName)
	}
	for name := range inline {
		all = append(all, name)
	}
	for _, slot := range r.Steps {
		all = append(all, stepsPrefix+slot)
	}
	if r.Values != nil {
		for name := range r.Values.Named {
			all = append(all, name)
		}
		for _, d := range r.Values.Data {
			for _, column := range d.Columns {
				all = append(all, d.Name+"."+column)
			}
		}
	}
	slices.Sort(all)
	return all
}

// checkNames reports the places in a value that stand for nothing.
func (r *Request) checkNames(v document.Value) {
	if v.Node == nil {
		return
	}
	v.EachNode(func(v document.Value) {
		for _, name := range v.Names() {
			if name != keyName && !r.Values.isBroken(dataOf(name)) && r.value(name, 0, 0, nil) == nil {
				v.Problem("%s", r.unknown(name))
			}
		}
	})
}

// isBroken reports whether data of that name could not be read.
func (vs *Values) isBroken(data string) bool {
	return vs != nil && slices.Contains(vs.broken, data)
}

// columnNames are the names of columns, and which have none.
func columnNames(all []string) string {
	var named, unnamed []string
	for i, name := range all {
		if name != "" {
			named = append(named, name)
		} else {
			unnamed = append(unnamed, strconv.Itoa(i+1))
		}
	}
	if len(unnamed) == 0 {
		return strings.Join(named, ", ")
	}
	return strings.Join(append(named, "and no name for column "+strings.Join(unnamed, ", ")), ", ")
}

// noColumn says that a data file has no such column.
func noColumn(d *values.Data, name, column string) string {
	text := fmt.Sprintf("${%s}: %s has no column %q%s (it has %s)", name, d.File, column, document.DidYouMean(column, d.Columns), columnNames(d.Columns))
	for _, separator := range []string{";", "\t", "|"} {
		if len(d.Columns) == 1 && strings.Contains(d.Columns[0], separator) {
			text += fmt.Sprintf("; if %q separates its columns, write data: {%s: {file: %s, separator: %q}}", separator, d.Name, d.File, separator)
		}
	}
	return text
}

// unknown says that a place stands for nothing, and what it could have stood for.
func (r *Request) unknown(name string) string {
	of, column, dotted := strings.Cut(name, ".")
	hint := document.DidYouMean(name, r.names())
	switch {
	case dotted && r.Values != nil && slices.ContainsFunc(r.Values.Data, func(d *values.Data) bool { return d.Name == of }):
		return noColumn(r.Values.Data[slices.IndexFunc(r.Values.Data, func(d *values.Data) bool { return d.Name == of })], name, column)
	case strings.HasPrefix(name, stepsPrefix):
		return fmt.Sprintf("${%s}: no earlier step of this flow extracts that%s", name, hint)
	case dotted:
		return fmt.Sprintf("${%s}: there is no data %q%s: name its file under data, as in data: {%s: %s.csv}", name, of, hint, of, of)
	case hint != "":
		return fmt.Sprintf("${%s} stands for nothing%s", name, hint)
	}
	return document.NoReference(name) + fmt.Sprintf("; a value that is generated stands under values, as in values: {%s: uuid}", name)
}
