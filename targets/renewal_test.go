package targets

import "testing"

func TestFunctionsAreNamedInManyWays(t *testing.T) {
	for said, want := range map[string][2]string{
		"":                         {"", ""},
		"ml":                       {"ml", ""},
		"ml:live":                  {"ml", "live"},
		"ml:$LATEST":               {"ml", "$LATEST"},
		"123456789012:function:ml": {"ml", ""},
		"arn:aws:lambda:eu-central-1:123456789012:function:ml":   {"ml", ""},
		"arn:aws:lambda:eu-central-1:123456789012:function:ml:7": {"ml", "7"},
	} {
		if name, qualifier := (Function{Name: said}).Parts(); name != want[0] || qualifier != want[1] {
			t.Errorf("%q is %q in %q, want %q", said, name, qualifier, want)
		}
	}
}
