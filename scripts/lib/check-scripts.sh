#!/usr/bin/env bash
# Checks the shell scripts; prints the verdict, a line for each script.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/lib/verdict.sh
. "$AZWG_ROOT/scripts/lib/verdict.sh"

# Files with a shell's name in their first line, and files to be sourced.
shell_scripts() {
  cd "$AZWG_ROOT"
  find scripts native deploy .ci -name target -prune -o -type f -print | LC_ALL=C sort | while read -r file; do
    if [[ $file == *.sh ]] || head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*\b(ba)?sh$'; then
      printf '%s\n' "$file"
    fi
  done
}

main() {
  local file findings
  cd "$AZWG_ROOT"
  for file in $(shell_scripts); do
    # SCRIPTDIR: a script may name what it sources relative to the checkout or to itself.
    if findings=$(shellcheck -x -P "$AZWG_ROOT" -P SCRIPTDIR -f gcc "$file"); then
      pass "shellcheck $file" "no finding"
    else
      fail "shellcheck $file" "$(head -n 1 <<<"$findings")"
    fi
  done
  verdict_summary
}

main
