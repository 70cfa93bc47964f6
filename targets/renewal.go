package targets

import "strings"

// RenewalVariable is the variable in a function's environment by whose change
// Tollgate has Lambda retire the function's execution environments.
const RenewalVariable = "TOLLGATE_RENEWED"

// Parts are a function's name alone, and the version or alias that is asked for,
// "" for none. A function may be named by its ARN, whole or in part.
// Source: Lambda API reference, "Invoke" (the formats of FunctionName).
func (f Function) Parts() (name, qualifier string) {
	name = f.Name
	if _, after, found := strings.Cut(name, ":function:"); found {
		name = after
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}
