package scenarios

import (
	"net/url"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A typedAddress is a target's address as it stands in the file.
type typedAddress struct {
	at     document.Value
	target string
	url    url.URL
	kind   *targets.Kind
}

// forRequests reports addresses of WebSocket where requests are sent.
func (a typedAddress) forRequests() {
	if scheme := targets.HTTPScheme(a.url.Scheme); scheme != a.url.Scheme && !a.kind.OnlyMessages {
		a.at.Problem("is an address for messages over WebSocket, and requests go over HTTP: write %s://, or give each request send: in place of a path", scheme)
	}
}

// forMessages reports addresses in AWS's domain that are not those of a stage.
func (a typedAddress) forMessages() {
	_, onAWS, _ := targets.ReadHost(a.url.Hostname())
	if !onAWS || !a.kind.OnlyMessages || !a.kind.StageInPath {
		return
	}
	switch stage, below, _ := strings.Cut(strings.Trim(a.url.Path, "/"), "/"); {
	case stage == "":
		a.at.Problem("has no stage: write wss://%s/STAGE, as API Gateway's console shows it for the stage", a.url.Host)
	case strings.HasPrefix(below, "@connections"):
		a.at.Problem("is the address by which a backend sends to its clients: clients connect to wss://%s/%s", a.url.Host, stage)
	case below != "":
		a.at.Problem("has more than a stage in its path, and a WebSocket API has nothing there: write wss://%s/%s", a.url.Host, stage)
	}
}
