package aws

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// A tokenService assumes one role, for who knows its external id.
type tokenService struct {
	role, externalID string
	asked            url.Values
}

func (s *tokenService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.asked = r.PostForm
	w.Header().Set("Content-Type", "text/xml")
	if s.asked.Get("RoleArn") != s.role || s.asked.Get("ExternalId") != s.externalID {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: arn:aws:iam::111111111111:user/me is not authorized to perform: sts:AssumeRole on resource: %s</Message></Error></ErrorResponse>`, s.asked.Get("RoleArn"))
		return
	}
	fmt.Fprint(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`)
}

func TestAnAccountIsAskedByItsOwnCredentials(t *testing.T) {
	const role = "arn:aws:iam::222222222222:role/observer"
	service := &tokenService{role: role, externalID: "x1"}
	server := httptest.NewServer(service)
	defer server.Close()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_STS": server.URL, "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": filepath.Join("testdata", "profiles"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join("testdata", "none"), "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	for _, row := range []struct {
		what   string
		target targets.Target
		key    string // "": an error with says
		says   string
	}{
		{"by default", targets.Target{}, "AKIAENV", ""},
		{"by the profile that signs requests", targets.Target{Auth: targets.Auth{IAM: &targets.IAM{Profile: "sender"}}}, "AKIASENDER", ""},
		{"by a profile of its own", targets.Target{Auth: targets.Auth{IAM: &targets.IAM{Profile: "sender"}}, Access: targets.Access{Profile: "observer"}}, "AKIAOBSERVER", ""},
		{"by a profile that is not there", targets.Target{Access: targets.Access{Profile: "nightly"}}, "", `there is no AWS profile "nightly"`},
		{"by a role", targets.Target{Access: targets.Access{Role: role, ExternalID: "x1"}}, "ASIAROLE", ""},
		{"by a role that asks for an external id", targets.Target{Access: targets.Access{Role: role}}, "", "may not be assumed: User: arn:aws:iam::111111111111:user/me is not authorized to perform: sts:AssumeRole on resource: " + role + "; allow these credentials sts:AssumeRole on it, and name them in its trust policy; if that policy asks for an external id"},
	} {
		row.target.Region = "eu-west-1"
		service.asked = nil
		cfg, err := EndpointOf(row.target).Config(t.Context(), nil)
		if row.key == "" {
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v, want %q", row.what, err, row.says)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.what, err)
			continue
		}
		keys, err := cfg.Credentials.Retrieve(t.Context())
		if err != nil || keys.AccessKeyID != row.key {
			t.Errorf("%s: key %s, %v, want %s", row.what, keys.AccessKeyID, err, row.key)
		}
		if row.target.Access.Role != "" && service.asked.Get("RoleSessionName") != "tollgate" {
			t.Errorf("%s: asked with %v", row.what, service.asked)
		}
	}
}

// The lab's token service refuses as AWS does, and what a session asks is asked by the role.
func TestRolesOfTheLabAreAssumed(t *testing.T) {
	config := func(deny ...string) lab.Config {
		return lab.Config{AWS: &lab.AWS{Deny: deny, Roles: map[string]lab.Role{"observer": {}, "partner": {ExternalID: "x-1"}}}, Doors: []lab.DoorConfig{{Kind: "rest-api"}}}
	}
	open, _ := targettest.StartLab(t, config())
	shut, _ := targettest.StartLab(t, config("sts:AssumeRole"))
	without, _ := targettest.StartLab(t, config("lambda:*"))
	t.Setenv("AWS_ACCESS_KEY_ID", targets.LabKeys.ID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", targets.LabKeys.Secret.Reveal())
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	const role = "arn:aws:iam::123456789012:role/"
	refused := func(name string) string {
		return "the role " + role + name + " may not be assumed: User: arn:aws:iam::123456789012:user/lab is not authorized to perform: sts:AssumeRole on resource: " + role + name
	}
	for _, row := range []struct {
		what, role, id string
		at             *lab.Lab
		says           string // the error; "": it is allowed
	}{
		{"a role", "observer", "", open, ""},
		{"a role that asks for an external id", "partner", "x-1", open, ""},
		{"another external id", "partner", "x-2", open, refused("partner")},
		{"no external id", "partner", "", open, "if that policy asks for an external id, write external_id at the target"},
		{"an external id that is not asked for", "observer", "x-1", open, ""},
		{"a role that there is not", "unknown", "", open, refused("unknown")},
		{"what a policy denies", "observer", "", shut, "with an explicit deny"},
		{"what the role may not ask", "observer", "", without, "lambda:GetAccountSettings"},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Setenv("AWS_ENDPOINT_URL", row.at.CloudWatchURL())
			target := targets.Target{Name: "t", Kind: &targets.RESTAPI, Region: "us-east-1", Access: targets.Access{Role: role + row.role, ExternalID: row.id}}
			a, err := Open(t.Context(), target)
			if err == nil {
				_, _, err = a.Concurrency(t.Context())
			}
			if row.says != "" {
				if err == nil || !strings.Contains(err.Error(), row.says) {
					t.Errorf("%v, want %q", err, row.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c, err := a.Caller(t.Context()); err != nil || c.ARN != "arn:aws:sts::123456789012:assumed-role/"+row.role+"/session" {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
}
