package auth

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// FuzzTheEndOfAToken reads any token: it ends no later than its issuer says.
func FuzzTheEndOfAToken(f *testing.F) {
	asked := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	f.Add(`{"exp": 1796040000, "iat": 1796039940, "username": "ada"}`, int64(60))
	f.Add(`{"exp": 1e300, "iat": -1}`, int64(0))
	f.Add(`{"exp": "soon"}`, int64(-1))
	f.Fuzz(func(t *testing.T, payload string, seconds int64) {
		life := time.Duration(seconds%(1<<31)) * time.Second
		end := endOf("h."+base64.RawURLEncoding.EncodeToString([]byte(payload))+".s", asked, life)
		if life > 0 && (end.After(asked.Add(life)) || end.Before(asked.Add(life-sameClock))) {
			t.Errorf("asked for %v it ends at %v", life, end)
		}
	})
}

// webToken is a JSON Web Token with some claims.
func webToken(claims string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

func TestWhenAWebTokenExpires(t *testing.T) {
	asked := time.Unix(1_800_000_000, 0)
	for name, test := range map[string]struct {
		token string
		want  time.Time
	}{
		"no web token":                          {"opaque", time.Time{}},
		"one without an expiry":                 {webToken(`{"sub":"me"}`), time.Time{}},
		"one that expires in an hour":           {webToken(`{"exp":1800003600}`), time.Unix(1_800_003_600, 0)},
		"one with a fraction":                   {webToken(`{"exp":1800003600.75}`), time.Unix(1_800_003_600, 0)},
		"one that was issued a while ago":       {webToken(`{"iat":1799999000,"exp":1800000600}`), time.Unix(1_800_000_600, 0)},
		"one of an issuer whose clock is ahead": {webToken(`{"iat":1800000300,"exp":1800000360}`), time.Unix(1_800_000_060, 0)},
		"one whose payload is padded":           {strings.Replace(webToken(`{"exp":1800003600}`), ".c2", "==.c2", 1), time.Unix(1_800_003_600, 0)},
		"one that expires after all":            {webToken(`{"exp":1e300}`), time.Time{}},
		"one whose expiry is a text":            {webToken(`{"exp":"soon"}`), time.Time{}},
		"one whose payload is no JSON":          {webToken(`exp`), time.Time{}},
		"one whose payload is no base64":        {"a.%%%.c", time.Time{}},
	} {
		if got := webTokenExpiry(test.token, asked); !got.Equal(test.want) {
			t.Errorf("%s: expires at %v, want %v", name, got, test.want)
		}
	}
}

func FuzzWebTokenExpiry(f *testing.F) {
	f.Add(webToken(`{"iat":1799999000,"exp":1800000600}`))
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, token string) {
		asked := time.Unix(1_800_000_000, 0)
		if got := webTokenExpiry(token, asked); !got.IsZero() && (got.Year() > 9999 || got.Year() < 1) {
			t.Errorf("%q expires at %v", token, got)
		}
	})
}
