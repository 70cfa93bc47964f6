package main

import (
	"io"
	"strings"
	"testing"
)

func TestFlagsOfCurlHaveAHint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		given []string
		want  string
	}{
		{[]string{"-Ume:hunter2"}, "unknown flag: -U; write --proxy 'http://NAME:${env:PASSWORD}@HOST:PORT'"},
		{[]string{"--max-time", "3"}, "unknown flag: --max-time; write --timeout TIME"},
		{[]string{"--no-such-flag"}, "unknown flag: --no-such-flag; see tollgate run --help"},
		{[]string{"--cert", "curlflags_test.go:hunter2"}, "--cert: a passphrase after the name of the file is not used"},
	} {
		root := newRoot()
		root.SetArgs(append([]string{"run", "http://127.0.0.1:1/"}, row.given...))
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		if err := root.Execute(); err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want %q", row.given, err, row.want)
		}
	}
	run, _, err := newRoot().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for name := range curlsFlags {
		if f := run.Flags(); f.Lookup(name) != nil || len(name) == 1 && f.ShorthandLookup(name) != nil {
			t.Errorf("run has --%s: no hint is needed", name)
		}
	}
}
