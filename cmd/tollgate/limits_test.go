package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tollgate/scenarios"
)

func TestLimitsOfTheEnvironment(t *testing.T) {
	for _, row := range []struct {
		name string
		vars map[string]string
		want string // in the error; "" is none
		host string // that is allowed, where any is named
		rate string
	}{
		{name: "none"},
		{name: "hosts", vars: map[string]string{envAllow: "*.example.com, 127.0.0.1"}, host: "127.0.0.1"},
		{name: "a rate", vars: map[string]string{envMaxRate: "100"}, rate: "100/s"},
		{name: "a rate with its unit", vars: map[string]string{envMaxRate: "30/m"}, rate: "30/m"},
		{name: "an empty list of hosts", vars: map[string]string{envAllow: ""}, want: "TOLLGATE_ALLOW: an empty pattern allows no host"},
		{name: "an empty pattern", vars: map[string]string{envAllow: "example.com,"}, want: "TOLLGATE_ALLOW: an empty pattern"},
		{name: "a web address", vars: map[string]string{envAllow: "https://example.com"}, want: "leave out the scheme"},
		{name: "a rate that is none", vars: map[string]string{envMaxRate: "fast"}, want: "TOLLGATE_MAX_RATE: "},
		{name: "an empty rate", vars: map[string]string{envMaxRate: ""}, want: "TOLLGATE_MAX_RATE: "},
		{name: "both wrong", vars: map[string]string{envMaxRate: "0", envAllow: "a b"}, want: "\nTOLLGATE_MAX_RATE: "},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, err := envLimit(func(name string) (string, bool) { v, ok := row.vars[name]; return v, ok })
			if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Fatalf("%v, want %q", err, row.want)
			}
			if err == nil && (l.MaxRate.IsZero() != (row.rate == "") || row.rate != "" && l.MaxRate.String() != row.rate || (len(l.Allow) > 0) != (row.host != "") || row.host != "" && !l.Allow[1].Matches(row.host)) {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestLimitsOfTheUsersConfiguration(t *testing.T) {
	read := func(text string) (scenarios.Limit, error) {
		name := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return fileLimit(name)
	}
	l, err := read("allow: ['*.example.com', localhost]\nmax_rate: 200\n")
	if err != nil || len(l.Allow) != 2 || !l.Allow[0].Matches("api.example.com") || l.MaxRate.String() != "200/s" || !strings.HasSuffix(l.Rated, "config.yaml") {
		t.Errorf("%+v, %v", l, err)
	}
	for text, want := range map[string]string{
		"alow: [a]":             `config.yaml:1:1: unknown key "alow"; did you mean "allow"?`,
		"allow: [https://a.b]":  "config.yaml:1:9: allow[0]: ",
		"allow: []":             "config.yaml:1:1: allow: allows no host",
		"max_rate: many":        "config.yaml:1:11: max_rate: ",
		"allow: [a":             "config.yaml:",
		"":                      "config.yaml",
		"max_rate: 1\nallow: x": "config.yaml:2:8: allow: needs a list",
	} {
		if l, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want %q", text, l, err, want)
		}
	}
	if l, err := fileLimit(filepath.Join(t.TempDir(), "none.yaml")); err != nil || len(l.Allow) > 0 || !l.MaxRate.IsZero() {
		t.Errorf("without a file: %+v, %v", l, err)
	}
	if _, err := fileLimit(t.TempDir()); err == nil {
		t.Error("a file that cannot be read limits nothing")
	}
}

func TestVariablesThatMeanNothingAreErrors(t *testing.T) {
	known := variables(newRoot())
	err := errors.Join(unknownVariables(known, []string{
		"PATH=/bin", "TOLLGATE_MAX_COST=1", "TOLLGATE_ALLOW=a", "TOLLGATE_MAX_RATE=1", "TOLLGATE_VERSION=v1", "TOLLGATE_RUNS=x", "tollgate_out=x",
		"TOLLGATE_ALOW=a", "TOLLGATE_MAXRATE=1", "TOLLGATE_NOTHING_LIKE_IT=1",
	})...)
	want := ""
	if runtime.GOOS != "windows" { // where case matters, no limit is read of it
		want = "tollgate_out is set, and tollgate has no such variable; did you mean \"TOLLGATE_OUT\"?"
	}
	want = "TOLLGATE_ALOW is set, and tollgate has no such variable; did you mean \"TOLLGATE_ALLOW\"?\n" +
		"TOLLGATE_MAXRATE is set, and tollgate has no such variable; did you mean \"TOLLGATE_MAX_RATE\"?\n" +
		"TOLLGATE_NOTHING_LIKE_IT is set, and tollgate has no such variable\n" + want
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
