#!/usr/bin/env bash
# One API replica stopped, killed, frozen: no webhook fails.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'One API replica down'
ensure_cluster
replica=$(containers webhook-api-1 | head -1)
healthy_again() { [[ $(state_of "$replica") == healthy ]]; }
for way in stop kill freeze; do
  LOAD_WEBHOOKS=${LOAD_WEBHOOKS:-50} LOAD_PEOPLE=0 LOAD_VOICES=0 start_load
  case $way in
    stop) docker stop "$replica" >/dev/null; sleep 8; docker start "$replica" >/dev/null ;;
    kill) kill -9 "$(docker inspect -f '{{.State.Pid}}' "$replica")"; sleep 8 ;;
    freeze) docker pause "$replica" >/dev/null; sleep 10; docker unpause "$replica" >/dev/null ;;
  esac
  eventually 120 healthy_again || die 'the replica does not come back'
  sleep 2
  report=$(load_report)
  figure "replica $way: webhooks sent, failed" "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
  figure "replica $way: p50, p99, longest (ms)" "$(jq -r '.webhooks | "\(.p50), \(.p99), \(.max)"' <<<"$report")"
  claim "replica $way: no webhook failed" test "$(jq .webhooks.failed <<<"$report")" = 0
done
