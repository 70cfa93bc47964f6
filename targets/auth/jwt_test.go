package auth

import (
	"encoding/base64"
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
