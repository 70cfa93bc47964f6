package scenarios

import (
	"iter"
	"reflect"
	"slices"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// noAuth is what a population or a request writes that sends no credentials.
const noAuth = "none"

// authKeys are the ways to prove who sends a request.
var authKeys = []string{"api_key", "bearer", "iam", "oauth2", "cognito"}

// auth reads one of them.
func (in *input) auth(v document.Value) (a targets.Auth) {
	f := in.fields(v, authKeys...)
	if v.Type == document.Mapping && len(v.Entries) != 1 {
		v.Problem("needs exactly one of %s", document.OneOf(authKeys))
	}
	in.conceal(v.Node)
	a.APIKey = secret(f.Get("api_key"))
	if bearer := f.Get("bearer"); isCommand(bearer) {
		a.Command = in.tokenCommand(bearer)
	} else {
		a.Bearer = secret(bearer)
	}
	a.IAM, a.OAuth2, a.Cognito = iam(f.Get("iam")), oauth2(f.Get("oauth2")), cognito(f.Get("cognito"))
	return a
}

// targetAuth reads how requests at a target prove who sends them, unless they say so
// themselves.
func (in *input) targetAuth(v document.Value, t *targets.Target) targets.Auth {
	switch {
	case v.Node == nil:
		return targets.Auth{}
	case v.Type == document.String && v.Node.Text == noAuth:
		v.Problem("belongs to a request, a step or a population: a target without auth sends no credentials, so remove it here")
		return targets.Auth{}
	}
	a := in.auth(v)
	switch {
	case t.Lab && (!a.APIKey.IsZero() || a.IAM != nil):
		v.Problem("the lab needs no such auth: it hands out its own API key where a usage plan asks for one")
	case a.IAM != nil && t.Kind.Signing != "" && t.MultiRegion():
		v.At(v.Find("iam"), v.Below("iam")).Problem("an endpoint in several regions needs signatures of SigV4a, which are not made here: give the address of its endpoint in one region, or let the application check who asks (authType ApplicationManaged) and remove this")
	case a.OAuth2 != nil && a.OAuth2.TokenURL == targets.LabTokens && !t.Lab:
		v.At(v.Find("oauth2").Find("token_url"), v.Below("oauth2")+".token_url").Problem("lab is for targets with url: lab")
	case a.IAM != nil && t.Kind.Name != "" && t.Kind.Signing == "":
		v.At(v.Find("iam"), v.Below("iam")).Problem("a target of kind %s does not check AWS signatures: remove it", t.Kind.Name)
	}
	return a
}

// ownAuth reads how a population or a request proves who sends it, in place of what the
// target says; nil: it says nothing. "none" is the zero Auth.
func (in *input) ownAuth(v document.Value) *targets.Auth {
	switch {
	case v.Node == nil:
		return nil
	case v.Type == document.String && v.Node.Text == noAuth:
		return &targets.Auth{}
	case v.Type != document.Mapping:
		v.Bad("is neither none nor a mapping such as {bearer: \"${env:TOKEN}\"}")
		return nil
	}
	a := in.auth(v)
	if a.IAM != nil {
		in.signatures = append(in.signatures, ownSignature{v, &a})
	}
	return &a
}

// An ownSignature is an AWS signature that a population or a request has for itself.
type ownSignature struct {
	at  document.Value
	own *targets.Auth
}

// checkSignatures reports AWS signatures of populations and requests that are sent to
// targets which check none.
func (in *input) checkSignatures(s *Scenario) {
	for _, one := range in.signatures {
		for _, t := range s.Targets {
			if t.Kind.Name != "" && t.Kind.Signing == "" && s.sends(one.own, t.Name) {
				one.at.Problem("target %s is of kind %s, which does not check AWS signatures: send it to other targets (targets of a population), or remove iam", t.Name, t.Kind.Name)
			}
		}
	}
}

// ownHeaders are those of a request without an auth of its own.
type ownHeaders struct {
	at      document.Value
	written targets.Header
}

// checkHeaders reports headers that the auth of a target, or of a population, would replace.
func (in *input) checkHeaders(s *Scenario) {
	for _, one := range in.headers {
		for _, p := range s.populations() {
			if !slices.ContainsFunc(p.Requests, func(r Request) bool { return r.Auth == nil && sameHeader(r.Header, one.written) }) {
				continue
			}
			if who, spelt := replaces(s, &p, one.written); who != "" {
				one.at.Problem("%s: the auth of %s writes this header: remove it here, or write auth: none at the request to send it", spelt, who)
				break
			}
		}
	}
}

// replaces names what writes one of these headers as well, "" for nothing.
func replaces(s *Scenario, p *Population, written targets.Header) (who, spelt string) {
	if p.Auth != nil {
		for _, name := range p.Auth.Headers() {
			if spelt = written.Spelt(name); spelt != "" {
				return "population " + p.Name, spelt
			}
		}
		return "", ""
	}
	for _, t := range s.Targets {
		for _, name := range t.Auth.Headers() {
			if spelt = written.Spelt(name); spelt != "" && slices.Contains(p.Targets, t.Name) {
				return "target " + t.Name, spelt
			}
		}
	}
	return "", ""
}

// sameHeader reports whether two requests share their header: one is a copy of the other.
func sameHeader(a, b targets.Header) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}

// sends reports whether something that has an auth of its own is sent to a target.
func (s *Scenario) sends(own *targets.Auth, target string) bool {
	return slices.ContainsFunc(s.populations(), func(p Population) bool {
		return slices.Contains(p.Targets, target) &&
			(p.Auth == own || slices.ContainsFunc(p.Requests, func(r Request) bool { return r.Auth == own }))
	})
}

// requestAuth reads how one request proves who sends it.
func (in *input) requestAuth(v, headers document.Value, r *Request) {
	r.Auth = in.ownAuth(v)
	if r.Auth == nil {
		if !r.Elsewhere() { // where the auth of a target is not sent
			in.headers = append(in.headers, ownHeaders{headers, r.Header})
		}
		return
	}
	for _, name := range r.Auth.Headers() {
		if spelt := r.Header.Spelt(name); spelt != "" {
			v.Problem("the request has a header %s as well: remove one of them", spelt)
		}
	}
}

// AuthAt is how a request proves who sends it to a target.
func (r *Request) AuthAt(t *targets.Target) targets.Auth {
	if r.Auth != nil {
		return *r.Auth
	}
	return t.Auth
}

// proves reports whether any requests to a target carry a key, a token or a signature.
func (p *Plan) proves(target int) bool {
	if p.Scenario.Targets[target].Auth != (targets.Auth{}) {
		return true
	}
	return slices.ContainsFunc(p.Populations, func(one PlannedPopulation) bool {
		return one.sends(target) && (one.Auth != nil && *one.Auth != targets.Auth{} ||
			slices.ContainsFunc(one.Requests, func(r Request) bool { return r.Auth != nil && *r.Auth != targets.Auth{} }))
	})
}

// signs reports whether a request to a target carries an AWS signature.
func (p *Plan) signs(r *Request, target int) bool {
	if r.Auth != nil || p.Scenario.Targets[target].Auth.IAM != nil {
		return r.AuthAt(&p.Scenario.Targets[target]).IAM != nil
	}
	return slices.ContainsFunc(p.Populations, func(one PlannedPopulation) bool {
		return one.sends(target) && one.Auth != nil && one.Auth.IAM != nil
	})
}

// Proofs are the requests to a target, each with what proves who sends it: its own, or that of
// its population, or the target's.
func (p *Plan) Proofs(target string) iter.Seq2[*Request, targets.Auth] {
	return func(yield func(*Request, targets.Auth) bool) {
		for i := range p.Populations {
			one := &p.Populations[i]
			for _, at := range one.To {
				t := &p.Scenario.Targets[at]
				if t.Name != target {
					continue
				}
				for j := range one.Requests {
					r := one.Requests[j].At(t)
					proof := t.Auth
					if one.Auth != nil {
						proof = *one.Auth
					}
					if r.Auth != nil {
						proof = *r.Auth
					}
					if !r.Elsewhere() && !yield(r, proof) {
						return
					}
				}
			}
		}
	}
}

// iam is "true", or a mapping with a profile.
func iam(v document.Value) *targets.IAM {
	if v.Node == nil {
		return nil
	}
	switch {
	case v.Type == document.Bool && v.Yes():
		return &targets.IAM{}
	case v.Type != document.Mapping:
		v.Bad("is neither true nor a mapping such as {profile: my-profile}")
		return nil
	}
	inner := v.Fields("profile")
	inner.Need("profile")
	return &targets.IAM{Profile: inner.Get("profile").Name()}
}

// auths are all ways in which requests prove who sends them.
func (s *Scenario) auths() (all []targets.Auth) {
	for _, t := range s.Targets {
		all = append(all, t.Auth)
	}
	for _, p := range s.Populations {
		if p.Auth != nil {
			all = append(all, *p.Auth)
		}
	}
	for _, r := range s.Requests {
		if r.Auth != nil {
			all = append(all, *r.Auth)
		}
	}
	return all
}

// StoredSecrets are the places where AWS keeps secrets that the scenario names. A lab keeps
// none.
func (s *Scenario) StoredSecrets() (all []targets.Stored) {
	if !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return !t.Lab }) {
		return nil
	}
	for _, a := range s.auths() {
		all = append(all, a.Stored()...)
	}
	return all
}
