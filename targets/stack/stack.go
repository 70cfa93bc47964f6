package stack

import (
	"embed"
	"slices"
)

//go:embed template.yaml
var template []byte

//go:embed main.tf
var terraform []byte

//go:embed hour.yaml
var hour []byte

//go:embed attack.yaml
var attack []byte

//go:embed lab.yaml
var labFile []byte

//go:embed bootstrap/*.go function/*.go module/*.txt
var source embed.FS

// A File is one that the stack is made of, or is used with.
type File struct {
	Name string // of the command that prints it
	As   string // what it is usually called
	What string
	text []byte
}

// Text is the content of the file.
func (f File) Text() []byte { return slices.Clone(f.text) }

// Files are those that need no values of an account.
var Files = []File{
	{"cloudformation", "template.yaml", "the template, for CloudFormation and SAM", template},
	{"terraform", "main.tf", "the configuration, for Terraform and OpenTofu", terraform},
	{"hour", "hour.yaml", "the workload of an hour of it, for tollgate price", hour},
	{"attack", "attack.yaml", "the workload of an hour under attack, for tollgate price --worst", attack},
	{"lab", "lab.yaml", "a lab file, for the same front doors on this machine", labFile},
}
