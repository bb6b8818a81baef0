#!/usr/bin/env bash
# Any container killed: back by itself, nothing lost.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Kill any container'
ensure_cluster
ensure_voice
LOAD_WEBHOOKS=5 LOAD_PEOPLE=4 LOAD_VOICES=2 start_load
for service in worker bot-polling-1 bot-polling-2 webhook-api-1 webhook-api-2 nginx redis s3 postgres; do
  container=$(containers "$service" | head -1)
  before=$(docker inspect -f '{{.State.StartedAt}}' "$container")
  # From the host, as a crash: "docker kill" would count as a wish that it stay away.
  kill -9 "$(docker inspect -f '{{.State.Pid}}' "$container")"
  started=$(date +%s%N)
  claim "$service came back by itself" eventually 60 bash -c "[[ \$(docker inspect -f '{{.State.StartedAt}} {{.State.Health.Status}}' $container) != '$before'* && \$(docker inspect -f '{{.State.Health.Status}}' $container) == healthy ]]"
  figure "$service killed, healthy again after (s)" "$(awk -v a="$started" -v b="$(date +%s%N)" 'BEGIN {printf "%.1f", (b - a) / 1e9}')"
  sleep 4
done
sleep 5
report=$(load_report)
figure 'kills: webhooks sent, not taken at once (FAL repeats them)' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
figure 'kills: updates sent, answered' "$(jq -r '.chat | "\(.sent), \(.answered)"' <<<"$report")"
figure 'kills: recordings sent, transcribed' "$(jq -r '.voices | "\(.sent), \(.answered)"' <<<"$report")"
claim 'no update was lost' test "$(jq .chat.lost <<<"$report")" = 0
claim 'no recording was lost' test "$(jq .voices.lost <<<"$report")" = 0
claim 'the queues are empty again, no job has failed' eventually 90 queues_empty
