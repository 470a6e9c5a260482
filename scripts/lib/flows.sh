# Paced UDP traffic between pods while something happens, and what became of each packet (udp-flow.c). Needs the lab's
# libraries and lab-fabric.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # sets variables for its callers

readonly FLOWS_PER_PAIR=4 FLOW_PAYLOAD=512 FLOW_LIMIT_S=300

# Processes of the flows that run: "SENDER RECEIVER" by LABEL-NUMBER, and how many a label has.
declare -A FLOW_SENDER=() FLOW_RECEIVER=() FLOW_COUNT=()
# The figures of flows that have ended, by LABEL.FIGURE: sent, refused, received, lost, duplicated, reordered, rate, gap_ms,
# delay_ms, pause_ms.
declare -A FLOW=()
FLOW_RUN=0

flows_compile() {
  gcc -O2 -Wall -Wextra -o "$LAB_DIR/udp-flow" "$AZWG_ROOT/scripts/lib/udp-flow.c"
}

# Puts userspace WireGuard ahead of other processes, where sessions have priorities (sched(7), autogroups), and flows go
# with it. The packets' own way must not wait for the processors behind what starts and ends beside it: with the kernel's
# WireGuard it would not.
put_tunnels_ahead() {
  local pid
  for pid in $(lab_processes "$LAB_ID"); do
    if [[ $(cat "/proc/$pid/comm" 2>/dev/null) == wireguard-go && -e /proc/$pid/autogroup ]]; then
      echo -15 2>/dev/null >"/proc/$pid/autogroup" || say "no priority for process $pid"
    fi
  done
}

# flow_start POD OUTPUT ARGUMENT...: leaves the process in FLOW_PID.
flow_start() {
  local pod=$1 output=$2
  shift 2
  # A session of its own, for that is what has a priority; it becomes the flow's own process step by step.
  # shellcheck disable=SC2016 # expanded by the inner shell
  setsid setpriv --pdeathsig KILL -- sh -c 'echo -15 2>/dev/null >/proc/self/autogroup; exec ip netns exec "$@"' flow \
    "$(lab_ns "$pod")" "$LAB_DIR/udp-flow" "$@" >"$output" 2>&1 </dev/null &
  FLOW_PID=$!
}

# flows_start LABEL PORT RATE PAIR...: begins RATE packets a second, dealt out to the pairs ("FROM-POD TO-POD"); to the
# UDP ports from PORT on.
flows_start() {
  local label=$1 port=$2 rate=$3 pair from to index=0
  shift 3
  FLOW_RUN=$((FLOW_RUN + 1))
  for pair in "$@"; do
    read -r from to <<<"$pair"
    flow_start "$to" "$LAB_DIR/flow-$label-$index.received" receive $((port + index)) $FLOWS_PER_PAIR $FLOW_LIMIT_S $FLOW_RUN
    FLOW_RECEIVER[$label-$index]=$FLOW_PID
    index=$((index + 1))
  done
  for ((index = 0; index < $#; index++)); do
    wait_until 5 "a receiver to listen" grep -q ready "$LAB_DIR/flow-$label-$index.received"
  done
  index=0
  for pair in "$@"; do
    read -r from to <<<"$pair"
    flow_start "$from" "$LAB_DIR/flow-$label-$index.sent" send "${POD_ADDRESS[$to]}" $((port + index)) $FLOWS_PER_PAIR \
      $((rate / $#)) $FLOW_PAYLOAD $FLOW_LIMIT_S $FLOW_RUN
    FLOW_SENDER[$label-$index]=$FLOW_PID
    index=$((index + 1))
  done
  FLOW_COUNT[$label]=$#
}

# flows_end LABEL...: ends the flows in good order and fills FLOW.
flows_end() {
  local label index figure
  for label in "$@"; do
    for ((index = 0; index < FLOW_COUNT[$label]; index++)); do
      kill "${FLOW_SENDER[$label-$index]}" 2>/dev/null || true
    done
  done
  for label in "$@"; do
    for ((index = 0; index < FLOW_COUNT[$label]; index++)); do
      wait "${FLOW_SENDER[$label-$index]}" || die "a sender failed: $(cat "$LAB_DIR/flow-$label-$index.sent")"
      wait "${FLOW_RECEIVER[$label-$index]}" || die "a receiver failed: $(cat "$LAB_DIR/flow-$label-$index.received")"
    done
    for figure in sent refused rate received duplicated reordered; do
      FLOW[$label.$figure]=$(flow_figures "$label" $figure | awk '{ n += $1 } END { printf "%d", n }')
    done
    for figure in gap_ms delay_ms pause_ms; do
      FLOW[$label.$figure]=$(flow_figures "$label" $figure | sort -g | tail -n 1)
    done
    FLOW[$label.lost]=$((FLOW[$label.sent] - FLOW[$label.received]))
  done
}

flow_figures() {
  cat "$LAB_DIR/flow-$1"-*.{sent,received} | grep -o "\<$2=[^ ]*" | cut -d= -f2
}

# What was missing and where nothing came for a while, a line each with times; for whoever has to find out why.
flow_evidence() {
  grep -hE '^(missing|gap) ' "$LAB_DIR/flow-$1"-*.received || true
}

# flow_gap_end_us LABEL SINCE: when the last gap in which packets were lost ended, or SINCE if none ended after that.
flow_gap_end_us() {
  flow_evidence "$1" | sed -n '/ skipped=0$/d; s/^gap .* to_us=\([0-9]*\) .*/\1/p' | sort -n | awk -v since="$2" '$1 > since { last = $1 } END { print last ? last : since }'
}

# queue_drops NAMESPACE...: packets that found a queue or buffer full, in the namespaces' devices, queueing disciplines and UDP
# sockets (userspace WireGuard's and the receivers'). With nothing else to lose packets, sent = received + these.
queue_drops() {
  local ns
  for ns in "$@"; do
    ip netns exec "$(lab_ns "$ns")" sh -c \
      'cat /sys/class/net/*/statistics/rx_dropped /sys/class/net/*/statistics/tx_dropped; tc -s qdisc; cat /proc/net/snmp'
  done | awk '
    /^[0-9]+$/ { n += $1 }
    match($0, /\(dropped [0-9]+/) { n += substr($0, RSTART + 9, RLENGTH - 9) }
    $1 == "Udp:" { if ($2 == "InDatagrams") { for (i = 2; i <= NF; i++) name[i] = $i }
                   else for (i = 2; i <= NF; i++) if (name[i] == "RcvbufErrors" || name[i] == "SndbufErrors") n += $i }
    END { print n + 0 }'
}
