package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// Overrides are values that a command line puts in place of those of a scenario file.
type Overrides struct {
	Rate, For, Users string   // of the scenario's only stage; "": as the file has them
	HTTP             string   // of the engine; "": as the file has it
	Function         string   // address of the server behind the lab's front doors; "": as the file has it
	Set              []string // path=value, as in "load[0].constant.rate=50/s"
}

// IsZero says whether nothing is overridden.
func (o Overrides) IsZero() bool {
	return o.Rate == "" && o.For == "" && o.Users == "" && o.HTTP == "" && o.Function == "" && len(o.Set) == 0
}

// ParseOverridden reads a scenario file with some of its values replaced. Its Source is
// then the whole effective scenario, without the comments of the file, and Overridden
// lists what was replaced.
func ParseOverridden(file string, data []byte, o Overrides, env func(string) (string, bool), engines ...string) (*Scenario, error) {
	original, invalid := Parse(file, data, env, engines...)
	if o.IsZero() {
		return original, invalid
	}
	d := document.Open(file, data, document.Options{})
	if d.Root == nil || d.Failed() {
		return nil, invalid
	}
	changes, err := o.changes(d.Root)
	if err != nil {
		return nil, err
	}
	var given, named []string
	root := d.Root
	for _, c := range changes {
		if root, err = c.apply(root); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		given, named = append(given, c.flag), append(named, c.name)
	}
	source := slices.Concat([]byte("# yaml-language-server: $schema=./scenario.schema.json\n#\n# What ran: "+oneLine(filepath.Base(file))+" with "+oneLine(strings.Join(given, ", "))+".\n"), root.YAML())
	s, err := Parse(file, source, env, engines...)
	if err != nil {
		return nil, blame(err, invalid, named)
	}
	s.Overridden, s.Notes = given, nil
	if original != nil {
		s.Notes = original.Notes // with the places in the file
	}
	return s, nil
}

// oneLine is text that a comment can hold.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// blame sorts what is wrong with an effective scenario: what was wrong with its file is
// said with its place there, and the rest is due to what was replaced.
func blame(err, invalid error, flags []string) error {
	placed := map[string]document.Problem{}
	for _, p := range problems(invalid) {
		placed[p.Text] = p
	}
	var all []error
	for _, p := range problems(err) {
		if before, known := placed[p.Text]; known {
			all = append(all, before)
			continue
		}
		key, _, _ := strings.Cut(p.Text, ": ")
		if flag := flagOf[key]; flag != "" && slices.ContainsFunc(flags, func(f string) bool { return strings.HasPrefix(f, flag+" ") }) {
			all = append(all, errors.New(InFlags(p.Text)))
			continue
		}
		all = append(all, fmt.Errorf("with %s: %s", strings.Join(flags, ", "), p.Text))
	}
	return errors.Join(all...)
}

// problems are those that an error of Parse joins.
func problems(err error) (all []document.Problem) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, one := range joined.Unwrap() {
		if p, ok := errors.AsType[document.Problem](one); ok {
			all = append(all, p)
		}
	}
	return all
}

// A change is a flag that replaces a value.
type change struct {
	flag string // as it was given
	name string // without the value of --set, which may be a secret
	path string
	text string // the value
}

// changes are what the flags replace, in order.
func (o Overrides) changes(root *document.Node) (all []change, err error) {
	if all, err = o.stage(stagesIn(root)); err != nil {
		return nil, err
	}
	if o.HTTP != "" {
		given := "--http " + o.HTTP
		all = append(all, change{given, given, "engine.http", o.HTTP})
	}
	if o.Function != "" {
		given := "--function " + o.Function
		all = append(all, change{given, "--function", "lab.function.proxy", o.Function})
	}
	for _, set := range o.Set {
		path, text, found := strings.Cut(set, "=")
		if !found {
			return nil, fmt.Errorf("--set %s: write path=value, such as load[0].constant.rate=50/s", set)
		}
		all = append(all, change{"--set " + set, "--set " + path, strings.TrimSpace(path), text})
	}
	return all, nil
}

// apply returns a tree with the value replaced.
func (c change) apply(root *document.Node) (*document.Node, error) {
	value, err := document.ParseValue(c.text)
	if err != nil {
		return nil, err
	}
	return root.With(c.path, value)
}

// A stageFlag is a flag that replaces one value of the only stage.
type stageFlag struct{ flag, value, key, span string } // span: how long the load is to take, where that is said, too

// stage is what the flags for the rate, the length and the users replace. Of several
// stages it is not clear which one is meant, so they are refused.
func (o Overrides) stage(stages []writtenStage) (all []change, err error) {
	for _, f := range []stageFlag{{"--rate", o.Rate, "rate", o.For}, {"--for", o.For, "for", o.For}, {"--users", o.Users, "users", o.For}} {
		if f.value == "" {
			continue
		}
		given := f.flag + " " + f.value
		path, err := f.path(stages)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", given, err)
		}
		all = append(all, change{given, given, path, f.value})
	}
	return all, nil
}

// A writtenStage is a stage as a file has it.
type writtenStage struct {
	list  string // the path of the list that it stands in: "load", "populations.free.load"
	path  string // its own
	loads []document.Entry
}

// stagesIn are the stages of a scenario, or of all of its populations.
func stagesIn(root *document.Node) (all []writtenStage) {
	add := func(list string, load *document.Node) {
		if load == nil {
			return
		}
		for i, item := range load.Items {
			all = append(all, writtenStage{list, fmt.Sprintf("%s[%d]", list, i), loadsOf(item)})
		}
	}
	add("load", root.Find("load"))
	if populations := root.Find("populations"); populations != nil {
		for _, e := range populations.Entries {
			add("populations."+e.Key+".load", e.Value.Find("load"))
		}
	}
	return all
}

// path is where the only stage has the value that the flag replaces. The error says which
// values to replace instead.
func (f stageFlag) path(stages []writtenStage) (string, error) {
	if len(stages) == 0 {
		return "", errors.New("the scenario has no load: its probes decide what they send")
	}
	var all []string
	for _, stage := range stages {
		for _, e := range stage.loads {
			all = append(all, f.values(stage.path+"."+e.Key, e.Value)...)
		}
	}
	instead := strings.Join(all, " ")
	if len(stages) > 1 {
		return "", fmt.Errorf("the scenario has %d stages: name the values to replace: %s", len(stages), instead)
	}
	only := stages[0]
	if len(only.loads) == 0 {
		return "", errors.New("the scenario's stage is empty")
	}
	e := only.loads[0]
	if e.Value.Find(f.key) != nil {
		return only.path + "." + e.Key + "." + f.key, nil
	}
	span := cmp.Or(f.span, "30s")
	switch {
	case f.key == "users":
		instead = "--set '" + only.list + "=[{closed: {users: " + f.value + ", for: " + span + "}}]'"
	case e.Key == "closed":
		instead = "--set '" + only.list + "=[{constant: {rate: " + f.value + ", for: " + span + "}}]'"
	}
	return "", fmt.Errorf("a %s stage has no %s: write %s", e.Key, f.key, instead)
}

// values are the flags that replace what the flag may mean in a stage: its key if the stage
// has it, else all but the length, of which the last gets the value, as the end of a ramp.
func (f stageFlag) values(path string, stage *document.Node) (flags []string) {
	if stage.Find(f.key) != nil {
		return []string{"--set " + path + "." + f.key + "=" + f.value}
	}
	for _, e := range stage.Entries {
		if e.Key != "for" {
			flags = append(flags, "--set "+path+"."+e.Key+"=…")
		}
	}
	if last := len(flags) - 1; last >= 0 {
		flags[last] = strings.TrimSuffix(flags[last], "…") + f.value
	}
	return flags
}
