# Shared by every script here: where things are, how to speak, how to wait. Source it; it runs nothing.
# shellcheck shell=bash

AZWG_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
AZWG_CACHE=${AZWG_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/azwg}
AZWG_DIST=$AZWG_ROOT/target/dist
export AZWG_ROOT AZWG_CACHE AZWG_DIST

# Scripts that call each other share one clock, so that the elapsed times of a run add up.
export AZWG_STARTED_US=${AZWG_STARTED_US:-${EPOCHREALTIME/[^0-9]/}}

# Microseconds since 1970, without starting a process.
now_us() {
  printf '%s\n' "${EPOCHREALTIME/[^0-9]/}"
}

# Microseconds as milliseconds with one decimal: 1234 -> 1.2, -1234 -> -1.2
us_as_ms() {
  local us=$1 sign=
  ((us >= 0)) || { sign=- us=$((-us)); }
  printf '%s%d.%d\n' "$sign" $((us / 1000)) $((us % 1000 / 100))
}

# A line of progress, with the seconds since the run began.
say() {
  local us=$((${EPOCHREALTIME/[^0-9]/} - AZWG_STARTED_US))
  printf '[%4d.%d s] %s\n' $((us / 1000000)) $((us % 1000000 / 100000)) "$*" >&2
}

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

require_root() {
  ((EUID == 0)) || die "this needs root (network namespaces, packages): run it with sudo, or as root"
}

# wait_until SECONDS WHAT COMMAND...: poll until COMMAND succeeds. For conditions that nothing announces.
# On time-out it says what was waited for, shows what COMMAND last said, and returns 1. AZWG_PATIENCE multiplies the time, for
# machines that are many times slower than the ones the times were chosen for.
wait_until() {
  local seconds=$(($1 * ${AZWG_PATIENCE:-1})) what=$2 deadline output
  shift 2
  deadline=$((${EPOCHREALTIME/[^0-9]/} + seconds * 1000000))
  until output=$("$@" 2>&1); do
    if ((${EPOCHREALTIME/[^0-9]/} > deadline)); then
      say "waited $seconds s for: $what"
      [[ -z $output ]] || printf '%s\n' "$output" | tail -n 5 | sed 's/^/    /' >&2
      return 1
    fi
    sleep 0.02
  done
}

# Runs COMMAND with its output in FILE; shows the end of it only when the command fails.
quietly() {
  local log=$1 status=0
  shift
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    printf 'failed (exit %d): %s\n' "$status" "$*" >&2
    tail -n 40 "$log" | sed 's/^/    /' >&2
    printf 'the whole output: %s\n' "$log" >&2
  fi
  return "$status"
}
