package scenarios

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"tollgate/pricing"
)

// guardBook has prices of us-east-1 for what each front door costs.
func guardBook(t *testing.T) *pricing.Book {
	t.Helper()
	rates := map[string]pricing.Money{}
	for _, key := range []string{"apigateway.rest.requests", "apigateway.http.requests", "lambda.requests", "lambda.duration.x86_64", "alb.lcu", "transfer.out"} {
		rates[key] = pricing.Money(pricing.Ratio(1, 1_000_000))
	}
	return tinyBook(t).Stating([]string{"us-east-1"}, rates, "test")
}

// someNames is a resolver that knows two names.
func someNames(name string) ([]netip.Addr, error) {
	switch name {
	case "intranet.example.com":
		return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
	case "shop.example.com":
		return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
	}
	return nil, errors.New("no such host")
}

// guarded is a plan of so many seconds at a rate.
func guarded(t *testing.T, target, load, more string) *Plan {
	t.Helper()
	text := fmt.Sprintf("name: x\ntargets:\n  a: {%s}\nrequests: [{name: r, path: /}]\nload: [{%s}]\n%s\n", target, load, more)
	s, err := Parse("x.yaml", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	return planOf(t, s)
}

// verdict is what a guard makes of a plan: it runs, asks for --yes, or refuses.
func verdict(g Guard, p *Plan) (string, string) {
	word, why := "runs", ""
	for _, r := range g.Refusals(p) {
		if why += r.Error() + "\n"; !r.Asks {
			word = "refuses"
		} else if word == "runs" {
			word = "asks"
		}
	}
	return word, why
}

// TestTheGuard is the table of doors, regions, limits on the cost, addresses and
// confirmations. Nothing is sent and nothing is connected to.
func TestTheGuard(t *testing.T) {
	const small, large, huge = "constant: {rate: 10/s, for: 1s}", "constant: {rate: 400/s, for: 1h}", "constant: {rate: 5000/s, for: 1h}"
	hosts := map[string]string{
		"rest-api": "https://a1.execute-api.%s.amazonaws.com/prod", "http-api": "https://a1.execute-api.%s.amazonaws.com",
		"function-url": "https://a1.lambda-url.%s.on.aws", "alb": "https://A-1.%s.elb.amazonaws.com",
	}
	type row struct {
		load, maxCost string
		yes           bool
		want          string
	}
	known := []row{
		{small, "", false, "runs"},
		{small, "5", false, "runs"},
		{small, "0.0000001", false, "refuses"},
		{huge, "", false, "asks"},
		{huge, "", true, "runs"},
		{huge, "0.01", false, "refuses"},
		{huge, "0.01", true, "refuses"},
		{huge, "100000", false, "runs"},
	}
	unknown := []row{
		{small, "", false, "asks"},
		{small, "", true, "runs"},
		{small, "5", false, "refuses"},
		{small, "5", true, "refuses"},
		{huge, "", false, "asks"},
		{huge, "", true, "runs"},
		{huge, "100000", false, "refuses"},
		{huge, "100000", true, "refuses"},
	}
	here := []row{{huge, "", false, "runs"}, {huge, "5", false, "runs"}, {huge, "", true, "runs"}}
	public := []row{
		{small, "", false, "runs"},
		{small, "5", false, "runs"},
		{large, "", false, "asks"},
		{large, "5", false, "asks"},
		{large, "", true, "runs"},
		{large, "5", true, "runs"},
		{"constant: {rate: 501/s, for: 1s}", "", false, "asks"},
		{"constant: {rate: 500/s, for: 1s}", "", false, "runs"},
		{"burst: {requests: 501}", "", false, "asks"},
		{"constant: {rate: 500/s, for: 200s}", "", false, "runs"},
		{"constant: {rate: 500/s, for: 201s}", "", false, "asks"},
		{"closed: {users: 3, for: 1s}", "", false, "asks"},
		{"closed: {users: 100, think: 1s, for: 1s}", "", false, "runs"},
	}
	type door struct {
		name, target string
		rows         []row
	}
	doors := []door{
		{"an origin on loopback", `kind: origin, url: "http://127.0.0.1:1"`, here},
		{"an origin on localhost", `kind: origin, url: "http://LOCALHOST:1"`, here},
		{"an origin on a private network", `kind: origin, url: "http://192.168.7.7"`, here},
		{"an origin whose name is private", `kind: origin, url: "https://intranet.example.com"`, here},
		{"an origin at a public address", `kind: origin, url: "http://203.0.113.7"`, public},
		{"an origin whose name is public", `kind: origin, url: "https://shop.example.com"`, public},
		{"an origin whose name is not known", `kind: origin, url: "https://gone.example.com"`, public},
		{"a lab's front door", "kind: rest-api, url: lab", here},
	}
	for kind, host := range hosts {
		doors = append(
			doors,
			door{kind + " where prices are known", fmt.Sprintf("kind: %s, url: %q", kind, fmt.Sprintf(host, "us-east-1")), known},
			door{kind + " where they are not", fmt.Sprintf("kind: %s, url: %q", kind, fmt.Sprintf(host, "eu-north-1")), unknown},
			door{kind + " on this machine", fmt.Sprintf("kind: %s, url: \"http://127.0.0.1:1\", region: eu-north-1", kind), unknown},
		)
	}
	for _, d := range doors {
		for _, r := range d.rows {
			t.Run(fmt.Sprintf("%s, %s, max-cost %q, yes %v", d.name, r.load, r.maxCost, r.yes), func(t *testing.T) {
				g := Guard{Book: guardBook(t), Yes: r.yes, Lookup: someNames}
				if r.maxCost != "" {
					var err error
					if g.MaxCost, err = pricing.ParseMoney(r.maxCost); err != nil {
						t.Fatal(err)
					}
				}
				got, why := verdict(g, guarded(t, d.target, r.load, ""))
				if got != r.want {
					t.Errorf("it %s, want %s: %s", got, r.want, why)
				}
				if got == "asks" != strings.Contains(why, "--yes") {
					t.Errorf("it %s, and says %s", got, why)
				}
			})
		}
	}
}

func TestARefusalSaysWhatIsUnknownAndWhatMendsIt(t *testing.T) {
	api := `kind: rest-api, url: "https://a1.execute-api.eu-north-1.amazonaws.com/prod"`
	load := "constant: {rate: 10000/s, for: 30m}"
	for _, row := range []struct {
		name, target, load, more string
		guard                    Guard
		want                     []string
	}{
		{
			"a region without prices", api, load, "",
			Guard{},
			[]string{
				"the cost of this run is unknown", "apigateway.rest.requests, lambda.duration.x86_64, lambda.requests, transfer.out (eu-north-1, Europe (Stockholm))",
				`"tollgate prices update --region eu-north-1"`, "--prices prices.yaml", "--yes",
			},
		},
		{"a limit on the cost that cannot be kept", api, load, "", Guard{MaxCost: AskFromCost}, []string{"--max-cost cannot be enforced, since", "prices update"}},
		{
			"some rates are stated", api, load, "pricing: {rates: {lambda.requests: 0.0000002, transfer.out: 0.09}}",
			Guard{},
			[]string{"no prices for apigateway.rest.requests, lambda.duration.x86_64 (eu-north-1"},
		},
		{"all rates are stated", api, load, "pricing: {rates: {apigateway.rest.requests: 0.0000035, lambda.requests: 0.0000002, lambda.duration.x86_64: 0.0000166667, transfer.out: 0.09}}", Guard{}, []string{"this run may cost $", "more than $1.00"}},
		{
			"a region without a public price list", `kind: http-api, url: "https://a1.execute-api.cn-north-1.amazonaws.com.cn"`, load, "",
			Guard{},
			[]string{"(cn-north-1, China (Beijing))", "AWS's public price lists lack some: state those in US dollars per unit, as rates: {apigateway.http.requests: …, lambda."},
		},
		{"amounts that differ show it", `kind: rest-api, url: "https://a1.execute-api.us-east-1.amazonaws.com/prod"`, "constant: {rate: 10/s, for: 1s}", "", Guard{MaxCost: pricing.Money(pricing.Ratio(1, 1_000_000))}, []string{"more than the $0.0000010 of --max-cost"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.guard.Book = guardBook(t)
			_, why := verdict(row.guard, guarded(t, row.target, row.load, row.more))
			for _, want := range row.want {
				if !strings.Contains(why, want) {
					t.Errorf("%q is not in %s", want, why)
				}
			}
		})
	}
}

// Names are looked up where the load is so large that it matters, and nowhere else.
func TestTheGuardLooksUpNoMoreThanItNeeds(t *testing.T) {
	var asked []string
	g := Guard{Book: guardBook(t), Lookup: func(name string) ([]netip.Addr, error) {
		asked = append(asked, name)
		return nil, errors.New("no")
	}}
	for target, want := range map[string]int{
		`kind: origin, url: "https://shop.example.com"`:                      0,
		`kind: http-api, url: "https://api.example.com", region: eu-north-1`: 0,
	} {
		verdict(g, guarded(t, target, "constant: {rate: 10/s, for: 1s}", ""))
		if len(asked) != want {
			t.Errorf("%s: %v were looked up", target, asked)
		}
	}
	verdict(g, guarded(t, `kind: http-api, url: "https://api.example.com", region: us-east-1`, "constant: {rate: 1000/s, for: 1h}", ""))
	if len(asked) != 0 {
		t.Errorf("%v were looked up, of a front door", asked)
	}
	verdict(g, guarded(t, `kind: origin, url: "https://shop.example.com"`, "constant: {rate: 1000/s, for: 1h}", ""))
	if len(asked) != 1 {
		t.Errorf("%v were looked up", asked)
	}
}

func TestSeveralRunsAtOneTimeAreHeldToOneLimit(t *testing.T) {
	most, err := ParseMaxRate("250")
	if err != nil {
		t.Fatal(err)
	}
	const free, priced = `kind: origin, url: "https://shop.example.com"`, `kind: rest-api, url: "https://a1.execute-api.us-east-1.amazonaws.com/prod"`
	for _, row := range []struct {
		name, target, load string
		guard              Guard
		alone, want, says  string
	}{
		{"what the owner of a server is asked for", free, "constant: {rate: 200/s, for: 10s}", Guard{}, "runs", "asks", "these 3 runs together may send 6,000 requests, up to 600 a second"},
		{"a limit on the rate", free, "constant: {rate: 100/s, for: 10s}", Guard{Limits: []Limit{{Rated: "a test", MaxRate: most}}}, "runs", "refuses", "3 runs at one time may send up to 300 a second"},
		{"a limit on the costs", priced, "constant: {rate: 100/s, for: 100s}", Guard{MaxCost: AskFromCost}, "runs", "runs", ""},
		{"a limit on the costs that one keeps", priced, "constant: {rate: 1000/s, for: 150s}", Guard{Yes: true, MaxCost: AskFromCost}, "runs", "refuses", "these 3 runs together may cost $"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := guarded(t, row.target, row.load, "")
			row.guard.Book, row.guard.Lookup = guardBook(t), someNames
			if got, why := verdict(row.guard, p); got != row.alone {
				t.Errorf("one %s, want %s: %s", got, row.alone, why)
			}
			row.guard.Runs = 3
			if got, why := verdict(row.guard, p); got != row.want || !strings.Contains(why, row.says) {
				t.Errorf("three: it %s, want %s and %q: %s", got, row.want, row.says, why)
			}
		})
	}
}
