#!/usr/bin/env bash
# A storm of ADDs and DELs on the plugin's executable, a quarter of them killed at a random moment.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/executables.sh
. "$AZWG_ROOT/scripts/lib/executables.sh"

usage() {
  cat <<'TEXT'
usage: scripts/storm.sh [OPERATIONS] [SEED]

Makes at least OPERATIONS calls (default 10000) by eight runtimes at a time, in a network namespace of its own; a quarter
of the calls gets SIGKILL at a random moment, after which the runtime sends DEL until it succeeds. In the end ledger and
routes must be exactly what the successful calls say. SEED, printed by every storm, repeats its choices.
TEXT
}

case ${1:-} in
  -h | --help)
    usage
    exit
    ;;
esac
operations=${1:-10000}
[[ $operations =~ ^[1-9][0-9]*$ && ${2:-1} =~ ^-?[0-9]+$ ]] || die "not a number (see --help): $*"
options=("-Dazwg.storm.operations=$operations")
[[ -z ${2:-} ]] || options+=("-Dazwg.storm.seed=$2")
"$AZWG_ROOT/scripts/setup.sh" --for cni
use_jdk25
ensure_executables
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
run_maven verify -pl plugin -am -Dspotless.check.skip=true -Djacoco.skip=true -Dtest=KillStormTest \
  -Dsurefire.failIfNoSpecifiedTests=false -Dtest.groups=cni -Dtest.excludedGroups= "-Dazwg.dist=$AZWG_DIST" \
  "${options[@]}" >"$log" 2>&1 </dev/null || status=$?
grep -E '^storm:|Tests run:.*Time|KillStormTest\.' "$log" || tail -n 20 "$log"
exit "$status"
