package main

import (
	"fmt"
	"net/url"
	"testing"

	"tollgate/targets"
)

func TestAnEnvironmentWithoutTheProxyThatIsAskedForIsWarnedOf(t *testing.T) {
	t.Parallel()
	local := targets.Target{Name: "app", URL: &url.URL{Scheme: "http", Host: "127.0.0.1:8000"}}
	if all := unproxied([]targets.Target{local}); all != nil {
		t.Errorf("%v where no proxy is asked for", all)
	}
	local.Connection.ProxyAsked = true
	const want = "[target app: the environment names no proxy for 127.0.0.1:8000, so load goes there directly (NO_PROXY, localhost and loopback addresses are excepted)]"
	if got := fmt.Sprint(unproxied([]targets.Target{local})); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
