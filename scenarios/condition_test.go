package scenarios

import (
	"strings"
	"testing"

	"tollgate/pricing/document"
)

func TestConditions(t *testing.T) {
	slots := []string{"login.status", "login.token", "login.items"}
	for _, row := range []struct {
		condition string
		values    [3]string
		holds     bool
		fails     string
	}{
		{"${steps.login.status} == 200", [3]string{"200"}, true, ""},
		{"${steps.login.status} == 200", [3]string{"201"}, false, ""},
		{"${steps.login.status} == 2e2", [3]string{"200"}, true, ""},
		{"${steps.login.status} != 404", [3]string{"200"}, true, ""},
		{"${steps.login.status} < 300", [3]string{"299"}, true, ""},
		{"${steps.login.status} >= 300", [3]string{"299"}, false, ""},
		{"${steps.login.items} > 9", [3]string{"", "", "10"}, true, ""}, // as numbers, not as texts
		{"${steps.login.items} <= 9", [3]string{"", "", "none"}, false, `"none" is not a number`},
		{"${steps.login.token} == admin", [3]string{"", "admin"}, true, ""},
		{`${steps.login.token} == "two words"`, [3]string{"", "two words"}, true, ""},
		{`${steps.login.token} != ""`, [3]string{"", ""}, false, ""},
		{"${steps.login.token}", [3]string{"", "x"}, true, ""},
		{"${steps.login.token}", [3]string{}, false, ""},
		{"!${steps.login.token}", [3]string{}, true, ""},
	} {
		var values [][]byte
		for _, v := range row.values {
			values = append(values, []byte(v))
		}
		d := document.Open("x.yaml", []byte("x: y"), document.Options{})
		c := readCondition(d.Value(), row.condition, slots)
		if c == nil {
			t.Errorf("%s: %v", row.condition, d.Err())
			continue
		}
		got, err := c.Holds(values)
		if got != row.holds || (err != nil) != (row.fails != "") || err != nil && !strings.Contains(err.Error(), row.fails) {
			t.Errorf("%s of %q: %v, %v", row.condition, row.values, got, err)
		}
	}
	for condition, want := range map[string]string{
		"":                                    "is not a condition",
		"200":                                 "is not a condition",
		"${steps.login.status} = 200":         "is not a condition",
		"${steps.login.status} ==":            "is not a condition",
		"!${steps.login.status} == 200":       "is not a condition",
		"${steps.login.state} == 200":         `did you mean "login.status"?`,
		"${steps.login.status} < ok":          `"<" compares numbers, and "ok" is none`,
		"${steps.a.b} and ${steps.login.one}": "is not a condition",
	} {
		d := document.Open("x.yaml", []byte("x: y"), document.Options{})
		if c := readCondition(d.Value(), condition, slots); c != nil || !strings.Contains(d.Err().Error(), want) {
			t.Errorf("%q: %v, want %q", condition, d.Err(), want)
		}
	}
}
