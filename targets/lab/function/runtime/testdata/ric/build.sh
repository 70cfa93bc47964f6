#!/bin/sh
# Installs aws-lambda-ric and builds its native part against the system's libcurl.
# The package's own install script builds a libcurl of its own first, which takes
# minutes. Needs g++, libcurl's headers and those of Node.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --silent --no-audit --no-fund
ric=node_modules/aws-lambda-ric
[ -e $ric/rapid-client.node ] && exit 0
headers=$(node -p 'require("node:path").resolve(process.execPath, "../../include/node")')
source=$ric/deps/aws-lambda-cpp
mkdir -p $source
tar xJf $ric/deps/aws-lambda-cpp.tar.xz --no-same-owner -C $source 2>/dev/null
cat > $source/version.cpp <<'CPP'
namespace aws { namespace lambda_runtime {
unsigned get_version_major() { return 0; }
unsigned get_version_minor() { return 2; }
unsigned get_version_patch() { return 6; }
char const* get_version() { return "0.2.6"; }
} }
CPP
g++ -shared -fPIC -O1 -w -std=c++17 -DNODE_GYP_MODULE_NAME=rapid_client -DBUILDING_NODE_EXTENSION \
  -I"$headers" -Inode_modules/node-addon-api -I$source/include \
  $ric/src/native/rapid-client.cc $source/src/runtime.cpp $source/src/logging.cpp $source/version.cpp \
  -lcurl -o $ric/rapid-client.node.new
mv $ric/rapid-client.node.new $ric/rapid-client.node
