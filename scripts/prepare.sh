#!/bin/sh
# Prepares the machine for one of four purposes, each containing the one before:
#   build     the npm packages (and with them the pinned Node.js)
#   runtime   the Debian packages that run containers
#   pair      the Debian packages that a node of two needs beside them
#   test      the Debian packages that tests judge by
# Idempotent; costs milliseconds when nothing is missing; progress on stderr; leaves nothing half-made: npm packages are
# installed aside and swapped in whole, downloads are unpacked aside and renamed.
set -u
profile=${1:-runtime}
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cache=$here/.cache
KUBECTL=$cache/kubectl-1.20

say() { echo "prepare: $*" >&2; }
fail() { # what, why, cure
  echo "holdfast: $1" >&2
  echo "  why:  $2" >&2
  echo "  cure: $3" >&2
  exit 1
}
have() { command -v "$1" > /dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# Tests make images of it alone, so the one that needs libraries will not do.
static_busybox() { file=$(command -v busybox) && ! ldd "$file" > /dev/null 2>&1; }

# The Debian packages whose programs are missing. Programs are asked for, not packages: they may come from elsewhere.
missing_packages() {
  [ "$profile" = build ] && return
  have containerd || echo containerd
  have runc || echo runc
  [ -x /usr/lib/cni/ptp ] || [ -x /opt/cni/bin/ptp ] || echo containernetworking-plugins
  have nft || echo nftables
  have ip || echo iproute2
  have arping || echo iputils-arping
  { have mount && have umount; } || echo mount
  { have nsenter && have setpriv; } || echo util-linux
  have catatonit || echo catatonit
  [ "$profile" = runtime ] && return
  have etcd || echo etcd-server
  { have glusterd && have gluster; } || echo glusterfs-server
  have glusterfs || echo glusterfs-client
  [ "$profile" = test ] || return
  have skopeo || echo skopeo
  have docker-registry || echo docker-registry
  static_busybox || echo busybox-static
  have strace || echo strace
  have fence_redfish || echo fence-agents
  have ipmitool || echo ipmitool
  have ipmi_sim || echo openipmi
  have script || echo bsdutils
  have tar || echo tar
  have git || echo git
}
npm_current() { cmp -s "$here/package-lock.json" "$here/node_modules/.holdfast-lock"; }
kubectl_current() { [ "$profile" != test ] || [ -x "$KUBECTL/usr/bin/kubectl" ]; }
current() { npm_current && kubectl_current && [ -z "$(missing_packages)" ]; }

current && exit 0

# One at a time: whoever comes second waits, then finds everything done. A dead holder's lock is taken over.
lock=$cache/prepare.lock
mkdir -p "$cache" || fail "cannot write $cache" "preparing needs a folder for its work" "run this as the owner of $here"
waited=0
until mkdir "$lock" 2> /dev/null; do
  holder=$(cat "$lock/pid" 2> /dev/null || echo)
  if [ -n "$holder" ] && ! kill -0 "$holder" 2> /dev/null; then rm -rf "$lock"; continue; fi
  [ $waited = 0 ] && say "waiting for another preparation (process ${holder:-unknown})"
  waited=$((waited + 1))
  [ $waited -gt 900 ] && fail "another preparation does not end" "$lock is held by process ${holder:-unknown}" "end it and run this again"
  sleep 1
done
echo $$ > "$lock/pid"
policy_made=
cleanup() {
  [ -n "$policy_made" ] && rm -f /usr/sbin/policy-rc.d
  rm -rf "$cache/npm-new" "$cache/kubectl-new" "$cache/prepare.out" "$lock"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs a command up to four times, waiting 2, 4, 8 seconds in between; what it printed is shown when it fails for good.
retry() { # title, command...
  title=$1; shift
  attempt=1
  while :; do
    "$@" > "$cache/prepare.out" 2>&1 && return 0
    [ $attempt = 4 ] && { tail -n 15 "$cache/prepare.out" >&2; return 1; }
    pause=$((1 << attempt))
    say "$title failed ($(grep -v '^$' "$cache/prepare.out" | tail -n 1)); again in $pause s"
    sleep $pause
    attempt=$((attempt + 1))
  done
}

# `npm ci` refuses a lock file without the optional packages of other platforms, which not every registry has; `npm install`
# leaves those out, takes the locked versions, and checks the same integrity. What it would have written is not kept, and
# what it took beside the lock is found.
npm_install() {
  npm install --prefix "$cache/npm-new" --no-save --no-audit --no-fund --no-progress --loglevel=error || return 1
  node -e '
    const { readFileSync } = require("node:fs");
    const packages = (file) => Object.entries(JSON.parse(readFileSync(file, "utf8")).packages);
    const locked = new Map(packages(process.argv[1]));
    const other = packages(process.argv[2]).filter(([path, { version, integrity }]) => {
      const lock = locked.get(path);
      return !lock || lock.version !== version || lock.integrity !== integrity;
    });
    for (const [path, { version }] of other) console.error(`${path} ${version} is not what package-lock.json names`);
    process.exitCode = other.length > 0 ? 1 : 0;
  ' "$here/package-lock.json" "$cache/npm-new/node_modules/.package-lock.json"
}
install_npm() {
  have npm || fail "npm is missing" "the TypeScript tools and the pinned Node.js come as npm packages" \
    "install Node.js 20 or newer with npm (apt-get install nodejs npm)"
  say "installing npm packages ($(grep -c '"integrity"' "$here/package-lock.json") in the lock file)"
  rm -rf "$cache/npm-new" && mkdir -p "$cache/npm-new"
  cp "$here/package.json" "$here/package-lock.json" "$cache/npm-new/"
  [ -f "$here/.npmrc" ] && cp "$here/.npmrc" "$cache/npm-new/"
  retry "installing npm packages" npm_install || fail "the npm packages cannot be installed" \
    "npm failed (its last lines stand above)" "check the network and 'npm config get registry', then run this again"
  ls "$cache"/npm-new/node_modules/node-linux-*/bin/node > /dev/null 2>&1 || fail "the pinned Node.js did not come with the npm packages" \
    "npm skipped the optional package node-linux-* for $(uname -m)" "check 'npm config get omit' and that the registry carries it"
  cp "$here/package-lock.json" "$cache/npm-new/node_modules/.holdfast-lock"
  rm -rf "$cache/npm-old"
  [ -d "$here/node_modules" ] && mv "$here/node_modules" "$cache/npm-old"
  mv "$cache/npm-new/node_modules" "$here/node_modules"
  rm -rf "$cache/npm-old"
}

apt_install() { # packages...
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}
apt_update_and_install() {
  apt-get update -q && apt_install "$@"
}
install_debian() { # packages...
  have apt-get || fail "missing: $*" "this is no Debian machine, so they cannot be installed by themselves" \
    "install the programs of these packages with this machine's own package tool"
  [ "$(id -u)" = 0 ] || fail "missing: $*" "only root can install Debian packages" \
    "sudo apt-get install -y --no-install-recommends $*   (or, without containers: ./holdfast up --runtime simulated)"
  say "installing Debian packages: $*"
  # Packages must not start daemons of their own; the site starts its own.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d && policy_made=yes
  fi
  apt_install "$@" > "$cache/prepare.out" 2>&1 || retry "apt-get install" apt_update_and_install "$@" ||
    fail "the Debian packages cannot be installed: $*" "apt-get failed (its last lines stand above)" \
      "check the network and /etc/apt/sources.list, then: apt-get update && apt-get install -y --no-install-recommends $*"
  # ... nor start them with the machine. Those of packages that were there before are somebody else's.
  for package in "$@"; do
    case $package in
      containerd | docker-registry) systemctl --quiet disable "$package.service" 2> /dev/null ;;
      etcd-server) systemctl --quiet disable etcd.service 2> /dev/null ;;
      glusterfs-server) systemctl --quiet disable glusterd.service 2> /dev/null ;;
    esac
  done
  return 0
}

# Unpacked, never installed: the package conflicts with other kubectl packages.
download_kubectl() {
  rm -rf "$cache/kubectl-new" && mkdir -p "$cache/kubectl-new" && cd "$cache/kubectl-new" &&
    { apt-get download -q kubernetes-client || { [ "$(id -u)" = 0 ] && apt-get update -q && apt-get download -q kubernetes-client; }; } &&
    dpkg -x kubernetes-client_*.deb unpacked
}
install_kubectl() {
  say "unpacking kubectl of the Debian package kubernetes-client"
  retry "the download of kubernetes-client" download_kubectl || fail "kubectl for the tests cannot be had" \
    "apt-get download kubernetes-client failed (its last lines stand above)" "check the network and /etc/apt/sources.list"
  rm -rf "$KUBECTL" && mv "$cache/kubectl-new/unpacked" "$KUBECTL"
}

npm_current || install_npm
packages=$(missing_packages | tr '\n' ' ')
# shellcheck disable=SC2086 # one word a package
[ -z "$packages" ] || install_debian $packages
kubectl_current || install_kubectl
say "everything is there"
