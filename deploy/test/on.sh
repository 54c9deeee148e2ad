# shellcheck shell=bash
# on NAME COMMAND…: runs a command as root of a machine, of which leader[NAME] is the process 1. Sourced.
declare -A leader

on() {
  local name=$1
  shift
  nsenter --target "${leader[$name]}" --all --root --wdns=/root env -i HOME=/root USER=root LANG=C.UTF-8 TERM=dumb \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}
