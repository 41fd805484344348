#!/bin/sh
# Runs the pinned Node.js (the binary that the npm package node-linux-<arch> carries).
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) echo "holdfast: no pinned Node.js for $(uname -m); x86_64 and aarch64 are supported" >&2; exit 1 ;;
esac
node="$here/node_modules/node-linux-$arch/bin/node"
if [ ! -x "$node" ]; then
  echo "holdfast: the pinned Node.js is missing ($node); run ./holdfast up, npm test or npm ci to install it" >&2
  exit 1
fi
exec "$node" --disable-warning=ExperimentalWarning "$@"
