package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tollgate/scenarios/doctor"
)

// The lists of permissions that people read are those of the table.
func TestTheListsOfPermissionsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	for _, list := range []struct{ file, before, text, after string }{
		{filepath.Join("..", "..", "README.md"), "\n", permissionsTable(), "\n"},
		{filepath.Join("help", "aws-permissions.md"), "<!-- permissions -->\n", permissionsList(), "<!-- /permissions -->"},
	} {
		text, err := os.ReadFile(list.file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), list.before+list.text+list.after) {
			t.Errorf("%s needs this list:\n%s", list.file, list.text)
		}
	}
}

// unasked are actions that need no permission.
var unasked = []string{"sts:GetCallerIdentity", "cognito-idp:InitiateAuth"}

// Whatever the program asks of AWS stands in the table: the errors of those who ask name it.
func TestEveryActionThatIsAskedForStandsInTheTable(t *testing.T) {
	t.Parallel()
	action := regexp.MustCompile(`^[a-z0-9-]+:[A-Z][A-Za-z]+$`)
	var known []string
	for _, n := range doctor.Needs() {
		known = append(known, n.Action)
	}
	found := 0
	eachGoFile(t, func(name, rel string) error {
		if strings.HasSuffix(rel, "_test.go") || !strings.HasPrefix(rel, "targets/aws/") && !strings.HasPrefix(rel, "targets/cloudwatch/") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			literal, is := n.(*ast.BasicLit)
			if !is || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil || !action.MatchString(text) || slices.Contains(unasked, text) {
				return true
			}
			found++
			if !slices.Contains(known, text) {
				t.Errorf("%s asks for %s, which is not in the table of scenarios/doctor", rel, text)
			}
			return true
		})
		return nil
	})
	if found < 20 {
		t.Errorf("%d actions were found", found)
	}
}

// wrap FILE BEFORE AFTER writes standard output between two texts to a file.
func wrap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: wrap FILE BEFORE AFTER")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(args[1]+ts.ReadFile("stdout")+args[2]), 0o600))
}
