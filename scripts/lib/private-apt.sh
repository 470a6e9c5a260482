#!/usr/bin/env bash
# A private apt configuration, to fetch packages and sources of other Debian suites without touching the machine's own.
#
#   private-apt.sh DIR SUITE...
#   APT_CONFIG=DIR/apt.conf apt-get download PACKAGE        (or: apt-get source --download-only PACKAGE)
#
# Mirror, keys, proxy and credentials are the machine's own; lists, cache and state live in DIR. The lists are fetched
# when they are missing or older than a day, or when the suites change; otherwise nothing is asked of the mirror.
set -euo pipefail

die() {
  printf 'private-apt: %s\n' "$*" >&2
  exit 1
}

# The mirror that serves this machine its Debian packages, as apt itself understood its sources.
debian_mirror() {
  # shellcheck disable=SC2016 # apt's own placeholders
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Label: Debian' |
    awk '$1 == "Debian" { print $2; exit }'
}

debian_keyring() {
  local keyring
  for keyring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    [[ -s $keyring ]] && printf '%s\n' "$keyring" && return
  done
  die "no Debian archive keyring under /usr/share/keyrings: apt-get install debian-archive-keyring"
}

# Sources, preferences, lists and cache are private. The rest of the machine's configuration (proxy, credentials)
# stays in force: it is what reaches the mirror.
print_configuration() {
  local dir=$1
  cat <<CONF
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "true";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
}

print_sources() {
  local mirror=$1 keyring=$2 suite
  shift 2
  for suite in "$@"; do
    printf '%s [signed-by=%s] %s %s main\n' deb "$keyring" "$mirror" "$suite"
    printf '%s [signed-by=%s] %s %s main\n' deb-src "$keyring" "$mirror" "$suite"
  done
}

main() {
  (($# >= 2)) || die "usage: private-apt.sh DIR SUITE..."
  local dir=$1 mirror keyring sources
  shift
  mkdir -p "$dir"/{state/lists/partial,cache/archives/partial}
  dir=$(cd "$dir" && pwd)

  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then
    printf 'private-apt: the machine has no package lists yet: apt-get update\n' >&2
    apt-get -q -o DPkg::Lock::Timeout=300 update >&2
    mirror=$(debian_mirror)
  fi
  [[ -n $mirror ]] || die "no Debian mirror in the machine's apt sources (see apt-get indextargets)"
  keyring=$(debian_keyring)

  sources=$(print_sources "$mirror" "$keyring" "$@")
  print_configuration "$dir" >"$dir/apt.conf"
  if [[ ! -f $dir/updated ]] || [[ $sources != "$(cat "$dir/sources.list")" ]] ||
    [[ -n $(find "$dir/updated" -mmin +1440) ]]; then
    printf '%s\n' "$sources" >"$dir/sources.list"
    rm -f "$dir/updated"
    APT_CONFIG=$dir/apt.conf apt-get -q update >&2 || die "apt-get update failed for: $*"
    touch "$dir/updated"
  fi
}

main "$@"
