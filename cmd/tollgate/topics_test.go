package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"tollgate/cmd/tollgate/help"
	"tollgate/report"
)

var update = flag.Bool("update", false, "rewrite what pages of help have from elsewhere")

// A fence is a block of code of a page: what stands after its three backticks, and its text.
type fence struct{ kind, text string }

var fenced = regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$")

// helpFolder is that of the pages, wherever a test is.
var helpFolder, _ = filepath.Abs("help")

func fencesOf(t *testing.T, page string) (all []fence) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		all = append(all, fence{m[1], m[2]})
	}
	return all
}

// named is the name of a file that an example is, in its first line.
var named = regexp.MustCompile(`^# ([a-z-]+\.yaml)\n`)

// executeExamples executes the commands of a page in a folder of its own, in which its
// files are: fences of the kinds wanted, in the order of the page.
func executeExamples(t *testing.T, topic string, wanted ...string) {
	t.Chdir(t.TempDir())
	for _, f := range fencesOf(t, filepath.Join(helpFolder, topic+".md")) {
		switch {
		case f.kind == "yaml" && named.MatchString(f.text):
			if err := os.WriteFile(named.FindStringSubmatch(f.text)[1], []byte(f.text), 0o600); err != nil {
				t.Fatal(err)
			}
		case slices.Contains(wanted, f.kind):
			for line := range strings.Lines(f.text) {
				execute := executeLine
				if f.kind == slow { // the lab is another process of the program, which a test is not
					execute = startLine
				}
				code, out := execute(t, strings.TrimSpace(line))
				if code != 0 && (code != exitInvalid || f.kind != slow) {
					t.Errorf("help %s: %s: exit status %d\n%s", topic, line, code, out)
				}
			}
		}
	}
}

// executeLine executes a command of this program within this process, which spares the
// start of another: "tollgate", words that may be quoted, and "> FILE" perhaps.
func executeLine(t *testing.T, line string) (code int, out string) {
	t.Helper()
	words := wordsOf(line)
	if words[0] != "tollgate" {
		t.Fatalf("%s is no command of this program", line)
	}
	var stdout, stderr bytes.Buffer
	n := len(words)
	if n > 2 && words[n-2] == ">" {
		code = run(t.Context(), words[1:n-2], strings.NewReader(""), &stdout, &stderr)
		if err := os.WriteFile(words[n-1], stdout.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return code, stderr.String()
	}
	code = run(t.Context(), words[1:], strings.NewReader(""), &stdout, &stderr)
	return code, stderr.String() + stdout.String()
}

// startLine executes a command in a process of its own.
func startLine(t *testing.T, line string) (code int, out string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", line)
	printed, err := c.CombinedOutput()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(printed)
}

// word is a word of a command line, in quotes or not.
var word = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)

func wordsOf(line string) []string {
	words := word.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], `'"`)
	}
	return words
}

// slow is the kind of fences whose commands send load.
const slow = "sh slow"

// TestExamplesOfTheHelpRun executes what needs no load; make readme executes the rest.
func TestExamplesOfTheHelpRun(t *testing.T) {
	for _, topic := range help.Topics() {
		t.Run(topic.Name, func(t *testing.T) { executeExamples(t, topic.Name, "sh") })
	}
}

// Commands that need an API of the reader's own are not executed. Their verbs and flags
// are held to the program's, and excerpts of workflows to the action's inputs.
func TestExamplesOfTheHelpThatAreNotRun(t *testing.T) {
	kinds := map[string]bool{"sh": true, slow: true}
	for _, topic := range help.Topics() {
		for _, f := range fencesOf(t, filepath.Join(helpFolder, topic.Name+".md")) {
			switch {
			case kinds[f.kind], f.kind == "yaml" && named.MatchString(f.text):
			case f.kind == "yaml":
				checkExcerpt(t, topic.Name, f.text)
			case f.kind == "console":
				for line := range strings.Lines(continued.ReplaceAllString(f.text, " ")) {
					checkCommand(t, topic.Name, strings.TrimSpace(line))
				}
			default:
				t.Errorf("help %s: a block of the kind %q is checked by no test", topic.Name, f.kind)
			}
		}
	}
}

// continued is where a command goes on in the next line.
var continued = regexp.MustCompile(`\\\n\s*`)

// otherCommands are those of other programs that pages may name.
var otherCommands = []string{"aws", "unzip"}

func checkCommand(t *testing.T, topic, line string) {
	t.Helper()
	words := wordsOf(strings.TrimPrefix(line, "$ "))
	switch {
	case strings.HasPrefix(line, "$ ") && slices.Contains(otherCommands, words[0]):
		return
	case !strings.HasPrefix(line, "$ tollgate "):
		t.Errorf("help %s: %q is no command of this program", topic, line)
		return
	}
	if i := slices.Index(words, ">"); i > 0 {
		words = words[:i]
	}
	words = words[1:]
	c, rest, err := newRoot().Find(words)
	if err == nil {
		err = c.ParseFlags(rest)
	}
	if err == nil && c.Args != nil {
		err = c.Args(c, c.Flags().Args())
	}
	if err != nil {
		t.Errorf("help %s: %s: %v", topic, line, err)
	}
}

func checkExcerpt(t *testing.T, topic, text string) {
	t.Helper()
	var w struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string         `yaml:"uses"`
				With map[string]any `yaml:"with"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatalf("help %s: %v\n%s", topic, err, text)
	}
	var a struct {
		Inputs map[string]any `yaml:"inputs"`
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err == nil {
		err = yaml.Unmarshal(data, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	uses := 0
	for _, job := range w.Jobs {
		for _, s := range job.Steps {
			if !strings.HasPrefix(s.Uses, "OWNER/tollgate@") {
				continue
			}
			uses++
			for name := range s.With {
				if _, ok := a.Inputs[name]; !ok {
					t.Errorf("help %s: the action has no input %q", topic, name)
				}
			}
		}
	}
	if uses == 0 {
		t.Errorf("help %s: this is no file that is named, and does not use the action:\n%s", topic, text)
	}
}

// exampleCommand is a command of this program in an example for another pipeline.
var exampleCommand = regexp.MustCompile(`(?:\./)?tollgate ((?:run|check|ab|history|report) [^>|'\n]*)`)

// The examples for other pipelines use verbs and flags that there are.
func TestExamplesForOtherPipelinesUseWhatThereIs(t *testing.T) {
	for name, least := range map[string]int{"gitlab-ci.yml": 1, "Jenkinsfile": 3} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(helpFolder), "..", "..", "scenarios", "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		found := exampleCommand.FindAllStringSubmatch(string(text), -1)
		if len(found) < least {
			t.Errorf("%s has %d commands", name, len(found))
		}
		for _, m := range found {
			checkCommand(t, name, "$ tollgate "+m[1])
		}
	}
}

// The glossary of the help has the terms of reports, word for word.
func TestTheGlossaryHasTheTermsOfReports(t *testing.T) {
	const begin, end = "<!-- terms of reports: go test ./cmd/tollgate -run Glossary -update -->\n", "<!-- end -->\n"
	name := filepath.Join("help", "glossary.md")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place for the terms", name)
	}
	var terms strings.Builder
	for _, term := range report.Terms() {
		fmt.Fprintf(&terms, "- **%s**: %s\n", term.Name, term.Text)
	}
	want := before + begin + terms.String() + end + after
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s differs from the glossary of reports: rewrite it with -update", name)
	}
}
