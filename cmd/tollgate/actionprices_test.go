//go:build !race

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The action hands its price book to the run and to the rerun of an alarm, in one
// word whatever the file is called, and nothing where there is none.
func TestTheActionHandsOnItsPriceBook(t *testing.T) {
	for prices, want := range map[string]string{"": "", "our prices.yaml": "--prices\nour prices.yaml\n--max-cost"} {
		top, err := filepath.Abs(filepath.Join("..", ".."))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		program := filepath.Join(dir, "program")
		script := "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"" + filepath.Join(dir, "args") + "\"\necho run-dir=x >> \"$GITHUB_OUTPUT\"\n"
		if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		p := &pipeline{t: t, top: top, dir: dir, temp: t.TempDir(), program: program}
		p.action(step{With: map[string]any{"scenario": "s.yaml", "prices": prices}}, map[string]string{})
		args, err := os.ReadFile(filepath.Join(dir, "args"))
		if err != nil || p.failed {
			t.Fatalf("%v\n%s", err, p.log.String())
		}
		verbs := strings.Count(string(args), "run\ns.yaml\n") + strings.Count(string(args), "check\nx\n")
		if n := strings.Count(string(args), "--prices"); verbs != 2 || n != 2 && want != "" || n != 0 && want == "" || want != "" && strings.Count(string(args), want) != 2 {
			t.Errorf("with prices %q: %s", prices, args)
		}
	}
}
