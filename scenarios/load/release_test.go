package load

import (
	"fmt"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

func TestOnlyAResponseThatNamesOneReleaseBelongsToIt(t *testing.T) {
	either := targets.Releases{Header: "X-Version", Canary: "2"}
	both := targets.Releases{Header: "X-Version", Base: "1", Canary: "2"}
	for _, row := range []struct {
		name  string
		of    targets.Releases
		lines []string
		want  results.Release
	}{
		{"the canary's", both, []string{"2"}, results.Canary},
		{"the base's", both, []string{"1"}, results.Base},
		{"neither", both, []string{"3"}, results.UnknownRelease},
		{"any other than the canary's is the base's", either, []string{"3"}, results.Base},
		{"the same twice", both, []string{"2", "2"}, results.Canary},
		{"both", both, []string{"2", "1"}, results.UnknownRelease},
		{"both in a list", both, []string{"1, 2"}, results.UnknownRelease},
		{"a list with the canary's", either, []string{"1, 2"}, results.UnknownRelease},
		{"no header", both, nil, results.UnknownRelease},
		{"an empty one", either, []string{""}, results.UnknownRelease},
		{"a target whose releases are not distinguished", targets.Releases{}, []string{"2"}, results.NoRelease},
	} {
		if got := releaseOf(row.of, func(string) []string { return row.lines }); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
	}
}

func TestAServerCannotMakeUpTypesOfErrorsWithoutEnd(t *testing.T) {
	m := Message{types: errorTypesOf(&targets.Target{Kind: &targets.LambdaWeb})}
	of := func(lines ...string) string { return m.ErrorType(502, func(string) []string { return lines }) }
	if got := of("Runtime.RequestFailed"); got != "Runtime.RequestFailed" {
		t.Error(got)
	}
	for name, lines := range map[string][]string{"no word": {"x|y`<b>"}, "an empty one": {""}, "two that differ": {"Runtime.A", "Runtime.B"}} {
		if got := of(lines...); got != otherErrorType {
			t.Errorf("%s: %q", name, got)
		}
	}
	seen := map[string]bool{}
	for i := range 100 {
		seen[of(fmt.Sprintf("Platform.%c%c", 'A'+i/26, 'a'+i%26))] = true
	}
	if len(seen) != mostErrorTypes { // one of which is what stands for the others, for one that was there before
		t.Errorf("%d types", len(seen))
	}
	if got := of(); got != "" {
		t.Errorf("an error of the application is %q", got)
	}
	if m := (Message{types: errorTypesOf(&targets.Target{Kind: &targets.RESTAPI})}); m.ErrorType(502, func(string) []string { return []string{"Runtime.A"} }) != "" {
		t.Error("a REST API states no type there")
	}
}
