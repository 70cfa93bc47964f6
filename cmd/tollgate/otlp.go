package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/results/otlp"
)

// otlpFlags say where metrics of runs are sent.
type otlpFlags struct {
	address string
	headers []string
}

// otlpHelp is what run and report say of metrics.
const otlpHelp = `METRICS
  --otlp ADDRESS sends metrics of the run to a receiver of OpenTelemetry (OTLP over HTTP),
  such as a Collector (http://127.0.0.1:4318) or Prometheus
  (http://127.0.0.1:9090/api/v1/otlp). --otlp env takes OTEL_EXPORTER_OTLP_ENDPOINT and
  its headers, which are read for nothing else. Variables that say how to send always
  count: OTEL_METRIC_EXPORT_INTERVAL (5000 ms by default),
  OTEL_EXPORTER_OTLP_TIMEOUT, _COMPRESSION, _CERTIFICATE, _CLIENT_KEY,
  _CLIENT_CERTIFICATE, OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME, and
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE (cumulative, delta) and
  _DEFAULT_HISTOGRAM_AGGREGATION (base2_exponential_bucket_histogram,
  explicit_bucket_histogram).
  A run never waits for the receiver. It warns of what was not delivered.`

func (o *otlpFlags) flags(c *cobra.Command, when string) {
	f := c.Flags()
	f.StringVar(&o.address, "otlp", "", "send metrics, "+when+", to the OTLP receiver at this `address`; env: that of OTEL_EXPORTER_OTLP_ENDPOINT")
	f.StringArrayVar(&o.headers, "otlp-header", nil, "`header` for it, as in 'Authorization: Bearer ${env:TOKEN}' (may be repeated)")
}

// receiver is where metrics are to be sent; nil: nowhere.
func (o *otlpFlags) receiver() (*otlp.Receiver, error) {
	if o.address == "" {
		if len(o.headers) > 0 {
			return nil, errors.New("--otlp-header is for the receiver that --otlp names: name one")
		}
		return nil, nil
	}
	headers := make([]string, len(o.headers))
	var errs []error
	for i, h := range o.headers {
		var err error
		headers[i], err = withVariables(h)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return otlp.ParseReceiver(o.address, headers, os.LookupEnv)
}

var variable = regexp.MustCompile(`\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}`)

// withVariables replaces ${env:NAME} in a header.
func withVariables(header string) (string, error) {
	var errs []error
	header = variable.ReplaceAllStringFunc(header, func(found string) string {
		name := variable.FindStringSubmatch(found)[1]
		value, ok := os.LookupEnv(name)
		if !ok {
			errs = append(errs, fmt.Errorf("--otlp-header: the environment variable %s is not set", name))
		}
		return value
	})
	return header, errors.Join(errs...)
}

// sendRuns sends recorded runs, to nil nowhere.
func sendRuns(c *cobra.Command, dirs []string, to *otlp.Receiver) error {
	if to == nil {
		return nil
	}
	for _, dir := range dirs {
		run, err := results.Open(dir)
		if err != nil {
			return err
		}
		if run.Document.State != results.Finished {
			run.Document = results.Summarise(run)
		}
		rejected, err := otlp.Send(c.Context(), to, run)
		if err != nil {
			return err
		}
		if rejected != "" {
			return fmt.Errorf("%s: %s", to, rejected)
		}
		fmt.Fprintf(c.ErrOrStderr(), "%s was sent to %s\n", run.Document.ID, to)
	}
	return nil
}
