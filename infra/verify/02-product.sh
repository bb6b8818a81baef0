#!/usr/bin/env bash
# The whole way of a user through the deployed cluster; FAL's webhooks come in through nginx over TLS.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'The product, through nginx and TLS'
ensure_cluster
ensure_voice
report=$(driver product.mjs "$TELEGRAM" "$FAL" "$WORK/voice.ogg") || die 'the way of a user does not end'
for step in avatar picture transcript summary; do figure "$step (s)" "$(jq -r ".seconds.$step" <<<"$report")"; done
claim 'a picture was made with the trained avatar' at_least "$(jq .pictures <<<"$report")" 1
came=$(grep -c '"path":"/webhook/fal/status".*"status":200' "$WORK/logs/nginx/webhook.log")
figure 'FAL webhooks taken through nginx' "$came"
claim "FAL's webhooks came in through nginx" at_least "$came" 2
claim 'both replicas took some, or only few came' at_least "$(grep -o '"replica":"[^"]*"' "$WORK/logs/nginx/webhook.log" | sort -u | wc -l)" 1
