package sources

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/pricing/escape"
)

// write writes the scenario with its comments. If it is more than a scenario can hold,
// the last requests are left out.
func (w *collecting) write() error {
	for {
		w.made.Files = nil
		for _, list := range [][]prepared{w.sent, w.spared} {
			for i := range list {
				w.nameFile(&list[i])
			}
		}
		text, err := w.text()
		if err != nil {
			return err
		}
		w.made.Text = text
		bare, err := w.withoutFiles()
		if err != nil {
			return err
		}
		if err = parses(bare); err == nil {
			w.notes()
			return nil
		}
		if len(w.sent)+len(w.spared) == 1 {
			return err
		}
		before := len(w.sent) + len(w.spared)
		if n := len(w.spared); n > 0 {
			w.spared = w.spared[:n/2]
		} else {
			w.sent = w.sent[:(len(w.sent)+1)/2]
		}
		w.Unseen = slices.DeleteFunc(w.Unseen, func(s string) bool { return strings.HasSuffix(s, tooLarge) })
		w.unseen("%d requests "+tooLarge, before-len(w.sent)-len(w.spared))
	}
}

const tooLarge = "are left out, since a scenario holds no more."

// notes are what the terminal shows: the same that the comments say.
func (w *collecting) notes() {
	for _, text := range w.unsaid() {
		w.m.note("%s", strings.TrimSuffix(text, "."))
	}
}

// unsaid is what the source does not say, and what is not as it was there.
func (w *collecting) unsaid() []string {
	all := slices.Clone(w.Unseen)
	if len(w.dropped) > 0 {
		all = append(all, "Headers that belong to a browser or a connection are left out: "+strings.Join(w.dropped, ", ")+".")
	}
	for i, text := range w.refused {
		const mostRefused = 10
		if i == mostRefused {
			all = append(all, fmt.Sprintf("%d more requests are left out.", len(w.refused)-i))
			break
		}
		all = append(all, "Left out: "+text+".")
	}
	if w.unsigned > 0 {
		all = append(all, fmt.Sprintf("Requests that are signed for AWS are sent without a signature, since their address is not known as that of a front door: %d. --kind says which front door it is; they have auth: {iam: true} then.", w.unsigned))
	}
	if text := w.unsetText(); text != "" {
		all = append(all, "What was recognized as a secret is written to no file: set "+text+" before you run this. Look through paths and bodies for others.")
	}
	if w.m.kind.HasOrigin && w.m.host != Lab {
		all = append(all, "Nothing says what is behind the distribution, or where its viewers are. Bills and metrics need both at the target: behind: {kind: …}, viewers: europe, and distribution: E1A2B3C4D5E6F7.")
	}
	return all
}

// text is the scenario.
func (w *collecting) text() ([]byte, error) {
	load, err := w.m.load()
	if err != nil {
		return nil, err
	}
	target, err := w.target()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("# yaml-language-server: $schema=./scenario.schema.json\n#\n")
	comment(&out, "", fmt.Sprintf("Made of %s by tollgate init. tollgate schema scenario describes all keys.", w.What))
	for _, text := range w.unsaid() {
		out.WriteString("#\n")
		comment(&out, "", text)
	}
	section := func(keysAndValues ...any) {
		if n := document.Pairs(keysAndValues...); len(n.Entries) > 0 {
			out.WriteString("\n")
			out.Write(n.YAML())
		}
	}
	section("name", cmp.Or(w.Name, w.m.Name, w.m.hostName()))
	w.writeTargets(&out, target)
	w.writeRequests(&out)
	section("websocket", w.m.websocket)
	out.WriteString("\n")
	comment(&out, "", "A small load to begin with. What one target receives is the rate of all requests together.")
	out.Write(document.Pairs("load", document.Items(load)).YAML())
	if w.HTTP != "" {
		section("engine", document.Pairs("http", document.Number(w.HTTP)))
	}
	section("thresholds", document.Items(document.Text("error_share < 1%")))
	if w.m.kind.OnAWS() {
		section("pricing", document.Pairs("requests_per_month", document.Number("1M")))
	}
	w.writeDoor(&out)
	return out.Bytes(), nil
}

// withoutFiles is the scenario before the files of bodies are there.
func (w *collecting) withoutFiles() ([]byte, error) {
	if len(w.made.Files) == 0 {
		return w.made.Text, nil
	}
	text := string(w.made.Text)
	for name := range w.made.Files {
		var quoted bytes.Buffer
		quoted.Write(document.Pairs("file", name).YAML())
		text = strings.ReplaceAll(text, strings.TrimSpace(quoted.String()), "body: x")
	}
	return []byte(text), nil
}

// target is the target with what the command line says of the connection.
func (w *collecting) target() (*document.Node, error) {
	further, err := w.m.connection()
	if err != nil {
		return nil, err
	}
	w.m.bearer = w.bearer
	target := w.m.target()
	target.Entries = append(append(target.Entries, w.doorKeys()...), further...)
	return target, nil
}

// writeRequests writes the requests of the load, and the others as comments.
func (w *collecting) writeRequests(out *bytes.Buffer) {
	out.WriteString("\n")
	if slices.ContainsFunc(w.sent, func(p prepared) bool { return changes(p.found.Method) }) {
		comment(out, "", "These requests may change data, as often as the load sends them: use a server that may be changed.")
	}
	out.Write(document.Pairs("requests", list(w.sent)).YAML())
	if w.modelled() {
		w.inComments(out, w.spared, "The routes that are described, for the deployed target: the application at the lab has none of them.")
		return
	}
	for _, of := range []struct {
		reason int
		why    string
	}{
		{spoilt, "These may change data, so they are not sent. Remove the # to send them as well."},
		{proven, "Callers of these prove who they are, so they are not sent. Remove the #, and give each its auth, such as auth: {bearer: \"${env:TOKEN}\"}."},
		{madeUp, "Values in these paths are made up, so they are not sent. Put values that exist in their place, and remove the #."},
	} {
		other := func(p prepared) bool { return p.found.reason() != of.reason }
		w.inComments(out, slices.DeleteFunc(slices.Clone(w.spared), other), of.why)
	}
}

// inComments writes requests that are not sent.
func (w *collecting) inComments(out *bytes.Buffer, all []prepared, why string) {
	if len(all) == 0 {
		return
	}
	out.WriteString("\n")
	comment(out, "  ", why)
	for line := range strings.Lines(strings.TrimPrefix(string(document.Pairs("requests", list(all)).YAML()), "requests:\n")) {
		out.WriteString("  # " + strings.TrimPrefix(line, "  "))
	}
}

func list(all []prepared) *document.Node {
	made := document.Items()
	for _, p := range all {
		made.Items = append(made.Items, p.node)
	}
	return made
}

// comment writes a text as comment lines, without characters that steer a terminal: YAML
// has none of them either.
func comment(out *bytes.Buffer, indent, text string) {
	const width = 92
	line := indent + "#"
	for word := range strings.FieldsSeq(escape.Text(text)) {
		if len(line)+1+len(word) > width && line != indent+"#" {
			out.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + word
	}
	out.WriteString(line + "\n")
}
