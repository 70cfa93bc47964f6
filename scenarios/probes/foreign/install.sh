#!/usr/bin/env bash
# Installs the programs that `make foreign` starts, on Debian.
set -euo pipefail
cd "$(dirname "$0")"

packages=()
need() { [ -e "$1" ] || packages+=("${@:2}"); }
need /usr/sbin/nginx nginx-light
need /usr/sbin/varnishd varnish
need /usr/sbin/haproxy haproxy
command -v npm >/dev/null || packages+=(nodejs npm)
if [ ${#packages[@]} -gt 0 ]; then
  sudo=$([ "$(id -u)" = 0 ] || echo sudo)
  $sudo apt-get update -q
  $sudo apt-get install -y -q --no-install-recommends "${packages[@]}"
fi
npm ci --silent --no-audit --no-fund --prefix testdata/serverless
