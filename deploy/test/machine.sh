# shellcheck shell=bash
# Machines for the deploy test: Debian trees that systemd-nspawn boots, with a real systemd as their process 1, in network
# namespaces of their own that are joined by one cable. Nothing listens on the host. Sourced by deploy/test/run.
#
#   cached                      makes the tree and the packages that machines are built of, once
#   machine NAME ADDRESS        makes a machine, on the network
#   boot NAME                   starts it; returns when its systemd is up
#   on NAME COMMAND…            runs a command as its root
#   shut_down NAME              powers it off; its disk stays
#   tear_down                   ends and removes everything, whatever state it is in
#
# Debian 12 stands for Ubuntu here: debootstrap makes it from the distribution's own packages, and their names, their files'
# places and systemd are the same.

readonly suite=bookworm archive=http://deb.debian.org/debian security=http://deb.debian.org/debian-security
# What an empty Ubuntu server has.
readonly server=systemd,systemd-sysv,dbus,ca-certificates,curl,sudo,openssh-server,rsync,python3,adduser
# What docs/deploy.md installs on it, and what of Postgres comes with the package.
readonly packages=(postgresql nginx caddy ufw openssl)
readonly cable=10.99.0
cache=${TIDINGS_DEPLOY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tidings/deploy-test}
machines=$(mktemp -d /var/tmp/tidings-deploy-XXXXXX)
declare -A supervisor

# shellcheck source-path=SCRIPTDIR
source deploy/test/on.sh

say() { echo "deploy-test: $*" >&2; }

cached() {
  local tree=$machines/base
  [[ -e $cache/complete ]] && return
  say "fetching Debian $suite into $cache, once"
  rm -rf "$cache"
  mkdir -p "$cache/mirror"
  debootstrap --variant=minbase --include="$server" "$suite" "$tree" "$archive" >"$cache/debootstrap.log"
  printf '%s\n' "deb $archive $suite main" "deb $security $suite-security main" >"$tree/etc/apt/sources.list"
  chroot "$tree" apt-get -qq update
  chroot "$tree" env DEBIAN_FRONTEND=noninteractive apt-get -qq --yes upgrade &>"$cache/upgrade.log"
  chroot "$tree" apt-get -qq --yes --download-only install "${packages[@]}" &>"$cache/download.log"
  # A machine without a way out takes packages from here, as it would from a mirror.
  mv "$tree"/var/cache/apt/archives/*.deb "$cache/mirror"
  (cd "$cache/mirror" && dpkg-scanpackages --multiversion . >Packages 2>"$cache/scan.log")
  rm -rf "$tree"/var/lib/apt/lists/* "$tree/etc/machine-id"
  echo "deb [trusted=yes] file:/srv/mirror ./" >"$tree/etc/apt/sources.list"
  tar --create --directory "$tree" --file "$cache/tree.tar" .
  rm -rf "$tree"
  touch "$cache/complete"
}

machine() {
  local name=$1 address=$2 tree=$machines/$1
  mkdir "$tree"
  tar --extract --directory "$tree" --file "$cache/tree.tar"
  mkdir "$tree/srv/mirror"
  echo "$name" >"$tree/etc/hostname"
  printf '%s\n' "127.0.0.1 localhost" "127.0.1.1 $name" "$cable.1 chat.example.com" "$cable.2 backup.example.com" >"$tree/etc/hosts"
  ip netns add "$(namespace "$name")"
  ip -netns "$(namespace "$name")" link set lo up
  echo "$address" >"$machines/$name.address"
}

namespace() { echo "${machines##*/}-$1"; }

# join NAME NAME: the cable between two machines.
join() {
  ip link add netns "$(namespace "$1")" name cable type veth peer netns "$(namespace "$2")" name cable
  local name
  for name in "$@"; do
    ip -netns "$(namespace "$name")" address add "$(<"$machines/$name.address")/24" dev cable
    ip -netns "$(namespace "$name")" link set cable up
  done
}

boot() {
  local name=$1 own=()
  # Where systemd runs the host, it makes the machine's control group; elsewhere this shell has to.
  [[ -d /run/systemd/system ]] || own=(--register=no --keep-unit)
  (
    own_control_group
    exec systemd-nspawn --quiet --boot "${own[@]}" --machine="${machines##*-}-$name" --directory="$machines/$name" \
      --network-namespace-path="/run/netns/$(namespace "$name")" --resolv-conf=off --timezone=off --link-journal=no \
      --bind-ro="$cache/mirror:/srv/mirror" --console=read-only </dev/null >>"$machines/$name.console" 2>&1
  ) &
  supervisor[$name]=$!
  until leader[$name]=$(pgrep --parent "${supervisor[$name]}") && on "$name" systemctl is-system-running --wait &>/dev/null; do
    kill -0 "${supervisor[$name]}" || { tail "$machines/$name.console" >&2; return 1; }
    [[ -z ${leader[$name]} || $(on "$name" systemctl is-system-running 2>/dev/null) != degraded ]] ||
      { say "$name is up, and not well:"; on "$name" systemctl --failed >&2; return; }
    sleep 0.2
  done
}

own_control_group() {
  local hierarchy
  [[ -d /run/systemd/system ]] && return
  for hierarchy in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [[ -d $hierarchy ]] || continue
    mkdir -p "$hierarchy/${machines##*/}"
    echo "$BASHPID" >"$hierarchy/${machines##*/}/cgroup.procs"
  done
}

shut_down() {
  local name=$1
  kill -s RTMIN+4 "${leader[$name]}"
  wait "${supervisor[$name]}" || true
  unset "supervisor[$name]" "leader[$name]"
}

tear_down() {
  local name
  for name in "${!supervisor[@]}"; do
    kill -s KILL "${supervisor[$name]}" "${leader[$name]}" 2>/dev/null || true
    wait "${supervisor[$name]}" 2>/dev/null || true
  done
  for name in "$machines"/*.address; do
    name=${name##*/}
    ip netns delete "$(namespace "${name%.address}")" 2>/dev/null || true
  done
  # The last of a machine's processes take a moment to go.
  for _ in {1..50}; do
    find /sys/fs/cgroup -mindepth 2 -depth -path "*/${machines##*/}*" -type d -exec rmdir {} + 2>/dev/null || true
    [[ -n $(find /sys/fs/cgroup -maxdepth 2 -name "${machines##*/}") ]] || break
    sleep 0.1
  done
  mountpoint --quiet "$machines" || rm -rf --one-file-system "$machines"
}
