package launch

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// anECS is that of one region, which keeps what tasks it was asked for.
type anECS struct {
	aCluster
	asked []string // RunTask, as JSON
}

func (a *anECS) Ask(ctx context.Context, operation string, in, out any) error {
	if operation == "RunTask" {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		a.asked = append(a.asked, string(text))
	}
	return a.aCluster.Ask(ctx, operation, in, out)
}

func TestEachRegionIsAFleetOfItsOwn(t *testing.T) {
	f, g := someFleet(), someFargate()
	f.Image = "eu-west-1=a/tollgate:1,us-east-1=b/tollgate:1"
	g.Region, g.Subnets, g.SecurityGroups = "", []string{"us-east-1=subnet-u", "eu-west-1=subnet-e", "us-east-1=subnet-v"}, []string{"us-east-1=sg-u", "eu-west-1=sg-e"}
	all, err := InRegions([]string{"eu-west-1", "us-east-1"}, f, g)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d regions, %v", len(all), err)
	}
	for i, want := range []struct {
		region, image string
		subnets       []string
		group         string
	}{{"eu-west-1", "a/tollgate:1", []string{"subnet-e"}, "sg-e"}, {"us-east-1", "b/tollgate:1", []string{"subnet-u", "subnet-v"}, "sg-u"}} {
		one := all[i]
		if one.RunID != "api-1-"+want.region || one.Fleet.Region != want.region || one.Fargate.Region != want.region || one.Image != want.image || one.Shards != f.Shards {
			t.Errorf("%s: %+v", want.region, one.Fleet)
		}
		if !slices.Equal(one.Args, append(slices.Clone(f.Args), "--tag", "from="+want.region)) {
			t.Errorf("%s: arguments %q", want.region, one.Args)
		}
		ecs := &anECS{}
		tasks := &Tasks{Fleet: one.Fleet, Fargate: one.Fargate, ECS: ecs}
		if err := tasks.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(ecs.asked) != f.Shards {
			t.Errorf("%s: %d tasks of %d", want.region, len(ecs.asked), f.Shards)
		}
		subnets, _ := json.Marshal(want.subnets)
		for _, text := range ecs.asked {
			if !strings.Contains(text, string(subnets)) || !strings.Contains(text, want.group) || !strings.Contains(text, `"startedBy":"`+one.ObjectName()+`"`) {
				t.Errorf("%s: %s", want.region, text)
			}
		}
	}
	if len(f.Args) != 2 || f.RunID != "api-1" {
		t.Errorf("the fleet itself became %+v", f)
	}
}

func TestWhatRegionsLackIsNamedAtOnce(t *testing.T) {
	three := []string{"eu-west-1", "us-east-1", "ap-southeast-1"}
	for name, c := range map[string]struct {
		regions []string
		change  func(*Fleet, *Fargate)
		says    []string
	}{
		"no subnets, clusters of two, one role less": {three, func(_ *Fleet, g *Fargate) {
			g.Subnets, g.Cluster, g.TaskRole = nil, "eu-west-1=a,us-east-1=b", ""
		}, []string{"--subnet: none is given for eu-west-1, us-east-1, ap-southeast-1", "--cluster: none is given for ap-southeast-1", "--task-role"}},
		"a subnet of no region": {three, func(_ *Fleet, g *Fargate) { g.Subnets = []string{"subnet-1"} }, []string{"--subnet subnet-1: say which region it is in, as eu-west-1=subnet-1"}},
		"another region's":      {three, func(_ *Fleet, g *Fargate) { g.Subnets = []string{"sa-east-1=subnet-1"} }, []string{"--regions does not have sa-east-1", "none is given for"}},
		"groups of one":         {three, func(_ *Fleet, g *Fargate) { g.SecurityGroups = []string{"eu-west-1=sg-1"} }, []string{"--security-group: none is given for us-east-1, ap-southeast-1"}},
		"two clusters of one":   {three[:1], func(_ *Fleet, g *Fargate) { g.Cluster = "eu-west-1=a,eu-west-1=b" }, []string{"eu-west-1 has two: a and b"}},
		"two clusters of all":   {three[:1], func(_ *Fleet, g *Fargate) { g.Cluster = "a,b" }, []string{`"a" is neither`}},
		"a long id":             {three, func(f *Fleet, _ *Fargate) { f.RunID = strings.Repeat("a", 40) }, []string{"with -ap-southeast-1 it has 55 characters"}},
		"no image":              {three, func(f *Fleet, _ *Fargate) { f.Image = "" }, []string{"--image: name the image"}},
		"a region twice":        {[]string{"eu-west-1", "eu-west-1"}, func(*Fleet, *Fargate) {}, []string{"eu-west-1 is there twice"}},
		"no region":             {[]string{"Europe"}, func(*Fleet, *Fargate) {}, []string{`"Europe" must be the name of a region`}},
	} {
		f, g := someFleet(), someFargate()
		g.Subnets = nil
		for _, region := range c.regions {
			g.Subnets = append(g.Subnets, region+"=subnet-1")
		}
		c.change(f, &g)
		_, err := InRegions(c.regions, f, g)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: want %q: %v", name, want, err)
			}
		}
	}
}
