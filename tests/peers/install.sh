#!/usr/bin/env bash
# Puts what some tests talk to into artifacts/peers: Debian's Alertmanager, GitHub's webhook packages and the fsync shim.
# Always succeeds: what cannot be had is named, and the tests that need it skip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

peers=artifacts/peers
log=$peers/install.log
mkdir -p "$peers"
: >"$log"

have() { command -v "$1" >/dev/null 2>&1; }

apt_get() {
  apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=60 "$@"
}

# The package lists may be absent or old: fetched only once something failed without.
with_fresh_lists() {
  "$@" || { [ "$(id -u)" = 0 ] && apt_get update && "$@"; }
}

# Unpacked, not installed: installing would start it as a service of this machine.
download_alertmanager() {
  (cd "$peers" && apt_get download prometheus-alertmanager)
}

alertmanager() {
  if have prometheus-alertmanager || [ -x "$peers/debian/usr/bin/prometheus-alertmanager" ]; then return; fi
  have apt-get && have dpkg-deb && with_fresh_lists download_alertmanager &&
    dpkg-deb -x "$peers"/prometheus-alertmanager_*.deb "$peers/debian" && rm "$peers"/prometheus-alertmanager_*.deb
}

octokit() {
  if cmp -s tests/peers/package-lock.json "$peers/node_modules/.lock-installed"; then return; fi
  have node && have npm && cp tests/peers/package.json tests/peers/package-lock.json "$peers/" &&
    npm ci --prefix "$peers" --ignore-scripts --no-audit --no-fund &&
    cp tests/peers/package-lock.json "$peers/node_modules/.lock-installed"
}

install_gcc() {
  [ "$(id -u)" = 0 ] && have apt-get &&
    DEBIAN_FRONTEND=noninteractive apt_get install -y --no-install-recommends gcc libc6-dev
}

fsync_shim() {
  if [ "$peers/fsync-shim.so" -nt tests/peers/fsync-shim.c ]; then return; fi
  { have gcc || with_fresh_lists install_gcc; } &&
    gcc -shared -fPIC -O2 -Wall -Werror -o "$peers/fsync-shim.so" tests/peers/fsync-shim.c -ldl
}

for peer in alertmanager octokit fsync_shim; do
  if ! "$peer" >>"$log" 2>&1 </dev/null; then
    echo "peer not installed: $peer; the tests that need it will skip (see $log)"
  fi
done
