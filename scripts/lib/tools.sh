# Programs that this machine's Debian suite does not have, or not as a package: made once by scripts/tools/NAME.sh DIR, kept
# in the cache. A tool that comes in versions is called NAME@VERSION: scripts/tools/NAME.sh DIR VERSION makes it.
#
# A tool lives in $AZWG_CACHE/tools/NAME-KEY, where KEY is a hash of its recipe and the architecture; the files directly in
# scripts/tools/NAME and those in scripts/tools/NAME/VERSION are part of the recipe. It is made beside that place and renamed
# there when complete: a run that is killed half-way leaves nothing that looks finished.
# shellcheck shell=bash

tool_dir() {
  local name=${1%@*} version='' key
  [[ $1 != *@* ]] || version=${1#*@}
  key=$({ dpkg --print-architecture && tool_recipe "$name" "$version"; } | sha256sum)
  printf '%s/tools/%s-%s\n' "$AZWG_CACHE" "$name${version:+-$version}" "${key:0:12}"
}

# All that a tool is made of, in one order.
tool_recipe() {
  local name=$1 version=$2 recipe=$AZWG_ROOT/scripts/tools file
  cat "$recipe/$name.sh"
  for file in "$recipe/$name"/* ${version:+"$recipe/$name/$version"/*}; do
    [[ ! -f $file ]] || cat "$file"
  done
}

# The tool's program; it is there after ensure_tool.
tool_path() {
  printf '%s/%s\n' "$(tool_dir "$1")" "${1%@*}"
}

# ensure_tool NAME[@VERSION] WHAT: makes the tool if the cache has none of this recipe; WHAT tells the user what is done and how
# long it takes.
ensure_tool() {
  local name=${1/@/-} what=$2 dir stage
  dir=$(tool_dir "$1")
  [[ ! -d $dir ]] || return 0
  say "$name: $what"
  mkdir -p "$AZWG_CACHE/tools"
  stage=$(mktemp -d "$AZWG_CACHE/tools/.$name.XXXXXX")
  quietly "$AZWG_CACHE/log/$name.log" "$AZWG_ROOT/scripts/tools/${1%@*}.sh" "$stage" "${1#*@}" || die "could not make $name"
  chmod 755 "$stage"
  mv -T "$stage" "$dir"
  say "$name: version $(cat "$dir/VERSION")"
}
