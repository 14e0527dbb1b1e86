#!/usr/bin/env bash
# Installs what some tests talk to: Debian's Alertmanager and Prometheus (only as root), and in artifacts/peers the senders' webhook packages and
# the fsync shim.
# Always succeeds: what cannot be had is named, and the tests that need it skip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

peers=artifacts/peers
log=$peers/install.log
mkdir -p "$peers"
: >"$log"

have() { type -P "$1" >/dev/null 2>&1; }

apt_get() {
  apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=60 "$@"
}

# The package lists may be absent or old: fetched only once something failed without.
with_fresh_lists() {
  "$@" || { [ "$(id -u)" = 0 ] && apt_get update && "$@"; }
}

apt_install() {
  [ "$(id -u)" = 0 ] && have apt-get &&
    DEBIAN_FRONTEND=noninteractive apt_get install -y --no-install-recommends "$@"
}

# The packages would start their programs as services of this machine; Debian's way to forbid that is this file.
install_quietly() (
  policy=/usr/sbin/policy-rc.d
  if [ "$(id -u)" = 0 ] && [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt_install "$@"
)

alertmanager() {
  have prometheus-alertmanager || with_fresh_lists install_quietly prometheus-alertmanager
}

prometheus() {
  have prometheus || with_fresh_lists install_quietly prometheus
}

npm_packages() {
  if cmp -s tests/peers/package-lock.json "$peers/node_modules/.lock-installed"; then return; fi
  have node && have npm && cp tests/peers/package.json tests/peers/package-lock.json "$peers/" &&
    npm ci --prefix "$peers" --ignore-scripts --no-audit --no-fund &&
    cp tests/peers/package-lock.json "$peers/node_modules/.lock-installed"
}

fsync_shim() {
  if [ "$peers/fsync-shim.so" -nt tests/peers/fsync-shim.c ]; then return; fi
  { have gcc || with_fresh_lists apt_install gcc libc6-dev; } &&
    gcc -shared -fPIC -O2 -Wall -Werror -o "$peers/fsync-shim.so" tests/peers/fsync-shim.c -ldl
}

for peer in alertmanager prometheus npm_packages fsync_shim; do
  if ! "$peer" >>"$log" 2>&1 </dev/null; then
    echo "peer not installed: $peer; the tests that need it will skip (see $log)"
  fi
done
