// Package lab serves front doors as AWS has them, on loopback, with a small
// machine-learning API behind them and an endpoint of AWS's services besides. It is
// what a newcomer measures first, and what every analysis is tested against, because
// it knows the truth about itself.
//
// # The rooms
//
//   - doors: the front doors, what a lab file sets of them, their faults and the truth.
//   - function/runtime runs a function as processes of this machine, function/event
//     puts requests into the events of each front door and reads what comes back.
//   - identity: the token endpoint and the user pool, whose tokens the doors accept.
//   - timer: modelled delays, closer than the runtime's own timers.
//   - aws: the services that know of the doors: cloudwatch, logs, xray, and control
//     (Lambda and API Gateway); and secrets, which keeps what targets name. Package
//     protocol speaks their protocols, sigv4 verifies their signatures.
//
// This package serves them: [Start] and [Lab.Close]; a child process by [Serve],
// which a parent starts by [Spawn], so that the lab's garbage collector does not
// disturb a measurement; and a control endpoint for the truth, faults, caches and
// the certificate of the test CA.
//
// # The AWS endpoint
//
// Its contract is what Tollgate asks, what the alarms of "check --export-alarms"
// contain, and what the README promises to AWS SDKs and the AWS command line, which
// read what Tollgate reads. Everything else is refused by name.
//
//	CloudWatch   GetMetricData: the metrics by which targets.Kind watches each kind,
//	             every statistic and percentile, and expressions of numbers, metrics,
//	             the four operators, comparisons, IF and FILL; ListMetrics
//	Logs         StartQuery and GetQueryResults, with queries of the form
//	             fields … | filter field = "x" or … | sort @timestamp | limit n
//	X-Ray        GetTraceSummaries by function, BatchGetTraces
//	Lambda       GetFunctionConfiguration; UpdateFunctionConfiguration of variables
//	API Gateway  GetRestApis, GetRestApi, GetApis, GetApi, and what describes a stage
//	             of them; a tag of a REST API's stage says where it is served
//	Cognito      InitiateAuth: USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH; unsigned, as apps ask
//	Secrets      GetSecretValue of Secrets Manager, GetParameter of Systems Manager
//
// SDKs speak to it in the protocols that they have: Smithy RPC v2 CBOR, AWS JSON,
// AWS Query, and REST. It verifies signatures, and has faults of its own: it refuses,
// or reports minutes late, wrongly or never. The truth says what CloudWatch should
// say. At the same address are an OAuth 2 token endpoint (POST /oauth2/token, client
// credentials) and the public key of its tokens (GET /.well-known/jwks.json).
//
// # Who may ask
//
// Pages in a browser can neither drive nor read the control endpoint and the AWS
// services (browser.go): the lab refuses requests for pages of other origins, and
// requests under a name that a page could have made resolve to this machine (DNS
// rebinding). No request can set the command of a function: only a lab file can,
// and with the well-known keys the Lambda endpoint changes no variables but those of
// Tollgate itself. A token for each lab was rejected: curl, AWS SDKs and scripts
// would all need it, and browsers identify themselves. Where the lab listens for
// other machines, programs there may ask by address, by this machine's name or by a
// name of a private network; pages are refused all the same. The doors themselves
// are open to pages as they are at AWS, within their CORS.
package lab
