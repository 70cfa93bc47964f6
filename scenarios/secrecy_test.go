package scenarios

import (
	"slices"
	"testing"
)

func TestValuesOfTheEnvironmentAreNotShownInAddresses(t *testing.T) {
	env := map[string]string{
		"URL": "https://api.example.com/s3cret/v1/", "HOST": "api.example.com", "PATH_KEY": "s3cret", "PORT": "8443",
		"KEY": "k3y-value", "USER": "ann", "REGION": "eu-central-1",
	}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	for _, row := range []struct{ what, url, address string }{
		{"an address of the file itself", "https://api.example.com/prod", "https://api.example.com/prod"},
		{"a part of the path", "https://api.example.com/prod/${env:PATH_KEY}/v1", "https://api.example.com/prod/***/v1"},
		{"all of the address", "${env:URL}", "https://api.example.com/***"},
		{"the host", "https://${env:HOST}/prod", "https://api.example.com/prod"},
		{"host and port, and no path", "https://${env:HOST}:${env:PORT}", "https://api.example.com:8443"},
		{"host and path", "https://${env:HOST}/${env:PATH_KEY}", "https://api.example.com/***"},
		{"two parts of the path", "https://api.example.com/${env:PATH_KEY}-${env:KEY}/", "https://api.example.com/***-***"},
	} {
		text := "name: x\ntargets:\n  a: {kind: origin, url: '" + row.url + "', region: '${env:REGION}'}\nrequests:\n" +
			"  - {name: r, path: '/items?u=${env:USER}', headers: {X-Api-Key: '${env:KEY}'}, json: {user: ['${env:USER}-1']}}\nload:\n  - constant: {rate: 1/s, for: 1s}\n"
		s, err := Parse("x.yaml", []byte(text), lookup)
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		if got := s.Targets[0].Address(); got != row.address {
			t.Errorf("%s is shown as %s, want %s", row.what, got, row.address)
		}
		var secrets []string
		for _, x := range s.Secrets {
			secrets = append(secrets, x.Reveal())
		}
		for _, want := range []string{"ann", "k3y-value"} {
			if !slices.Contains(secrets, want) {
				t.Errorf("%s: %q is sent, and no secret", row.what, want)
			}
		}
		if slices.Contains(secrets, "eu-central-1") || slices.Contains(secrets, "api.example.com") {
			t.Errorf("%s: regions and hosts are shown, and are no secrets: %q", row.what, secrets)
		}
	}
}
