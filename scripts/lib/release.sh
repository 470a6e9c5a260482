# What is shipped: its version and date, and the Debian files that go with it. Needs common.sh.
# shellcheck shell=bash

# The version of the parent POM.
release_version() {
  sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$AZWG_ROOT/pom.xml" | head -n 1
}

# The commit, and whether what is built differs from it.
release_revision() {
  local revision
  revision=$(git -C "$AZWG_ROOT" rev-parse HEAD 2>/dev/null) || { printf 'unknown\n' && return; }
  git -C "$AZWG_ROOT" diff --quiet HEAD -- 2>/dev/null || revision+=-modified
  printf '%s\n' "$revision"
}

# Seconds since 1970 that stand for the time of the build: the commit's, or what SOURCE_DATE_EPOCH says.
release_epoch() {
  printf '%s\n' "${SOURCE_DATE_EPOCH:-$(git -C "$AZWG_ROOT" log -1 --format=%ct 2>/dev/null || printf 0)}"
}

# Every file gets this date, so that one that has not changed is the same in each build.
# shellcheck disable=SC2034 # for who makes archives
readonly RELEASE_FILE_DATE=@0

# release_needs FILE...: the shared libraries that the programs need, the loader included, one path a line; symbolic links are
# followed in the directories only, so that a library keeps the name that it is looked for under.
release_needs() {
  local file output
  for file in "$@"; do
    output=$(ldd "$file" 2>&1) || [[ $output == *'not a dynamic executable'* || $output == *'statically linked'* ]] ||
      die "ldd $file: $output"
    [[ $output != *'not found'* ]] || die "$file needs what this machine has not: $output"
    awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' <<<"$output"
  done | LC_ALL=C sort -u
}

# The package that a file of this machine came with. dpkg knows files by the name that they were installed under, which on a
# merged /usr is with or without it.
release_package_of() {
  local file=$1 found
  for found in "$file" "/usr$file" "${file#/usr}" "$(readlink -f "$file")"; do
    if found=$(dpkg-query -S "$found" 2>/dev/null); then
      printf '%s\n' "${found%%: *}" | cut -d: -f1
      return
    fi
  done
  die "no Debian package has $file"
}

# PACKAGE VERSION ARCHITECTURE SOURCE SOURCE-VERSION
release_package_facts() {
  # shellcheck disable=SC2016 # dpkg's own placeholders
  dpkg-query -W -f '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n' "$1" | head -n 1
}

# release_licences DIR PACKAGE...: the licences of azwg and of the packages, below DIR/usr/share/doc.
release_licences() {
  local dir=$1/usr/share/doc package
  shift
  install -D -m 644 -t "$dir/azwg" "$AZWG_ROOT/LICENSE" "$AZWG_ROOT/NOTICE"
  for package in "$@"; do
    install -D -m 644 "$(readlink -f "/usr/share/doc/$package/copyright")" "$dir/$package/copyright"
  done
}
