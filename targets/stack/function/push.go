package function

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// A pusher sends messages by the @connections API.
type pusher struct {
	client *http.Client
	env    func(string) string
}

// push sends a message to the connection of a call, signed as the function's role.
// Source: API Gateway developer guide, "Use @connections commands in your backend service".
func (p pusher) push(ctx context.Context, c call, text []byte) error {
	base := cmp.Or(p.env("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"), "https://"+c.domain+"/"+c.stage)
	at := strings.TrimSuffix(base, "/") + "/@connections/" + url.PathEscape(c.connection)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(text))
	if err != nil {
		return err
	}
	digest := sha256.Sum256(text)
	keys := aws.Credentials{AccessKeyID: p.env("AWS_ACCESS_KEY_ID"), SecretAccessKey: p.env("AWS_SECRET_ACCESS_KEY"), SessionToken: p.env("AWS_SESSION_TOKEN")}
	if err := v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(digest[:]), "execute-api", p.env("AWS_REGION"), time.Now()); err != nil {
		return err
	}
	got, err := p.client.Do(r)
	if err != nil {
		return fmt.Errorf("@connections: %w", err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		const most = 1 << 10
		why, _ := io.ReadAll(io.LimitReader(got.Body, most))
		return fmt.Errorf("@connections: %s: %s", got.Status, why)
	}
	return nil
}
