# A client of the Kubernetes Container Runtime Interface (k8s.io/cri-api, runtime.v1) for scripts: gRPC by curl over the
# runtime's socket. Messages are few and flat, so that their protobuf form is written here as hexadecimal text.
# shellcheck shell=bash

# pb_varint NUMBER
pb_varint() {
  local number=$1
  while ((number > 127)); do
    printf '%02x' $(((number & 127) | 128))
    number=$((number >> 7))
  done
  printf '%02x' "$number"
}

# pb_bytes FIELD HEX: a length-delimited field.
pb_bytes() {
  printf '%s%s%s' "$(pb_varint $(($1 << 3 | 2)))" "$(pb_varint $((${#2} / 2)))" "$2"
}

pb_text() {
  pb_bytes "$1" "$(printf '%s' "$2" | od -An -v -tx1 | tr -d ' \n')"
}

# cri_call SOCKET METHOD HEX OUT: the answer's message goes to OUT. Fails with the runtime's words if it refuses.
cri_call() {
  local frame status headers=$4.headers
  frame=00$(printf '%08x' $((${#3} / 2)))$3
  # shellcheck disable=SC2001 # every byte, not one
  printf '%b' "$(sed 's/../\\x&/g' <<<"$frame")" |
    curl --silent --show-error --http2-prior-knowledge --unix-socket "$1" --max-time 120 --dump-header "$headers" \
      --header 'content-type: application/grpc' --header 'te: trailers' --data-binary @- --output "$4" \
      "http://localhost/runtime.v1.RuntimeService/$2" || return 1
  status=$(tr -d '\r' <"$headers" | sed -n 's/^grpc-status: //p')
  if [[ $status != 0 ]]; then
    printf '%s: status %s: %s\n' "$2" "$status" "$(tr -d '\r' <"$headers" | sed -n 's/^grpc-message: //p')" >&2
    return 1
  fi
}

# cri_run SOCKET POD LOGS OUT: RunPodSandbox of pod demo/POD; prints the sandbox's id.
cri_run() {
  local metadata annotation config
  metadata=$(pb_text 1 "$2")$(pb_text 2 "uid-$2")$(pb_text 3 demo)
  annotation=$(pb_text 1 example.com/note)$(pb_text 2 "a note with <&> and ü")
  # metadata, log_directory, annotations, linux
  config=$(pb_bytes 1 "$metadata")$(pb_text 3 "$3")$(pb_bytes 7 "$annotation")$(pb_bytes 8 '')
  cri_call "$1" RunPodSandbox "$(pb_bytes 1 "$config")" "$4" || return 1
  grep -aoE '[0-9a-f]{64}' "$4"
}

# cri_address SOCKET ID OUT: the pod's address as the runtime knows it.
cri_address() {
  local hex length
  cri_call "$1" PodSandboxStatus "$(pb_text 1 "$2")" "$3" || return 1
  hex=$(od -An -v -tx1 "$3" | tr -d ' \n')
  # status.network (field 5) begins with ip (field 1): two lengths, then digits and dots.
  [[ $hex =~ 2a..0a(..)((3[0-9]|2e)+) ]] || return 1
  length=$((2 * 0x${BASH_REMATCH[1]}))
  # shellcheck disable=SC2001 # every byte, not one
  printf '%b\n' "$(sed 's/../\\x&/g' <<<"${BASH_REMATCH[2]:0:length}")"
}

cri_stop() {
  cri_call "$1" StopPodSandbox "$(pb_text 1 "$2")" "$3"
}

cri_remove() {
  cri_call "$1" RemovePodSandbox "$(pb_text 1 "$2")" "$3"
}
