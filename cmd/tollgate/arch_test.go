package main

import (
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the house's import table: for each package, which packages of
// ours it may import. Imports go one way only; a package that is not in the
// table may not exist.
var mayImport = map[string][]string{
	"pricing":                      {"pricing/document"},
	"pricing/books":                {"pricing"},
	"pricing/pricelist":            {"pricing"},
	"pricing/document":             nil,
	"pricing/escape":               nil,
	"pricing/statement":            {"pricing", "pricing/escape"},
	"targets":                      {"pricing"},
	"targets/auth":                 {"targets", "targets/aws", "targets/process"},
	"targets/jsonschema":           nil,
	"targets/cloudwatch":           {"targets", "targets/aws", "pricing/document"},
	"targets/aws":                  {"targets", "pricing/document"},
	"targets/lab":                  {"targets", "targets/process", "targets/policy", "pricing/document", "targets/lab/aws/control", "targets/lab/aws/logs", "targets/lab/aws/protocol", "targets/lab/aws/sigv4", "targets/lab/aws/xray", "targets/lab/doors"},
	"targets/lab/aws/cloudwatch":   {"targets/lab/aws/protocol"},
	"targets/lab/aws/control":      {"targets/lab/aws/protocol", "targets/lab/aws/sigv4"},
	"targets/lab/aws/logs":         {"targets/lab/aws/protocol"},
	"targets/lab/aws/protocol":     {"targets/lab/aws/sigv4"},
	"targets/lab/aws/s3":           {"targets/lab/aws/protocol", "targets/lab/aws/sigv4"},
	"targets/lab/aws/secrets":      {"targets/lab/aws/protocol"},
	"targets/lab/aws/sigv4":        nil,
	"targets/lab/aws/xray":         {"targets/lab/aws/protocol"},
	"targets/lab/doors":            {"targets", "pricing", "pricing/document", "targets/jsonschema", "targets/lab/aws/cloudwatch", "targets/lab/aws/control", "targets/lab/aws/logs", "targets/lab/aws/protocol", "targets/lab/aws/s3", "targets/lab/aws/secrets", "targets/lab/aws/sigv4", "targets/lab/aws/xray", "targets/lab/edge", "targets/lab/function/event", "targets/lab/function/runtime", "targets/lab/identity", "targets/lab/timer", "targets/policy", "targets/webacl", "targets/websocket"},
	"targets/lab/identity":         {"targets/lab/aws/protocol"},
	"targets/lab/function/event":   nil,
	"targets/lab/function/runtime": {"targets/process"},
	"targets/process":              nil,
	"targets/stack":                nil,
	"targets/stack/bootstrap":      {"targets/stack/function"},
	"targets/stack/function":       nil,
	"targets/policy":               nil,
	"targets/webacl":               nil,
	"targets/websocket":            nil,
	"targets/revision":             {"targets/process"},
	"targets/lab/timer":            nil,
	"targets/lab/edge":             nil,
	"targets/targettest":           {"targets", "targets/auth", "targets/lab", "targets/lab/aws/cloudwatch", "targets/lab/aws/protocol"},
	"results":                      {"targets", "pricing", "pricing/document", "pricing/escape"},
	"results/bisect":               {"pricing", "pricing/escape", "results/compare"},
	"results/compare":              {"pricing/escape", "results", "pricing"},
	"results/imports":              {"pricing/document", "results"},
	"results/observe":              {"pricing", "results", "targets", "targets/aws", "targets/cloudwatch"},
	"results/otlp":                 {"results", "targets"},
	"results/history":              {"pricing/escape", "results", "results/compare"},
	"scenarios":                    {"targets", "targets/policy", "targets/webacl", "pricing/document", "results", "pricing", "scenarios/check", "scenarios/coding", "scenarios/events", "scenarios/extract", "scenarios/values", "targets/websocket"},
	"scenarios/events":             {"results", "scenarios/check"},
	"scenarios/extract":            {"targets", "pricing/document", "scenarios/check", "scenarios/coding"},
	"scenarios/values":             nil,
	"scenarios/check":              {"targets", "targets/jsonschema", "pricing/document", "scenarios/coding"},
	"scenarios/coding":             nil,
	"scenarios/cookies":            nil,
	"scenarios/cors":               nil,
	"scenarios/sources":            {"pricing/document", "pricing/escape", "scenarios", "scenarios/coding", "targets"},
	"scenarios/sources/formats":    {"pricing/document", "scenarios", "scenarios/sources", "scenarios/sources/stacks", "targets"},
	"scenarios/sources/stacks":     {"pricing/document", "scenarios/sources", "targets", "targets/jsonschema"},
	"scenarios/accesslog":          nil,
	"scenarios/accesslog/paths":    nil,
	"scenarios/accesslog/replay":   {"pricing", "pricing/document", "scenarios/accesslog", "scenarios/accesslog/paths"},
	"scenarios/accesslog/summary":  {"pricing", "scenarios/accesslog", "scenarios/accesslog/paths", "targets"},
	"scenarios/accesslog/whatif":   {"pricing", "scenarios/accesslog"},
	"scenarios/doctor":             {"pricing", "results", "scenarios", "scenarios/load", "scenarios/load/calibration", "scenarios/load/engines", "scenarios/probes/probe", "targets", "targets/aws", "targets/cloudwatch", "targets/policy"},
	"scenarios/fleet/gateway":      nil,
	"scenarios/fleet":              {"results"},
	"scenarios/fleet/launch":       {"pricing", "pricing/document", "scenarios/fleet", "targets/process"},
	"scenarios/fleet/store":        {"scenarios/fleet", "targets/aws"},
	"scenarios/load":               {"scenarios/values", "scenarios/events", "scenarios", "scenarios/check", "scenarios/coding", "scenarios/cookies", "scenarios/cors", "scenarios/extract", "targets", "results", "scenarios/load/http1"},
	"scenarios/load/http1":         nil,
	"scenarios/load/http2":         {"scenarios/load/http1"},
	"scenarios/load/websocket":     {"pricing", "results", "scenarios", "scenarios/check", "scenarios/load", "scenarios/values", "targets", "targets/websocket", "scenarios/load/http1", "scenarios/load/nethttp"},
	"scenarios/load/wire":          {"scenarios/values", "scenarios/events", "scenarios", "scenarios/check", "scenarios/coding", "scenarios/cookies", "scenarios/load", "scenarios/load/http1", "scenarios/load/http2", "scenarios/load/wire/poll", "targets", "results"},
	"scenarios/load/wire/poll":     nil,
	"scenarios/load/nethttp":       {"scenarios/values", "scenarios/events", "scenarios", "scenarios/check", "scenarios/coding", "scenarios/cookies", "scenarios/load", "scenarios/load/http1", "scenarios/load/http2", "targets", "results"},
	"scenarios/load/loadtest":      {"pricing/document", "scenarios", "scenarios/check"},
	"scenarios/load/engines":       {"scenarios", "scenarios/load", "scenarios/load/wire", "scenarios/load/nethttp", "scenarios/load/websocket", "pricing/document", "targets", "results"},
	"scenarios/load/calibration":   {"scenarios", "scenarios/load", "scenarios/load/engines", "targets", "results"},
	"scenarios/load/control":       nil,
	"scenarios/probes/estimate":    nil,
	"scenarios/probes/probe":       {"pricing/document", "scenarios", "scenarios/load", "scenarios/probes/estimate", "targets", "results", "pricing"},
	"scenarios/probes/simulate":    {"scenarios", "scenarios/load", "scenarios/probes/probe", "targets", "results"},
	"scenarios/probes/limiter":     nil,
	"scenarios/probes/usageplan":   {"pricing/document", "scenarios", "scenarios/probes/limiter", "scenarios/probes/probe", "targets", "results"},
	"scenarios/probes/saturation":  {"pricing/document", "scenarios", "scenarios/probes/probe", "scenarios/probes/estimate", "targets", "results"},
	"scenarios/probes/coldstart":   {"pricing/document", "scenarios", "scenarios/probes/probe", "scenarios/probes/estimate", "targets", "results", "pricing"},
	"scenarios/probes/cache":       {"pricing/document", "scenarios", "scenarios/probes/probe", "scenarios/probes/estimate", "targets", "results", "pricing"},
	"scenarios/probes/limits":      {"pricing/document", "scenarios", "scenarios/check", "scenarios/load", "scenarios/probes/probe", "targets", "results"},
	"scenarios/probes/fanout":      {"pricing/document", "scenarios", "scenarios/load", "scenarios/probes/estimate", "scenarios/probes/probe", "scenarios/values", "results"},
	"scenarios/probes/socketlife":  {"pricing/document", "scenarios", "scenarios/load", "scenarios/probes/probe", "targets", "targets/websocket", "results"},
	"scenarios/probes/overhead":    {"pricing/document", "scenarios", "scenarios/probes/probe", "scenarios/probes/estimate", "targets", "results"},
	"scenarios/probes/claims":      {"pricing", "pricing/document", "scenarios", "scenarios/probes/probe", "scenarios/probes/estimate", "scenarios/probes/limits", "targets", "results"},
	"scenarios/probes":             {"scenarios", "scenarios/probes/probe", "scenarios/probes/usageplan", "scenarios/probes/saturation", "scenarios/probes/coldstart", "scenarios/probes/cache", "scenarios/probes/limits", "scenarios/probes/overhead", "scenarios/probes/socketlife", "scenarios/probes/fanout", "scenarios/probes/claims"},
	"scenarios/probes/foreign":     nil,
	"scenarios/session":            {"scenarios/values", "scenarios", "scenarios/check", "scenarios/load", "scenarios/load/control", "scenarios/load/engines", "scenarios/load/websocket", "scenarios/probes", "scenarios/probes/probe", "targets", "results", "pricing", "results/compare", "scenarios/fleet"},
	"report":                       {"pricing/escape", "results", "results/compare", "pricing", "pricing/statement", "report/chart"},
	"report/chart":                 {"pricing/escape", "results", "pricing"},
	"cmd/bench":                    {"scenarios", "scenarios/load", "scenarios/load/engines", "scenarios/load/wire/poll", "targets", "targets/websocket", "results"},
	"cmd/tollgate/help":            nil,
	"cmd/tollgate/console":         {"pricing/escape", "results", "pricing", "scenarios", "scenarios/session"},
	"cmd/tollgate":                 {"*"},
}

// testsMayAlsoImport widens the table for _test.go files.
var testsMayAlsoImport = map[string][]string{
	"targets/lab/doors":           {"pricing/books", "scenarios/accesslog", "scenarios/accesslog/summary", "scenarios/accesslog/whatif"},
	"scenarios":                   {"pricing/books"},
	"targets/lab":                 {"targets/lab/identity", "targets/lab/timer"},
	"targets/targettest":          {"targets/webacl"},
	"pricing":                     {"pricing/books"},
	"pricing/statement":           {"pricing/books"},
	"results":                     {"pricing/books"},
	"pricing/pricelist":           {"pricing/books"},
	"results/bisect":              {"targets/jsonschema"},
	"targets/stack":               {"pricing", "pricing/books", "pricing/document", "targets", "targets/lab"},
	"targets/auth":                {"targets/lab", "targets/lab/identity"},
	"targets/aws":                 {"targets/lab", "targets/lab/aws/control", "targets/lab/aws/protocol", "targets/lab/aws/sigv4", "targets/targettest"},
	"targets/cloudwatch":          {"targets/lab/aws/cloudwatch", "targets/targettest"},
	"results/imports":             {"results/compare"},
	"results/observe":             {"targets/lab/aws/control", "targets/lab/aws/cloudwatch", "targets/lab/aws/protocol", "targets/targettest"},
	"scenarios/accesslog/summary": {"pricing/books"},
	"scenarios/accesslog/whatif":  {"pricing/books"},
	"scenarios/fleet/launch":      {"pricing/books", "scenarios/fleet/store"},
	"scenarios/fleet/store":       {"results", "scenarios/fleet/gateway", "targets/lab/aws/sigv4"},
	"scenarios/doctor":            {"pricing/books", "scenarios/probes", "targets/lab", "targets/targettest"},
	"scenarios/load/engines":      {"scenarios/load/loadtest", "pricing/document", "scenarios/check", "scenarios/events", "scenarios/values", "scenarios/load/wire/poll", "targets/auth", "targets/lab", "targets/lab/aws/sigv4", "targets/process"},
	"scenarios/load/websocket":    {"scenarios/load/loadtest", "pricing/document", "targets/lab", "targets/process"},
	"scenarios/probes":            {"targets", "results", "targets/aws", "targets/lab", "targets/targettest", "targets/webacl", "results/observe", "scenarios/session", "scenarios/probes/simulate", "results/compare"},
	"scenarios/probes/limiter":    {"scenarios/probes/simulate", "results"},
	"scenarios/probes/usageplan":  {"scenarios/probes/simulate"},
	"scenarios/probes/saturation": {"scenarios/probes/simulate"},
	"scenarios/probes/coldstart":  {"scenarios/probes/simulate"},
	"scenarios/probes/cache":      {"scenarios/probes/simulate"},
	"scenarios/probes/limits":     {"targets/lab", "targets/targettest"},
	"scenarios/probes/socketlife": {"scenarios/probes/simulate"},
	"scenarios/probes/fanout":     {"scenarios/probes/simulate"},
	"scenarios/probes/foreign":    {"scenarios", "scenarios/accesslog", "scenarios/accesslog/whatif", "scenarios/session", "targets", "targets/process", "results"},
	"scenarios/probes/claims":     {"pricing/books"},
	"scenarios/session":           {"scenarios/fleet/store", "pricing/books", "targets/lab", "targets/lab/doors", "targets/targettest", "results/observe"},
}

// owners names, for every third-party module, the packages that may import it.
// The libraries that the product is built on live in one package each.
var owners = map[string][]string{
	"github.com/tsenart/vegeta/v12":                               {"scenarios/load/nethttp"},
	"github.com/HdrHistogram/hdrhistogram-go":                     {"results"},
	"github.com/aclements/go-moremath":                            {"results/compare", "scenarios/probes/estimate"},
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2":           {"targets/aws"},
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2": {"targets/aws"},
	"github.com/spf13/cobra":                                      {"cmd/tollgate"},
	"github.com/spf13/pflag":                                      {"cmd/tollgate"},
	"gonum.org/v1/plot":                                           {"report/chart"},
	"github.com/charmbracelet/bubbletea":                          {"cmd/tollgate/console"},
	"github.com/charmbracelet/x":                                  {"cmd/tollgate", "cmd/tollgate/console"},
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch":             {"targets/cloudwatch"},
	"github.com/aws/aws-lambda-go":                                {"targets/stack/function"},
	"github.com/aws/aws-sdk-go-v2":                                {"targets/aws", "targets/auth", "targets/cloudwatch", "targets/stack/function", "pricing/pricelist"},
	"github.com/aws/aws-sdk-go-v2/service/pricing":                {"pricing/pricelist"},
	"github.com/aws/aws-sdk-go-v2/service/cloudformation":         {"targets/aws"},
	"github.com/goccy/go-yaml":                                    {"pricing/document"},
	"github.com/aws/smithy-go":                                    {"targets/aws", "targets/auth", "targets/cloudwatch", "targets/lab/aws/protocol", "pricing/pricelist"},
	"github.com/santhosh-tekuri/jsonschema/v6":                    {"targets/jsonschema"},
	"github.com/theory/jsonpath":                                  {"scenarios/check"},
	"github.com/andybalholm/brotli":                               {"scenarios/coding"},
	"github.com/klauspost/compress":                               {"scenarios/coding"},
	"modernc.org/sqlite":                                          {"results/history"},
	"golang.org/x/net":                                            {"cmd/bench", "scenarios", "scenarios/load", "scenarios/load/engines", "scenarios/load/http2", "scenarios/load/nethttp", "scenarios/load/websocket", "targets/lab/doors", "targets/stack"},
	"golang.org/x/oauth2":                                         {"targets/auth"},
	"github.com/getkin/kin-openapi":                               {"scenarios/sources/formats"},
	"mvdan.cc/sh/v3":                                              {"scenarios/sources/formats"},
	"golang.org/x/sys":                                            {"cmd/bench", "cmd/tollgate", "scenarios/load/engines", "scenarios/load/wire", "scenarios/load/wire/poll", "targets/lab/timer"},
	"go.opentelemetry.io/proto/slim/otlp":                         {"results/otlp"},
	"google.golang.org/protobuf":                                  {"results/otlp"},
}

// testOnly may be imported by any _test.go file and by nothing else.
var testOnly = []string{
	"github.com/goccy/go-yaml",
	"github.com/tsenart/vegeta/v12",
	"github.com/rogpeppe/go-internal",
	"golang.org/x/perf",
	"golang.org/x/time",
	"pgregory.net/rapid",
	"github.com/santhosh-tekuri/jsonschema/v6",
	"github.com/aws/aws-sdk-go-v2",
	"github.com/aws/aws-lambda-go",
	"github.com/aws/smithy-go",
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	eachGoFile(t, func(name, rel string) error { return checkFile(t, name, rel) })
}

func checkFile(t *testing.T, name, rel string) error {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return err
	}
	pkg, isTest := path.Dir(rel), strings.HasSuffix(rel, "_test.go")
	allowed, known := mayImport[pkg]
	if !known {
		t.Errorf("%s: package %s is not in the import table of arch_test.go", rel, pkg)
	}
	if isTest {
		allowed = slices.Concat(allowed, testsMayAlsoImport[pkg], []string{pkg})
	}
	for _, spec := range f.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if why := forbidden(pkg, imp, allowed, isTest); why != "" {
			t.Errorf("%s imports %s: %s", rel, imp, why)
		}
	}
	return nil
}

// forbidden says why pkg may not import imp, or "" if it may.
func forbidden(pkg, imp string, allowed []string, isTest bool) string {
	if ours, ok := strings.CutPrefix(imp, "tollgate/"); ok {
		if slices.Contains(allowed, "*") || slices.Contains(allowed, ours) {
			return ""
		}
		return "the import table does not allow it"
	}
	if !strings.Contains(strings.Split(imp, "/")[0], ".") {
		return "" // the standard library
	}
	if isTest && slices.ContainsFunc(testOnly, func(m string) bool { return within(imp, m) }) {
		return ""
	}
	module := longest(imp)
	if module == "" {
		return "no package owns this library; name its owner in arch_test.go"
	}
	if !slices.Contains(owners[module], pkg) {
		return "only " + strings.Join(owners[module], ", ") + " may use " + module
	}
	return ""
}

// longest returns the most specific module of owners that imp belongs to.
func longest(imp string) (module string) {
	for m := range owners {
		if within(imp, m) && len(m) > len(module) {
			module = m
		}
	}
	return module
}

func within(imp, module string) bool { return imp == module || strings.HasPrefix(imp, module+"/") }
