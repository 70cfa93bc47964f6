package targets

import "regexp"

// FunctionForm is how a function may be named: its name, its ARN, or an ARN that
// lacks some of its first parts, and each with a version or alias after it.
// Source: Lambda API reference, "GetFunctionConfiguration" (the pattern of
// FunctionName).
const FunctionForm = `(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-[0-9]:)?(?:[0-9]{12}:)?(?:function:)?([A-Za-z0-9._-]{1,140})(?::(\$LATEST|[A-Za-z0-9_-]{1,128}))?`

var functionForm = regexp.MustCompile("^" + FunctionForm + "$")

// Parts are a function's name alone, and the version or alias that is asked for,
// "" for none. What is no name of a function has neither.
func (f Function) Parts() (name, qualifier string) {
	m := functionForm.FindStringSubmatch(f.Name)
	if m == nil {
		return "", ""
	}
	return m[1], m[2]
}
