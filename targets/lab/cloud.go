package lab

import (
	"net/http"
	"time"

	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/logs"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/lab/aws/sigv4"
)

// cloud serves the AWS services that know of the doors and their functions, at
// one address. now is the clock of all of them.
func (l *Lab) cloud(now func() time.Time) http.Handler {
	keys := sigv4.Keys{}
	for _, c := range l.Config().Credentials {
		keys[c.AccessKeyID] = c.SecretAccessKey
	}
	roles := l.Config().AWS.Assumed()
	for _, r := range roles {
		keys[r.KeyID] = r.Secret
	}
	account := control.Limit{Rate: float64(l.Config().Account.Rate), Burst: l.Config().Account.Burst}
	secrets, parameters := l.Stores()
	return &protocol.Endpoint{
		Now:  now,
		Keys: keys,
		Services: []protocol.Mount{
			{Name: "logs", Handler: logs.New(now, l.Lines).Service(), Claims: []string{"Logs_"}},
			{Name: "lambda", Handler: control.NewLambda(now, l.Functions()...).Service(), Claims: []string{"/2015-03-31/", "/2016-08-19/", "/2019-09-30/", "/2021-10-31/"}},
			{Name: "xray", Handler: l.Traces().Service(), Claims: []string{"/Trace"}},
			{Name: "apigateway", Handler: control.NewGateway(l.APIs()...).And(l.SecondAPIs()...).Sharing(account).Service(), Claims: []string{"/restapis", "/usageplans", "/account", "/v2/apis"}},
			{Name: "elasticloadbalancing", Handler: control.NewBalancing(l.Balancers()...).Service()},
			{Name: "sts", Handler: control.NewSTS(now, roles...)},
			{Name: "cloudformation", Handler: control.NewFormation(l.Stacks()...).Service()},
			{Name: "secretsmanager", Handler: secrets.SecretsManager(), Claims: []string{"secretsmanager."}},
			{Name: "s3", Handler: l.Buckets()},
			{Name: "ssm", Handler: parameters.Parameters(), Claims: []string{"AmazonSSM."}},
			{Name: "cognito-idp", Handler: l.Issuer().Cognito(), Claims: []string{"AWSCognitoIdentityProviderService."}, Open: true},
			{Name: "monitoring", Handler: l.Metrics().Service()},
		},
		Permits: l.permits(),
		Refuses: func() (protocol.Refusal, bool) { return l.RefusesAWS(now()) },
	}
}
