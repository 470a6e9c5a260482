#!/usr/bin/env bash
# Coverage-guided fuzzing (Jazzer) of every parser that reads what others have written.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"

usage() {
  cat <<'TEXT'
usage: scripts/fuzz.sh [SECONDS [TARGET]...]

Fuzzes each TARGET (default: all; a name without FuzzTest, such as StrictJson) for SECONDS (default 5). What the fuzzer has
learnt is kept in the cache and used by the next run. An input that breaks a parser is put among the target's inputs in
src/test/resources, where the unit tests find it from then on. Prints a line PASS or FAIL for each target.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit
    ;;
esac
seconds=${1:-5}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "not a number of seconds: $seconds (see --help)"
shift $(($# > 0 ? 1 : 0))
"$AZWG_ROOT/scripts/setup.sh" --for unit
use_jdk25

# fuzz_target SOURCE: the corpus lies beside the module while Jazzer runs, and in the cache otherwise.
fuzz_target() {
  local source=$1 class module corpus log status=0 runs
  class=$(basename "$source" .java) module=${1%%/src/test/*}
  corpus=$AZWG_CACHE/fuzz/$class log=$AZWG_ROOT/target/fuzz/$class.log
  mkdir -p "$corpus" "$(dirname "$log")"
  rm -rf "$module/.cifuzz-corpus"
  cp -r "$corpus" "$module/.cifuzz-corpus"
  JAZZER_FUZZ=1 run_maven verify -pl "${module#"$AZWG_ROOT/"}" -am -Dspotless.check.skip=true -Djacoco.skip=true \
    "-Dtest=$class" -Dsurefire.failIfNoSpecifiedTests=false "-Djazzer.max_duration=${seconds}s" >"$log" 2>&1 </dev/null || status=$?
  rm -rf "$corpus"
  mv "$module/.cifuzz-corpus" "$corpus" 2>/dev/null || true
  runs=$(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs in \2 s/p' "$log" | tail -n 1)
  if ((status == 0)) && [[ -n $runs ]]; then
    printf 'PASS %s (%s)\n' "${class%FuzzTest}" "$runs"
  else
    printf 'FAIL %s (see %s)\n' "${class%FuzzTest}" "$log"
    failed=1
  fi
}

failed=0
mapfile -t sources < <(find "$AZWG_ROOT" -name '*FuzzTest.java' -path '*/src/test/*' | sort)
for source in "${sources[@]}"; do
  name=$(basename "$source" FuzzTest.java)
  (($# == 0)) || [[ " $* " == *" $name "* ]] || continue
  say "$name: $seconds s"
  fuzz_target "$source"
done
exit "$failed"
