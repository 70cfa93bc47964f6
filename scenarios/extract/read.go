package extract

import (
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/check"
	"tollgate/targets"
)

const (
	maxExtracts = 32
	reserved    = "status" // which every step leaves
)

// The ways of finding a value.
var ways = []string{"json", "header", "cookie", "body"}

var nameForm = document.Form(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// Read reads what stands under extract: of a step. Without a word of the scenario, secret
// says by the name of a value whether it is one.
func Read(v document.Value, secret func(name string) bool) (all []Extract) {
	if v.Node == nil {
		return nil
	}
	if v.Type != document.Mapping || len(v.Entries) == 0 || len(v.Entries) > maxExtracts {
		v.Problem("needs a mapping from names to where their values are, at least one and at most %d: \"token: $.access_token\"", maxExtracts)
		return nil
	}
	for _, e := range v.Entries {
		one := v.At(e.Value, v.Below(e.Key))
		switch at := v.At(e.At(), one.Path); {
		case e.Key == reserved:
			at.Problem("is there for each step without being asked for")
		case !nameForm().MatchString(e.Key):
			at.Problem("%q is not a name: use letters, digits, \"_\" and \"-\", a letter first", e.Key)
		}
		all = append(all, readOne(Extract{Name: e.Key, Secret: secret(e.Key)}, one))
	}
	return all
}

func readOne(x Extract, v document.Value) Extract {
	if v.Type == document.String {
		x.path = check.ReadPath(v, v.Node.Text)
		return x
	}
	f := v.Fields("json", "header", "cookie", "body", "matches", "default", "secret")
	var found []string
	for _, way := range ways {
		if f.Has(way) {
			found = append(found, way)
		}
	}
	if len(found) != 1 {
		v.Problem("needs exactly one of %s", strings.Join(ways, ", "))
		return x
	}
	x.read(f, found[0])
	if d := f.Get("default"); d.Node != nil {
		text := ""
		if d.Type != document.Null {
			text, _ = d.Scalar("a text", document.Integer, document.Float, document.Bool)
		}
		x.Default = &text
	}
	if f.Has("secret") {
		x.Secret = f.Get("secret").Yes()
	}
	if m := f.Get("matches"); m.Node != nil && found[0] != "header" {
		m.Problem("belongs to header: body is an expression itself")
	}
	return x
}

// read reads where the value is.
func (e *Extract) read(f document.Fields, way string) {
	v := f.Get(way)
	switch way {
	case "json":
		if text, ok := v.Scalar("a JSONPath"); ok {
			e.path = check.ReadPath(v, text)
		}
	case "header":
		text, _ := v.Scalar("the name of a header")
		if e.header = strings.ToLower(text); !targets.HeaderName(text) {
			v.Bad("is not the name of a header")
		}
		if m := f.Get("matches"); m.Node != nil {
			e.match = check.ReadPattern(m)
		}
	case "cookie":
		if e.cookie, _ = v.Scalar("the name of a cookie"); !targets.HeaderName(e.cookie) {
			v.Bad("is not the name of a cookie")
		}
	case "body":
		e.match = check.ReadPattern(v)
	}
}
