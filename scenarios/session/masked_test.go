package session

import (
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A path may hold a value of the environment, and a server echoes a key.
func TestFindingsHoldNoSecrets(t *testing.T) {
	secret, key := "s3cret-of-the-query", "the-key-of-the-target-1"
	p := &prober{
		session:  &session{Config: Config{Scenario: &scenarios.Scenario{Secrets: []targets.Secret{targets.NewSecret(secret)}}}, targets: []targets.Target{{Auth: targets.Auth{APIKey: targets.NewSecret(key)}}}},
		question: &probe.Question{},
	}
	f := p.masked(&results.Finding{
		Checks: []results.Check{{Claim: "a", About: "GET /?q=" + secret, Measured: "403 " + key}},
		Tables: []results.Table{{Rows: [][]string{{"GET /?q=" + secret, "403 " + key}}}},
	})
	if c := f.Checks[0]; c.About != "GET /?q="+targets.Masked || c.Measured != "403 "+targets.Masked {
		t.Errorf("%+v", c)
	}
	if row := f.Tables[0].Rows[0]; row[0] != "GET /?q="+targets.Masked || row[1] != "403 "+targets.Masked {
		t.Errorf("%q", row)
	}
}
