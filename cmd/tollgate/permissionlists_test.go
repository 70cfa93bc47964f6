package main

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/scenarios/doctor"
)

// permissionsTable is what this program may ask of AWS, by what it is for, in Markdown.
func permissionsTable() string {
	var b strings.Builder
	b.WriteString("| to | actions |\n|---|---|\n")
	for _, to := range doctor.Uses {
		var actions []string
		for _, n := range doctor.Needs() {
			if text := "`" + n.Action + "`"; n.To == to && !slices.Contains(actions, text) {
				actions = append(actions, text)
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", to, strings.Join(actions, ", "))
	}
	return b.String()
}

// permissionsList is what each permission is good for, in Markdown.
func permissionsList() string {
	var b strings.Builder
	b.WriteString("| permission | what for |\n|---|---|\n")
	seen := map[string]bool{}
	for _, n := range doctor.Needs() {
		if seen[n.Action] {
			continue
		}
		seen[n.Action] = true
		var goals []string
		for _, o := range doctor.Needs() {
			if o.Action == n.Action {
				goals = append(goals, o.What)
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", n.Action, strings.Join(goals, "; "))
	}
	return b.String()
}
