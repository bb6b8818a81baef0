#!/usr/bin/env bash
# Idle memory of the cluster without its databases.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Idle memory'
ensure_cluster
total=0
for service in nginx webhook-api-1 webhook-api-2 bot-polling-1 bot-polling-2 worker; do
  for container in $(containers "$service"); do
    used=$(docker stats --no-stream --format '{{.MemUsage}}' "$container" | sed 's/ .*//' | awk '/GiB/ {print $1 * 1024} /MiB/ {print $1 + 0} /KiB/ {print $1 / 1024}')
    figure "$service (MiB)" "$used"
    total=$(awk -v a="$total" -v b="$used" 'BEGIN {print a + b}')
  done
done
figure 'cluster without databases (MiB)' "$total"
claim 'at most 700 MB' at_most "$total" 667
