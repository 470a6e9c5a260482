# How no-holes.sh measures: which rate, what a change loses, and beside what. Needs flows.sh, changes.sh, lab-fabric.sh,
# verdict.sh; CROWD, CHANGES, OTHER_MESH, SHORT, SHARE and RATE of no-holes.sh.
# shellcheck shell=bash

# Both directions, between pods that take no part in any change.
readonly PAIRS=("n1p1 n2p1" "n2p2 n1p2")
# What a third node says to and hears from the first meanwhile; its own change may cost it packets.
readonly PAIRS_OF_THIRD=("n1p1 n3p1" "n3p1 n1p1") PAIRS_OF_THIRD_ELSEWHERE=("n4p1 n6p1" "n6p1 n4p1")
readonly PROBE_RATE=400
# Whose queues a packet passes.
readonly PLACES=(n1p1 n1p2 n1 vnet n2 n2p1 n2p2)
readonly TRIES=3 SLOWER=85

# The rows of the table.
ROWS=()
# Set by during: QUEUED, CLEAR, LASTED_MS.
QUEUED=0 CLEAR=0 LASTED_MS=0

# during LABEL RATE MESH COMMAND...: traffic at that rate, before, during and after the command in the mesh.
during() {
  local label=$1 rate=$2 mesh=$3 queued clear started third=("${PAIRS_OF_THIRD[@]}")
  shift 3
  [[ $mesh == here ]] || third=("${PAIRS_OF_THIRD_ELSEWHERE[@]}")
  queued=$(queue_drops "${PLACES[@]}") clear=$(fabric_count clear)
  flows_start "$label" 7000 "$rate" "${PAIRS[@]}"
  flows_start third 7100 $PROBE_RATE "${third[@]}"
  sleep 0.3
  started=$(now_us)
  use_mesh "$mesh" "$@"
  LASTED_MS=$((($(now_us) - started) / 1000))
  sleep 0.5
  flows_end "$label" third
  QUEUED=$(($(queue_drops "${PLACES[@]}") - queued)) CLEAR=$(($(fabric_count clear) - clear))
}


# A rate is carried if nothing was lost.
trial() {
  during trial "$1" "${@:2}"
  say "  $1 packets/s: ${FLOW[trial.rate]} sent a second, ${FLOW[trial.lost]} of ${FLOW[trial.sent]} lost, $QUEUED in full queues"
  test "${FLOW[trial.lost]}" -eq 0
}

# Work like that of all the changes, elsewhere.
changes_elsewhere() {
  change_add 1 n4 n5
  change_delete 1 n4 n5
  change_restart TERM n4
  change_restart KILL n5
}

# Sets RATE: the highest that is carried while nothing changes, and of that the highest that is carried beside changes elsewhere.
find_rates() {
  if ((RATE == 0)); then
    find_quiet_rate
    printf 'highest rate without loss while nothing changes: %d packets/s of %d bytes; of that %d %%\n' \
      "$RATE" "$FLOW_PAYLOAD" "$SHARE"
    RATE=$((RATE * SHARE / 100))
  fi
  $SHORT || find_rate_beside_work
}

# Doubles, then halves the distance; the short form only doubles. What the senders are told to do, not what they did.
find_quiet_rate() {
  local low=0 high=0 rate=1024 confirmed confirmations=3
  ! $SHORT || confirmations=1
  say "the highest rate without loss while nothing changes"
  while ((high == 0 || (high - low) * 10 > high)); do
    if trial "$rate" here sleep 1; then
      low=$rate
      # The senders themselves cannot do more.
      ((${FLOW[trial.rate]} * 100 >= rate * 80)) || break
      ((high == 0)) && rate=$((rate * 2)) || rate=$(((low + high) / 2))
    else
      high=$rate rate=$(((low + high) / 2))
      if $SHORT && ((low > 0)); then break; fi
      ((high > 100)) || die "this machine carries nothing"
    fi
  done
  for ((confirmed = 0; confirmed < confirmations; confirmed++)); do
    trial "$low" here sleep 2 || { low=$((low * SLOWER / 100)) confirmed=-1; }
  done
  RATE=$low
}

find_rate_beside_work() {
  local confirmed start=$RATE
  say "and beside changes of another mesh"
  for ((confirmed = 0; confirmed < 2; confirmed++)); do
    trial "$RATE" elsewhere changes_elsewhere || { RATE=$((RATE * SLOWER / 100)) confirmed=-1; }
    ((RATE > 50)) || die "this machine carries nothing beside other work"
  done
  printf 'beside the same changes in another mesh: %d packets/s, begun with %d\n' "$RATE" "$start"
}

# in_mesh WORD... -> ARGUMENTS, with A, B, C as the nodes of the mesh.
in_mesh() {
  local mesh=$1 word names=(n1 n2 n3)
  [[ $mesh == here ]] || names=(n4 n5 n6)
  ARGUMENTS=()
  for word in "${@:2}"; do
    case $word in
      A) word=${names[0]} ;;
      B) word=${names[1]} ;;
      C) word=${names[2]} ;;
    esac
    ARGUMENTS+=("$word")
  done
}

# compare WHAT COMMAND...: the change elsewhere, then here. A try counts if nothing was lost elsewhere, and if what was
# lost here did not find queues full, which is the machine's doing; else there is another, slower.
compare() {
  local what=$1 try rate=$RATE elsewhere ARGUMENTS
  shift
  for ((try = 1; try <= TRIES; try++)); do
    say "$what ($rate packets/s)"
    if $OTHER_MESH; then
      in_mesh elsewhere "$@"
      prepare_change elsewhere
      during base "$rate" elsewhere "${ARGUMENTS[@]}"
    else
      during base "$rate" here sleep 1
    fi
    elsewhere=$QUEUED
    in_mesh here "$@"
    prepare_change here
    during change "$rate" here "${ARGUMENTS[@]}"
    flow_evidence change >"$LAB_DIR/${1}-$try.evidence"
    row "$what" "$rate" "$elsewhere"
    ((${FLOW[base.lost]} + ${FLOW[change.lost]} > 0)) || break
    ((${FLOW[change.lost]} <= QUEUED)) || break
    say "  lost ${FLOW[base.lost]} elsewhere, ${FLOW[change.lost]} here, all of them in full queues: once more, slower"
    rate=$((rate * SLOWER / 100))
  done
  judge "nothing is lost while $what" \
    "${FLOW[change.sent]} sent, ${FLOW[change.lost]} lost; before, ${FLOW[base.sent]} sent, ${FLOW[base.lost]} lost; try $((try > TRIES ? TRIES : try))" \
    test "${FLOW[change.lost]}" -le "${FLOW[base.lost]}" -a "${FLOW[change.sent]}" -gt 0
  judge "and nothing leaves the tunnel" "$CLEAR of them in the clear on the fabric" test "$CLEAR" = 0
}

# Without traffic, where a change cannot be made twice from the same state.
prepare_change() {
  ! declare -F "before_${ARGUMENTS[0]}" >/dev/null || use_mesh "$1" "before_${ARGUMENTS[0]}" "${ARGUMENTS[@]:1}"
}

row() {
  ROWS+=("$(printf '%-38s %7d %8d %6d %6d %8.1f %8d %6d %6d %8.1f %8.1f %8d' "$1" "$2" \
    "${FLOW[base.sent]}" "${FLOW[base.lost]}" "$3" "${FLOW[base.gap_ms]}" \
    "${FLOW[change.sent]}" "${FLOW[change.lost]}" "$QUEUED" "${FLOW[change.gap_ms]}" "${FLOW[change.delay_ms]}" "$LASTED_MS")")
}

print_figures() {
  printf '\n%-38s %7s %32s %40s\n' '' '' "$($OTHER_MESH && printf -- '-- the change elsewhere --' || printf -- '-- no change --')" '-- the change --'
  printf '%-38s %7s %8s %6s %6s %8s %8s %6s %6s %8s %8s %8s\n' CHANGE RATE SENT LOST QUEUES GAP SENT LOST QUEUES GAP DELAY LASTED
  printf '%s\n' "${ROWS[@]}"
  printf 'RATE in packets/s, QUEUES: found a queue full; GAP (the longest within a flow), DELAY (the longest) and LASTED in ms\n\n'
}

# check_pair_is_back WHAT COMMAND...: the change once more, with nothing else to do: how long after its record was published the
# pair that is concerned hears and is heard, and when the last of its routes leads into the tunnel.
check_pair_is_back() {
  local what=$1 published back encrypted us node ARGUMENTS bound=$((1000 * ${AZWG_PATIENCE:-1}))
  shift
  in_mesh here "$@"
  flows_start third 7100 $PROBE_RATE "${PAIRS_OF_THIRD[@]}"
  use_mesh here "${ARGUMENTS[@]}"
  sleep 0.5
  flows_end third
  published=$(published_us n3 "$CHANGE_SINCE_US")
  back=$((($(flow_gap_end_us third "$published") - published) / 1000))
  encrypted=$published
  for node in n1 n2; do
    us=$(route_time "$node" "${POD_ADDRESS[n3p1]}" "$CHANGE_SINCE_US") && ((us > encrypted)) && encrypted=$us
    us=$(route_time n3 "${POD_ADDRESS[${node}p1]}" "$CHANGE_SINCE_US") && ((us > encrypted)) && encrypted=$us
  done
  encrypted=$(((encrypted - published) / 1000))
  judge "a node whose $what has changed is reached within $bound ms of its record" \
    "$back ms; ${FLOW[third.lost]} of ${FLOW[third.sent]} lost at $PROBE_RATE packets/s" test "$back" -lt "$bound"
  judge "and through the tunnel within $bound ms" "$encrypted ms until the last route of the pairs" test "$encrypted" -lt "$bound"
}
