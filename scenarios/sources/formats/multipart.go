package formats

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"tollgate/scenarios/sources"
)

// boundary separates the parts of a multipart body. It is always the same, so that the
// same command makes the same scenario.
const boundary = "tollgate-7d1f6c0a94e24b3b"

// multipart is the body of the fields of -F: "name=text", "name=@file", "name=<file".
// What follows a semicolon says how the part is labelled.
func (c *curlCall) multipart() ([]byte, error) {
	var out bytes.Buffer
	for _, field := range c.form {
		name, value, found := strings.Cut(field, "=")
		if !found {
			return nil, fmt.Errorf("-F %s: NAME=VALUE belongs here", field)
		}
		part, err := c.part(name, value)
		if err != nil {
			return nil, err
		}
		out.WriteString("--" + boundary + "\r\n" + part + "\r\n")
	}
	out.WriteString("--" + boundary + "--\r\n")
	if !c.has("Content-Type") {
		c.header("Content-Type", "multipart/form-data; boundary="+boundary)
	}
	return out.Bytes(), nil
}

// part is one part: its header, a blank line and its content.
func (c *curlCall) part(name, value string) (string, error) {
	content, labels := value, ""
	if strings.HasPrefix(value, "@") || strings.HasPrefix(value, "<") || strings.Contains(value, ";type=") {
		content, labels, _ = strings.Cut(value, ";")
	}
	head := `Content-Disposition: form-data; name="` + name + `"`
	kind := ""
	if file, isFile := strings.CutPrefix(content, "@"); isFile {
		head += `; filename="` + path.Base(file) + `"`
		kind = "application/octet-stream"
	}
	for label := range strings.SplitSeq(labels, ";") {
		if given, found := strings.CutPrefix(label, "type="); found {
			kind = given
		}
	}
	if kind != "" {
		head += "\r\nContent-Type: " + kind
	}
	if !strings.HasPrefix(content, "@") && !strings.HasPrefix(content, "<") {
		return head + "\r\n\r\n" + content, nil
	}
	data, err := c.in.File(content[1:])
	if err != nil {
		return "", err
	}
	if !isText(data) {
		c.raw = true
		return head + "\r\n\r\n" + string(data), nil
	}
	return head + "\r\n\r\n" + sources.Literal(string(data)), nil
}

// isText says whether a body can stand in a scenario.
func isText(data []byte) bool { return utf8.Valid(data) && !bytes.ContainsRune(data, 0) }
