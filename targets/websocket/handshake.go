package websocket

import (
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- RFC 6455 asks for it, and nothing depends on its strength
	"encoding/base64"
	"net/http"
	"strings"
)

// guid is the one of RFC 6455, section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Accept is what a server answers to a handshake's key, in Sec-WebSocket-Accept.
func Accept(key string) string {
	sum := sha1.Sum([]byte(key + guid)) // #nosec G401 -- as above
	return base64.StdEncoding.EncodeToString(sum[:])
}

// NewKey makes up the key of a handshake.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

// Asked says whether a request asks for a WebSocket, of the version that there is
// (RFC 6455, section 4.2.1).
func Asked(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	return r.Method == http.MethodGet && err == nil && len(key) == 16 && r.Header.Get("Sec-WebSocket-Version") == "13" &&
		Lists(r.Header, "Upgrade", "websocket") && Lists(r.Header, "Connection", "upgrade")
}

// Lists says whether a header that is a list has an element, in any case.
func Lists(h http.Header, name, element string) bool {
	for _, line := range h.Values(name) {
		for one := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(one), element) {
				return true
			}
		}
	}
	return false
}
