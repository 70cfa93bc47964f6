package load

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A tokenStamp sends tokens that are numbered, each of which serves for a minute.
func tokenStamp(n *int) targets.Stamp {
	proof := func() (string, time.Time, error) {
		if *n++; *n < 0 {
			return "", time.Time{}, errors.New("expired")
		}
		return fmt.Sprintf("Bearer token-%03d", *n), time.Unix(int64(60**n), 0), nil
	}
	return targets.Stamp{PerRequest: true, Header: "Authorization", Proof: proof, Sign: func(r *targets.Request) (err error) {
		var value string
		value, r.Until, err = proof()
		r.Header.Set("Authorization", value)
		return err
	}}
}

// A proof that is the value of a header goes out as one for which the whole request is made
// anew: byte for byte, whatever the request.
func TestAProofInAHeaderIsSentAsAnyOther(t *testing.T) {
	for name, r := range map[string]scenarios.Request{
		"a plain one":                     {Path: "/items"},
		"a path as it is written":         {Path: "//x/./y/../a%2Fb?a=1;b=2&c=100%"},
		"a question mark at its end":      {Path: "/x?"},
		"a missing slash":                 {Path: "x y"},
		"headers on both sides":           {Path: "/", Header: targets.Header{"Accept": {"a", "b"}, "Zone": {" z "}, "x-lower": {"l"}}},
		"a header in its place":           {Path: "/", Header: targets.Header{"authorization": {"Basic ${uuid}"}}},
		"no User-Agent":                   {Path: "/", Header: targets.Header{"User-Agent": {""}}},
		"a body":                          {Method: "POST", Path: "/items", Body: []byte(`{"a": "$${b}"}`)},
		"an empty body":                   {Method: "PUT", Path: "/items"},
		"an API key besides":              {Path: "/", APIKey: targets.NewSecret("key")},
		"values in path, header and body": {Method: "POST", Path: "/${uuid}?q=${timestamp}", Header: targets.Header{"X-Id": {"${uuid}"}}, Body: []byte("${uuid}-${timestamp}")},
	} {
		t.Run(name, func(t *testing.T) {
			base, _ := url.Parse("http://a.example/prod")
			r.Values = &scenarios.Values{}
			compose := func(stamp targets.Stamp) Message {
				m, err := composeOne(targets.Target{URL: base}, stamp, r, &Job{Seed: 7})
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
			a, b := 0, 0
			whole := tokenStamp(&a)
			whole.Header, whole.Proof = "", nil
			signed, carried := compose(whole), compose(tokenStamp(&b))
			text := carried.HTTP1()
			for i := range 3 {
				s := values.Sending{Seq: uint64(i), At: int64(i) * 1e9}
				a, b = i, i
				want, err := signed.Render(&s)
				if err != nil {
					t.Fatal(err)
				}
				got, err := text.Append(nil, &s)
				if err != nil || !bytes.Equal(got, AppendHTTP1(nil, want)) || !s.Until.Equal(want.Until) {
					t.Errorf("error %v, sent until %v, want %v:\n%q\n%q", err, s.Until, want.Until, got, AppendHTTP1(nil, want))
				}
				b = i
				rendered, err := carried.Render(&s)
				if err != nil || !bytes.Equal(AppendHTTP1(nil, rendered), got) || !rendered.Until.Equal(want.Until) {
					t.Errorf("rendered with error %v until %v:\n%q\n%q", err, rendered.Until, AppendHTTP1(nil, rendered), got)
				}
			}
		})
	}
}

// What expired is made anew, and nothing else; without a proof there is no request.
func TestAnExpiredProofIsMadeAnew(t *testing.T) {
	base, _ := url.Parse("http://a.example")
	n := 0
	m, err := composeOne(targets.Target{URL: base}, tokenStamp(&n), scenarios.Request{Path: "/"}, &Job{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Render(&values.Sending{})
	if err != nil {
		t.Fatal(err)
	}
	old := r.Header.Get("Authorization")
	again, err := m.Renew(r) // its time is in 1970
	if err != nil || again == r || again.Header.Get("Authorization") == old || r.Header.Get("Authorization") != old {
		t.Errorf("error %v, %q after %q", err, again.Header, r.Header)
	}
	r.Until = time.Now().Add(time.Hour)
	if same, err := m.Renew(r); same != r || err != nil {
		t.Errorf("a proof that serves was made anew, error %v", err)
	}
	n = -10
	if _, err := m.Render(&values.Sending{}); err == nil {
		t.Error("a request was rendered without a proof")
	}
	r.Until = time.Unix(1, 0)
	if _, err := m.Renew(r); err == nil {
		t.Error("a proof that expired was left")
	}
}

// A token costs a request what any other value does.
func TestATokenIsRenderedWithoutAnAllocation(t *testing.T) {
	base, _ := url.Parse("http://a.example")
	stamp := tokenStamp(new(int))
	stamp.Proof = func() (string, time.Time, error) { return "Bearer token", time.Time{}, nil }
	m, err := composeOne(targets.Target{URL: base}, stamp, scenarios.Request{Path: "/", Body: []byte("body")}, &Job{})
	if err != nil {
		t.Fatal(err)
	}
	text, s, buffer := m.HTTP1(), values.Sending{}, make([]byte, 0, 1000)
	if n := testing.AllocsPerRun(100, func() { buffer, _ = text.Append(buffer[:0], &s) }); n > 0 {
		t.Errorf("%v allocations for each request", n)
	}
}
