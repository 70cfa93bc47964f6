#!/bin/sh
# A small Kubernetes for tests, on this machine alone and as root: etcd, the control plane, two
# kubelets with a containerd each, and an S3 server, all on a bridge of its own.
#
#   .ci/kubernetes/cluster.sh up DIR [IMAGE.tar]    DIR/bin comes from build.sh
#   .ci/kubernetes/cluster.sh lose DIR NODE         as if the machine lost its power
#   .ci/kubernetes/cluster.sh down DIR
#
# It needs Debian's containerd, runc, containernetworking-plugins, etcd-server, iptables and
# iproute2. The API is at https://127.0.0.1:6443 (DIR/run/kubeconfig); S3 at http://10.99.0.1:7070,
# with the bucket runs and the keys in DIR/run/s3.env. About 1 GB of memory.
#
# It is for schedules, retries and losses. Both nodes share the processors and the clock of one
# machine, so it says nothing of throughput, and nothing of clocks that differ.
set -eu
verb=$1
dir=$(cd "$2" && pwd)
run=$dir/run
bridge=tgfleet0
host=10.99.0.1
nodes='1 2'

kubectl() { "$dir/bin/kubectl" --kubeconfig "$run/kubeconfig" "$@"; }

# start NAME PROGRAM...: in the background, until stop NAME.
start() {
  name=$1
  shift
  "$@" >"$run/$name.log" 2>&1 </dev/null &
  echo $! >"$run/$name.pid"
}

# stop NAME SIGNAL
stop() {
  [ ! -f "$run/$1.pid" ] || kill -"$2" "$(cat "$run/$1.pid")" 2>/dev/null || true
  rm -f "$run/$1.pid"
}

# await SECONDS COMMAND...
await() {
  left=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo "gave up waiting for: $*" >&2; return 1; }
    sleep 0.2
  done
}

network() {
  # With a fixed address: else the bridge takes that of a pod, and changes it when the pod
  # ends, which stalls all others for half a minute.
  ip link add "$bridge" address 02:00:0a:63:00:01 type bridge 2>/dev/null || true
  ip address replace "$host/24" dev "$bridge"
  ip link set "$bridge" up
  mkdir -p "$run/cni"
  cat >"$run/cni/10-fleet.conflist" <<END
{"cniVersion": "0.4.0", "name": "fleet", "plugins": [{"type": "bridge", "bridge": "$bridge", "isGateway": true, "ipMasq": false,
  "ipam": {"type": "host-local", "dataDir": "$run/addresses", "ranges": [[{"subnet": "10.99.0.0/24", "rangeStart": "10.99.0.10"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
END
}

storage() {
  mkdir -p "$run/s3/runs"
  (umask 077; printf 'AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test-secret\nAWS_REGION=us-east-1\n' >"$run/s3.env")
  start s3 env ROOT_ACCESS_KEY=test ROOT_SECRET_KEY=test-secret "$dir/bin/versitygw" --port "$host:7070" posix "$run/s3"
}

control_plane() {
  openssl genrsa -out "$run/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$run/accounts.key" -pubout -out "$run/accounts.pub" 2>/dev/null
  token=$(openssl rand -hex 16)
  (umask 077; echo "$token,admin,admin,\"system:masters\"" >"$run/tokens.csv")
  cat >"$run/kubeconfig" <<END
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: "$token"}}]
contexts: [{name: test, context: {cluster: test, user: admin}}]
current-context: test
END
  start etcd etcd --data-dir "$run/etcd" --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 \
    --listen-peer-urls http://127.0.0.1:12380 --initial-advertise-peer-urls http://127.0.0.1:12380 --initial-cluster default=http://127.0.0.1:12380
  # ServiceAccount is off: pods take no tokens, and no controller makes accounts here.
  start api "$dir/bin/kube-apiserver" --etcd-servers=http://127.0.0.1:12379 --bind-address=127.0.0.1 --advertise-address=127.0.0.1 --secure-port=6443 \
    --cert-dir="$run/certificates" --service-cluster-ip-range=10.98.0.0/24 --service-account-issuer=https://127.0.0.1:6443 \
    --service-account-key-file="$run/accounts.pub" --service-account-signing-key-file="$run/accounts.key" --token-auth-file="$run/tokens.csv" \
    --authorization-mode=RBAC --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none --kubelet-preferred-address-types=InternalIP
  await 120 kubectl get --raw /readyz
  start manager "$dir/bin/kube-controller-manager" --kubeconfig="$run/kubeconfig" --leader-elect=false --bind-address=127.0.0.1 \
    --cert-dir="$run/certificates-manager" --service-account-private-key-file="$run/accounts.key" --node-monitor-grace-period=10s \
    --controllers=job-controller,node-lifecycle-controller,garbage-collector-controller,pod-garbage-collector-controller,namespace-controller,taint-eviction-controller
  start scheduler "$dir/bin/kube-scheduler" --kubeconfig="$run/kubeconfig" --leader-elect=false --bind-address=127.0.0.1 --cert-dir="$run/certificates-scheduler"
}

# containers NODE: its containerd. Not every test machine may raise oom_score_adj.
containers() {
  mkdir -p "$run/node$1"
  cat >"$run/node$1/containerd.toml" <<END
version = 2
root = "$run/node$1/containers/root"
state = "$run/node$1/containers/state"
oom_score = 0
[grpc]
  address = "$run/node$1/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$run/cni"
END
  start "containerd$1" containerd -c "$run/node$1/containerd.toml"
  await 30 ctr -a "$run/node$1/containerd.sock" version
}

# pause builds the image of the process that holds a pod's network.
pause() {
  mkdir -p "$run/pause"
  printf 'package main\n\nimport "time"\n\nfunc main() {\n\tfor {\n\t\ttime.Sleep(time.Hour)\n\t}\n}\n' >"$run/pause/main.go"
  (cd "$run/pause" && CGO_ENABLED=0 GO111MODULE=off go build -o app main.go && tar -cf layer.tar app)
  digest=$(sha256sum "$run/pause/layer.tar" | cut -d' ' -f1)
  printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/app"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$(go env GOARCH)" "$digest" >"$run/pause/config.json"
  printf '[{"Config":"config.json","RepoTags":["localhost/pause:1"],"Layers":["layer.tar"]}]' >"$run/pause/manifest.json"
  tar -C "$run/pause" -cf "$run/pause.tar" manifest.json config.json layer.tar
}

kubelet() {
  cat >"$run/node$1/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
address: $host
port: 1025$1
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: 1035$1
failCgroupV1: false
failSwapOn: false
cgroupDriver: cgroupfs
cgroupRoot: /tgfleet$1
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
evictionHard: {memory.available: "100Mi"}
containerRuntimeEndpoint: unix://$run/node$1/containerd.sock
podLogsDir: $run/node$1/logs
oomScoreAdj: 0
maxPods: 50
makeIPTablesUtilChains: false
featureGates: {KubeletInUserNamespace: true}
END
  for controller in cpu cpuacct cpuset memory devices freezer blkio pids systemd unified; do # cgroup v1
    [ ! -d /sys/fs/cgroup/$controller ] || mkdir -p "/sys/fs/cgroup/$controller/tgfleet$1"
  done
  [ ! -f /sys/fs/cgroup/cgroup.controllers ] || mkdir -p "/sys/fs/cgroup/tgfleet$1" # version 2
  for file in cpuset.cpus cpuset.mems; do
    [ ! -f /sys/fs/cgroup/cpuset/$file ] || cat /sys/fs/cgroup/cpuset/$file >"/sys/fs/cgroup/cpuset/tgfleet$1/$file"
  done
  start "kubelet$1" "$dir/bin/kubelet" --config="$run/node$1/kubelet.yaml" --kubeconfig="$run/kubeconfig" --root-dir="$run/node$1/root" \
    --cert-dir="$run/node$1/certificates" --hostname-override="node$1" --node-ip="$host"
}

# kill_containers NODE: those of its containerd, and nothing else.
kill_containers() {
  socket=$run/node$1/containerd.sock
  [ -S "$socket" ] || return 0
  for task in $(ctr -a "$socket" -n k8s.io task ls -q 2>/dev/null); do
    ctr -a "$socket" -n k8s.io task kill -s KILL "$task" 2>/dev/null || true
  done
}

lose() {
  stop "kubelet$1" KILL
  kill_containers "$1"
  stop "containerd$1" KILL
}

up() {
  [ ! -d "$run" ] || { echo "$run exists: bring that cluster down first" >&2; exit 1; }
  mkdir -p "$run"
  network
  storage
  control_plane
  pause
  for node in $nodes; do
    containers "$node"
    ctr -a "$run/node$node/containerd.sock" -n k8s.io images import "$run/pause.tar" >/dev/null
    [ $# -eq 0 ] || ctr -a "$run/node$node/containerd.sock" -n k8s.io images import --index-name localhost/tollgate:test "$1" >/dev/null
    kubelet "$node"
  done
  for node in $nodes; do
    await 60 kubectl wait --for=condition=Ready "node/node$node" --timeout=5s
  done
  kubectl create secret generic s3 --from-env-file="$run/s3.env" >/dev/null
  kubectl get nodes
}

down() {
  [ -d "$run" ] || return 0
  for node in $nodes; do
    stop "kubelet$node" TERM
    kill_containers "$node"
    socket=$run/node$node/containerd.sock
    if [ -f "$run/containerd$node.pid" ] && [ -S "$socket" ]; then
      sleep 1
      for container in $(ctr -a "$socket" -n k8s.io containers ls -q 2>/dev/null); do
        ctr -a "$socket" -n k8s.io task rm -f "$container" >/dev/null 2>&1 || true
        ctr -a "$socket" -n k8s.io containers rm "$container" >/dev/null 2>&1 || true
      done
    fi
  done
  stop api KILL # it waits for etcd for ever
  for name in manager scheduler etcd containerd1 containerd2 s3; do
    stop "$name" TERM
  done
  sleep 1
  pkill -KILL -f -- "containerd-shim.* -address $run/" || true # those of a node that was lost
  awk -v below="$run/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n1 umount -l
  ip link delete "$bridge" 2>/dev/null || true
  for node in $nodes; do
    find /sys/fs/cgroup -depth -type d -path "*/tgfleet$node*" -exec rmdir {} + 2>/dev/null || true
  done
  rm -rf "$run"
}

shift 2
case $verb in
up) up "$@" ;;
lose) lose "$1" ;;
down) down ;;
*) echo "usage: cluster.sh up|lose|down DIR" >&2; exit 2 ;;
esac
