package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// A sleeping test is slow where the sleep is long and flaky where it is short: tests
// use the fake clock of testing/synctest, or wait for an event. A sleep on the real
// clock needs a comment, on its line or the one above, that says why.
func TestSleepsInTestsAreJustified(t *testing.T) {
	files := token.NewFileSet()
	packages := map[string][]*ast.File{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, name, nil, parser.ParseComments)
		packages[filepath.Dir(name)] = append(packages[filepath.Dir(name)], f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sleeps := 0
	for _, all := range packages {
		bubbles := bubblesOf(all)
		for _, f := range all {
			sleeps += checkSleeps(t, files, f, bubbles)
		}
	}
	if sleeps == 0 {
		t.Error("no sleep was found in any test: this check looks in the wrong place")
	}
}

// bubblesOf are the functions that run code on the fake clock: synctest.Test, and
// what passes a function on to it.
func bubblesOf(all []*ast.File) map[string]bool {
	bubbles := map[string]bool{"synctest.Test": true}
	for _, f := range all {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil || strings.HasPrefix(fn.Name.Name, "Test") {
				continue
			}
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && called(call) == "synctest.Test" {
					bubbles[fn.Name.Name] = true
				}
				return true
			})
		}
	}
	return bubbles
}

// called is the name of the function that is called: "f" or "pkg.F".
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

// checkSleeps reports sleeps on the real clock without a comment, and counts those
// with one.
func checkSleeps(t *testing.T, files *token.FileSet, f *ast.File, bubbles map[string]bool) (justified int) {
	line := func(p token.Pos) int { return files.Position(p).Line }
	commented := map[int]bool{}
	for _, group := range f.Comments {
		commented[line(group.Pos())], commented[line(group.End())+1] = true, true
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		switch {
		case !ok:
		case bubbles[called(call)]:
			return false
		case called(call) == "time.Sleep" && commented[line(call.Pos())]:
			justified++
		case called(call) == "time.Sleep":
			t.Errorf("%v: time.Sleep: use synctest.Test or wait for an event, or say in a comment why it has to sleep", files.Position(call.Pos()))
		}
		return true
	})
	return justified
}
