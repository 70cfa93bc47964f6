// Hcl prints what a Terraform configuration has, as JSON, and fails if it is not formatted as
// "terraform fmt" formats it. It is a module of its own: the program needs no HCL.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// A block is one of the configuration. Attributes are as they are written.
type block struct {
	Type       string            `json:"type"`
	Labels     []string          `json:"labels"`
	Attributes map[string]string `json:"attributes"`
	Blocks     []block           `json:"blocks"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(hclwrite.Format(text), text) {
		return fmt.Errorf("%s is not formatted", name)
	}
	f, problems := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if problems.HasErrors() {
		return problems
	}
	return json.NewEncoder(os.Stdout).Encode(blocks(text, f.Body.(*hclsyntax.Body)))
}

func blocks(text []byte, body *hclsyntax.Body) []block {
	all := []block{}
	for _, b := range body.Blocks {
		one := block{Type: b.Type, Labels: append([]string{}, b.Labels...), Attributes: map[string]string{}, Blocks: blocks(text, b.Body)}
		for name, a := range b.Body.Attributes {
			one.Attributes[name] = string(a.Expr.Range().SliceBytes(text))
		}
		all = append(all, one)
	}
	return all
}
