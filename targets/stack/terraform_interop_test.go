//go:build interop

package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing/document"
)

// differences compares each resource of the template, with all its properties, with the one of
// the same name in Terraform's configuration.
func differences(root *document.Node, all []block) (found []string, compared int) {
	differs := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	type side struct {
		kind, condition string
		has             map[string]string
	}
	terraform := map[string]*side{}
	var rest []block
	for _, b := range all {
		if b.Type != "resource" {
			continue
		}
		if companions[b.Labels[0]] != "" {
			rest = append(rest, b)
			continue
		}
		one := &side{kind: b.Labels[0], condition: b.Attributes["count"], has: map[string]string{}}
		attributes("", b, one.has)
		terraform[named(b.Labels[1])] = one
	}
	for _, b := range rest {
		of, longest := "", ""
		for name := range terraform {
			if label := spelled(name); (b.Labels[1] == label || strings.HasPrefix(b.Labels[1], label+"_")) && len(label) > len(longest) {
				of, longest = name, label
			}
		}
		if of == "" {
			differs("%s belongs to nothing", b.Labels)
			continue
		}
		attributes(companions[b.Labels[0]]+strings.TrimPrefix(b.Labels[1], longest), b, terraform[of].has)
	}
	for _, r := range root.Find("Resources").Entries {
		kind := r.Value.Find("Type").Text
		i := slices.IndexFunc(pairings, func(p pairing) bool { return p.kind == kind })
		other := terraform[r.Key]
		switch {
		case i < 0:
			differs("no pairing is known of %s", kind)
			continue
		case other == nil || other.kind != pairings[i].terraform:
			differs("main.tf has no %s %s", pairings[i].terraform, spelled(r.Key))
			continue
		}
		delete(terraform, r.Key)
		if condition := r.Value.Find("Condition"); (condition != nil) != (other.condition != "") || condition != nil && !strings.Contains(other.condition, "var."+strings.ToLower(strings.TrimPrefix(condition.Text, "Has"))) {
			differs("%s has the condition %v, and in main.tf the count %q", r.Key, condition, other.condition)
		}
		paths := map[string]string{}
		for _, pair := range strings.Fields(pairings[i].paths) {
			from, to, _ := strings.Cut(pair, "=")
			paths[from] = to
		}
		mine := map[string]string{}
		if p := r.Value.Find("Properties"); p != nil {
			values("", p, mine)
		}
		for _, path := range slices.Sorted(maps.Keys(mine)) {
			if strings.HasPrefix(path, "Tags") || strings.HasPrefix(path, "UserPoolTags") || strings.HasPrefix(path, "ResourceTags") || without[kind+" "+path] != "" {
				continue // Terraform's are those of the provider
			}
			to := paths[path]
			if to == "" {
				to = spelled(path)
			}
			is, has := other.has[to]
			if !has || is != mine[path] {
				differs("%s.%s is %q, and in main.tf %s is %q", r.Key, path, mine[path], to, is)
			}
			delete(other.has, to)
			compared++
		}
		for path, value := range other.has {
			if without[other.kind+" "+path] == "" {
				differs("%s: only main.tf has %s = %q", r.Key, path, value)
			}
		}
	}
	for name, other := range terraform {
		differs("only main.tf has %s %s", other.kind, name)
	}
	for _, p := range root.Find("Parameters").Entries {
		i := slices.IndexFunc(all, func(b block) bool { return b.Type == "variable" && "?"+p.Key == expressed("var."+b.Labels[0]) })
		switch without := without["parameter "+p.Key]; {
		case without != "":
		case i < 0:
			differs("main.tf has no variable for %s", p.Key)
		default:
			mine, other := p.Value.Find("Default"), all[i].Attributes["default"]
			other = strings.NewReplacer("true", "yes", "false", "no", `"`, "").Replace(other)
			if mine == nil && other != "" || mine != nil && mine.Text != other {
				differs("the default of %s is %v, and in main.tf %q", p.Key, mine, other)
			}
		}
	}
	return found, compared
}

func TestBothDescriptionsHaveTheSameResources(t *testing.T) {
	found, compared := differences(opened(t), configuration(t))
	for _, text := range found {
		t.Error(text)
	}
	if compared < 250 {
		t.Errorf("%d properties were compared", compared)
	}
}

// Whatever is changed in one of the two is found.
func TestDifferencesAreFound(t *testing.T) {
	root, all := opened(t), configuration(t)
	find := func(labels ...string) *block {
		i := slices.IndexFunc(all, func(b block) bool { return slices.Equal(b.Labels, labels) })
		return &all[i]
	}
	for _, row := range []struct {
		name string
		of   *block
		key  string
		text string // "": the attribute is left out
		says string
	}{
		{"a number", find("aws_lambda_function", "function"), "timeout", "29", `Function.Timeout is "?Timeout", and in main.tf timeout is "29"`},
		{"a parameter", find("aws_lambda_function", "function"), "memory_size", "var.plan_rate", `memory_size is "?PlanRate"`},
		{"a reference", find("aws_lambda_permission", "http_permission"), "source_arn", `"${aws_apigatewayv2_api.socket_api.execution_arn}/*"`, `HttpPermission.SourceArn is "~HttpApi/*", and in main.tf source_arn is "~SocketApi/*"`},
		{"what is left out", find("aws_apigatewayv2_route", "http_iam"), "authorization_type", "", "HttpIam.AuthorizationType"},
		{"what is added", find("aws_apigatewayv2_route", "http_root"), "api_key_required", "true", "only main.tf has api_key_required"},
		{"a condition", find("aws_lb", "load_balancer"), "count", "var.distribution ? 1 : 0", "LoadBalancer has the condition"},
		{"a policy", find("aws_iam_role_policy", "role"), "policy", `jsonencode({ Statement = [{ Action = "*" }] })`, "Role.Policies.PolicyDocument"},
		{"a default", find("plan_rate"), "default", "10", `the default of PlanRate`},
	} {
		was, had := row.of.Attributes[row.key], row.of.Attributes
		row.of.Attributes = maps.Clone(had)
		if row.text == "" {
			delete(row.of.Attributes, row.key)
		} else {
			row.of.Attributes[row.key] = row.text
		}
		found, _ := differences(root, all)
		if !strings.Contains(strings.Join(found, "\n"), row.says) {
			t.Errorf("%s (it was %s): %q", row.name, was, found)
		}
		row.of.Attributes = had
	}
	i := slices.IndexFunc(all, func(b block) bool { return slices.Equal(b.Labels, []string{"aws_lb_listener", "listener"}) })
	if found, _ := differences(root, slices.Delete(slices.Clone(all), i, i+1)); !strings.Contains(strings.Join(found, "\n"), "main.tf has no aws_lb_listener listener") {
		t.Errorf("without the listener: %q", found)
	}
}

// TestTerraformsAttributesAreThoseOfTheProvider holds main.tf to provider.json.
func TestTerraformsAttributesAreThoseOfTheProvider(t *testing.T) {
	text, err := os.ReadFile("testdata/provider.json")
	if err != nil {
		t.Fatal(err)
	}
	var provider struct {
		Resources map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &provider); err != nil {
		t.Fatal(err)
	}
	used := 0
	var check func(at string, b block, known map[string]json.RawMessage)
	check = func(at string, b block, known map[string]json.RawMessage) {
		said := map[string]bool{}
		for name := range b.Attributes {
			said[name] = true
			used++
			if known[name] == nil && !slices.Contains([]string{"count", "depends_on"}, name) {
				t.Errorf("%s has no attribute %s", at, name)
			}
		}
		for _, inner := range b.Blocks {
			said[inner.Type] = true
			if inner.Type == "lifecycle" {
				continue
			}
			var below struct{ Block map[string]json.RawMessage }
			if known[inner.Type] == nil || json.Unmarshal(known[inner.Type], &below) != nil || below.Block == nil {
				t.Errorf("%s has no block %s", at, inner.Type)
				continue
			}
			check(at+" "+inner.Type, inner, below.Block)
		}
		for name, is := range known {
			if (string(is) == `"required"` || strings.Contains(string(is[:min(len(is), 40)]), `"required": true`)) && !said[name] {
				t.Errorf("%s lacks %s", at, name)
			}
		}
	}
	for _, b := range configuration(t) {
		if b.Type == "resource" {
			known := provider.Resources[b.Labels[0]]
			if known == nil {
				t.Errorf("provider.json lacks %s: provider.mjs writes it", b.Labels[0])
				continue
			}
			check(strings.Join(b.Labels, " "), b, known)
		}
	}
	if used < 200 {
		t.Errorf("%d attributes were looked up", used)
	}
}
