#!/usr/bin/env bash
# A flood from one address, slow clients, oversized bodies, TLS: what is genuine passes.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Flood, slow clients, large bodies, TLS'
ensure_cluster
# The flooder has an address of its own, as on the Internet.
flood() { docker run --rm --network "$NETWORK" --ulimit nofile=20000 -v "$VERIFY/flood.mjs:/flood.mjs:ro" node:24-bookworm-slim node /flood.mjs "$@"; }
edge=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(containers nginx | head -1)")

LOAD_WEBHOOKS=20 LOAD_PEOPLE=0 LOAD_VOICES=0 start_load
flooded=$(flood "https://$edge" --mode flood --rate 2000 --seconds 15)
report=$(load_report)
figure 'flood: requests/s sent, share limited' "$(jq -r '"\(.perSecond), \(.limited * 100 | floor) %"' <<<"$flooded")"
figure 'flood: genuine webhooks sent, failed' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
figure 'flood: genuine p50, p99 (ms)' "$(jq -r '.webhooks | "\(.p50), \(.p99)"' <<<"$report")"
claim 'most of the flood is limited' at_least "$(jq .limited <<<"$flooded")" 0.5
claim 'the flood was answered by 429 and 401 only' test "$(jq -c '.statuses | keys - ["401", "429"]' <<<"$flooded")" = '[]'
claim 'no genuine webhook failed' test "$(jq .webhooks.failed <<<"$report")" = 0

LOAD_WEBHOOKS=20 LOAD_PEOPLE=0 LOAD_VOICES=0 start_load
slow=$(flood "https://$edge" --mode slow --connections 600 --seconds 25)
report=$(load_report)
figure 'slow clients: connections, closed by nginx within' "$(jq -r '"\(.connections), \(.lastClosedS) s"' <<<"$slow")"
figure 'slow clients: genuine webhooks sent, failed' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
claim 'every slow connection was closed' test "$(jq '.connections - .closed' <<<"$slow")" = 0
claim 'no genuine webhook failed' test "$(jq .webhooks.failed <<<"$report")" = 0

head -c 1048577 /dev/zero >"$WORK/over"
answer() { curl -sk -o /dev/null -w '%{http_code}' --max-time 20 "$@"; }
claim 'a body over 1 MiB: 413' test "$(answer --data-binary "@$WORK/over" "$EDGE/webhook/fal/status")" = 413
claim 'an unsigned webhook: 401' test "$(answer -d '{}' "$EDGE/webhook/fal/status")" = 401
claim 'plain http: 426, never a redirect' test "$(answer -X POST "http://localhost:$HTTP/webhook/fal/status")" = 426
for port in $HTTPS $HTTPS_ALT; do
  hello() { openssl s_client -connect "localhost:$port" "$@" </dev/null 2>&1 || true; }
  # What openssl prints holds bytes of any kind: it is piped, never put into a command.
  says() { hello "${@:2}" | grep -F "$1" >/dev/null; }
  old() { says 'New, TLS' -tls1_1 -cipher 'ALL:@SECLEVEL=0' || says 'New, TLS' -tls1 -cipher 'ALL:@SECLEVEL=0'; }
  claim "$port: no TLS 1.0 or 1.1" eval '! old'
  claim "$port: TLS 1.3 with h2" says 'ALPN protocol: h2' -tls1_3 -alpn h2
  claim "$port: TLS 1.2 with forward secrecy only" says 'Cipher is (NONE)' -tls1_2 -cipher kRSA
done
headers=$(curl -sk -D - -o /dev/null "$EDGE/health" | tr '[:upper:]' '[:lower:]')
for header in strict-transport-security x-content-type-options referrer-policy content-security-policy x-frame-options x-request-id; do
  claim "header $header" grep -q "^$header:" <<<"$headers"
done
claim 'metrics stay inside' test "$(answer "$EDGE/metrics")" = 404
