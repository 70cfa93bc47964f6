package scenarios

import (
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// The bounds of how often a command is asked for a token.
const leastEvery, mostEvery = time.Second, 24 * time.Hour

// Commands are those that a run of the scenario starts to obtain tokens, each once, and of
// several lines the first.
func (s *Scenario) Commands() (all []string) {
	for _, a := range s.auths() {
		if a.Command != nil && !slices.Contains(all, a.Command.Line()) {
			all = append(all, a.Command.Line())
		}
	}
	return all
}

// tokenCommand reads bearer where it is a command that prints the token.
func (in *input) tokenCommand(v document.Value) *targets.TokenCommand {
	f := v.Fields("command", "every")
	f.Need("command")
	return &targets.TokenCommand{
		Text: shellText(f.Get("command")), Dir: in.folder, Every: f.DurationOr("every", leastEvery, mostEvery, 0),
	}
}

// shellText is a command for the shell, which reads variables itself: what is put into its
// text could be read as a part of the command.
func shellText(v document.Value) string {
	if v.Node == nil {
		return ""
	}
	if v.Type == document.String && len(v.References)+len(v.Places) > 0 {
		v.Node.Template() // the place is dealt with here
		v.Problem("the shell reads variables itself: write $NAME in a command, and $${ where the shell is to see ${")
		return ""
	}
	text := v.Str()
	if v.Type == document.String && (strings.TrimSpace(text) == "" || strings.ContainsRune(text, 0)) {
		v.Bad("is not a command: write what a shell runs, such as \"./token.sh\"")
	}
	return text
}
