package pricing

import (
	"strings"
	"testing"
)

func TestEveryRegionIsThereOnceAndSpelledAsAWSDoes(t *testing.T) {
	names, codes := map[string]bool{}, map[string]bool{}
	for _, r := range Regions {
		if names[r.Name] || !regionForm.MatchString(r.Name) || r.Title == "" || r.Partition == nil {
			t.Errorf("%+v", r)
		}
		if r.Billing != "" && codes[r.Billing] {
			t.Errorf("%s: the billing code %s is another region's, too", r.Name, r.Billing)
		}
		names[r.Name], codes[r.Billing] = true, true
	}
	for _, p := range Partitions {
		used := false
		for _, r := range Regions {
			used = used || r.Partition == p
		}
		if !used || len(p.Suffixes) == 0 {
			t.Errorf("partition %s has no region or no suffix", p.Name)
		}
	}
}

func TestAnUnknownRegionIsReportedWithASuggestion(t *testing.T) {
	for name, want := range map[string]string{
		"us-east-9":    `did you mean "us-east-1"?`,
		"eu-centrl-1":  `did you mean "eu-central-1"?`,
		"me-farwest-1": "there are me-central-1, me-south-1",
		"Frankfurt":    "is not an AWS region such as eu-central-1",
		"":             "is not an AWS region such as eu-central-1",
		"mars-north-1": "is not a region that this program knows",
	} {
		if err := CheckRegion(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	for _, r := range Regions {
		if err := CheckRegion(r.Name); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
	}
}

// The throttle of an account is reduced in some regions: all of them exist.
func TestRegionsWithAReducedThrottleExist(t *testing.T) {
	for _, name := range reducedRegions {
		if err := CheckRegion(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if rate, burst := AccountThrottle("eu-central-2"); rate != 2500 || burst != 1250 {
		t.Errorf("eu-central-2 has %d/s with a burst of %d", rate, burst)
	}
	if rate, burst := AccountThrottle("eu-central-1"); rate != 10_000 || burst != 5000 {
		t.Errorf("eu-central-1 has %d/s with a burst of %d", rate, burst)
	}
}
