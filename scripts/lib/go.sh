# Finds a Go compiler that is new enough, or has Debian's unpacked. Needs common.sh and tools.sh.
# shellcheck shell=bash

# The version of the compiler GO as MAJOR.MINOR, or nothing. It must not fetch another version of itself to answer.
go_minor() {
  (cd / && GOTOOLCHAIN=local "$1" version 2>/dev/null) | sed -nE 's/^go version go([0-9]+\.[0-9]+).*/\1/p'
}

# go_is_at_least MINIMUM GO
go_is_at_least() {
  local version
  [[ -x $2 ]] || return 1
  version=$(go_minor "$2")
  [[ -n $version ]] && printf '%s\n%s\n' "$1" "$version" | sort --version-sort --check=quiet
}

# The first installed compiler of at least version MINIMUM: on the path, where Go's own archive goes, where Debian's packages go.
find_go() {
  local go
  for go in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go /usr/lib/go-*/bin/go; do
    if go_is_at_least "$1" "$go"; then
      printf '%s\n' "$go"
      return
    fi
  done
  return 1
}

# use_go MINIMUM: puts a Go of at least that version (such as 1.26) first on the exported PATH: an installed one, else Debian's,
# unpacked into the cache. It never fetches another version of itself. Dies if Debian's is too old as well.
use_go() {
  local minimum=$1 go
  if ! go=$(find_go "$minimum"); then
    ensure_tool golang "no Go $minimum here: unpacking the one of Debian forky (44 MB, 10 s, and 10 s for package lists)"
    go=$(tool_dir golang)/bin/go
    go_is_at_least "$minimum" "$go" ||
      die "Go $minimum is needed; Debian's is $(cat "$(tool_dir golang)/VERSION"): install a newer one and put it on PATH"
  fi
  PATH=$(dirname "$go"):$PATH
  export PATH GOTOOLCHAIN=local
  unset GOROOT
}
