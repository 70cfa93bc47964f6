#!/usr/bin/env bash
# Installs the load generators that ours is compared with: those of Debian, and
# those written in Go at pinned versions. One that cannot be had is left out.
set -uo pipefail

VEGETA=github.com/tsenart/vegeta/v12@v12.13.0
FORTIO=fortio.org/fortio@v1.68.2
K6=go.k6.io/k6@v1.8.1
ARTILLERY=artillery@2.0.34

sudo=$([ "$(id -u)" = 0 ] || echo sudo)
packages=()
command -v nginx >/dev/null || packages+=(nginx-light)
command -v wrk >/dev/null || packages+=(wrk)
command -v h2load >/dev/null || packages+=(nghttp2-client)
command -v hey >/dev/null || packages+=(hey)
command -v taskset >/dev/null || packages+=(util-linux)
if [ ${#packages[@]} -gt 0 ]; then
  $sudo apt-get update -q || true
  for p in "${packages[@]}"; do
    $sudo apt-get install -y -q --no-install-recommends "$p" || echo "$p could not be installed"
  done
fi

bin=${1:-.bin}
mkdir -p "$bin"
for module in "$VEGETA" "$FORTIO" "$K6"; do
  name=$(basename "${module%@*}")
  [ "$name" = v12 ] && name=vegeta
  [ -x "$bin/$name" ] || GOBIN=$(cd "$bin" && pwd) go install "$module" || echo "$module could not be built"
done
if command -v npm >/dev/null && [ ! -x "$bin/artillery" ]; then
  npm install --silent --no-audit --no-fund --omit=optional --ignore-scripts --prefix "$bin/artillery-js" "$ARTILLERY" &&
    ln -sf artillery-js/node_modules/.bin/artillery "$bin/artillery" || echo "$ARTILLERY could not be installed"
fi
