package session

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestAFailedTrialNamesItsRemedy(t *testing.T) {
	for _, c := range []struct {
		name   string
		status []int
		wants  []string
		not    string
	}{
		{"a wrong path", []int{404}, []string{"path", "my.yaml", "expect: {status: 404}"}, "auth"},
		{"a login", []int{401}, []string{"correct auth", "expect: {status: 401}"}, "redirect"},
		{"a wrong method", []int{405}, []string{"correct method"}, "auth"},
		{"a throttle", []int{429}, []string{"throttled already"}, "auth"},
		{"a broken function", []int{500}, []string{"log of the server or function"}, "auth"},
		{"a redirect", []int{302}, []string{"redirects are not followed", "expect: {status: 302}"}, "auth"},
		{"another answer than the expected one", []int{200}, []string{"expect: in my.yaml"}, "status:"},
		{"no answer", []int{0}, []string{"server runs", "scheme and port", "timeout"}, "expect"},
		{"two at once", []int{0, 403}, []string{"server runs", "correct auth", "expect: {status: 403}"}, "redirect"},
	} {
		var failed []results.Trial
		for _, s := range c.status {
			failed = append(failed, results.Trial{Status: s})
		}
		got := wayPast(failed, "my.yaml")
		for _, want := range c.wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not say %q", c.name, got, want)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s: %q says %q", c.name, got, c.not)
		}
	}
}
