#!/usr/bin/env bash
# Fetches OpenJDK's source from Debian and unpacks the C sources of the libraries that go into executables.
#
# The machine's own apt configuration stays as it is: the source index of another suite is read into a directory of our
# own. Mirrors come from the machine's sources, the key is Debian's keyring package.
# usage: fetch-jdk-source.sh OUT_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=common.sh
. "$here/common.sh"
out=$1
suite=trixie # Debian 13, the first release with openjdk-25
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
wanted=$(jdk_version "$JDK")
downloads=$(cache_dir)/downloads
apt_dir=$out/apt

# The archives of Debian that the machine uses: "Debian http://..." and "Debian-Security http://...".
debian_mirrors() {
  # shellcheck disable=SC2016 # the names are apt's
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sort -u |
    awk '$1 == "Debian" || $1 == "Debian-Security"'
}

# As root, because apt's own user may not get into our directory; signatures and hashes are checked all the same.
private_apt() {
  "$1" -o APT::Sandbox::User=root -o "Dir::Etc::SourceList=$apt_dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$apt_dir/lists" -o "Dir::Cache=$apt_dir/cache" -o Acquire::Languages=none "${@:2}"
}

read_source_index() {
  mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
  local label uri
  while read -r label uri; do
    case $label in
      Debian) echo "deb-src [signed-by=$keyring] $uri $suite main" ;;
      Debian-Security) echo "deb-src [signed-by=$keyring] $uri $suite-security main" ;;
    esac
  done < <(debian_mirrors) > "$apt_dir/sources.list"
  [ -s "$apt_dir/sources.list" ] || die "no Debian mirror in the machine's apt sources (or 'apt-get update' never ran)"
  private_apt apt-get -q update
}

# "Debian version" of the source that fits the JDK best: the very same version, else the newest that is not newer, else
# the oldest. The C code has to fit the Java code in the JDK; within JDK 25 it hardly moves, and what does move is
# noticed when the headers made from the JDK's own classes are compiled against it.
choose_version() {
  local version best='' oldest=''
  while read -r version; do
    [ -n "$oldest" ] || oldest=$version
    if dpkg --compare-versions "${version%-*}" le "$wanted"; then best=$version; fi
  done < <(private_apt apt-cache showsrc openjdk-25 | sed -n 's/^Version: //p' | sort -uV)
  [ -n "$oldest" ] || die "no openjdk-25 source in Debian $suite"
  best=${best:-$oldest}
  if [ "${best%-*}" != "$wanted" ]; then
    say "WARNING: the JDK is $wanted, its C libraries are built from Debian's source of ${best%-*}"
  fi
  echo "$best"
}

# Fetches the upstream tarball alone (74 MB) with the hash from the signed index, and prints its path.
fetch_tarball() { # VERSION
  local uri name hash
  read -r uri name _ hash < <(private_apt apt-get source --print-uris --download-only "openjdk-25=$1" 2>/dev/null |
    grep "^'.*/openjdk-25_[^/]*\.orig\.tar\.xz'") || die "no upstream tarball in openjdk-25 $1"
  uri=${uri//\'/}
  if ! echo "${hash#SHA256:} $downloads/$name" | sha256sum --quiet --strict --check > /dev/null 2>&1; then
    mkdir -p "$downloads"
    # apt's own downloader: the machine's proxies hold, and it checks the hash before it names the file.
    private_apt /usr/lib/apt/apt-helper download-file "$uri" "$downloads/$name" "$hash" >&2
  fi
  echo "$name ${hash#SHA256:}" > "$out/provenance.txt"
  echo "$downloads/$name"
}

rm -rf "$out"
mkdir -p "$out"
read_source_index
version=$(choose_version)
tarball=$(fetch_tarball "$version")
say "unpacking $(basename "$tarball")"
tar -C "$out" -xf "$tarball" --strip-components=1 --wildcards \
  '*/src/java.base/*/native' '*/src/jdk.net/*/native' '*/src/hotspot/share/include' '*/src/hotspot/os/posix/include'
rm -rf "$apt_dir"
