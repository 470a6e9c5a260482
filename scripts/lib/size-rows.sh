# Which sizes pass between which places: a row for each kind of pair, a server and a client process for each row
# (size-probe.c). Needs the lab's libraries, traffic.sh and verdict.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # sets variables for its callers

# Dense where IPv4, UDP and the tunnel's 60 bytes have their edges for links of 1340, 1400 and 1500 bytes; then what the sender
# cuts into two, three and many fragments, around where one more fragment begins.
UDP_SIZES=32,64,576,1000,1232,1280-1520,2000,2600-2660,2740-2780,2920-2960,3940-3960,8000,16000,32000,65507
readonly FEW_UDP_SIZES=32,1000,1299-1315,1359-1375,1419-1424,1471-1474,2628-2632,16000,65507
readonly PROBE_PORT=7300 PROBE_PATIENCE_MS=400

# The cells of the last row, by column (udp-out udp-back tcp-out tcp-back): OK/OF, the sizes that failed; and the matrix.
declare -A CELL=() CELL_FAILED=()
CELL_MSS='' CELL_RETRIED=0
MATRIX=()
# For patterns such as +([a-z]).
shopt -s extglob

size_probe_compile() {
  gcc -O2 -Wall -Wextra -o "$LAB_DIR/size-probe" "$AZWG_ROOT/scripts/lib/size-probe.c"
}

# probe_sizes FROM-KIND FROM TO-KIND TO ADDRESS udp|tcp|all: fills the cells. Fails if anything did.
probe_sizes() {
  local from_kind=$1 from=$2 to_kind=$3 to=$4 address=$5 protocol=$6 log=$LAB_DIR/serve.log server line name ok of retried mss failed good=0
  local ON_NODE patience=$((PROBE_PATIENCE_MS * ${AZWG_PATIENCE:-1}))
  # Not from_place: $! must be the server itself.
  if [[ $to_kind == pod ]]; then
    ON_NODE=(ip netns exec "$(lab_ns "$to")")
  else
    enter_node "$to"
  fi
  "${ON_NODE[@]}" setpriv --pdeathsig KILL -- "$LAB_DIR/size-probe" serve $PROBE_PORT 600 >"$log" 2>&1 </dev/null &
  server=$!
  wait_until 5 "the size probe's server" grep -q ready "$log"
  from_place "$from_kind" "$from" "$LAB_DIR/size-probe" probe "$address" $PROBE_PORT "$patience" "$protocol" "$UDP_SIZES" >"$LAB_DIR/probe.log"
  kill "$server"
  wait "$server" 2>/dev/null || true
  CELL=() CELL_FAILED=() CELL_MSS=- CELL_RETRIED=0
  while read -r name line; do
    read -r ok of retried mss failed <<<"${line//+([a-z])=/}"
    CELL[$name]=$ok/$of
    CELL_RETRIED=$((CELL_RETRIED + retried))
    [[ $name != tcp-* ]] || CELL_MSS=$mss
    ((ok == of)) || { CELL_FAILED[$name]=$failed good=1; }
  done <"$LAB_DIR/probe.log"
  return $good
}

# size_row VARIANT WHAT FROM-KIND FROM TO-KIND TO ADDRESS [udp|tcp]: a row of the matrix, and its verdict.
size_row() {
  local variant=$1 what=$2 verdict=pass column figure=''
  shift 2
  probe_sizes "$1" "$2" "$3" "$4" "$5" "${6:-all}" || verdict=fail
  MATRIX+=("$(printf '%-34s %-30s %11s %11s %9s %9s %6s %8d' "$variant" "$what" "${CELL[udp-out]:--}" "${CELL[udp-back]:--}" \
    "${CELL[tcp-out]:--}" "${CELL[tcp-back]:--}" "$CELL_MSS" "$CELL_RETRIED")")
  for column in udp-out udp-back tcp-out tcp-back; do
    [[ -z ${CELL[$column]:-} ]] || figure+="${figure:+, }$column ${CELL[$column]}${CELL_FAILED[$column]:+ (not ${CELL_FAILED[$column]})}"
  done
  $verdict "$variant, $what: every size passes both ways" "$figure, $CELL_RETRIED sent again"
}

# All kinds of pairs between n1 and n2.
size_rows() {
  local variant=$1
  size_row "$variant" "pod -> pod on another node" pod n1p1 pod n2p1 "${POD_ADDRESS[n2p1]}"
  size_row "$variant" "pod -> pod on the same node" pod n1p1 pod n1p2 "${POD_ADDRESS[n1p2]}"
  size_row "$variant" "node -> pod on another node" node n1 pod n2p1 "${POD_ADDRESS[n2p1]}"
  size_row "$variant" "pod -> another node" pod n1p1 node n2 "${NODE_ADDRESS[n2]}"
  size_row "$variant" "node -> node" node n1 node n2 "${NODE_ADDRESS[n2]}"
}

print_matrix() {
  printf '\n%-34s %-30s %11s %11s %9s %9s %6s %8s\n' NETWORK PATH 'UDP ->' 'UDP <-' 'TCP ->' 'TCP <-' MSS 'SENT AGAIN'
  printf '%s\n' "${MATRIX[@]}"
  printf 'passed/tried; UDP: payloads of %s bytes; TCP: transfers around multiples of the MSS, and 1 MiB\n\n' "$UDP_SIZES"
}
