#!/usr/bin/env bats
# No line of any log quotes an address: whatever goes wrong with a webhook, its token stands nowhere. Needs nginx, no Docker.
# shellcheck disable=SC2030,SC2031

setup_file() {
  export DIR="$BATS_FILE_TMPDIR" ROOT; ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  mkdir -p "$DIR"/{certs,acme,frontend,log}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=aisha.test \
    -keyout "$DIR/certs/privkey.pem" -out "$DIR/certs/fullchain.pem" 2>/dev/null
  cp -r "$ROOT/nginx" "$DIR/nginx"
  export HTTP=18080 HTTPS=18443 REPLICA=18000
  # The configuration of production, in other folders and on other ports; without what an nginx before 1.25 does not know.
  find "$DIR/nginx" -type f -exec sed -i "s#/etc/nginx/aisha#$DIR/nginx#; s#/etc/nginx/certs#$DIR/certs#; s#/srv/\(acme\|frontend\)#$DIR/\1#
    s#/var/log/nginx#$DIR/log#; s#/tmp/nginx-#$DIR/nginx-#; s#listen 80 #listen 127.0.0.1:$HTTP #; s#listen 443 #listen 127.0.0.1:$HTTPS #
    s#listen 8443 #listen 127.0.0.1:18444 #; /http2 on;/d; s#listen 127.0.0.1:8080#listen 127.0.0.1:18081#" {} +
  printf 'server 127.0.0.1:%s;\n' "$REPLICA" >"$DIR/nginx/upstream/api-servers.conf"
  nginx -c "$DIR/nginx/nginx.conf" -e stderr -g 'daemon off;' 2>"$DIR/log/stderr" 3>&- &
  echo $! >"$DIR/nginx-test.pid"
  until curl -sko /dev/null "https://127.0.0.1:$HTTPS/"; do kill -0 "$(<"$DIR/nginx-test.pid")" || { cat "$DIR/log/stderr" >&2; return 1; }; done
}
teardown_file() { kill "$(<"$DIR/nginx-test.pid")"; }

TOKEN=s3cret-t0ken
HOOK="/webhook/fal/status?job=7&token=$TOKEN"
# replica <what it does with a connection>: until stop_replica.
replica() {
  node -e "require('node:net').createServer((s) => { s.on('error', () => {}); $1 }).listen($REPLICA, '127.0.0.1', () => console.log('up'))" >"$DIR/replica" 3>&- &
  REPLICA_PID=$!
  until grep -q up "$DIR/replica"; do kill -0 "$REPLICA_PID"; done
}
stop_replica() { kill "$REPLICA_PID"; wait "$REPLICA_PID" 2>/dev/null || true; unset REPLICA_PID; }
# What a test that failed left.
teardown() { [ -z "${REPLICA_PID:-}" ] || stop_replica; }
post() { curl -sk --max-time "${WAIT:-20}" -o /dev/null -w '%{http_code}' -X POST "$@" "https://127.0.0.1:$HTTPS$HOOK" || true; }
plain() { { printf '%b' "$1"; sleep 0.3; } | timeout 5 openssl s_client -quiet -connect "127.0.0.1:$HTTPS" 2>/dev/null | head -1; }
nowhere() {
  run grep -rl -e "$TOKEN" "$DIR/log"
  [ "$output" = '' ]
}

@test "502, a reset, half an answer, no answer in time, a sender who left" {
  [ "$(post)" = 502 ]
  replica 's.resetAndDestroy()'; [ "$(post)" = 502 ]; stop_replica
  replica "s.end('nonsense')"; post >/dev/null; stop_replica
  replica "s.once('data', () => s.end('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf'))"; post >/dev/null; stop_replica
  replica "s.on('data', () => {})"
  WAIT=1 post >/dev/null
  [ "$(post)" = 504 ]
  stop_replica
  grep -q '"status":499' "$DIR/log/webhook_access.log"
  nowhere
}

@test "requests that are refused before they are one: 400, 405, 413, 414, 426, 494" {
  [ "$(post --data-binary "@$(head -c 1100000 /dev/zero >"$DIR/big"; echo "$DIR/big")")" = 413 ]
  [ "$(curl -sk -o /dev/null -w '%{http_code}' "https://127.0.0.1:$HTTPS$HOOK")" = 405 ]
  [ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://127.0.0.1:$HTTP$HOOK")" = 426 ]
  [ "$(curl -s -o /dev/null -w '%{http_code}' -X POST "http://127.0.0.1:$HTTPS$HOOK")" = 400 ]
  long=$(head -c 9000 /dev/zero | tr '\0' a)
  [[ $(plain "POST $HOOK&x=$long HTTP/1.1\r\nHost: a\r\n\r\n") == *414* ]]
  [[ $(plain "POST $HOOK HTTP/1.1\r\nHost: a\r\nX-A: $long\r\n\r\n") == *400* ]]
  [[ $(plain "POST $HOOK HTTP/1.1\r\n\r\n") == *400* ]]
  [[ $(plain "POST $HOOK HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n") == *400* ]]
  [[ $(plain "POST $HOOK HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") == *[45]0[0-9]* ]]
  plain "P\x01ST $HOOK HTTP/1.1\r\nHost: a\r\n\r\n"
  plain "GET $HOOK HTTP/9.9\r\nHost: a\r\n\r\n"
  plain "GET ${HOOK/status/%00} HTTP/1.1\r\nHost: a\r\n\r\n"
  nowhere
}

@test "more than a share: 429, of requests and of connections" {
  seq -f "url = \"https://127.0.0.1:$HTTPS/%g?token=$TOKEN\"" 600 >"$DIR/urls"
  curl -sk --parallel --parallel-max 100 -K "$DIR/urls" >/dev/null
  grep -q '"status":429' "$DIR/log/nginx_access.log"
  nowhere
}
