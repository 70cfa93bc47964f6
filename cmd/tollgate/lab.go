package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/targets/lab"
	"tollgate/targets/lab/doors"
)

func newLab() *cobra.Command {
	var file, truth, listen, ca string
	var asJSON, secure bool
	c := &cobra.Command{
		Use:   "lab",
		Short: "Serve the embedded front doors and their CloudWatch on this machine",
		Long: `Lab serves a REST API, an HTTP API, a function URL and a load balancer on loopback,
in front of a sample application. A lab file adds CloudFront distributions in front of
them, Lambda Web Functions (experimental) and WebSocket APIs: all seven kinds of front
door. It also serves an endpoint for AWS SDKs and the AWS
command line: CloudWatch, Logs Insights, and what probes, targets and init ask of Lambda,
API Gateway, CloudFormation, Cognito, Secrets Manager and the Parameter Store. Set
AWS_ENDPOINT_URL to it, and use the access key and the region that are printed. There the
stack is called lab, the load balancer lab-alb, and the function of the function URL
lab-function-url: tollgate init --stack lab. It serves until Ctrl-C.

The application answers GET /, POST /predict with four features of an iris, and
GET /bytes/N with N bytes, to see what front doors do with large responses. For flows it
remembers: POST /login gives a token that GET /me asks for (a JWT, which the APIs'
authorizers verify), POST /items makes what GET and DELETE /items/ID find, /users and
/orders are listed in pages (GET /users?limit=20&cursor=20), made (POST), read, replaced,
changed and deleted (GET, PUT, PATCH and DELETE /users/ID; 1 to 1000 are there),
GET /catalogue?limit=20&cursor=20 is a list in pages as well, and POST /uploads gives an
address for one PUT, presigned as those of S3, at the lab's object store.

GET /events?n=20&first=100ms&gap=50ms sends events as they are due (format=lines: lines
of JSON; end=[DONE]: a last event) at doors that stream: function URLs and REST APIs with
the key "response_stream" in a lab file. Others send all of them at the end.

GET /me accepts the tokens of the lab's own issuer as well: OAuth 2 client credentials at
the tokens address (client lab-service), and Cognito's InitiateAuth (client lab-app, user
ada), both with the secret open-to-all-in-the-lab. The key "user_pool" of a lab file sets
other clients and users, and how long tokens live. The truth counts tokens that were
issued and refused, and at each front door requests whose token had expired.

The truth address returns what really happened at each front door: which requests
came, which limit refused some of them, and what the function did.

A scenario whose targets say "url: lab" does not need this command: run starts a lab
of its own, and keeps its lab file as lab.json in the run directory.

A lab file in YAML or JSON, --config FILE, sets up the front doors; "tollgate schema
lab" prints its schema, and run --lab FILE measures it. Every key is optional:

  # yaml-language-server: $schema=./lab.schema.json
  seed: 7
  function:
    duration: {median: 8ms, sigma: 0.3}
    init: {median: 100ms, sigma: 0.15}
  doors:
    - kind: rest-api
      listen: 127.0.0.1:8080
      usage_plan: {rate: 100/s, burst: 50, keys: [demo]}

A front door of kind websocket-api, which only a lab file adds, is a chat: everyone who
is connected gets what is sent to the route sendMessage, and other messages come back.
Its routes, and the @connections API for its functions, are as in API Gateway:

  doors:
    - {kind: websocket-api, listen: 127.0.0.1:8081}   # wscat -c ws://127.0.0.1:8081/prod

Routes may call functions of their own, with versions and aliases, and an API may have
several stages, variables and a canary release:

  functions:
    users:
      versions: {"1": {}, "2": {duration: {median: 20ms}}}
      aliases: {live: {version: "1", second_version: "2", second_weight: 10%}}
  doors:
    - kind: rest-api
      name: shop
      routes:
        - {method: GET, path: /users, integration: {function: "users:live"}}
    - {kind: rest-api, name: shop-test, api: shop, stage: test, cache: {ttl: 60s}}
  domains:
    - {name: api.example.com, listen: 127.0.0.1:8082, mappings: [{path: v1, door: shop}]}

A domain answers requests whose host is its name (curl -H 'Host: api.example.com'), and
takes the path of its mapping off; "disable_default_endpoint: true" at the door refuses
all others.

With --tls, or "tls": true at a front door, it speaks HTTPS by a certificate of the
lab's own CA, which is made anew each time. By ALPN each offers what AWS does there:
HTTP/2 besides HTTP/1.1, and HTTP/1.1 alone at function URLs and private REST APIs.

A function with a command is real: for each execution environment the lab starts a
process, of any program that speaks the Lambda Runtime API, and sends it the events
of its front door. Cold starts, crashes and timeouts are then those of the process.
Of this program's environment the process gets only PATH:

  function: {command: [./bootstrap], dir: ./build, memory: 512MB, timeout: 10s}
  function: {command: [npx, aws-lambda-ric, index.handler], environment: {TABLE: users}}
  function: {command: [tollgate, lab, function]}   # the sample application itself

A function with a proxy is a web server of your own that runs on this machine, in any
language: it gets the requests as if it ran in Lambda behind an adapter, and no Lambda
code is needed. Environments and their INIT are modelled then, durations are the server's
own. For a server at another machine say proxy_beyond_loopback: true.

  function: {proxy: "http://127.0.0.1:8000", memory: 512MB, init: {median: 400ms}}

Probes distinguish environments by the header X-Instance-Id, if the function sends
it: a random value that each process makes when it starts.

The lab listens on loopback only, unless you use --listen or the file says
beyond_loopback: true.

Its addresses for truth, faults, caches and AWS services are for programs. The lab
refuses web pages of other sites, and requests under a name other than localhost: use
the address. With --listen, every program that can reach the lab may read the truth
and inject faults, and may use this machine's name or a container's name. Web pages
are refused all the same. No request can change which command a function runs.

The lab injects faults on demand: those of the list "faults" in the file, and, while
it serves, those of a POST to its faults address; GET lists them, DELETE ends them.
Each has a start, counted from when it is requested, and a duration:

  {"fault": "stall", "door": "lab-rest-api", "start": "10s", "for": "5s"}

There are latency and slow-body (with "by": "200ms"), stall, reset,
wrong-length, truncated-chunk, garbage, 5xx, throttle, refuse, tls-failure and
expired-certificate (at doors with "tls": true), and foreign-traffic (with
"rate": "50/s"). "share": "10%" injects it into a tenth of the requests. Messages of
WebSocket APIs meet latency, stall, reset, garbage, 5xx and throttle. At the AWS
endpoint there are aws-throttling, aws-5xx and aws-expired, and of its metrics
metrics-missing, metrics-late and metrics-misdated (with "by": "2m").

EXIT STATUS
  0  served until Ctrl-C
  1  could not, for example because a port is taken
  2  wrong flags or lab file`,
		Example: `  tollgate lab
  curl http://127.0.0.1:PORT/prod/

  # A key that may send 100 requests a second and 50 at once, more than that, and the truth:
  echo '{"listen": "127.0.0.1:9000", "doors": [{"kind": "rest-api", "listen": "127.0.0.1:8080", "usage_plan": {"rate": "100/s", "burst": 50, "keys": ["demo"]}}]}' | tollgate lab --config - &
  curl -sZ --parallel-max 300 -H 'x-api-key: demo' -o /dev/null -w '%{http_code}\n' 'http://127.0.0.1:8080/prod/?[1-300]' | sort | uniq -c
  curl -s http://127.0.0.1:9000/_lab/truth`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := readLab(c, file)
			if err != nil {
				return err
			}
			if listen != "" {
				if config = config.ListenAt(listen); config.Validate() != nil {
					return usage(fmt.Errorf("--listen %s: %w", listen, config.Validate()))
				}
			}
			if secure || ca != "" {
				config = config.WithTLS()
			}
			return serveLab(c, config, labOutput{truth, ca, asJSON})
		},
	}
	c.Flags().StringVar(&file, "config", "", "lab `file`, YAML or JSON, that sets up the front doors; - for standard input")
	c.Flags().StringVar(&listen, "listen", "", "`address` of this machine to listen at, such as 0.0.0.0 for all (default: loopback only)")
	c.Flags().BoolVar(&secure, "tls", false, "HTTPS at every front door, with the protocols that AWS offers there")
	c.Flags().StringVar(&ca, "ca", "", "`file` that the certificate of the lab's own CA is written to, for curl --cacert; implies --tls")
	c.Flags().StringVar(&truth, "truth", "lab.truth.json", "`file` that the truth is written to at the end; empty for none")
	c.Flags().BoolVar(&asJSON, "json", false, "print the addresses as JSON")
	c.AddCommand(newLabChild(), newLabFunction())
	return c
}

// newLabChild serves the lab of a run in a process of its own, so that it does not
// disturb the measurement.
func newLabChild() *cobra.Command {
	return &cobra.Command{
		Use:    "child",
		Short:  "Serve the lab for another process, until standard input ends",
		Hidden: true,
		Args:   args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return lab.Serve(c.Context(), c.InOrStdin(), bytesOut(c))
		},
	}
}

// readLab reads a lab file; without one the lab has its defaults.
func readLab(c *cobra.Command, file string) (config lab.Config, err error) {
	if file == "" {
		return config, nil
	}
	file, data, err := readInput(c.InOrStdin(), file)
	if err != nil {
		return config, usage(err)
	}
	config, notes, err := lab.ParseConfig(file, data)
	if filepath.Base(file) != results.FileLab { // a recorded run, which is read as it is
		note(c, notes)
	}
	return config, usage(err)
}

// writeTruth writes what really happened.
func writeTruth(file string, truth lab.Truth) error {
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(truth, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// A labOutput is what a lab writes where.
type labOutput struct {
	truth, ca string // files; "": none
	asJSON    bool
}

func serveLab(c *cobra.Command, config lab.Config, out labOutput) (err error) {
	defer lab.TuneGC()()
	l, err := lab.Start(config)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, l.Close(), writeTruth(out.truth, l.Truth()))
	}()
	if out.ca != "" {
		if err := os.WriteFile(out.ca, []byte(l.CA()), 0o644); err != nil {
			return err
		}
	}
	if err := printDoors(c.OutOrStdout(), l, out.asJSON); err != nil {
		return err
	}
	warnExposed(c.ErrOrStderr(), l.Exposed())
	fmt.Fprintln(c.ErrOrStderr(), "serving; Ctrl-C ends it")
	<-c.Context().Done()
	return nil
}

// warnExposed warns if other machines can reach the lab.
func warnExposed(w io.Writer, addresses []string) {
	if len(addresses) == 0 {
		fmt.Fprintln(w, "only this machine can reach it")
		return
	}
	fmt.Fprintf(w, "WARNING: OTHER MACHINES CAN REACH THIS LAB, at %s.\n"+
		"WARNING: They can send requests, read the truth, inject faults and use any API key that it shows.\n",
		strings.Join(addresses, ", "))
}

// doorTitle is the kind of a door, with its name where it is not the only one of its kind.
func doorTitle(d lab.Door, all []lab.Door) string {
	title := d.Kind
	if slices.ContainsFunc(all, func(o lab.Door) bool { return o.Kind == d.Kind && o.Name != d.Name }) {
		title += " " + d.Name
	}
	if door, err := pricing.DoorNamed(d.Kind); err == nil && door.Experimental != "" {
		title += " (experimental)"
	}
	return title
}

func printDoors(w io.Writer, l *lab.Lab, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(escape.Raw(w)).Encode(l.Opened())
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, d := range l.Doors() {
		fmt.Fprintf(t, "%s\t%s", doorTitle(d, l.Doors()), d.URL)
		if d.APIKey != "" {
			fmt.Fprintf(t, "\tx-api-key: %s", d.APIKey)
		}
		fmt.Fprintln(t)
		for _, at := range d.Domains {
			fmt.Fprintf(t, "\t%s\tHost: %s\n", at.URL, at.Name)
		}
	}
	fmt.Fprintf(t, "objects\t%s\n", l.ObjectsURL())
	fmt.Fprintf(t, "cloudwatch\t%s\n", l.CloudWatchURL())
	keys := l.Opened().Keys()
	fmt.Fprintf(t, "\tAWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n", keys.ID, keys.Secret.Reveal())
	fmt.Fprintf(t, "\tAWS_REGION=%[1]s AWS_DEFAULT_REGION=%[1]s\n", l.Opened().Region)
	if slices.ContainsFunc(l.Config().Doors, func(d lab.DoorConfig) bool { return d.TLS }) {
		fmt.Fprintf(t, "ca\t%s\n", l.CAURL())
	}
	fmt.Fprintf(t, "tokens\t%s\n", l.TokensURL())
	fmt.Fprintf(t, "truth\t%s\n", l.TruthURL())
	fmt.Fprintf(t, "faults\t%s\n", l.FaultsURL())
	return t.Flush()
}

// newLabFunction is the sample application as a Lambda function, which a lab
// starts for each execution environment where its file has
// "command": ["tollgate", "lab", "function"].
func newLabFunction() *cobra.Command {
	return &cobra.Command{
		Use:    "function",
		Short:  "Be the sample application as a Lambda function",
		Hidden: true,
		Args:   args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return doors.ServeFunction(c.Context(), os.Getenv)
		},
	}
}
