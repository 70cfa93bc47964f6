package scenarios

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

const maxTargets = 64

// kindsWith are the kinds that a key of a target is for; none: it is for all.
func kindsWith(key string) (names []string) {
	for _, k := range targets.Kinds {
		if slices.Contains(k.Keys, key) {
			names = append(names, k.Name)
		}
	}
	return names
}

// What a target is taken for where it does not say: a function of 512 MB on
// x86_64, and a balancer that is reached from the internet in two zones, the
// fewest it may have.
const (
	defaultMemoryMB     = pricing.DefaultMemoryMB
	defaultArchitecture = "x86_64"
	defaultRules        = 1
	defaultZones        = pricing.DefaultZones
)

// targets reads the mapping of names to targets, in the order of the file.
func (in *input) targets(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	if v.Type != document.Mapping || len(v.Entries) == 0 || len(v.Entries) > maxTargets {
		v.Problem("needs a mapping from names to targets, at least one and at most %d: \"my-api: {kind: http-api, url: lab}\"", maxTargets)
		return
	}
	for _, e := range v.Entries {
		one := v.At(e.Value, v.Below(e.Key))
		if err := document.CheckName(e.Key); err != nil {
			v.At(e.At(), v.Path).Problem("%v", err)
		}
		if e.Value.Type == document.Null {
			one.Problem("is empty: it needs kind and url")
			continue
		}
		s.Targets = append(s.Targets, in.target(e.Key, one, s))
	}
}

var balancerForm = regexp.MustCompile(`^(arn:[^ ]+:loadbalancer/)?app/[A-Za-z0-9-]+/[0-9a-f]+$`)

var groupForm = regexp.MustCompile(`^(arn:[^ ]+:)?targetgroup/[A-Za-z0-9-]+/[0-9a-f]+$`)

// targetKeys are those of a target that are read here.
var targetKeys = []string{"kind", "url", "region", "api", "stage", "function", "functions", routeSelection, "integrations", "detailed_metrics", "releases", "auth", "aws", "cache", "balancer", "target_group", "rules", "zones", "private_endpoint", "edge", "web_acl", "web_function", "distribution", "viewers", "plan", "function_share", "lambda_edge", "behind"}

func (in *input) target(name string, v document.Value, s *Scenario) targets.Target {
	f := in.fields(v, slices.Concat(targetKeys, connectionKeys, clientKeys)...)
	f.Need("kind", "url")
	t := targets.Target{Name: name, Kind: f.kind(), Client: f.client()}
	if t.Kind == nil {
		t.Kind = &targets.Kind{} // reported; its name matches no other rule
	}
	f.onlyWhereItBelongs(t.Kind)
	f.address(&t)
	f.connection(&t)
	in.frontDoor(f, &t, s)
	t.Releases = releases(f.Get("releases"))
	t.Selection = f.selection()
	t.Functions = routeFunctions(f.Get("functions"), t.Kind, t.Function)
	t.Integrations = integrations(f.Get("integrations"), &t)
	t.Detailed = detailed(f.Get("detailed_metrics"), t.Kind)
	t.Auth = in.targetAuth(f.Get("auth"), &t)
	t.Access = access(f.Get("aws"), &t)
	return t
}

// frontDoor reads where the front door is and what it is called, and what it is billed by.
func (in *input) frontDoor(f fields, t *targets.Target, s *Scenario) {
	in.locate(f, t, s)
	// An id such as 12345678e9 is a number to YAML.
	if id, ok := f.Get("api").Scalar("the API's name (rest-api) or id (http-api)", document.Integer, document.Float); ok {
		t.API = id
	}
	if name, ok := f.Get("stage").Scalar("the name of a stage", document.Integer, document.Float); ok {
		if read := t.Stage; read != "" && read != name && t.Kind.StageInPath && !in.Recorded {
			f.Get("stage").Problem("%q contradicts the url, whose path begins with the stage %s: correct one of them, or leave the stage out", name, read)
		}
		t.Stage, t.StageRead = name, false
	}
	t.CacheGB = f.cache()
	t.EndpointZones = f.privateEndpoint()
	if t.Edge = f.Get("edge").Yes(); t.Edge && t.EndpointZones > 0 {
		f.Get("edge").Problem("an API is edge-optimised or private, and not both: leave edge or private_endpoint out")
	}
	t.WebACL = f.webACL(t)
	f.balancer(t)
	f.webFunction(t)
	switch {
	case t.Kind.HasOrigin:
		in.distribution(f, t, s)
	case t.Kind.Name == "" || t.Kind.HasFunction():
		t.Function = function(f.Get("function"), t.Kind)
	}
}

func (f fields) kind() *targets.Kind {
	v := f.Get("kind")
	name, ok := v.Scalar("a kind of front door")
	if !ok {
		return nil
	}
	kind, known := targets.KindNamed(name)
	if _, err := pricing.DoorNamed(name); !known && err == nil {
		v.Problem("a front door of kind %s can be priced, with \"tollgate price\", but no load can be sent to it (kinds of targets are %s)", v.Quote(), strings.Join(kindNames(), ", "))
		return nil
	}
	if !known {
		v.Problem("unknown kind %s%s (kinds are %s)", v.Quote(), kindsMeant(v.Raw), strings.Join(kindNames(), ", "))
		return nil
	}
	return kind
}

// kindsMeant suggests kinds for a word that is none.
func kindsMeant(word string) string {
	var meant []string
	for _, k := range targets.Kinds {
		if slices.Contains(k.Words, strings.ToLower(word)) {
			meant = append(meant, strconv.Quote(k.Name))
		}
	}
	if len(meant) == 0 {
		return document.DidYouMean(word, kindNames())
	}
	return "; did you mean " + document.OneOf(meant) + "?"
}

func kindNames() []string {
	var names []string
	for _, k := range targets.Kinds {
		names = append(names, k.Name)
	}
	return names
}

// onlyWhereItBelongs reports keys that mean nothing for a kind.
func (f fields) onlyWhereItBelongs(kind *targets.Kind) {
	for _, e := range f.Entries {
		if kinds := kindsWith(e.Key); kinds != nil && kind.Name != "" && !slices.Contains(kinds, kind.Name) {
			f.At(e.At(), f.Below(e.Key)).Problem("belongs to %s, and this target is of kind %s: remove it", document.OneOf(kinds), kind.Name)
		}
	}
}

// isPort says whether a port can be connected to; none stands for the scheme's own.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// address reads url, and what an address of AWS itself says.
func (f fields) address(t *targets.Target) {
	const rule = "is not an address: write http:// or https:// with a host and nothing after the path, or lab for the embedded front door"
	v := f.Get("url")
	raw, ok := v.Scalar("an address")
	if !ok {
		return
	}
	if raw == "lab" {
		t.Lab = true
		if t.Kind.Name != "" && !t.Kind.OnAWS() {
			v.Bad("has no door of kind origin: give the address of a server, such as http://127.0.0.1:8000")
		}
		return
	}
	u, err := url.Parse(raw)
	if err == nil {
		f.in.addresses = append(f.in.addresses, typedAddress{v, t.Name, *u, t.Kind})
		u.Scheme = targets.HTTPScheme(u.Scheme)
		if err := inASCII(u); err != nil {
			v.Problem("its host is not a name that DNS knows: %v", err)
			return
		}
	}
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		v.Bad(rule)
	case !isPort(u.Port()):
		v.Bad("has a port that does not exist: ports are 1 to 65535")
	case u.User != nil:
		// Not quoted: it may hold a password.
		v.Problem("holds a user or password: a secret does not belong in a file; use auth, with \"${env:NAME}\"")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		// Nor is this: it may hold a key.
		v.Problem("has a query or fragment: those belong into the path of a request")
	default:
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
		t.URL = u
		f.in.concealPath(v.Node, t)
	}
}

// inASCII writes an international host name as DNS, TLS and the Host header have
// it: bücher.example is xn--bcher-kva.example. Source: RFC 5891.
func inASCII(u *url.URL) error {
	host := u.Hostname()
	if !strings.ContainsFunc(host, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return nil
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err == nil {
		u.Host = strings.Replace(u.Host, host, ascii, 1)
	}
	return err
}

func (f fields) cache() string {
	v := f.Get("cache")
	text, ok := v.Scalar("the size of a cache", document.Integer, document.Float)
	size := strings.TrimSuffix(text, "GB")
	switch {
	case !ok:
		return ""
	case !slices.Contains(pricing.RESTCacheHours.Variants, size):
		v.Bad("is not a size of cache: API Gateway has %s GB", document.OneOf(pricing.RESTCacheHours.Variants))
		return ""
	}
	return size
}

// privateEndpoint reads in how many zones a private API has its interface
// endpoint; 0 for a public one.
func (f fields) privateEndpoint() int64 {
	endpoint := f.Get("private_endpoint").Fields("zones")
	endpoint.Need("zones")
	return endpoint.WholeOr("zones", 1, 10, 0)
}

func (f fields) balancer(t *targets.Target) {
	name := f.Get("balancer").Matching(balancerForm, "is not a load balancer: write app/NAME/ID as in its ARN, or the ARN")
	if i := strings.Index(name, "app/"); i >= 0 {
		t.Balancer = name[i:]
	}
	group := f.Get("target_group").Matching(groupForm, "is not a target group: write targetgroup/NAME/ID as in its ARN, or the ARN")
	if i := strings.Index(group, "targetgroup/"); i >= 0 {
		t.TargetGroup = group[i:]
	}
	if !slices.Contains(t.Kind.Keys, "zones") {
		return
	}
	t.Rules, t.Zones, t.ZonesAssumed = f.WholeOr("rules", 1, 1000, defaultRules), f.WholeOr("zones", 0, 10, defaultZones), !f.Has("zones")
	if t.Zones == 1 {
		f.Get("zones").Bad("must be 0, of an internal load balancer, or at least 2: a load balancer is in two zones or more")
	}
}
