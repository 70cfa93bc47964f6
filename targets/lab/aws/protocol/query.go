package protocol

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queryDialect is the AWS Query protocol, which older SDKs and command-line
// clients speak: form parameters in, XML out.
//
// Source: the Smithy specification, "AWS Query protocol".
type queryDialect struct{ service *Service }

func (p queryDialect) read(r *http.Request, body []byte) (string, Form, error) {
	parameters := r.URL.Query()
	if r.Method == http.MethodPost {
		var err error
		if parameters, err = url.ParseQuery(string(body)); err != nil {
			return "", Form{}, Bad("MalformedQueryString", "the body is no form: "+err.Error())
		}
	}
	name := parameters.Get("Action")
	if name == "" {
		return "", Form{}, p.service.unknown(r.Method + " " + r.URL.Path)
	}
	if version := parameters.Get("Version"); version != p.service.Query.Version {
		return name, Form{}, Bad("NoSuchVersion", fmt.Sprintf("version %q is not known; %s is", version, p.service.Query.Version))
	}
	fields, err := nest(parameters)
	return name, NewForm(fields), err
}

// maxNesting is how many names a parameter may string together: no request of
// CloudWatch's has more than eight.
const maxNesting = 32

// nest turns parameters such as A.member.1.B=x into structures.
func nest(parameters url.Values) (Object, error) {
	root := Object{}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		path := strings.Split(name, ".")
		at := root
		for _, part := range path[:min(len(path), maxNesting)-1] {
			next, ok := at[part].(Object)
			if _, taken := at[part]; taken && !ok {
				return nil, malformed(name)
			}
			if !ok {
				next = Object{}
				at[part] = next
			}
			at = next
		}
		last := path[len(path)-1]
		if _, taken := at[last]; taken || len(path) > maxNesting {
			return nil, malformed(name)
		}
		at[last] = plainText(parameters.Get(name))
	}
	return root, nil
}

func malformed(parameter string) Refusal {
	return Bad("MalformedQueryString", fmt.Sprintf("parameter %.100q contradicts another or is nested too deeply", parameter))
}

func (p queryDialect) answer(w http.ResponseWriter, name string, out Object) {
	if len(out) > 0 {
		out = Object{name + "Result": out}
	} else {
		out = Object{}
	}
	out["ResponseMetadata"] = Object{"RequestId": requestID}
	p.write(w, http.StatusOK, name+"Response", out)
}

func (p queryDialect) refuse(w http.ResponseWriter, r Refusal) {
	p.write(w, r.Status, "ErrorResponse", Object{"Error": Object{"Type": r.fault(), "Code": r.Code, "Message": r.Message}, "RequestId": requestID})
}

// requestID is the same for all: nothing in the lab looks requests up by it.
const requestID = "00000000-0000-4000-8000-000000000000"

func (p queryDialect) write(w http.ResponseWriter, status int, root string, body Object) {
	var b bytes.Buffer
	b.WriteString(`<` + root + ` xmlns="` + p.service.Query.XML + `">`)
	writeXML(&b, body)
	b.WriteString(`</` + root + `>`)
	writeBody(w, status, "text/xml", b.Bytes())
}

// writeXML writes a value's content, structures by the order of their names.
func writeXML(b *bytes.Buffer, v any) {
	element := func(name string, v any) {
		b.WriteString("<" + name + ">")
		writeXML(b, v)
		b.WriteString("</" + name + ">")
	}
	switch v := v.(type) {
	case Object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			element(name, v[name])
		}
	case []any:
		for _, item := range v {
			element("member", item)
		}
	case string:
		_ = xml.EscapeText(b, []byte(v)) // a Buffer takes everything
	case float64:
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case Time:
		b.WriteString(v.UTC().Format(time.RFC3339))
	}
}
