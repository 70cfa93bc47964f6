package targets

import (
	"strings"
	"testing"

	"tollgate/pricing"
)

func TestNamesOfAWSSayWhereAFrontDoorIs(t *testing.T) {
	for _, row := range []struct {
		name, host           string
		service, region, api string // service "": AWS did not make this name
		wrong                string
	}{
		{"an API", "a1b2c3.execute-api.eu-central-1.amazonaws.com", "execute-api", "eu-central-1", "a1b2c3", ""},
		{"an API in capitals", "A1B2C3.Execute-API.EU-Central-1.AmazonAWS.com", "execute-api", "eu-central-1", "a1b2c3", ""},
		{"an API with a trailing dot", "a1b2c3.execute-api.eu-north-1.amazonaws.com.", "execute-api", "eu-north-1", "a1b2c3", ""},
		{"an API's dual-stack name", "a1b2c3.execute-api.us-west-2.api.aws", "execute-api", "us-west-2", "a1b2c3", ""},
		{"an API in China", "a1b2c3.execute-api.cn-north-1.amazonaws.com.cn", "execute-api", "cn-north-1", "a1b2c3", ""},
		{"a dual-stack API in China", "a1b2c3.execute-api.cn-northwest-1.api.amazonwebservices.com.cn", "execute-api", "cn-northwest-1", "a1b2c3", ""},
		{"an API in GovCloud", "a1b2c3.execute-api.us-gov-west-1.amazonaws.com", "execute-api", "us-gov-west-1", "a1b2c3", ""},
		{"an API in the sovereign cloud", "a1b2c3.execute-api.eusc-de-east-1.amazonaws.eu", "execute-api", "eusc-de-east-1", "a1b2c3", ""},
		{"an API in an isolated region", "a1b2c3.execute-api.us-iso-east-1.c2s.ic.gov", "execute-api", "us-iso-east-1", "a1b2c3", ""},
		{"a private API and its endpoint", "a1b2c3-vpce-0f1e2d3c4b5a69788.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-1", "a1b2c3", ""},
		{"an endpoint", "vpce-0f1e2d3c-4b5a6978.execute-api.eu-west-1.vpce.amazonaws.com", "execute-api", "eu-west-1", "", ""},
		{"an endpoint in one zone", "vpce-0f1e2d3c-4b5a6978-eu-west-1a.execute-api.eu-west-1.vpce.amazonaws.com", "execute-api", "eu-west-1", "", ""},
		{"a regional custom domain's own name", "d-a1b2c3d4e5.execute-api.sa-east-1.amazonaws.com", "execute-api", "sa-east-1", "", ""},
		{"a function URL", "xyz.lambda-url.ap-southeast-5.on.aws", "lambda-url", "ap-southeast-5", "", ""},
		{"a load balancer", "my-alb-123.eu-west-3.elb.amazonaws.com", "elb", "eu-west-3", "", ""},
		{"a load balancer as CDK names it", "Stack-LB8A12-1ABCDEFG.eu-central-1.elb.amazonaws.com", "elb", "eu-central-1", "", ""},
		{"a dual-stack load balancer", "dualstack.My-ALB-123.eu-central-1.elb.amazonaws.com", "elb", "eu-central-1", "", ""},
		{"an internal load balancer", "internal-my-alb-123.eu-central-2.elb.amazonaws.com", "elb", "eu-central-2", "", ""},
		{"a load balancer in China", "my-alb-123.cn-north-1.elb.amazonaws.com.cn", "elb", "cn-north-1", "", ""},
		{"a network load balancer", "my-nlb-123.elb.eu-central-1.amazonaws.com", NetworkBalancer, "eu-central-1", "", ""},
		{"a distribution, which is in no region", "D111111abcdef8.CloudFront.net.", "cloudfront", "", "", ""},
		{"CloudFront's own site", "cloudfront.net", "", "", "", ""},
		{"a name that only ends like a distribution's", "d111111abcdef8.notcloudfront.net", "", "", "", ""},
		{"a custom domain", "api.example.com", "", "", "", ""},
		{"an address", "127.0.0.1", "", "", "", ""},
		{"a name that only looks like it", "a1b2c3.execute-api.eu-central-1.amazonaws.com.example.com", "", "", "", ""},
		{"a name that only ends like it", "execute-api.eu-central-1.notamazonaws.com", "", "", "", ""},
		{"a Web Function", "bcdfghjklmnpqrst.b7t.lambda-web.us-east-1.on.aws", "lambda-web", "us-east-1", "", ""},
		{"a Web Function in several regions", "bcdfghjklmnpqrst.lambda-web.global.on.aws", "lambda-web", "", "", ""},
		{"another service of AWS", "bucket.s3.eu-central-1.amazonaws.com", "", "", "", ""},
		{"AWS itself", "amazonaws.com", "", "", "", ""},
		{"a region that is none", "a1b2c3.execute-api.us-east-9.amazonaws.com", "execute-api", "us-east-9", "a1b2c3", `did you mean "us-east-1"?`},
		{"a region of another partition", "a1b2c3.execute-api.cn-north-1.amazonaws.com", "execute-api", "cn-north-1", "a1b2c3", "those end in amazonaws.com.cn or"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, known, err := ReadHost(row.host)
			if known != (row.service != "") || h != (Host{Service: row.service, Region: row.region, API: row.api, Private: strings.Contains(row.host, "vpce-"), Global: strings.Contains(row.host, ".global.") || row.service == "cloudfront"}) {
				t.Errorf("%+v, %v", h, known)
			}
			if (err == nil) != (row.wrong == "") || err != nil && !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%v, want %q", err, row.wrong)
			}
		})
	}
}

// Every region can be read off the name of every kind of front door that has one.
func TestEveryRegionIsReadOffItsHosts(t *testing.T) {
	for _, r := range pricing.Regions {
		for _, k := range Kinds {
			if k.Service == "" || k.HostSuffix != "" {
				continue
			}
			for _, suffix := range r.Partition.Suffixes {
				name := strings.Join([]string{"a1", k.Service, r.Name, suffix}, ".")
				if k.RegionFirst {
					name = strings.Join([]string{"a1", r.Name, k.Service, suffix}, ".")
				}
				if h, known, err := ReadHost(name); !known || err != nil || h.Region != r.Name || h.Service != k.Service {
					t.Errorf("%s: %+v, %v, %v", name, h, known, err)
				}
			}
		}
	}
}

func FuzzReadHost(f *testing.F) {
	f.Add("A1.execute-api.eu-central-1.amazonaws.com.")
	f.Add("dualstack.a.eu-west-1.elb.amazonaws.com")
	f.Add("..elb.amazonaws.com")
	f.Fuzz(func(t *testing.T, name string) {
		h, known, err := ReadHost(name)
		if !known && (h != Host{} || err != nil) {
			t.Errorf("%q is no front door, and yet %+v, %v", name, h, err)
		}
		if known && err == nil && h.Region != "" {
			if _, ok := pricing.RegionNamed(h.Region); !ok {
				t.Errorf("%q is in %q, which is no region", name, h.Region)
			}
		}
	})
}

func TestOnlyWhatCanBePrivateIsAtAnInterfaceEndpoint(t *testing.T) {
	for host, want := range map[string]int{
		"a1b2c3-vpce-0f1e2d3c4b5a69788.execute-api.eu-west-1.amazonaws.com": 1,
		"vpce-0f1e2d3c-4b5a6978.execute-api.eu-west-1.vpce.amazonaws.com":   1,
		"a1b2c3.execute-api.eu-west-1.amazonaws.com":                        3,
		"internal-shop-1234567890.eu-central-1.elb.amazonaws.com":           1,
		"d111111abcdef8.cloudfront.net":                                     1,
	} {
		kinds := KindsAt(host)
		if len(kinds) != want || strings.Contains(host, "vpce") && kinds[0] != &RESTAPI {
			t.Errorf("%s can be of %d kinds, want %d", host, len(kinds), want)
		}
	}
}
