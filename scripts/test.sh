#!/usr/bin/env bash
# Runs azwg's tests, or some stages of them. Sets up what is missing. The last line is the count over all stages.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/jdk.sh
. "$AZWG_ROOT/scripts/lib/jdk.sh"
# shellcheck source=scripts/lib/tools.sh
. "$AZWG_ROOT/scripts/lib/tools.sh"
# shellcheck source=scripts/lib/executables.sh
. "$AZWG_ROOT/scripts/lib/executables.sh"
# shellcheck source=scripts/lib/kubernetes.sh
. "$AZWG_ROOT/scripts/lib/kubernetes.sh"

readonly STAGES=(unit network cni kubernetes packaging fuzz)
# Only when it is asked for: software emulation of a whole machine takes its time.
readonly ON_REQUEST=(kernel)
readonly REPORTS=$AZWG_ROOT/target/test-reports

usage() {
  cat <<'TEXT'
usage: scripts/test.sh [STAGE]...

Runs the stages in the order given; without any, all of them but kernel:
  unit      formatting, static analysis, unit tests, and the shell scripts' own checks
  network   tests against the kernel and userspace WireGuard, in network namespaces
  cni       the native executables (built if needed): a smoke test, the CNI contract, real callers (cnitool, containerd,
            podman), the demo, what changes lose and which packet sizes pass
  kubernetes  the datastore against a real API server and its faults, attempts to forge records, and the demo on it (the
            server is built if needed: 5 to 10 minutes)
  packaging   image, Debian package, manifests and chart: reproducible, complete, in agreement, accepted by the API server, and
              a container with the DaemonSet's rights does its work
  fuzz      every parser of foreign input, some seconds each (scripts/fuzz.sh takes longer)
  kernel    the device suite and the demo on the kernel's own WireGuard, in a virtual machine (slow; scripts/kernel.sh --long
            does more)
The last line is "N passed, N failed, N skipped"; failures and skips are listed above it with their reasons. The exit
status is 0 only if something ran and nothing failed. Maven's output is kept in target/test-reports.
TEXT
}

PASSED=0 FAILED=0 SKIPPED=0

count() {
  PASSED=$((PASSED + $1))
  FAILED=$((FAILED + $2))
  SKIPPED=$((SKIPPED + $3))
}

failure() {
  printf 'FAILED %s\n' "$*"
  count 0 1 0
}

# maven_tests STAGE OPTION...: runs the tests of all modules, failing ones included, and counts them from their reports.
# If Maven itself fails (a compile error, a style or analysis finding, a killed JVM) that is one more failure.
maven_tests() {
  local stage=$1 log=$REPORTS/$1.log dir=$REPORTS/$1 status=0 summary counts
  shift
  find "$AZWG_ROOT" -path '*/target/surefire-reports' -prune -exec rm -rf {} +
  rm -rf "$dir"
  mkdir -p "$dir"
  say "$stage: mvn verify ${*}"
  run_maven verify -Dmaven.test.failure.ignore=true "$@" >"$log" 2>&1 </dev/null || status=$?
  find "$AZWG_ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec cp -t "$dir" {} +
  summary=$("$JAVA_HOME/bin/java" "$AZWG_ROOT/scripts/lib/SurefireReport.java" "$dir")
  counts=${summary##*$'\n'}
  [[ $summary == "$counts" ]] || printf '%s\n' "${summary%$'\n'*}"
  # shellcheck disable=SC2086 # three numbers
  count $counts
  if ((status != 0)); then
    failure "mvn verify ($stage): exit status $status, see $log"
    grep -E '^\[ERROR\]' "$log" | head -n 30 | sed 's/^/    /' || tail -n 20 "$log" | sed 's/^/    /'
  fi
  say "$stage: Maven took part with $counts (passed failed skipped)"
}

# Counts the PASS and FAIL lines of a script as tests; shows the failures.
verdict_tests() {
  local name=$1 log=$REPORTS/$1.log status=0 failed
  shift
  say "$name: $*"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  failed=$(grep -c '^FAIL ' "$log" || true)
  count "$(grep -c '^PASS ' "$log" || true)" "$failed" 0
  { grep '^FAIL ' "$log" || true; } | sed "s/^FAIL /FAILED $name: /"
  if ((status != 0 && failed == 0)); then
    failure "$name: exit status $status, see $log"
    tail -n 20 "$log" | sed 's/^/    /'
  fi
}

# Tests find these tools on the path; without them they skip.
use_tools() {
  local tool
  for tool in wireguard-go cnitool "kubernetes@$AZWG_KUBERNETES"; do
    [[ ! -d $(tool_dir "$tool") ]] || PATH=$(tool_dir "$tool"):$PATH
  done
  export PATH
}

stage_unit() {
  verdict_tests scripts "$AZWG_ROOT/scripts/lib/check-scripts.sh"
  maven_tests unit
}

# Formatting and the like are the unit stage's matter.
readonly TESTS_ONLY=(-Dspotless.check.skip=true -Djacoco.skip=true)

stage_network() {
  maven_tests network "${TESTS_ONLY[@]}" -Dtest.groups=network -Dtest.excludedGroups=
}

# test_table DEFINITION DOCUMENT STAGE...: every subject of the definition has a test that passed in those stages, and the
# table in docs/ names them all.
test_table() {
  local definition=$AZWG_ROOT/scripts/lib/$1 document=$2 stage directories=()
  shift 2
  for stage in "$@"; do
    directories+=("$REPORTS/$stage")
  done
  "$JAVA_HOME/bin/java" "$AZWG_ROOT/scripts/lib/TestTable.java" "$definition" "$REPORTS/$document" "${directories[@]}"
  if cmp -s "$REPORTS/$document" "$AZWG_ROOT/docs/$document"; then
    printf 'PASS docs/%s is true\n' "$document"
  else
    printf 'FAIL docs/%s differs from %s: copy it\n' "$document" "$REPORTS/$document"
  fi
}

check_contract() {
  test_table cni-points.tsv cni-contract.md cni
}

check_scenarios() {
  test_table scenarios.tsv scenarios.md unit network
}

stage_cni() {
  ensure_executables
  # The libc of the executables passes the same contract as the JVM's, in an executable of its own.
  "$AZWG_ROOT/native/image/build.sh" azwg-smoke >&2 || die "azwg-smoke could not be built"
  verdict_tests smoke "$AZWG_DIST/azwg-smoke"
  maven_tests cni "${TESTS_ONLY[@]}" -Dtest.groups=cni -Dtest.excludedGroups= "-Dazwg.dist=$AZWG_DIST"
  verdict_tests contract check_contract
  verdict_tests demo "$AZWG_ROOT/scripts/demo.sh"
  verdict_tests no-holes "$AZWG_ROOT/scripts/no-holes.sh" --short
  verdict_tests mtu-matrix "$AZWG_ROOT/scripts/mtu-matrix.sh"
  "$AZWG_ROOT/scripts/setup.sh" --for runtimes
  verdict_tests runtimes "$AZWG_ROOT/scripts/runtimes.sh"
}

# The JVM of the tests, and the API servers that they start, in a network namespace of their own. Maven cannot fetch anything
# there: what it needs is there after a run without tests.
stage_kubernetes() {
  ensure_executables
  run_maven verify "${TESTS_ONLY[@]}" -pl wg -am -Dtest.groups=none -Dtest.excludedGroups= \
    >"$REPORTS/kubernetes-preparation.log" 2>&1 </dev/null || true
  # shellcheck disable=SC2016 # for the inner shell
  MAVEN_PREFIX=(unshare --net -- bash -c 'ip link set lo up && exec "$@"' bash)
  maven_tests kubernetes "${TESTS_ONLY[@]}" --offline -pl wg -am -Dtest.groups=kubernetes -Dtest.excludedGroups=
  MAVEN_PREFIX=()
  verdict_tests forging "$AZWG_ROOT/scripts/forging.sh"
  verdict_tests demo-kubernetes "$AZWG_ROOT/scripts/demo.sh" --kubernetes
}

stage_packaging() {
  ensure_executables
  verdict_tests packages "$AZWG_ROOT/scripts/package-check.sh"
  verdict_tests manifests "$AZWG_ROOT/scripts/deploy-check.sh" --server
}

stage_fuzz() {
  verdict_tests fuzz "$AZWG_ROOT/scripts/fuzz.sh" 4
}

stage_kernel() {
  verdict_tests kernel "$AZWG_ROOT/scripts/kernel.sh"
}

run_stage() {
  local stage=$1
  "$AZWG_ROOT/scripts/setup.sh" --for "${stage/fuzz/unit}"
  use_jdk25
  use_tools
  "stage_$stage"
}

main() {
  local stages=() stage started=$EPOCHSECONDS
  for stage in "$@"; do
    case $stage in
      -h | --help)
        usage
        return
        ;;
      *)
        [[ " ${STAGES[*]} ${ON_REQUEST[*]} " == *" $stage "* ]] ||
          die "unknown stage: $stage (known: ${STAGES[*]} ${ON_REQUEST[*]})"
        stages+=("$stage")
        ;;
    esac
  done
  ((${#stages[@]} > 0)) || stages=("${STAGES[@]}")
  mkdir -p "$REPORTS"
  trap finish EXIT
  for stage in "${stages[@]}"; do
    CURRENT_STAGE=$stage
    run_stage "$stage"
  done
  # The scenarios' tests are spread over two stages: reports of an earlier run say nothing of this one.
  if [[ " ${stages[*]} " == *" unit "* && " ${stages[*]} " == *" network "* ]]; then
    CURRENT_STAGE=scenarios
    verdict_tests scenarios check_scenarios
  fi
  CURRENT_STAGE=''
  say "stages ${stages[*]}: $((EPOCHSECONDS - started)) s"
}

# The count is the last line whatever happens. A stage that could not be run to its end is a failure.
finish() {
  local status=$?
  [[ -z $CURRENT_STAGE ]] || failure "stage $CURRENT_STAGE could not be run to its end (exit status $status)"
  printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  ((FAILED == 0 && PASSED > 0)) || exit 1
}

CURRENT_STAGE=''
main "$@"
