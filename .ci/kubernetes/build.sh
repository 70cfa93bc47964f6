#!/bin/sh
# Build what a cluster needs, from the Go module proxy alone, into DIR/bin: Kubernetes (API
# server, controller manager, scheduler, kubelet, kubectl) and the S3 server versitygw.
#
#   .ci/kubernetes/build.sh DIR
#
# Ten minutes and 6 GB of Go's build cache on two processors; what is there is not built again.
# Kubernetes replaces its parts by folders of its own repository; a module of ours replaces
# them by the modules that they are published as.
set -eu
version=1.37.2
gateway=1.8.0
mkdir -p "$1/bin" "$1/source"
dir=$(cd "$1" && pwd)
export CGO_ENABLED=0 GOFLAGS=-mod=mod GOWORK=off

[ -x "$dir/bin/versitygw" ] ||
  GOFLAGS='' GOBIN="$dir/bin" go install -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@v$gateway"

cd "$dir/source"
if [ ! -f go.mod ]; then
  described=$(cd / && GOFLAGS='' go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')
  {
    printf 'module cluster\n\ngo 1.26.0\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
    awk -v to="v0.${version#1.}" '$1 ~ /^k8s\.io\// && $2 == "=>" && $3 ~ /^\.\/staging/ { print "\t" $1, "=>", $1, to }' "$described"
    printf ')\n'
  } >go.mod.new
  mv go.mod.new go.mod
fi
set -- -s -w
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  set -- "$@" -X "$package.gitVersion=v$version" -X "$package.gitMajor=1" -X "$package.gitMinor=37" -X "$package.gitTreeState=clean"
done
flags="$*"
for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
  [ -x "$dir/bin/$program" ] || go build -ldflags "$flags" -o "$dir/bin/$program" "k8s.io/kubernetes/cmd/$program"
done
