package doors

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"tollgate/targets"
)

// connectionHeader is the header by which a server learns whose message it is. API Gateway
// sends it where the integration maps it so (integration.request.header.connectionId:
// context.connectionId); the lab always does. Source: API Gateway developer guide, "Set up data
// mapping in API Gateway" and "Use @connections commands in your backend service".
const connectionHeader = "Connectionid"

// socketBackend is an HTTP integration of a route: a POST of the message to a server on this
// machine; that of $connect and $disconnect has no body. The time that takes is real.
func socketBackend(d *door, i *Integration) stage {
	client := &http.Client{
		Timeout:       time.Duration(d.config.Timeout),
		Transport:     &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	d.closers = append(d.closers, client.CloseIdleConnections)
	return func(x *exchange) bool {
		got, body, err := post(d.life, client, x, i.URL)
		x.integration = time.Since(x.ready)
		if err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() {
				return x.fail(targets.FaultTimeout)
			}
			return x.fail(targets.FaultMalformed)
		}
		x.response = newResponse(min(max(got.StatusCode, 200), 599), got.Header.Get("Content-Type"), string(body))
		return false
	}
}

func post(ctx context.Context, client *http.Client, x *exchange, url string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(slices.Clone(x.content())))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", cmp.Or(x.request.Header.Get("Content-Type"), jsonType))
	r.Header.Set(connectionHeader, x.connection.ID)
	got, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, largestBody+1))
	if err == nil && len(body) > largestBody {
		err = errors.New("the backend's response is too large")
	}
	return got, body, err
}
