# The verdict of a run: one line per thing shown, on standard output, and the count of each kind.
#   PASS what (figure)
#   FAIL what (figure)
# shellcheck shell=bash

VERDICT_PASSED=0 VERDICT_FAILED=0

pass() {
  printf 'PASS %s (%s)\n' "$1" "$2"
  VERDICT_PASSED=$((VERDICT_PASSED + 1))
}

fail() {
  printf 'FAIL %s (%s)\n' "$1" "$2"
  VERDICT_FAILED=$((VERDICT_FAILED + 1))
}

# judge WHAT FIGURE COMMAND...: PASS if COMMAND succeeds, else FAIL.
judge() {
  local what=$1 figure=$2
  shift 2
  if "$@"; then pass "$what" "$figure"; else fail "$what" "$figure"; fi
}

# same_lines WHAT FIGURE EXPECTED ACTUAL: PASS if both hold the same lines in any order; else FAIL with the difference.
same_lines() {
  local what=$1 figure=$2 difference
  if difference=$(diff <(sort -u <<<"$3") <(sort -u <<<"$4") | sed -n 's/^< /missing: /p; s/^> /unexpected: /p'); then
    :
  fi
  if [[ -z $difference ]]; then
    pass "$what" "$figure"
  else
    fail "$what" "${difference//$'\n'/; }"
  fi
}

verdict_summary() {
  printf '%d passed, %d failed\n' "$VERDICT_PASSED" "$VERDICT_FAILED"
  ((VERDICT_FAILED == 0 && VERDICT_PASSED > 0))
}
