# Programs that Debian has, but not this machine's suite or not as a package: made once by scripts/tools/NAME.sh DIR, kept
# in the cache.
#
# A tool lives in $AZWG_CACHE/tools/NAME-KEY, where KEY is a hash of its recipe and the architecture. It is made beside
# that place and renamed there when complete: a run that is killed half-way leaves nothing that looks finished.
# shellcheck shell=bash

tool_dir() {
  local name=$1 key
  key=$({ dpkg --print-architecture && cat "$AZWG_ROOT/scripts/tools/$name.sh"; } | sha256sum)
  printf '%s/tools/%s-%s\n' "$AZWG_CACHE" "$name" "${key:0:12}"
}

# The tool's program; it is there after ensure_tool.
tool_path() {
  printf '%s/%s\n' "$(tool_dir "$1")" "$1"
}

# ensure_tool NAME WHAT: makes the tool if the cache has none of this recipe; WHAT tells the user what is done and how
# long it takes.
ensure_tool() {
  local name=$1 what=$2 dir stage
  dir=$(tool_dir "$name")
  [[ ! -d $dir ]] || return 0
  say "$name: $what"
  mkdir -p "$AZWG_CACHE/tools"
  stage=$(mktemp -d "$AZWG_CACHE/tools/.$name.XXXXXX")
  quietly "$AZWG_CACHE/log/$name.log" "$AZWG_ROOT/scripts/tools/$name.sh" "$stage" || die "could not make $name"
  chmod 755 "$stage"
  mv -T "$stage" "$dir"
  say "$name: version $(cat "$dir/VERSION")"
}
