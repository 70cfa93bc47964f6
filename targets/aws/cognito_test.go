package aws

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tollgate/targets"
)

// TestCognitoIsFoundInItsRegion names addresses, and asks none of them.
func TestCognitoIsFoundInItsRegion(t *testing.T) {
	const own = "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"
	for _, row := range []struct {
		own, target string
		env         map[string]string
		want        string
	}{
		{"eu-west-1", "eu-central-1", nil, "https://cognito-idp.eu-west-1.amazonaws.com/"},
		{"", "eu-central-1", nil, "https://cognito-idp.eu-central-1.amazonaws.com/"},
		{"", "", map[string]string{"AWS_REGION": "us-west-2"}, "https://cognito-idp.us-west-2.amazonaws.com/"},
		{"cn-north-1", "", nil, "https://cognito-idp.cn-north-1.amazonaws.com.cn/"},
		{"eusc-de-east-1", "", nil, "https://cognito-idp.eusc-de-east-1.amazonaws.eu/"},
		{"", "us-east-1", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1/"},
		{"", "us-east-1", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1", own: "http://127.0.0.1:2/"}, "http://127.0.0.1:2/"},
		{"", "", nil, "nothing says in which region the user pool is: give cognito a region, or set AWS_REGION"},
	} {
		t.Run(row.want, func(t *testing.T) {
			for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", own} {
				t.Setenv(name, row.env[name])
			}
			t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
			t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
			pools, err := OpenUserPools(t.Context(), targets.Target{Region: row.target}, row.own)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = pools.String()
			}
			if got != row.want {
				t.Errorf("%+v: %s", row, got)
			}
		})
	}
}

func TestAThrottledOperationIsAskedAgain(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"__type": "ThrottlingException", "message": "Rate exceeded"}`))
			return
		}
		if !strings.Contains(r.Header.Get("Authorization"), "/secretsmanager/aws4_request") {
			t.Errorf("it is signed by %q", r.Header.Get("Authorization"))
		}
		_, _ = w.Write([]byte(`{"SecretString": "s"}`))
	}))
	defer server.Close()
	got, err := Stored(t.Context(), targets.Target{CloudWatch: server.URL}, targets.Stored{Secret: "shop"})
	if err != nil || got != "s" || asked != 3 {
		t.Errorf("%q after %d, %v", got, asked, err)
	}
}

func TestWhatIsNotCognitoIsSaidToBe(t *testing.T) {
	for _, row := range []struct {
		status       int
		header, body string
		want         string
	}{
		{200, "Content-Type: text/html", "<html>", "answers, but not as Cognito (HTTP status 200, text/html"},
		{200, "Content-Type: application/json", "{}", "answers, but not as Cognito: check the region and AWS_ENDPOINT_URL"},
		{403, "Content-Type: application/json", `{"message": "Forbidden"}`, "answers, but not as Cognito (HTTP status 403"},
	} {
		pools, err := OpenUserPools(t.Context(), targets.Target{CloudWatch: endpoint(t, row.status, row.header, row.body)}, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pools.InitiateAuth(t.Context(), SignIn{}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%d %s: %v", row.status, row.body, err)
		}
	}
}
