#!/usr/bin/env bats
# The pure parts of infra/scripts: the configuration file, what is rendered from it, the flags.

setup() {
  ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export AISHA_HOME=$BATS_TEST_TMPDIR/home
  mkdir -p "$AISHA_HOME" "$BATS_TEST_TMPDIR/bin"
  set +u
  . "$ROOT/infra/scripts/lib.sh"
}
given() { printf '%s\n' "$@" >"$AISHA_HOME/production.env"; read_config "$AISHA_HOME/production.env"; complete_config; }
stub() { printf '#!/bin/bash\nprintf "%%s\\n" "%s $*" >>"$CALLS"\n%s\n' "$1" "${2:-}" >"$BATS_TEST_TMPDIR/bin/$1"; chmod +x "$BATS_TEST_TMPDIR/bin/$1"; }
# A server with 90 GB of free disk, a registry that takes the login.
SERVER='cat >/dev/null; echo Linux; echo "/dev/sda1 100000000 5000000 95000000 5% /"'
REGISTRY_ANSWERS='cat >/dev/null; printf "HTTP/2 200 \r\n"'

@test "production.env is read as text: quotes, comments, export, nothing executed" {
  given 'A=1' ' export B="two words" ' "C='x # y'" 'D=v # a comment' 'E=$(touch '"$BATS_TEST_TMPDIR"'/ran)' '# F=1' '' $'G=crlf\r'
  [ "$(config A)" = 1 ] && [ "$(config B)" = 'two words' ] && [ "$(config C)" = 'x # y' ] && [ "$(config D)" = v ]
  [ "$(config E)" = "\$(touch $BATS_TEST_TMPDIR/ran)" ] && [ ! -e "$BATS_TEST_TMPDIR/ran" ]
  [ -z "$(config F)" ] && [ "$(config G)" = crlf ]
}

@test "a line that is no assignment is named by its number" {
  printf 'A=1\nnonsense\n' >"$AISHA_HOME/production.env"
  run read_config "$AISHA_HOME/production.env"
  [ "$status" -eq 1 ]
  [[ $output == *'line 2'* ]]
}

@test "secrets become files, never lines; what is empty is not announced" {
  given 'TELEGRAM_BOT_TOKEN=1:abc' 'OPENAI_API_KEY=sk-1' 'DATABASE_URL=postgresql://u:p@h/d' 'DOMAIN=x.org' 'REGISTRY=r' 'REGISTRY_PASSWORD=pw' 'LOG_LEVEL=debug'
  render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/OPENAI_API_KEY")" = sk-1 ]
  [ "$(stat -c %a "$AISHA_HOME/secrets/OPENAI_API_KEY")" = 440 ]
  run cat "$AISHA_HOME/app.env" "$AISHA_HOME/.env"
  [[ $output != *sk-1* && $output != *1:abc* && $output != *u:p@h* && $output != *pw* ]]
  [[ $output == *"OPENAI_API_KEY_FILE='/run/secrets/OPENAI_API_KEY'"* && $output != *FAL_API_KEY_FILE* ]]
  [[ $output == *"LOG_LEVEL='debug'"* && $output == *"ENVIRONMENT='production'"* && $output == *"FAL_WEBHOOK_URL='https://x.org/webhook/fal/status'"* ]]
  [ -e "$AISHA_HOME/secrets/FAL_API_KEY" ] && [ ! -s "$AISHA_HOME/secrets/FAL_API_KEY" ]
}

@test "the older names of the token and the FAL key are taken" {
  given 'TELEGRAM_TOKEN=1:old' 'FAL_KEY=k'
  render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/TELEGRAM_BOT_TOKEN")" = 1:old ] && [ "$(cat "$AISHA_HOME/secrets/FAL_API_KEY")" = k ]
}

@test "passwords of the profile data are made once and kept" {
  given 'PROFILES=data'
  render_config "$AISHA_HOME"
  first=$(cat "$AISHA_HOME/secrets/POSTGRES_PASSWORD")
  [ ${#first} -eq 40 ]
  given 'PROFILES=data'
  render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/POSTGRES_PASSWORD")" = "$first" ]
  grep -q "^POSTGRES_HOST='postgres'" "$AISHA_HOME/app.env"
}

@test "a changed secret changes CONFIG_VERSION, so that the processes are renewed" {
  given 'OPENAI_API_KEY=one'; render_config "$AISHA_HOME"; one=$(grep CONFIG_VERSION "$AISHA_HOME/.env")
  render_config "$AISHA_HOME"; [ "$(grep CONFIG_VERSION "$AISHA_HOME/.env")" = "$one" ]
  given 'OPENAI_API_KEY=two'; render_config "$AISHA_HOME"; [ "$(grep CONFIG_VERSION "$AISHA_HOME/.env")" != "$one" ]
}

@test "every replica stands twice in nginx's list: limited, and as the last resort" {
  run api_servers_conf 'a:1 b:2'
  [ "${#lines[@]}" -eq 4 ]
  [[ $output == *'server b:2 max_fails=0 backup;'* ]]
}

@test "without Docker the replicas are this host's own ports, and the flag is no variable of the processes" {
  printf 'DOMAIN=a.example\nWITHOUT_DOCKER=1\n' >"$BATS_TEST_TMPDIR/production.env"
  read_config "$BATS_TEST_TMPDIR/production.env"
  complete_config
  [[ $(config API_SERVERS) == '127.0.0.1:8001 127.0.0.1:8002' ]]
  render_config "$BATS_TEST_TMPDIR/home"
  ! grep -q WITHOUT_DOCKER "$BATS_TEST_TMPDIR/home/app.env"
  CONFIG[PROFILES]=data
  run complete_config
  [ "$status" -eq 1 ]; [[ $output == *DATABASE_URL* ]]
}

@test "DATABASE_URL is taken apart, the older system's form and escapes too" {
  CONFIG[DATABASE_URL]='postgresql+asyncpg://us%40r:p%2Fw%3A@db.host:6432/aisha?sslmode=require'
  pg_environment DATABASE_URL
  [ "$PGUSER|$PGPASSWORD|$PGHOST|$PGPORT|$PGDATABASE|$PGSSLMODE" = 'us@r|p/w:|db.host|6432|aisha|require' ]
}

@test "deploy: unknown flags, a missing configuration and missing names are refused before anything happens" {
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --wrong; [ "$status" -eq 2 ]
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --config /nowhere; [ "$status" -eq 1 ]; [[ $output == *production.env.example* ]]
  echo 'REGISTRY=r' >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --tag t --config "$AISHA_HOME/production.env"
  [ "$status" -eq 1 ]; [[ $output == *TELEGRAM_BOT_TOKEN* ]]
}

@test "deploy --dry-run prints the builds and pushes and runs none; the token never shows" {
  export CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH
  : >"$CALLS"
  stub docker; stub ssh "$SERVER"; stub curl 'cat >/dev/null; printf "HTTP/1.1 200 OK\n"; echo "{\"ok\":true,\"result\":{\"username\":\"b\"}}"'
  printf '%s\n' REGISTRY=reg.io/x TELEGRAM_BOT_TOKEN=1:secret DEPLOY_HOST=root@h DOMAIN=d >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --dry-run --tag v1 --config "$AISHA_HOME/production.env"
  [ "$status" -eq 0 ]
  [[ $output == *'docker build'*'reg.io/x/aisha/webhook-api:v1'*'docker push'* ]]
  ! grep -q '^docker' "$CALLS"
  ! grep -q 'secret' "$CALLS"
  grep -q 'release.sh --dry-run  v1' "$CALLS"
}

@test "deploy to a server without Docker: the application instead of images, and its own release" {
  export CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH
  : >"$CALLS"
  stub docker; stub ssh "$SERVER"; stub curl "$REGISTRY_ANSWERS"
  printf '%s\n' REGISTRY=reg.io/x TELEGRAM_BOT_TOKEN=1:secret DEPLOY_HOST=root@h WITHOUT_DOCKER=1 >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --dry-run --skip-test --skip-build --tag v1 --config "$AISHA_HOME/production.env"
  [ "$status" -eq 0 ]
  [[ $output == *'would take it out of the images'* ]]
  ! grep -q 'docker info' "$CALLS"
  grep -q 'release-host.sh --dry-run  v1' "$CALLS"
}

@test "deploy --build-only needs the registry alone" {
  export CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH
  : >"$CALLS"
  stub docker; stub ssh; stub curl "$REGISTRY_ANSWERS"
  echo 'REGISTRY=reg.io/x' >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --build-only --tag v1 --config "$AISHA_HOME/production.env"
  [ "$status" -eq 0 ]
  [ "$(grep -c '^docker push' "$CALLS")" -eq 3 ]
  ! grep -q '^ssh' "$CALLS"
  [ "$(grep -c '^curl' "$CALLS")" -eq 1 ]
  grep -q '^curl .* https://reg.io/v2/_catalog' "$CALLS"
}

@test "deploy: a refused token stops it" {
  export CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH
  : >"$CALLS"
  stub docker; stub ssh; stub curl 'cat >/dev/null; echo "{\"ok\":false,\"description\":\"Unauthorized\"}"'
  printf '%s\n' REGISTRY=r TELEGRAM_BOT_TOKEN=1:secret DEPLOY_HOST=h >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --tag v1 --config "$AISHA_HOME/production.env"
  [ "$status" -eq 1 ]; [[ $output == *Unauthorized* ]]
  ! grep -qE '^(docker|ssh)' "$CALLS"
}

@test "a certificate whose key is another's is not installed" {
  given 'DOMAIN=x.org'
  mkdir "$BATS_TEST_TMPDIR/pair"
  for n in a b; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=$n -keyout "$BATS_TEST_TMPDIR/$n.key" -out "$BATS_TEST_TMPDIR/$n.pem" 2>/dev/null; done
  cp "$BATS_TEST_TMPDIR/a.pem" "$BATS_TEST_TMPDIR/pair/fullchain.pem"; cp "$BATS_TEST_TMPDIR/b.key" "$BATS_TEST_TMPDIR/pair/privkey.pem"
  run "$ROOT/infra/scripts/certificates.sh" install "$BATS_TEST_TMPDIR/pair"
  [ "$status" -eq 1 ] && [ ! -e "$AISHA_HOME/certs/privkey.pem" ]
  run "$ROOT/infra/scripts/certificates.sh" placeholder
  [ "$status" -eq 0 ]
  run "$ROOT/infra/scripts/certificates.sh" status
  [ "$status" -eq 0 ]
}

@test "the first certificate is asked for once: for the placeholder only, and with an address for the authority" {
  export CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH LETSENCRYPT=$BATS_TEST_TMPDIR/letsencrypt
  : >"$CALLS"
  mkdir -p "$LETSENCRYPT/live/x.org"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=issued -keyout "$LETSENCRYPT/live/x.org/privkey.pem" -out "$LETSENCRYPT/live/x.org/fullchain.pem" 2>/dev/null
  stub certbot; stub docker
  certificates=$ROOT/infra/scripts/certificates.sh
  given 'DOMAIN=x.org'
  "$certificates" placeholder
  "$certificates" ensure
  [ ! -s "$CALLS" ]
  given 'DOMAIN=x.org' 'ACME_EMAIL=ops@x.org'
  "$certificates" ensure
  grep -q -- '-d x.org -m ops@x.org .*--webroot' "$CALLS"
  [[ $("$certificates" status) == *issued* ]]
  : >"$CALLS"
  "$certificates" ensure
  ! grep -q certbot "$CALLS"
}

@test "sealed files: open with their key alone, and notice every change" {
  openssl rand -hex 32 >"$BATS_TEST_TMPDIR/key"; openssl rand -hex 32 >"$BATS_TEST_TMPDIR/other"
  seal() { BACKUP_KEY_FILE=$BATS_TEST_TMPDIR/${OF:-key} node "$ROOT/infra/scripts/seal.mjs" "$1"; }
  for size in 0 1 15 16 17 70000 3000000; do
    head -c $size /dev/urandom >"$BATS_TEST_TMPDIR/plain"
    seal seal <"$BATS_TEST_TMPDIR/plain" >"$BATS_TEST_TMPDIR/sealed"
    seal open <"$BATS_TEST_TMPDIR/sealed" | cmp - "$BATS_TEST_TMPDIR/plain"
  done
  OF=other run seal open <"$BATS_TEST_TMPDIR/sealed"; [ "$status" -eq 1 ]
  head -c -1 "$BATS_TEST_TMPDIR/sealed" >"$BATS_TEST_TMPDIR/cut"
  run seal open <"$BATS_TEST_TMPDIR/cut"; [ "$status" -eq 1 ]
  printf '\x00' | dd of="$BATS_TEST_TMPDIR/sealed" bs=1 seek=1000 conv=notrunc status=none
  run seal open <"$BATS_TEST_TMPDIR/sealed"; [ "$status" -eq 1 ]

  printf 'one\ntwo\n' >"$BATS_TEST_TMPDIR/list"
  seal sign <"$BATS_TEST_TMPDIR/list" >"$BATS_TEST_TMPDIR/signed"
  seal check <"$BATS_TEST_TMPDIR/signed" | cmp - "$BATS_TEST_TMPDIR/list"
  # As systemd hands it over.
  mkdir "$BATS_TEST_TMPDIR/credentials"; cp "$BATS_TEST_TMPDIR/key" "$BATS_TEST_TMPDIR/credentials/BACKUP_KEY"
  CREDENTIALS_DIRECTORY=$BATS_TEST_TMPDIR/credentials node "$ROOT/infra/scripts/seal.mjs" check <"$BATS_TEST_TMPDIR/signed" | cmp - "$BATS_TEST_TMPDIR/list"
  refused() { run seal check <"$1"; [ "$status" -eq 1 ] && [[ $output != *two* ]]; }
  sed 's/one/One/' "$BATS_TEST_TMPDIR/signed" >"$BATS_TEST_TMPDIR/changed"; refused "$BATS_TEST_TMPDIR/changed"
  { cat "$BATS_TEST_TMPDIR/signed"; echo three; } >"$BATS_TEST_TMPDIR/changed"; refused "$BATS_TEST_TMPDIR/changed"
  refused "$BATS_TEST_TMPDIR/list"; OF=other refused "$BATS_TEST_TMPDIR/signed"; refused /dev/null
}

@test "dashboards and alerts name only metrics that the code has" {
  known=$(grep -ohE "'[a-z0-9_]+'" "$ROOT/packages/service/src/metrics/metrics.ts" | tr -d "'" | sed 's/^/aisha_/'; grep -ohE 'aisha_[a-z_]+ ' "$ROOT"/infra/scripts/*.sh | tr -d ' ')
  for name in $(grep -ohE 'aisha_[a-z0-9_]+' "$ROOT"/infra/monitoring/alerts.yml "$ROOT"/infra/monitoring/grafana/dashboards/*.json | sed -E 's/_(bucket|count|sum)$//' | sort -u); do
    [[ $name == aisha_bot_cluster ]] || grep -qx "$name" <<<"$known" || { echo "unknown metric: $name"; return 1; }
  done
}

@test "the alert rules do what they say" {
  command -v promtool >/dev/null || skip 'promtool is not installed (apt install prometheus)'
  cd "$ROOT/infra/monitoring" && promtool check config --syntax-only prometheus.yml && promtool test rules alerts.test.yml
}

@test "every script passes ShellCheck" {
  command -v shellcheck >/dev/null || skip 'shellcheck is not installed'
  cd "$ROOT/infra" && find . -name "*.sh" -not -path "*/node_modules/*" -not -path "./dev/*" -print0 | xargs -0 shellcheck
}
