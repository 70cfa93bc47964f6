package doors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// stageFiles are the stages, each with its files.
var stageFiles = map[string][]string{
	"limits": {"limits.go"}, "authentication": {"authentication.go", "jwt.go"}, "plan": {"plan.go"}, "throttle": {"throttle.go"},
	"validation": {"validation.go"}, "cache": {"cache.go"}, "cors": {"cors.go"}, "integration": {"integration.go", "backend.go", "custom.go"},
}

// mayUse are the exceptions, and why.
var mayUse = map[[2]string]string{
	{"plan", "throttle"}:      "a key has token buckets of its own",
	{"integration", "limits"}: "a backend's response has the bound of a request's body",
}

// TestStagesKnowTheExchangeAndNoOtherStage reads which top-level names of one stage
// another one uses.
func TestStagesKnowTheExchangeAndNoOtherStage(t *testing.T) {
	owner := map[string]string{} // of top-level names
	trees := map[string][]*ast.File{}
	for stage, files := range stageFiles {
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			trees[stage] = append(trees[stage], f)
			for _, d := range f.Decls {
				for _, declared := range namesIn(d) {
					owner[declared] = stage
				}
			}
		}
	}
	for stage, files := range trees {
		for _, f := range files {
			members := map[*ast.Ident]bool{} // of an exchange, a package or another value
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					members[n.Sel] = true
				case *ast.KeyValueExpr:
					if key, is := n.Key.(*ast.Ident); is {
						members[key] = true
					}
				case *ast.Field:
					for _, name := range n.Names {
						members[name] = true
					}
				case *ast.Ident:
					if other := owner[n.Name]; !members[n] && other != "" && other != stage && mayUse[[2]string{stage, other}] == "" {
						t.Errorf("stage %s uses %s of stage %s", stage, n.Name, other)
					}
				}
				return true
			})
		}
	}
}

func namesIn(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}
