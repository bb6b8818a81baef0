#!/usr/bin/env bash
# The whole way of a user through the deployed cluster; FAL's webhooks come in through nginx over TLS.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'The product, through nginx and TLS'
ensure_cluster
ensure_voice
report=$(driver product.mjs "$TELEGRAM" "$FAL" "$WORK/voice.ogg") || die 'the way of a user does not end'
for step in avatar picture transcript summary; do figure "$step (s)" "$(jq -r ".seconds.$step" <<<"$report")"; done
claim 'an image was made with the trained avatar' at_least "$(jq .images <<<"$report")" 1
figure 'webhooks of FAL, acknowledged' "$(jq -r '"\(.webhooks), \(.acknowledged)"' <<<"$report")"
claim "FAL's webhooks came in through nginx over TLS" at_least "$(jq .acknowledged <<<"$report")" 2
claim 'each was taken at the first attempt' test "$(jq '.webhooks - .acknowledged' <<<"$report")" = 0
claim 'nginx wrote them into the log of their own' grep -q '"path":"/webhook/fal/status".*"tls":"TLSv1.3"' "$WORK/logs/webhook_access.log"
