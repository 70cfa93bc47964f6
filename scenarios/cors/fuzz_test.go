package cors

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// What an answer allows for some time need not be asked again at once, and what it does not
// allow is not remembered as allowed. Whatever a server says, it is read without a fault.
func FuzzWhatIsAllowedIsRemembered(f *testing.F) {
	f.Add("PUT", "X-Page", page, "PUT, PATCH", "x-page, authorization", "", "60", false)
	f.Add("POST", "Content-Type", "*", "*", "*", "", "", false)
	f.Add("DELETE", "Authorization", page, "*,DELETE", "*,Authorization", "true", "-1", true)
	f.Add("GET", "Accept", "null", ",,", " ,x", "TRUE", "99999999999999999999", true)
	f.Fuzz(func(t *testing.T, method, name, origin, methods, headers, credentials, maxAge string, cookies bool) {
		a := AskFor(page, method, http.Header{name: {"application/json"}}, cookies)
		if a == nil {
			return
		}
		if joined := strings.Join(a.Fields()["Access-Control-Request-Headers"], ""); joined != strings.ToLower(joined) {
			t.Errorf("asked %q", joined)
		}
		said := http.Header{
			"Access-Control-Allow-Origin": {origin}, "Access-Control-Allow-Methods": {methods}, "Access-Control-Allow-Headers": {headers},
			"Access-Control-Allow-Credentials": {credentials}, "Access-Control-Max-Age": {maxAge},
		}
		field, saw := a.Refused(said.Values)
		if (field == "") != (saw == "") {
			t.Errorf("%q, %q", field, saw)
		}
		var c Cache
		if c.Allows(a, []byte("u"), 0) {
			t.Error("an empty memory allows it")
		}
		if field != "" {
			return
		}
		c.Keep(a, []byte("u"), said.Values, time.Hour)
		lasts := age(strings.TrimSpace(maxAge))
		if lasts < 0 || lasts > longest {
			t.Errorf("%q counts for %v", maxAge, lasts)
		}
		if c.Allows(a, []byte("u"), time.Hour) != (lasts > 0) || c.Allows(a, []byte("u"), time.Hour+lasts) {
			t.Errorf("%q is not remembered for %v", said, lasts)
		}
	})
}
