package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// completions are where shells look for completions, by the name that the program has for
// the shell.
var completions = map[string]string{
	"bash": "completions/tollgate.bash", "zsh": "completions/_tollgate",
	"fish": "completions/tollgate.fish", "powershell": "completions/tollgate.ps1",
}

// documents are the files that every archive has beside the program. The one for this
// system prints them.
func (r *release) documents(ctx context.Context, here string) (all []entry, err error) {
	for shell, name := range completions {
		out, err := exec.CommandContext(ctx, here, "completion", shell).Output()
		if err != nil {
			return nil, fmt.Errorf("completion %s: %w", shell, err)
		}
		all = append(all, entry{name: name, mode: 0o644, data: out})
	}
	man := filepath.Join(r.work, "man")
	if err := run(exec.CommandContext(ctx, here, "manpages", man)); err != nil {
		return nil, err
	}
	pages, err := filepath.Glob(filepath.Join(man, "*.1"))
	if err != nil {
		return nil, err
	}
	topics, err := filepath.Glob(filepath.Join(r.top, "cmd", "tollgate", "help", "*.md"))
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		files[name] = filepath.Join(r.top, name)
	}
	for _, name := range pages {
		files["man/man1/"+filepath.Base(name)] = name
	}
	for _, name := range topics {
		files["help/"+filepath.Base(name)] = name
	}
	if len(pages) < 10 || len(topics) < 5 {
		return nil, fmt.Errorf("%d man pages and %d topics: those are too few", len(pages), len(topics))
	}
	for name, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{name: name, mode: 0o644, data: data})
	}
	return all, nil
}

// functions writes the function of the reference stack for both of Lambda's architectures,
// for those who have the program and no Go.
func (r *release) functions(ctx context.Context, here string) error {
	for _, architecture := range []string{"arm64", "x86_64"} {
		out := filepath.Join(r.out, "tollgate-function-"+architecture+".zip")
		if err := run(exec.CommandContext(ctx, here, "stack", "function", out, "--architecture", architecture)); err != nil {
			return err
		}
	}
	return nil
}
