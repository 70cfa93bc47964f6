package lab

import (
	"net/http"
	"strings"
	"time"

	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/logs"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/lab/aws/sigv4"
	"tollgate/targets/lab/aws/xray"
)

// cloud serves the AWS services that know of the doors and their functions, at
// one address. now is the clock of all of them.
func (l *Lab) cloud(now func() time.Time) http.Handler {
	keys := sigv4.Keys{}
	for _, c := range l.Config().Credentials {
		keys[c.AccessKeyID] = c.SecretAccessKey
	}
	return &protocol.Endpoint{
		Now:  now,
		Keys: keys,
		Services: []protocol.Mount{
			{Name: "logs", Handler: logs.New(now, l.Lines).Service(), Claims: func(r *http.Request) bool {
				return strings.HasPrefix(r.Header.Get("X-Amz-Target"), "Logs_")
			}},
			{Name: "lambda", Handler: control.NewLambda(now, l.Functions()...).Service(), Claims: func(r *http.Request) bool {
				return strings.HasPrefix(r.URL.Path, "/2015-03-31/")
			}},
			{Name: "xray", Handler: l.Traces().Service(), Claims: func(r *http.Request) bool { return xray.Claims(r.URL.Path) }},
			{Name: "apigateway", Handler: control.NewGateway(l.APIs()...).Service(), Claims: func(r *http.Request) bool {
				return control.Claims(r.URL.Path)
			}},
			{Name: "monitoring", Handler: l.Metrics().Service()},
		},
		Refuses: func() (protocol.Refusal, bool) { return l.RefusesAWS(now()) },
	}
}
