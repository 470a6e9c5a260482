#!/usr/bin/env bash
# Start-up of the plugin: exec to exit of CNI_COMMAND=VERSION, beside /bin/true and Debian's CNI plugins, which are in Go.
#
#   scripts/bench-startup.sh [ROUNDS] [EXECUTABLE...]
#
# ROUNDS is 200 if not given; the executables are target/dist/azwg, built if missing. All programs alternate in one run,
# so the figures are comparable with each other, whatever else the machine does.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
rounds=${1:-200}
shift || true
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "usage: $0 [ROUNDS] [EXECUTABLE...]" >&2; exit 2; }
executables=("$@")
if [ ${#executables[@]} = 0 ]; then
  "$root/native/image/build.sh" azwg
  executables=("$root/target/dist/azwg")
fi

debian=()
for name in portmap tuning bandwidth host-local; do
  debian+=("/usr/lib/cni/$name")
done
if [ ! -x "${debian[0]}" ]; then
  [ "$(id -u)" = 0 ] || { echo "$0: install containernetworking-plugins" >&2; exit 1; }
  DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends containernetworking-plugins >&2
fi
command -v gcc > /dev/null || { echo "$0: install gcc" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O2 -Wall -Wextra -o "$work/exec-bench" "$here/lib/exec-bench.c"
echo '{"cniVersion":"1.0.0"}' > "$work/stdin"

# shellcheck source=scripts/lib/favoured.sh
. "$here/lib/favoured.sh"

CNI_COMMAND=VERSION favoured "$work/exec-bench" "$rounds" "$work/stdin" /bin/true "${executables[@]}" "${debian[@]}" \
  > "$work/result"

printf 'exec to exit of CNI_COMMAND=VERSION, %s rounds, milliseconds; %s, %s processors, load %s\n\n' \
  "$rounds" "$(uname -sr)" "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
awk -F'\t' '
  BEGIN {
    printf "%-12s %9s   %-23s   %-23s   %s\n", "program", "size MB", "wall min  median    p95", "CPU  min  median    p95", "max RSS MB"
  }
  {
    name = $1
    sub(".*/", "", name)
    printf "%-12s %9.2f   %8.2f %7.2f %6.2f   %8.2f %7.2f %6.2f   %10.1f\n", name, $2 / 1e6, $3 / 1e3, $4 / 1e3, $5 / 1e3,
      $6 / 1e3, $7 / 1e3, $8 / 1e3, $9 * 1024 / 1e6
  }' "$work/result"
