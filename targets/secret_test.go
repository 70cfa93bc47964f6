package targets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNoWayOfPrintingGivesASecretAway(t *testing.T) {
	const text = "hunter2hunter2"
	auth := Auth{APIKey: NewSecret(text), Bearer: NewSecret(text)}
	target := Target{Name: "rest", Auth: auth}
	private := struct{ key Secret }{auth.APIKey}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "auth", auth, "key", auth.APIKey)
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "auth", auth, "key", auth.APIKey)
	js, err := json.Marshal(auth)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
		fmt.Fprintf(&log, verb+" "+verb+" "+verb+" "+verb+" "+verb+"\n", auth.APIKey, auth, target, &auth, private)
	}
	log.Write(js)
	for _, leak := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%X", text)} {
		if strings.Contains(log.String(), leak) {
			t.Errorf("the secret shows as %q in:\n%s", leak, log.String())
		}
	}
	if auth.APIKey.Reveal() != text || auth.APIKey.IsZero() || !(Secret{}).IsZero() {
		t.Error("the secret cannot be revealed any more")
	}
}
