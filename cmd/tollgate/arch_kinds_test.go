package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/targets"
)

// mayNameKinds are the files and packages besides a kind's own files that may name
// one, and why. Everything else reads a field of the kind that says the reason.
var mayNameKinds = map[string]string{
	"pricing/door.go":            "the table of front doors",
	"targets/kind.go":            "the table of kinds",
	"scenarios/probes/claims":    "its rows quote what guides say of a kind by its name",
	"targets/targettest":         "conformance must not read the tables that it checks",
	"targets/lab/function/event": "events have formats, and Lambda calls one of them alb",
	"targets/lab/aws/protocol":   "signatures name AWS services, and cloudfront is one of them",
	"targets/page.go":            "a page has an origin, which no target is",
	"scenarios/page.go":          "a page has an origin",
	"scenarios/cors":             "a page has an origin",
	"cmd/bench":                  "a bench drives a server without a front door",
}

// doorTypes are the types of front doors, by the package that declares their values.
var doorTypes = map[string]string{"pricing": "Door", "targets": "Kind"}

// A file that names a kind is one more place that a new front door has to touch.
func TestOnlyAKindsOwnFilesNameIt(t *testing.T) {
	names := map[string]bool{}
	for _, d := range pricing.Doors {
		names[d.Name] = true
	}
	for _, k := range targets.Kinds {
		names[k.Name] = true
	}
	declared := map[string]map[string]bool{} // by package: the identifiers of its front doors
	own := map[string]bool{}                 // the names of the files that declare them, such as restapi.go
	for pkg := range doorTypes {
		declared[pkg] = doorsOf(t, pkg, own)
	}
	listed := map[string]bool{}
	eachGoFile(t, func(name, rel string) error {
		if strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		found := namedIn(f, path.Dir(rel), names, declared)
		switch {
		case len(found) == 0, own[path.Base(rel)] && (strings.HasPrefix(rel, "pricing/") || strings.HasPrefix(rel, "targets/")):
		case mayNameKinds[rel] != "":
			listed[rel] = true
		case mayNameKinds[path.Dir(rel)] != "":
			listed[path.Dir(rel)] = true
		default:
			t.Errorf("%s names %s: read a field of the kind that says why it matters, or move this into the kind's own file", rel, strings.Join(found, ", "))
		}
		return nil
	})
	for rel := range mayNameKinds {
		if !listed[rel] {
			t.Errorf("%s names no kind: take it off the list", rel)
		}
	}
}

// doorsOf returns the identifiers of the front doors that a package declares, and
// adds the files that do so to own.
func doorsOf(t *testing.T, pkg string, own map[string]bool) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	files, err := filepath.Glob(filepath.Join("..", "..", pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			for _, spec := range specsOf(d) {
				if value, ok := spec.(*ast.ValueSpec); ok && declares(value, doorTypes[pkg]) {
					all[value.Names[0].Name] = true
					own[filepath.Base(name)] = true
				}
			}
		}
	}
	if len(all) < 5 {
		t.Fatalf("package %s declares the front doors %v only", pkg, all)
	}
	return all
}

func specsOf(d ast.Decl) []ast.Spec {
	if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
		return g.Specs
	}
	return nil
}

// declares says whether a variable is of a named type, by its own words or by those of
// its value.
func declares(v *ast.ValueSpec, name string) bool {
	of := v.Type
	if of == nil && len(v.Values) == 1 {
		if literal, ok := v.Values[0].(*ast.CompositeLit); ok {
			of = literal.Type
		}
	}
	named, ok := of.(*ast.Ident)
	return ok && named.Name == name
}

// namedIn lists the kinds that a file names, by a string or by an identifier.
func namedIn(f *ast.File, pkg string, names map[string]bool, declared map[string]map[string]bool) (found []string) {
	add := func(what string) {
		if !slices.Contains(found, what) {
			found = append(found, what)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && names[text] {
				add(n.Value)
			}
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && declared[of.Name][n.Sel.Name] {
				add(of.Name + "." + n.Sel.Name)
			}
		case *ast.Ident:
			if declared[pkg][n.Name] {
				add(n.Name)
			}
		}
		return true
	})
	return found
}

// eachGoFile calls see for every Go file of the repository.
func eachGoFile(t *testing.T, see func(name, rel string) error) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || (len(d.Name()) > 1 && d.Name() != ".." && d.Name()[0] == '.')) {
			return filepath.SkipDir
		}
		if d.IsDir() && name != root && exists(filepath.Join(name, "go.mod")) {
			return filepath.SkipDir // a module of its own, whose libraries the program does not have
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return see(name, filepath.ToSlash(rel))
	})
	if err != nil {
		t.Fatal(err)
	}
}
