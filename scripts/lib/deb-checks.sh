# What is judged of the Debian package. Needs common.sh and verdict.sh.
# shellcheck shell=bash

# check_deb WORK
check_deb() {
  local work=$1 first second findings
  first=$("$AZWG_ROOT/scripts/deb.sh" --no-setup --output "$work/deb")
  second=$(umask 077 && TMPDIR=$work "$AZWG_ROOT/scripts/deb.sh" --no-setup --output "$work/deb-again")
  judge "the package made twice is one file" "$(($(stat -c %s "$first") >> 10)) KiB" cmp -s "$first" "$second"
  findings=$(lintian --allow-root --tag-display-limit 0 "$first" 2>/dev/null) || true
  judge "lintian finds nothing" "${findings:-$(lintian --version)}" test -z "$findings"
  check_unit "$work" "$first"
  check_life "$work" "$first"
}

# The service's file is understood, and shuts off what it can.
check_unit() {
  local work=$1 unit output exposure
  mkdir "$work/unit"
  dpkg-deb -x "$2" "$work/unit"
  unit=$work/unit/lib/systemd/system/azwg-watcher.service
  # The programs that it names are the package's own.
  sed "s,=/usr/lib/azwg/,=$work/unit/usr/lib/azwg/," "$unit" >"$work/azwg-watcher.service"
  output=$(systemd-analyze verify --man=no "$work/azwg-watcher.service" 2>&1 | grep -F azwg-watcher || true)
  judge "systemd understands the unit" "${output:-no finding}" test -z "$output"
  exposure=$(systemd-analyze security --offline=true --no-pager "$unit" 2>/dev/null | sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
  judge "systemd's exposure level of the unit is low" "$exposure of 10" awk -v level="${exposure:-10}" 'BEGIN { exit !(level < 4) }'
}

# check_life WORK PACKAGE: installed, removed and purged in a root of its own; its scripts run with DPKG_ROOT, outside of it.
check_life() {
  local root=$1/deb-root left
  mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/azwg" "$root/opt/cni/bin"
  : >"$root/var/lib/dpkg/status"
  deb_dpkg "$root" --install "$2"
  same_lines "dpkg installs it" "status" "install ok installed" "$(dpkg-query --root="$root" -W -f '${Status}' azwg)"
  judge "its link to the daemon leads there" "$("$root/usr/sbin/azwg-watcher" --version)" test -x "$root/usr/sbin/azwg-watcher"
  judge "installing enables and starts nothing" "no unit wanted" test ! -e "$root/etc/systemd/system"
  : >"$root/var/lib/azwg/private.key"
  deb_dpkg "$root" --remove azwg
  judge "removing keeps the key and the settings" "as dpkg does" test -e "$root/var/lib/azwg/private.key" -a -e "$root/etc/default/azwg-watcher"
  deb_dpkg "$root" --purge azwg
  left=$(find "$root" -path "$root/var/lib/dpkg" -prune -o -type f -printf '%P ')
  judge "purging leaves nothing" "${left:-no file}" test -z "$left"
}

# deb_dpkg ROOT ARGUMENT...: what the package depends on is the machine's matter.
deb_dpkg() {
  local root=$1
  shift
  dpkg --root="$root" --force-depends --force-script-chrootless --log=/dev/null "$@" >>"$root.log" 2>&1 ||
    die "dpkg $*: $(tail -n 5 "$root.log")"
}
