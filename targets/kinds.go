package targets

// Kinds are the front doors that can be driven, watched and priced, in the
// order in which reports show them.
var Kinds = []*Kind{&RESTAPI, &HTTPAPI, &FunctionURL, &ALB, &Origin}

// KindNamed finds a kind by the name that scenario files give it.
func KindNamed(name string) (*Kind, bool) {
	for _, k := range Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return nil, false
}
