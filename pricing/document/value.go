package document

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Value is a node with its path, which is read as what it ought to be. Each
// method reports what is wrong and returns the zero value then, as it does if the
// node is nil, which stands for a key that is absent.
type Value struct {
	*Node
	Path string // "targets.rest", for messages

	doc         *Document
	unit        Unit
	whole       bool     // no fractions
	least, most *big.Rat // nil: any
}

// At is another node of the same document, with the unit and the bounds of v.
func (v Value) At(n *Node, path string) Value { v.Node, v.Path = n, path; return v }

// In is v read in a unit.
func (v Value) In(unit Unit) Value { v.unit = unit; return v }

// Problem reports that something is wrong with the value.
func (v Value) Problem(format string, args ...any) {
	v.doc.Problem(v.Node, "%s%s", prefix(v.Path), fmt.Sprintf(format, args...))
}

// Report reports what is wrong by an error whose text begins with its path from the root
// of the document, as those of [Document.Errors] do.
func (v Value) Report(err error) { v.doc.Problem(v.doc.find(err.Error()), "%s", err.Error()) }

// Note reports an old spelling of the value that is still read.
func (v Value) Note(format string, args ...any) {
	v.doc.Note(v.Node, "%s%s", prefix(v.Path), fmt.Sprintf(format, args...))
}

// Bad reports that the value is not what it ought to be, and quotes it.
func (v Value) Bad(format string, args ...any) {
	v.Problem("%s %s", v.quote(), fmt.Sprintf(format, args...))
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// Quote is how a message shows n: as written, so that no value of a variable is
// ever repeated.
func (n *Node) quote() string {
	switch n.Type {
	case Mapping, List, Null:
		return n.Type.String()
	}
	const most = 60
	if len(n.Raw) > most {
		return fmt.Sprintf("%q…", n.Raw[:most])
	}
	return fmt.Sprintf("%q", n.Raw)
}

// Quote is how a message shows the value.
func (v Value) Quote() string { return v.quote() }

// Scalar returns the value as a text, which may come from the environment. Null,
// mappings and lists are refused, and of scalars that are not strings all but
// those of types.
func (v Value) Scalar(what string, types ...Type) (string, bool) {
	switch {
	case v.Node == nil || v.broken:
		return "", false
	case v.Type != String && !slices.Contains(types, v.Type):
		v.Bad("is not %s", what)
		return "", false
	case v.stray():
		return "", false
	case len(v.Missing) > 0:
		if v.doc.Recorded {
			v.doc.Unresolved = append(v.doc.Unresolved, Reference{v.Path, v.Missing[0]})
		}
		return "", false
	}
	return v.Text, true
}

// Str is a string.
func (v Value) Str() string {
	s, _ := v.Scalar("a string")
	return s
}

var nameForm = Form(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

const nameRule = "is not a name: use letters, digits, \"-\", \"_\" and \".\", at most 64 of them, beginning with a letter or digit"

// Name is a name as reports and thresholds use it.
func (v Value) Name() string {
	s, ok := v.Scalar("a name")
	if ok && !nameForm().MatchString(s) {
		v.Bad(nameRule)
		return ""
	}
	return s
}

// CheckName says why s is not a name; nil if it is one.
func CheckName(s string) error {
	if nameForm().MatchString(s) {
		return nil
	}
	return fmt.Errorf("%q %s", s, nameRule)
}

// Matching is a string of a certain form.
func (v Value) Matching(form *regexp.Regexp, rule string) string {
	s, ok := v.Scalar("a string")
	if ok && !form.MatchString(s) {
		v.Bad("%s", rule)
		return ""
	}
	return s
}

// Choice is one of words.
func (v Value) Choice(words ...string) string {
	s, ok := v.Scalar("one of " + OneOf(words))
	if ok && !slices.Contains(words, s) {
		v.Bad("is not one of %s%s", OneOf(words), DidYouMean(v.Raw, words))
		return ""
	}
	return s
}

// OneOf lists words as alternatives.
func OneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Exact is a number in the value's unit and within its bounds.
func (v Value) Exact() (*big.Rat, bool) {
	s, ok := v.Scalar(strings.TrimPrefix(v.rule(), "is not "), Integer, Float)
	if !ok {
		return nil, false
	}
	if cut, old := strings.CutSuffix(s, "B"); old && v.unit == Count {
		if r, err := Parse(cut, Count); err == nil {
			cut = strings.TrimSpace(cut)
			v.Note("write %sG or %se9: B no longer means billion", cut, cut)
			return v.bounded(r.Mul(r, steps[Count]["G"]))
		}
	}
	r, err := Parse(s, v.unit)
	switch {
	case err == nil && v.whole && !r.IsInt() || err != nil && err.Error() == rules[Count]:
		v.Bad("%s", v.rule())
	case err != nil:
		v.Bad("%v", err)
	default:
		return v.bounded(r)
	}
	return nil, false
}

// rule says how the number is written.
func (v Value) rule() string {
	if v.whole && v.unit == Count {
		return "is not a whole number: write it as 5, 500k, 10M or 1e9"
	}
	return rules[v.unit]
}

func (v Value) bounded(r *big.Rat) (*big.Rat, bool) {
	if v.least != nil && r.Cmp(v.least) < 0 || v.most != nil && r.Cmp(v.most) > 0 {
		v.Bad("is out of bounds: %s", v.bounds())
		return nil, false
	}
	return r, true
}

// bounds says which numbers are allowed.
func (v Value) bounds() string {
	unit := ""
	switch v.unit {
	case Megabytes, Gigabytes, Millis, Seconds:
		unit = string(v.unit)
	}
	switch {
	case v.most == nil:
		return "at least " + short(v.least) + unit
	case v.least == nil:
		return "at most " + short(v.most) + unit
	}
	return "from " + short(v.least) + unit + " to " + short(v.most) + unit
}

// short is a number as files state it, without a row of zeros to count: 10M, 1e15.
func short(r *big.Rat) string {
	text := Decimal(r)
	digits := strings.TrimRight(text, "0")
	zeros := len(text) - len(digits)
	switch {
	case !r.IsInt() || len(text) < 7 || zeros < 6:
		return text
	case len(text) < 10:
		return text[:len(text)-6] + "M"
	default:
		return digits + "e" + strconv.Itoa(zeros)
	}
}

// Within is v with bounds.
func (v Value) Within(least, most *big.Rat) Value {
	v.least, v.most = least, most
	return v
}

// Default is v with bounds if it has none.
func (v Value) Default(least, most *big.Rat) Value {
	if v.least == nil {
		v.least = least
	}
	if v.most == nil {
		v.most = most
	}
	return v
}

// Failed reports whether anything is wrong with the document so far.
func (v Value) Failed() bool { return v.doc.Failed() }

// Whole is a whole number within bounds.
func (v Value) Whole(least, most int64) int64 {
	v.whole = true
	r, ok := v.Within(big.NewRat(least, 1), big.NewRat(most, 1)).Exact()
	if !ok {
		return 0
	}
	return r.Num().Int64()
}

// Number is a number within bounds.
func (v Value) Number(least, most float64) float64 {
	r, ok := v.Within(new(big.Rat).SetFloat64(least), new(big.Rat).SetFloat64(most)).Exact()
	if !ok {
		return 0
	}
	x, _ := r.Float64()
	return x
}

// Share is a part of one, as a decimal (0.01) or in percent (1%).
func (v Value) Share() float64 {
	x, ok := v.In(Share).Exact()
	if !ok {
		return 0
	}
	f, _ := x.Float64()
	return f
}

// Duration is a length of time such as 30s, within bounds.
func (v Value) Duration(least, most time.Duration) time.Duration {
	s, ok := v.Scalar("a time such as 30s", Integer, Float)
	if !ok {
		return 0
	}
	d, err := ParseDuration(s)
	switch {
	case err != nil:
		v.Bad("%v", err)
	case d < least || d > most:
		v.Bad("is out of bounds: from %v to %v", least, most)
	default:
		return d
	}
	return 0
}

// Rate is an arrival rate such as 200/s.
func (v Value) Rate() Rate { return v.rate(false) }

// RateOrZero is an arrival rate that may be zero.
func (v Value) RateOrZero() Rate { return v.rate(true) }

func (v Value) rate(zero bool) Rate {
	s, ok := v.Scalar("a rate such as 200/s", Integer, Float)
	if !ok {
		return Rate{}
	}
	r, err := ParseRate(s)
	switch {
	case err != nil:
		v.Bad("%v", err)
	case r.IsZero() && !zero:
		v.Bad("is no load at all: a rate must be positive")
	}
	return r
}

// Yes is true or false.
func (v Value) Yes() bool {
	if v.Node == nil || v.broken {
		return false
	}
	if v.Type != Bool {
		v.Bad("is neither true nor false: %s", v.inPlaceOfBool())
	}
	return v.Type == Bool && strings.EqualFold(v.Text, "true")
}

// inPlaceOfBool is what to write in place of a value that was to be true or false.
func (v Value) inPlaceOfBool() string {
	switch strings.ToLower(v.Text) {
	case "true", "false":
		return "write " + strings.ToLower(v.Text) + " without quotes"
	case "yes", "on", "y":
		return "write true"
	case "no", "off", "n":
		return "write false"
	}
	return "write one of them"
}

// List is a list of at least one item and at most most.
func (v Value) List(most int) (items []Value) {
	switch {
	case v.Node == nil || v.broken:
		return nil
	case v.Type != List:
		v.Problem("needs a list (lines that begin with \"- \"); this is %v", v.Type)
		return nil
	case len(v.Items) == 0:
		v.Problem("is empty: it needs at least one item")
	case len(v.Items) > most:
		v.Problem("has %d items, at most %d are possible", len(v.Items), most)
		return nil
	}
	for i, item := range v.Items {
		items = append(items, v.At(item, fmt.Sprintf("%s[%d]", v.Path, i)))
	}
	return items
}

// Each is the scalars of a list, as texts.
func (v Value) Each(most int) (all []string) {
	for _, item := range v.List(most) {
		if item.Type == Mapping || item.Type == List || item.Type == Null {
			item.Problem("needs a single value; this is %v", item.Type)
			continue
		}
		all = append(all, item.Text)
	}
	return all
}
