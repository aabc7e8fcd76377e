#!/bin/sh
# Installs the Debian packages that the real-engine tests use. Elsewhere it says what will be skipped, and why.
set -eu
packages="docker.io docker-registry iptables iproute2 busybox-static openssl libbpf1 strace gcc libc6-dev rpm dnf zypper createrepo-c ruby db-util auditd curl rsyslog systemd nginx-light php-cli"
# Large ones, unless they are there in another way.
command -v go >/dev/null 2>&1 || packages="$packages golang-go"
command -v npm >/dev/null 2>&1 || packages="$packages npm"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "tests: no apt-get here: tests with a real engine run only if dockerd, iptables, ip and busybox are installed"
    exit 0
fi
missing=""
for package in $packages; do
    dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "tests: not root: tests with a real engine are skipped; to run them: sudo apt-get install$missing"
    exit 0
fi
echo "tests: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# A policy that forbids starting services: the tests start engines of their own, in their own namespace.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && trap 'rm -f "$policy"' EXIT; }
# shellcheck disable=SC2086  # the list is split on purpose
apt-get install -y -qq --no-install-recommends $missing >/dev/null
