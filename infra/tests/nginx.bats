#!/usr/bin/env bats
# nginx's production configuration, by real requests. Needs a Docker engine.
# shellcheck disable=SC2030,SC2031

setup_file() {
  export ROOT; ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export RUN="aisha-nginx-test-$$" DIR="$BATS_FILE_TMPDIR"
  export NET="10.231.$((RANDOM % 250))"
  docker network create --subnet "$NET.0/24" "$RUN" >/dev/null
  mkdir -p "$DIR/certs" "$DIR/acme/.well-known/acme-challenge" "$DIR/frontend/assets" "$DIR/log"
  chmod 777 "$DIR/log"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=aisha.test \
    -addext subjectAltName=DNS:aisha.test -keyout "$DIR/certs/privkey.pem" -out "$DIR/certs/fullchain.pem" 2>/dev/null
  chmod 644 "$DIR/certs/privkey.pem"
  echo proof >"$DIR/acme/.well-known/acme-challenge/token"
  echo '<title>Aisha</title>' >"$DIR/frontend/index.html"
  export ONE="$NET.11" TWO="$NET.12" EDGE="$NET.13"
  for name in one two; do
    docker run -d --init --name "$RUN-$name" --network "$RUN" --ip "$NET.$((++n + 10))" -e NAME=$name \
      -v "$BATS_TEST_DIRNAME/fixtures/replica.mjs:/replica.mjs:ro" node:24-bookworm-slim node /replica.mjs >/dev/null
  done
  cp -r "$ROOT/nginx" "$DIR/nginx"
  bash -c '. "$ROOT/infra/scripts/lib.sh"; api_servers_conf "$1"' _ "$ONE:8000 $TWO:8000" >"$DIR/nginx/upstream/api-servers.conf"
  docker run -d --name "$RUN-edge" --network "$RUN" --ip "$EDGE" --read-only --tmpfs /tmp --cap-drop ALL \
    --ulimit nofile=20000:20000 --user 10001:10001 -v "$DIR/nginx:/etc/nginx/aisha:ro" \
    -v "$DIR/certs:/etc/nginx/certs:ro" -v "$DIR/acme:/srv/acme:ro" -v "$DIR/frontend:/srv/frontend:ro" \
    -v "$DIR/log:/var/log/nginx" nginx:stable nginx -c /etc/nginx/aisha/nginx.conf -e stderr -g 'daemon off;' >/dev/null
  until curl -sko /dev/null "https://$EDGE/health" && curl -so /dev/null "$ONE:8000/" "$TWO:8000/"; do
    docker inspect -f '{{.State.Running}}' "$RUN-edge" | grep -q true || { docker logs "$RUN-edge" >&2; return 1; }
  done
}

teardown_file() {
  docker rm -f "$RUN-edge" "$RUN-one" "$RUN-two" >/dev/null 2>&1 || true
  docker network rm "$RUN" >/dev/null 2>&1 || true
}

setup() { mode "$ONE" ok; mode "$TWO" ok; }

mode() { curl -sf -X POST "http://$1:8000/mode/$2" >/dev/null; }
ask() { curl -sk --max-time 20 --resolve "aisha.test:${PORT:-443}:$EDGE" "$@"; }
status() { ask -o /dev/null -w '%{http_code}' "$@"; }

@test "the configuration is valid, without warnings" {
  run docker exec "$RUN-edge" nginx -t -c /etc/nginx/aisha/nginx.conf
  [ "$status" -eq 0 ]
  [[ $output != *warn* ]]
}

@test "nothing in the container runs as root, and the root file system is read-only" {
  [ "$(docker exec "$RUN-edge" id -u)" = 10001 ]
  run docker exec "$RUN-edge" touch /srv/x
  [ "$status" -ne 0 ]
}

@test "TLS 1.2 and 1.3, nothing older, forward secrecy only, sessions resumed, h2 offered" {
  for old in -tls1 -tls1_1; do
    run openssl s_client -connect "$EDGE:443" "$old" -cipher 'ALL:@SECLEVEL=0' </dev/null
    [[ $output != *"Cipher is ECDHE"* && $output != *"New, TLS"* ]]
  done
  run openssl s_client -connect "$EDGE:443" -tls1_2 -cipher AES128-SHA256:AES256-GCM-SHA384 </dev/null
  [[ $output == *"Cipher is (NONE)"* ]]
  run openssl s_client -connect "$EDGE:443" -tls1_2 </dev/null
  [[ $output == *"Cipher is ECDHE-ECDSA-"* ]]
  for port in 443 8443; do
    run openssl s_client -connect "$EDGE:$port" -tls1_3 -alpn h2,http/1.1 </dev/null
    [[ $output == *"ALPN protocol: h2"* && $output == *TLSv1.3* ]]
  done
  run openssl s_client -connect "$EDGE:443" -tls1_2 -reconnect </dev/null
  [[ $output == *Reused* ]]
}

@test "security headers stand on every kind of answer, once each" {
  for path in / /health /nothing /metrics "/webhook/fal/status -X POST"; do
    # shellcheck disable=SC2086
    run ask -D - -o /dev/null https://aisha.test$path
    for header in strict-transport-security x-content-type-options referrer-policy content-security-policy x-request-id; do
      [ "$(grep -ci "^$header:" <<<"$output")" -eq 1 ]
    done
    [[ ${output,,} != *"server: nginx/"* ]]
  done
  run ask -D - -o /dev/null https://aisha.test/
  [[ ${output,,} == *"frame-ancestors 'self' https://web.telegram.org"* ]]
  [[ ${output,,} != *x-frame-options* ]]
}

@test "port 80: people are redirected, ACME is answered, webhooks are refused and never redirected" {
  run curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: aisha.test' "http://$EDGE/some?x=1"
  [ "$output" = "301 https://aisha.test/some?x=1" ]
  [ "$(curl -s "http://$EDGE/.well-known/acme-challenge/token")" = proof ]
  for path in /webhook/fal/status /webhook/fal/portrait /webhook/telegram /api/v1/avatar/status_update /webhook /webhook/; do
    [ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://$EDGE$path")" = 426 ]
  done
}

@test "webhooks reach a replica unchanged on 443 and 8443; no address of theirs answers 3xx" {
  for PORT in 443 8443; do
    for path in /webhook/fal/status /webhook/fal/portrait /webhook/telegram /api/v1/avatar/status_update; do
      run ask -X POST --data-binary @/etc/hostname "https://aisha.test:$PORT$path?job=1&token=a%2Fb"
      [ "$(jq -r .url <<<"$output")" = "$path?job=1&token=a%2Fb" ]
      [ "$(jq -r .bytes <<<"$output")" = "$(stat -c %s /etc/hostname)" ]
    done
    for path in /webhook /webhook/ /webhook/fal /webhook/fal/ /webhook/telegram/ /api/v1/avatar/status_update/ //webhook//telegram /webhook/fal/../telegram; do
      [[ $(status --path-as-is -X POST "https://aisha.test:$PORT$path") != 3* ]]
    done
  done
}

@test "a client's own claims about its address and request are not passed on" {
  run ask -X POST -H 'X-Forwarded-For: 9.9.9.9' -H 'X-Request-Id: mine' -H 'X-Real-IP: 9.9.9.9' https://aisha.test/webhook/telegram
  [[ $output != *9.9.9.9* && $output != *'"mine"'* ]]
  [[ $(jq -r '.headers["x-request-id"]' <<<"$output") =~ ^[0-9a-f]{32}$ ]]
  [ "$(jq -r '.headers["x-forwarded-proto"]' <<<"$output")" = https ]
}

@test "only POST reaches a webhook; metrics and probes stay inside" {
  [ "$(status https://aisha.test/webhook/telegram)" = 405 ]
  for path in /metrics /health/live /health/ready /.env /.git/config /api/v1; do
    [ "$(status "https://aisha.test$path")" = 404 ]
  done
  [ "$(status https://aisha.test/health)" = 200 ]
}

@test "bodies: 1 MiB for a webhook, no more" {
  head -c 1048576 /dev/zero >"$DIR/fits"; head -c 1048577 /dev/zero >"$DIR/over"
  [ "$(status --data-binary "@$DIR/fits" https://aisha.test/webhook/fal/status)" = 200 ]
  [ "$(status --data-binary "@$DIR/over" https://aisha.test/webhook/fal/status)" = 413 ]
  head -c 20000 /dev/zero >"$DIR/page"
  [ "$(status --data-binary "@$DIR/page" https://aisha.test/health)" = 413 ]
}

@test "one replica refusing, answering 503 or 502: the other one answers every POST" {
  for broken in 503 502; do
    mode "$ONE" $broken
    for _ in $(seq 20); do [ "$(ask -X POST https://aisha.test/webhook/telegram | jq -r .replica)" = two ]; done
  done
  mode "$ONE" ok
  docker stop -t 0 "$RUN-two" >/dev/null
  for _ in $(seq 20); do [ "$(ask -X POST https://aisha.test/webhook/fal/status | jq -r .replica)" = one ]; done
  docker start "$RUN-two" >/dev/null
  until curl -sfo /dev/null "$TWO:8000/"; do :; done
}

@test "a replica that hangs costs 0.7 s, not the webhook" {
  mode "$ONE" hang
  for _ in 1 2; do [ "$(ask --max-time 3 -X POST https://aisha.test/webhook/telegram | jq -r .replica)" = two ]; done
}

@test "a 500 is not sent to the other replica" {
  mode "$ONE" 500; mode "$TWO" 500
  run ask -X POST https://aisha.test/webhook/telegram
  [[ $(jq -r .replica <<<"$output") =~ one|two ]]
  tail -1 "$DIR/log/webhook_access.log" | jq -e '.replica_status == "500"'
}

@test "the webhook log: JSON, apart, without the query; the request id is the client's header" {
  id=$(ask -D - -o /dev/null -X POST -H 'X-Fal-Webhook-Request-Id: fal-7' \
    "https://aisha.test/webhook/fal/status?job=7&token=s3cret" | sed -n 's/^x-request-id: \([0-9a-f]*\).*/\1/p')
  line=$(grep "$id" "$DIR/log/webhook_access.log")
  jq -e '.status == 200 and .path == "/webhook/fal/status" and .fal_request_id == "fal-7" and .tls == "TLSv1.3"' <<<"$line"
  run cat "$DIR/log/webhook_access.log"; [[ $output != *s3cret* ]]
  run docker logs "$RUN-edge"; [[ $output != *s3cret* && $output != *"$id"* ]]
}

@test "the Mini App is served from its folder, its routes too" {
  [[ $(ask https://aisha.test/) == *Aisha* && $(ask https://aisha.test/gallery/3) == *Aisha* ]]
  [[ $(status https://aisha.test/assets) != 30* ]]
}

@test "static files: kept for ever where the name says the content, the page never; packed, and once each header" {
  headers() { ask -D - -o /dev/null "$@" | tr -d '\r'; }
  seq 2000 >"$DIR/frontend/assets/app-1a2b3c.js"; seq 2000 | sed 's/$/;/' | gzip >"$DIR/frontend/assets/packed-9.js.gz"; : >"$DIR/frontend/assets/packed-9.js"
  echo '<svg/>' >"$DIR/frontend/logo.svg"
  [[ $(headers https://aisha.test/assets/app-1a2b3c.js) == *'cache-control: public, max-age=31536000, immutable'* ]]
  [[ $(headers https://aisha.test/logo.svg) == *'cache-control: public, max-age=86400'* ]]
  for page in / /index.html /gallery/3; do [[ $(headers "https://aisha.test$page") == *'cache-control: no-cache'* ]]; done
  for path in /assets/app-1a2b3c.js /logo.svg; do
    [ "$(headers "https://aisha.test$path" | grep -ciE '^(cache-control|x-content-type-options|strict-transport-security):')" -eq 3 ]
  done
  [[ $(headers -H 'Accept-Encoding: gzip' https://aisha.test/assets/app-1a2b3c.js) == *'content-encoding: gzip'* ]]
  [ "$(ask -H 'Accept-Encoding: gzip' https://aisha.test/assets/packed-9.js | gunzip | head -1)" = '1;' ]
  [ "$(status https://aisha.test/assets/absent.js)" = 404 ] && [ "$(status https://aisha.test/absent.png)" = 404 ]
  etag=$(headers https://aisha.test/ | sed -n 's/^etag: //Ip')
  [ "$(status -H "If-None-Match: $etag" https://aisha.test/)" = 304 ]
  for path in /.hidden.png /assets/.env /x/.y/z.svg; do [ "$(status "https://aisha.test$path")" = 404 ]; done
}

@test "every answer but a webhook's stands in nginx_access.log" {
  id=$(ask -D - -o /dev/null 'https://aisha.test/?token=s3cret' | sed -n 's/^x-request-id: \([0-9a-f]*\).*/\1/p')
  grep "$id" "$DIR/log/nginx_access.log" | jq -e '.status == 200 and .path == "/index.html"'
  run cat "$DIR/log/nginx_access.log"; [[ $output != *s3cret* ]]
}

@test "1,000 webhooks at once from one address all pass; a flood after them does not" {
  seq 1000 | sed "s|.*|url=\"https://aisha.test/webhook/fal/status?n=&\"\noutput=/dev/null|" >"$DIR/burst"
  run bash -c "curl -sk --resolve aisha.test:443:$EDGE -X POST --no-progress-meter --parallel --parallel-max 100 -w '%{http_code}\n' -K '$DIR/burst' | sort | uniq -c"
  echo "$output"
  [[ $output =~ 1000\ 200 && ${#lines[@]} -eq 1 ]]
  run bash -c "for i in 1 2 3; do curl -sk --resolve aisha.test:443:$EDGE -X POST --no-progress-meter --parallel --parallel-max 100 -w '%{http_code}\n' -K '$DIR/burst'; done | sort | uniq -c"
  [[ $output == *429* ]]
}

@test "a reload takes a changed folder without dropping a request" {
  seq 400 | sed "s|.*|url=\"https://aisha.test/webhook/telegram?n=&\"\noutput=/dev/null|" >"$DIR/during"
  curl -sk --resolve "aisha.test:443:$EDGE" -X POST --no-progress-meter --parallel --parallel-max 20 -w '%{http_code}\n' -K "$DIR/during" >"$DIR/codes" &
  sed -i 's/burst=1500/burst=1600/' "$DIR/nginx/snippets/routes.conf"
  docker exec "$RUN-edge" nginx -s reload -c /etc/nginx/aisha/nginx.conf
  wait
  [ "$(sort "$DIR/codes" | uniq -c | tr -s ' ')" = " 400 200" ]
}
