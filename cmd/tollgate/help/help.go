// Package help holds the pages of tollgate help TOPIC, and prints one for a terminal.
//
// Each page is a Markdown file of this folder, so the same text is read here, on a code
// host and in a terminal. A page:
//
//  1. is embedded, and found by the name of its file (Find);
//  2. is cut into blocks: headings, paragraphs, lists, tables and code;
//  3. is printed block by block for the width of the terminal (Print).
//
// # Why
//
// The pages use a small part of Markdown, on purpose: "#" and "##" headings, paragraphs,
// "-" lists of one level, tables and fenced code, and within a line code, bold and links.
// Rejected: a library that renders Markdown (glamour), which is 3 MB for eight pages that
// this program ships itself; and plain text files, which read badly on a code host.
//
// A test in cmd/tollgate executes every command of every page.
package help

import (
	"embed"
	"slices"
)

//go:embed *.md
var files embed.FS

// A Topic is a page.
type Topic struct {
	Name  string
	About string // in the list of topics
	text  string
}

// topics are the pages, in the order in which somebody meets them.
var topics = []Topic{
	{Name: "scenarios", About: "what to send, where and when"},
	{Name: "lab", About: "front doors on this machine, without an AWS account"},
	{Name: "probes", About: "questions that plan their own traffic"},
	{Name: "pricing", About: "the bill of a month, with or without a run"},
	{Name: "fleet", About: "one load from many machines: Kubernetes, ECS, Batch or your own"},
	{Name: "ci", About: "the gate, pull requests, GitHub Actions, GitLab and Jenkins"},
	{Name: "aws-permissions", About: "what is read at AWS, and which permissions that takes"},
	{Name: "troubleshooting", About: "what a message means, and what to do"},
	{Name: "glossary", About: "the words of reports and of this help"},
}

// Topics are all pages.
func Topics() []Topic { return slices.Clone(topics) }

// Find returns the page of that name with its text.
func Find(name string) (Topic, bool) {
	i := slices.IndexFunc(topics, func(t Topic) bool { return t.Name == name })
	if i < 0 {
		return Topic{}, false
	}
	found := topics[i]
	text, err := files.ReadFile(name + ".md")
	found.text = string(text)
	return found, err == nil
}
