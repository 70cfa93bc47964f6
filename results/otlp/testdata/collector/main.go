// Command collector is an OpenTelemetry Collector's receiver of OTLP over HTTP. It prints
// each delivery as a line of OTLP/JSON, and ends with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: collector HOST:PORT")
	}
	if err := serve(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func serve(address string) error {
	factory := otlpreceiver.NewFactory()
	config := factory.CreateDefaultConfig()
	conf := confmap.NewFromStringMap(map[string]any{"protocols": map[string]any{"http": map[string]any{"endpoint": address}}})
	if err := conf.Unmarshal(config); err != nil {
		return err
	}
	printer, err := consumer.NewMetrics(func(_ context.Context, m pmetric.Metrics) error {
		line, err := new(pmetric.JSONMarshaler).MarshalMetrics(m)
		if err == nil {
			_, err = fmt.Println(string(line))
		}
		return err
	})
	if err != nil {
		return err
	}
	settings := receiver.Settings{ID: component.NewID(factory.Type()), TelemetrySettings: componenttest.NewNopTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	r, err := factory.CreateMetrics(context.Background(), settings, config, printer)
	if err != nil {
		return err
	}
	if err := r.Start(context.Background(), componenttest.NewNopHost()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return r.Shutdown(context.Background())
}
