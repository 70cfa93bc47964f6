package stack

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/pricing/document"
)

// opened is the template, with its tags written out.
func opened(t *testing.T) *document.Node {
	t.Helper()
	d := document.Open("template.yaml", template, document.Options{Bound: document.Large, Tags: func(tag string) string {
		switch name := strings.TrimPrefix(tag, "!"); name {
		case "Ref", "Condition":
			return name
		default:
			return "Fn::" + name
		}
	}})
	if d.Failed() {
		t.Fatal(d.Err())
	}
	return d.Root
}

// untaggable are the types that have no tags, by the published schemas of CloudFormation;
// TestTheTemplateFollowsThePublishedSchemas holds the list to them.
var untaggable = []string{
	"AWS::ApiGateway::Authorizer", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Method", "AWS::ApiGateway::Model",
	"AWS::ApiGateway::RequestValidator", "AWS::ApiGateway::Resource", "AWS::ApiGateway::UsagePlanKey", "AWS::ApiGatewayV2::Authorizer",
	"AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::RouteResponse", "AWS::Cognito::UserPoolClient",
	"AWS::EC2::Route", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPCGatewayAttachment",
	"AWS::Lambda::Alias", "AWS::Lambda::Permission", "AWS::Lambda::Url",
}

// What is tagged can be found, and removed by hand should a deletion fail.
func TestEveryResourceThatCanBeTaggedIs(t *testing.T) {
	tagged := 0
	for _, r := range opened(t).Find("Resources").Entries {
		kind := r.Value.Find("Type").Text
		has := false
		for _, key := range []string{"Tags", "UserPoolTags", "ResourceTags"} {
			if n := r.Value.Find("Properties").Find(key); n != nil && strings.Contains(string(n.YAML()), "tollgate") {
				has = true
			}
		}
		none := false
		for _, one := range untaggable {
			none = none || one == kind
		}
		if has == none {
			t.Errorf("%s (%s) has tags: %v", r.Key, kind, has)
		}
		if has {
			tagged++
		}
	}
	if tagged < 20 {
		t.Errorf("%d resources are tagged", tagged)
	}
}

// Every front door has an output that begins with its name, by which init --stack finds
// its address.
func TestEveryFrontDoorHasItsAddressAmongTheOutputs(t *testing.T) {
	root := opened(t)
	doors := 0
	for _, r := range root.Find("Resources").Entries {
		switch r.Value.Find("Type").Text {
		case "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::Lambda::Url", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::CloudFront::Distribution":
		default:
			continue
		}
		doors++
		output := root.Find("Outputs").Find(r.Key + "Address")
		if output == nil || !strings.Contains(string(output.YAML()), r.Key) {
			t.Errorf("%s has no output %sAddress with its address", r.Key, r.Key)
			continue
		}
		mine, its := r.Value.Find("Condition"), output.Find("Condition")
		if (mine == nil) != (its == nil) || mine != nil && mine.Text != its.Text {
			t.Errorf("%s and its output have other conditions", r.Key)
		}
	}
	if doors != 7 {
		t.Errorf("there are %d front doors", doors)
	}
}

// The function is built outside of this module, from the source that the program carries:
// its libraries are those that the tests of this module ran with.
func TestTheFunctionsModuleHasTheVersionsOfThisOne(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	ours, sums := read("../../go.mod"), read("../../go.sum")
	required := 0
	for line := range strings.Lines(read("module/go.mod.txt")) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		line, _, _ = strings.Cut(line, " //")
		if strings.HasPrefix(line, "github.com/") || strings.HasPrefix(line, "go ") {
			required++
			if !strings.Contains(ours, line) {
				t.Errorf("go.mod has no %q", line)
			}
		}
	}
	for line := range strings.Lines(read("module/go.sum.txt")) {
		required++
		if !strings.Contains(sums, line) {
			t.Errorf("go.sum has no %q", line)
		}
	}
	if required < 8 {
		t.Errorf("%d lines were compared", required)
	}
	dir := t.TempDir()
	if err := unpack(dir); err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, pattern := range []string{"go.mod", "go.sum", "targets/stack/*/*.go"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		files += len(found)
	}
	if here, _ := filepath.Glob("function/*.go"); files != len(here)-1+3 { // without the test
		t.Errorf("%d files were unpacked", files)
	}
}

func TestTheArchiveHasAProgramThatCanBeStarted(t *testing.T) {
	text, err := zipped([]byte("program"))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := zipped([]byte("program"))
	if !bytes.Equal(text, again) {
		t.Error("two archives of one program differ")
	}
	r, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil || len(r.File) != 1 || r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 {
		t.Fatalf("%v %v", r, err)
	}
	f, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if program, err := io.ReadAll(f); err != nil || string(program) != "program" {
		t.Errorf("%q %v", program, err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Archive(t.Context(), "arm64"); !errors.Is(err, ErrNoGo) {
		t.Error(err)
	}
	if _, err := Archive(t.Context(), "riscv"); err == nil || !strings.Contains(err.Error(), `"riscv" is no architecture of Lambda`) {
		t.Error(err)
	}
}
