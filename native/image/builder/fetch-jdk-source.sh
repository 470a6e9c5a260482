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

# Debian versions of the source, the one that fits the JDK best first: the very same version, then those that are not
# newer, the newest of them first, then the newer ones from the oldest up. The C code has to fit the Java code in the
# JDK; within JDK 25 it hardly moves, and what does move is noticed when the headers made from the JDK's own classes are
# compiled against it.
ranked_versions() {
  local version versions
  versions=$(private_apt apt-cache showsrc openjdk-25 | sed -n 's/^Version: //p' | sort -uV)
  for version in $(tac <<< "$versions"); do
    if dpkg --compare-versions "${version%-*}" le "$wanted"; then echo "$version"; fi
  done
  for version in $versions; do
    if dpkg --compare-versions "${version%-*}" gt "$wanted"; then echo "$version"; fi
  done
}

# download URI NAME SHA256: into the cache, unless it is there. apt's own downloader, so that the machine's proxies hold;
# it checks the hash before it names the file.
download() {
  if echo "$3 $downloads/$2" | sha256sum --quiet --strict --check > /dev/null 2>&1; then
    return
  fi
  mkdir -p "$downloads"
  private_apt /usr/lib/apt/apt-helper download-file "$1" "$downloads/$2" "SHA256:$3" >&2
}

# The upstream tarball (74 MB) of the JDK's very version, if its hash is known here. A mirror keeps files for a while
# that no suite names any more, and names files that it does not have yet.
fetch_known() {
  local hash name mirror
  hash=$(awk -v version="$wanted" '$1 == version { print $2 }' "$here/known-jdk-sources.txt")
  [ -n "$hash" ] || return
  name=openjdk-25_$wanted.orig.tar.xz
  while read -r _ mirror; do
    if download "${mirror%/}/pool/main/o/openjdk-25/${name//+/%2b}" "$name" "$hash"; then
      tarball=$name sha256=$hash
      return
    fi
  done < <(debian_mirrors)
  return 1
}

# The same by the signed index of sources, which also knows the hash of versions that are newer than this script.
fetch_indexed() {
  local version uri name hash
  read_source_index
  while read -r version; do
    read -r uri name _ hash < <(private_apt apt-get source --print-uris --download-only "openjdk-25=$version" 2> /dev/null |
      grep "^'.*/openjdk-25_[^/]*\.orig\.tar\.xz'") || continue
    if download "${uri//\'/}" "$name" "${hash#SHA256:}"; then
      tarball=$name sha256=${hash#SHA256:}
      if [ "${version%-*}" != "$wanted" ]; then
        say "WARNING: the JDK is $wanted, its C libraries are built from Debian's source of ${version%-*}"
      fi
      return
    fi
    say "the mirror does not have $name, which its index names; trying the next version"
  done < <(ranked_versions)
  return 1
}

rm -rf "$out"
mkdir -p "$out" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
touch "$apt_dir/sources.list"
tarball='' sha256=''
fetch_known || fetch_indexed || die "no openjdk-25 source tarball to be had from Debian $suite"
echo "$tarball $sha256" > "$out/provenance.txt"
say "unpacking $tarball"
tar -C "$out" -xf "$downloads/$tarball" --strip-components=1 --wildcards \
  '*/src/java.base/*/native' '*/src/jdk.net/*/native' '*/src/hotspot/share/include' '*/src/hotspot/os/posix/include'
rm -rf "$apt_dir"
