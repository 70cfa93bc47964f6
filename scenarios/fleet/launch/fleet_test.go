package launch

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/pricing/books"
	"tollgate/pricing/document"
	"tollgate/scenarios/fleet"
)

// someFleet is one that every platform on other machines takes.
func someFleet() *Fleet {
	return &Fleet{
		RunID: "api-1", Shards: 4, Store: "s3://runs/load", Region: "eu-west-1",
		Scenario: Bundle{Main: "api.yaml", Files: []BundledFile{{"api.yaml", []byte("name: api\n# $(HOME) stays\n")}, {"data/users.csv", []byte("id\n1\n")}, {"body.bin", []byte{0xff, 0}}}},
		Args:     []string{"--set", "name=$(X)"}, Variables: []string{"API_KEY"}, Barrier: time.Minute, Load: 2 * time.Minute,
		Image: "registry.example.com/tollgate:1", Size: Size{1500, 600},
	}
}

func someFargate() Fargate {
	return Fargate{
		Region: "eu-west-1", Architecture: "arm64", ExecutionRole: "arn:aws:iam::123456789012:role/pull", TaskRole: "arn:aws:iam::123456789012:role/load",
		Secrets: map[string]string{"API_KEY": "arn:aws:ssm:eu-west-1:123456789012:parameter/key"},
		Cluster: "load", Subnets: []string{"subnet-1"}, LogGroup: "/load", Queue: "load",
	}
}

func TestRunIDsBecomeNames(t *testing.T) {
	at := time.Date(2026, 11, 30, 20, 15, 0, 0, time.UTC)
	for _, name := range []string{"api", "", "Über uns / shop", strings.Repeat("a-", 100), "--"} {
		id := MakeRunID(name, at, 7, 0)
		if err := fleet.CheckID(id); err != nil || !strings.HasSuffix(id, "20261130t201500-000007") {
			t.Errorf("of %q: %s, %v", name, id, err)
		}
	}
	if id := MakeRunID(strings.Repeat("a", 100), at, 7, 15); fleet.CheckID(id+"-ap-southeast-1") != nil {
		t.Errorf("%s leaves no room for a region", id)
	}
	for _, id := range []string{"", "A", "a_b", "-a", "a-", "a/b", "..", strings.Repeat("a", fleet.MostID+1)} {
		if fleet.CheckID(id) == nil {
			t.Errorf("%q is taken", id)
		}
	}
}

func TestWhatNoOtherMachineCouldRunIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Fleet)
		why    string
	}{
		"a folder as store":      {func(f *Fleet) { f.Store = "/tmp/runs" }, "share no folder"},
		"an endpoint on this":    {func(f *Fleet) { f.Endpoint = "http://127.0.0.1:9000" }, "its own machine"},
		"localhost":              {func(f *Fleet) { f.Endpoint = "http://LOCALHOST/" }, "its own machine"},
		"no image":               {func(f *Fleet) { f.Image = "" }, "--image"},
		"no shard":               {func(f *Fleet) { f.Shards = 0 }, "--shards"},
		"too many shards":        {func(f *Fleet) { f.Shards = MostShards + 1 }, "--shards"},
		"another run id":         {func(f *Fleet) { f.RunID = "A b" }, "--run-id"},
		"a file outside":         {func(f *Fleet) { f.Scenario.Files[1].Name = "../etc/passwd" }, "below a folder"},
		"a file twice":           {func(f *Fleet) { f.Scenario.Files[1].Name = "api.yaml" }, "twice"},
		"a variable of no shell": {func(f *Fleet) { f.Variables = []string{"A B"} }, "variable"},
	} {
		f := someFleet()
		c.change(f)
		_, onCluster := Kubernetes{ServiceAccount: "load"}.Manifest(f)
		_, asTasks := someFargate().TaskParts(f)
		_, asJob := someFargate().JobParts(f)
		for _, err := range []error{onCluster, asTasks, asJob} {
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestTheManifestIsWhatAClusterNeeds(t *testing.T) {
	f := someFleet()
	if _, err := (Kubernetes{}).Manifest(f); err == nil || !strings.Contains(err.Error(), "--service-account") {
		t.Errorf("without credentials: %v", err)
	}
	text, err := Kubernetes{Namespace: "load", ServiceAccount: "load", Secrets: []string{"keys"}}.Manifest(f)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "kubernetes.yaml", text)
	for i, one := range strings.Split(string(text), "---\n") {
		d := document.Open("", []byte(one), document.Options{})
		if d.Root == nil || d.Failed() {
			t.Fatalf("document %d cannot be read: %v", i, d.Err())
		}
		if i == 0 {
			if got := d.Root.Find("data").Find("file0").Raw; got != string(f.Scenario.Files[0].Data) {
				t.Errorf("the scenario arrives as %q", got)
			}
		}
	}
}

func TestTasksAndJobsAreInputsOfTheAWSCLI(t *testing.T) {
	f := someFleet()
	for name, make := range map[string]func(*Fleet) ([]Part, error){"ecs.json": someFargate().TaskParts, "batch.json": someFargate().JobParts} {
		parts, err := make(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.MarshalIndent(parts, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		packed, _, _ := strings.Cut(strings.SplitAfter(string(text), `"name": "_TOLLGATE_BUNDLE",`)[1], "}")
		value := strings.Trim(strings.TrimSpace(packed), `"`)
		value = strings.TrimPrefix(value, `value": "`)
		b, err := Unpack(value)
		if err != nil || len(b.Files) != 3 || string(b.Files[0].Data) != string(f.Scenario.Files[0].Data) {
			t.Errorf("%s: %v of %.40q", name, err, value)
		}
		golden(t, name, []byte(strings.ReplaceAll(string(text), value, "PACKED")+"\n"))
	}
	g := someFargate()
	g.TaskRole, g.Subnets, g.Secrets = "role", nil, map[string]string{"API_KEY": "hunter2"}
	_, err := g.TaskParts(f)
	for _, want := range []string{"--task-role", "--subnet", "--secret API_KEY"} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("want %s: %v", want, err)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(got) {
		t.Errorf("%s differs (%v), UPDATE=1 writes it:\n%s", file, err, got)
	}
}

func TestBundlesHaveTheScenariosFilesAndNoSecrets(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{"users.csv": "id\n", "key.pem": "-----BEGIN RSA PRIVATE KEY-----\n", "large.bin": strings.Repeat("x", mostConfigMap)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := MakeBundle("api.yaml", []byte("name: api\n"), folder, []string{"users.csv"})
	if err != nil || len(b.Files) != 2 || b.Main != "api.yaml" {
		t.Fatalf("%v, %+v", err, b)
	}
	for file, why := range map[string]string{"key.pem": "private key", "large.bin": "bytes", "../users.csv": "scenario's folder", "none.csv": "no such file", "api.yaml": "own name"} {
		if _, err := MakeBundle("api.yaml", []byte("name: api\n"), folder, []string{file}); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", file, err)
		}
	}
	into := t.TempDir()
	at, err := b.Write(into)
	if text, e := os.ReadFile(at); err != nil || e != nil || string(text) != "name: api\n" {
		t.Errorf("written: %v, %v", err, e)
	}
}

func FuzzUnpack(f *testing.F) {
	good, err := someFleet().Scenario.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("H4sIAAAAAAAA")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		b, err := Unpack(text)
		if err != nil {
			return
		}
		if err := b.check(); err != nil {
			t.Fatal(err)
		}
		for _, file := range b.Files {
			if !filepath.IsLocal(filepath.FromSlash(file.Name)) {
				t.Fatalf("%q leaves its folder", file.Name)
			}
		}
	})
}

func TestSizesFollowWhatWasMeasured(t *testing.T) {
	two := Capacity{Rate: 40_000, CPUs: 2}
	for _, c := range []struct {
		peak       float64
		shards     int
		measured   Capacity
		need       int
		millicores int
	}{
		{10_000, 1, two, 1, 1000},
		{56_000, 4, two, 4, 1000},
		{56_001, 5, two, 5, 1000},
		{100, 4, two, 1, 500},
		{56_000, 1, two, 4, 4000},
		{56_000, 4, Capacity{}, 0, 1000},
	} {
		if need := Shards(c.peak, c.measured, 1000); need != c.need {
			t.Errorf("%v/s need %d shards, want %d", c.peak, need, c.need)
		}
		if size := SizeFor(c.peak, c.shards, c.measured); size.Millicores != c.millicores {
			t.Errorf("%v/s of %d shards: %+v", c.peak, c.shards, size)
		}
	}
}

func TestAFleetOnFargateHasAPrice(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	// 4 tasks of 2 vCPU and 4 GB for half an hour, at $0.04048 and $0.004445 in us-east-1.
	cost, err := FargatePrice(book, "us-east-1", "x86_64", Size{1500, 600}, 4, 30*time.Minute)
	if err != nil || cost.Text(6) != "0.197480" {
		t.Errorf("%s, %v", cost.Text(6), err)
	}
	least, err := FargatePrice(book, "us-east-1", "x86_64", Size{1500, 600}, 4, time.Second)
	if minute, e := FargatePrice(book, "us-east-1", "x86_64", Size{1500, 600}, 4, time.Minute); err != nil || e != nil || least.Cmp(minute) != 0 {
		t.Errorf("a second costs %v and a minute %v: %v, %v", least, minute, err, e)
	}
	if _, err := FargatePrice(book, "xx-north-9", "arm64", Size{500, 600}, 4, time.Minute); err == nil {
		t.Error("an unknown region has a price")
	}
}
