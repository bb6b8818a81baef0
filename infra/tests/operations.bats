#!/usr/bin/env bats
# What operators do on a server, as far as it can be tried without one: the scripts' functions and what they call.

setup() {
  ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export AISHA_HOME=$BATS_TEST_TMPDIR/home CALLS=$BATS_TEST_TMPDIR/calls PATH=$BATS_TEST_TMPDIR/bin:$PATH PROJECT=aisha
  mkdir -p "$AISHA_HOME" "$BATS_TEST_TMPDIR/bin"
  : >"$CALLS"
  set +u
  . "$ROOT/infra/scripts/lib.sh"
  . "$ROOT/infra/scripts/releases.sh"
  . "$ROOT/infra/scripts/firewall.sh"
  . "$ROOT/infra/scripts/take-over.sh"
}
given() { printf '%s\n' "$@" >"$AISHA_HOME/production.env"; CONFIG=(); read_config "$AISHA_HOME/production.env"; complete_config; }
# In the middle of a test a plain "!" would fail nothing.
not() { ! "$@"; }
stub() { printf '#!/bin/bash\nprintf "%%s\\n" "%s $*" >>"$CALLS"\n%s\n' "$1" "${2:-}" >"$BATS_TEST_TMPDIR/bin/$1"; chmod +x "$BATS_TEST_TMPDIR/bin/$1"; }

# --- Configuration ------------------------------------------------------------------------------------------

@test "every variable of .env.example reaches the processes: as a line of app.env, or as a file that is announced there" {
  mapfile -t names < <(sed -n 's/^# \([A-Z][A-Z0-9_]*\)=.*/\1/p' "$ROOT/.env.example")
  [ "${#names[@]}" -gt 60 ]
  for name in "${names[@]}"; do echo "$name=value-of-$name"; done >"$AISHA_HOME/production.env"
  given "$(cat "$AISHA_HOME/production.env")"
  render_config "$AISHA_HOME"
  for name in "${names[@]}"; do
    # A part of DATABASE_URL, as far as the processes are concerned.
    [[ $name != POSTGRES_PASSWORD ]] || continue
    grep -qE "^${name}(_FILE)?='" "$AISHA_HOME/app.env" || { echo "$name is lost"; return 1; }
    [[ $(grep "^${name}_FILE=" "$AISHA_HOME/app.env") == '' ]] || [ "$(cat "$AISHA_HOME/secrets/$name")" = "value-of-$name" ]
  done
  for name in LIMIT_PERSON REDIS_SENTINELS PAID_CALLS_PER_RECORDING; do given "$name=x"; render_config "$AISHA_HOME"; grep -q "^$name='x'" "$AISHA_HOME/app.env"; done
}

@test "every variable of production.env.example is known to the scripts or to the processes" {
  known="$(sed -n 's/^# \([A-Z][A-Z0-9_]*\)=.*/\1/p' "$ROOT/.env.example") ${DEPLOYMENT[*]} ${SECRETS[*]} REGISTRY_PASSWORD NODE_EXTRA_CA_CERTS"
  for name in $(sed -n 's/^\(# \)\?\([A-Z][A-Z0-9_]*\)=.*/\2/p' "$ROOT/infra/production.env.example"); do
    grep -qw "$name" <<<"$known" || { echo "unknown: $name"; return 1; }
  done
}

@test "a database's own authority becomes a secret, and PostgreSQL's tools check against it" {
  printf -- '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n' >"$BATS_TEST_TMPDIR/ca.pem"
  given 'DATABASE_URL=postgresql://u:p@h/d' "DATABASE_CA_FILE=$BATS_TEST_TMPDIR/ca.pem"
  render_config "$AISHA_HOME"
  cmp <(cat "$BATS_TEST_TMPDIR/ca.pem") <(cat "$AISHA_HOME/secrets/DATABASE_CA"; echo)
  grep -qx "DATABASE_CA_FILE='/run/secrets/DATABASE_CA'" "$AISHA_HOME/app.env"
  ! grep -q "$BATS_TEST_TMPDIR" "$AISHA_HOME/app.env"
  pg_environment DATABASE_URL
  [ "$PGSSLMODE $PGSSLROOTCERT" = 'verify-full /run/secrets/DATABASE_CA' ]
  stub docker; pg psql -c x
  grep -q "secrets/DATABASE_CA:/run/secrets/DATABASE_CA:ro" "$CALLS"
  given 'DATABASE_URL=postgresql://u:p@h/d' "DATABASE_CA_FILE=/nowhere.pem"
  run render_config "$AISHA_HOME"; [ "$status" -eq 1 ]
}

@test "the parts of a database's address become one secret" {
  given POSTGRES_USER=u@r 'POSTGRES_PASSWORD=p/w:é' POSTGRES_DB=d POSTGRES_HOST=db POSTGRES_PORT=6000
  render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/DATABASE_URL")" = 'postgresql://u%40r:p%2Fw%3A%C3%A9@db:6000/d' ]
  pg_environment MIGRATION_DATABASE_URL; [ "$PGUSER $PGPASSWORD" = 'u@r p/w:é' ]
  not grep -q POSTGRES_PASSWORD_FILE "$AISHA_HOME/app.env"
}

@test "the profile data: roles with passwords of their own, the superuser's for the set-up alone; kept the next time" {
  given PROFILES=data
  render_config "$AISHA_HOME"
  cd "$AISHA_HOME/secrets"
  [[ $(<DATABASE_URL) =~ ^postgresql://aisha_app:[A-Za-z0-9]{40}@postgres:5432/aisha$ ]]
  [[ $(<MIGRATION_DATABASE_URL) == postgresql://aisha_owner:* && $(<BACKUP_DATABASE_URL) == postgresql://aisha_backup:* ]]
  [ "$(<DATABASE_ADMIN_URL)" = "postgresql://aisha:$(<POSTGRES_PASSWORD)@postgres:5432/aisha" ]
  [ "$(cut -d: -f3 DATABASE_URL MIGRATION_DATABASE_URL BACKUP_DATABASE_URL DATABASE_ADMIN_URL | sort -u | wc -l)" -eq 4 ]
  [ "$(<REDIS_URL)" = "redis://aisha:$(<REDIS_PASSWORD)@redis:6379/0" ]
  # Redis and versitygw are told hashes and users; Redis' own keys are the only ones of an app.
  [ "$(cut -d' ' -f2 REDIS_ACL | tr '\n' ' ')" = 'default aisha operator ' ]
  grep -q "^user aisha on #$(printf %s "$(<REDIS_PASSWORD)" | sha256sum | cut -d' ' -f1) .*-@dangerous.*~{aisha}\*" REDIS_ACL
  not grep -qF -e "$(<REDIS_PASSWORD)" -e "$(<REDIS_ADMIN_PASSWORD)" REDIS_ACL
  jq -e --arg key "$(<MINIO_ACCESS_KEY)" --arg secret "$(<MINIO_SECRET_KEY)" '.accessAccounts | keys == [$key] and .[$key] == {access: $key, secret: $secret, role: "user", userID: 0, groupID: 0}' S3_USERS
  [ "$(<MINIO_ROOT_ACCESS_KEY)" != "$(<MINIO_ACCESS_KEY)" ]
  # What sets up is told of more than the processes are.
  [ "$(sort ../setup.env | cut -d= -f1 | tr '\n' ' ')" = 'BACKUP_DATABASE_URL_FILE DATABASE_ADMIN_URL_FILE MIGRATION_DATABASE_URL_FILE ' ]
  not grep -qE 'ADMIN|ROOT|BACKUP|MIGRATION|_ACL|S3_USERS|POSTGRES_PASSWORD' ../app.env
  before=$(cat -- *); given PROFILES=data; render_config "$AISHA_HOME"; [ "$(cat -- *)" = "$before" ]
}

@test "an older cluster keeps its passwords and its key of S3, which becomes that of a user" {
  mkdir -p "$AISHA_HOME/secrets"
  printf super >"$AISHA_HOME/secrets/POSTGRES_PASSWORD"; printf queue >"$AISHA_HOME/secrets/REDIS_PASSWORD"
  printf key >"$AISHA_HOME/secrets/MINIO_ACCESS_KEY"; printf hush >"$AISHA_HOME/secrets/MINIO_SECRET_KEY"; : >"$AISHA_HOME/secrets/DATABASE_URL"
  given PROFILES=data; render_config "$AISHA_HOME"
  [ "$(<"$AISHA_HOME/secrets/DATABASE_ADMIN_URL")" = postgresql://aisha:super@postgres:5432/aisha ]
  [ "$(<"$AISHA_HOME/secrets/REDIS_URL")" = redis://aisha:queue@redis:6379/0 ]
  jq -e '.accessAccounts.key.secret == "hush"' "$AISHA_HOME/secrets/S3_USERS"
}

@test "without Docker each unit is given its own secrets by systemd, and the files are root's alone" {
  given WITHOUT_DOCKER=1 DATABASE_URL=postgresql://u:p@h/d REDIS_URL=redis://r MINIO_ACCESS_KEY=k
  render_config "$AISHA_HOME"
  [ "$(stat -c %a "$AISHA_HOME/secrets/DATABASE_URL")" = 400 ]
  not grep -q _FILE "$AISHA_HOME/app.env"
  for unit in "$ROOT"/infra/systemd/host/aisha-{bot-polling@,webhook-api@,worker@,migrate}.service; do
    not grep -q 'BindReadOnlyPaths=/opt/aisha-backend/secrets' "$unit"
    # Every one that it names is there, if empty: systemd starts no unit without.
    for file in $(sed -n 's#^LoadCredential=.*:/opt/aisha-backend/secrets/##p' "$unit"); do [ -e "$AISHA_HOME/secrets/$file" ]; done
  done
  not grep -qE 'FAL|OPENAI|MINIO' "$ROOT/infra/systemd/host/aisha-webhook-api@.service"
  not grep -qE 'FAL_API|OPENAI' "$ROOT/infra/systemd/host/aisha-bot-polling@.service"
}

@test "PostgreSQL's tools take asyncpg's and SQLAlchemy's words for encryption" {
  rm -rf "$AISHA_HOME/secrets"
  for pair in 'ssl=require:require' 'ssl=true:require' 'sslmode=disable:disable' 'ssl=false:disable' 'application_name=a&sslmode=verify-full:verify-full' 'a=b:prefer'; do
    given "DATABASE_URL=postgresql+asyncpg://u:p@h/d?${pair%%:*}"
    pg_environment DATABASE_URL
    [ "$PGSSLMODE" = "${pair#*:}" ]
  done
}

@test "migrations and backups go past a pooler by transactions, the processes through it" {
  given 'DATABASE_URL=postgresql://u:p@pooler:6432/d' 'MIGRATION_DATABASE_URL=postgresql://u:p@db:5432/d'
  render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/MIGRATION_DATABASE_URL")" = postgresql://u:p@db:5432/d ]
  [ "$(cat "$AISHA_HOME/secrets/DATABASE_URL")" = postgresql://u:p@pooler:6432/d ]
  ! grep -q MIGRATION "$AISHA_HOME/app.env" "$AISHA_HOME/.env"
  grep -qx "MIGRATION_DATABASE_URL_FILE='/run/secrets/MIGRATION_DATABASE_URL'" "$AISHA_HOME/setup.env"
  ! grep -q ADMIN "$AISHA_HOME/setup.env"
  pg_environment BACKUP_DATABASE_URL; [ "$PGHOST:$PGPORT" = db:5432 ]
  given 'DATABASE_URL=postgresql://u:p@db:5432/d'; render_config "$AISHA_HOME"
  [ "$(cat "$AISHA_HOME/secrets/MIGRATION_DATABASE_URL")" = postgresql://u:p@db:5432/d ]
}

# --- The registry -------------------------------------------------------------------------------------------

@test "a registry by plain http: by its scheme, by the setting, on the loopback; https else" {
  given 'REGISTRY=http://reg.lan:5000/team'
  [ "$(config REGISTRY) $(registry_url) $(registry_prefix)" = 'reg.lan:5000/team http://reg.lan:5000/v2 team/' ]
  given 'REGISTRY=reg.lan' 'REGISTRY_INSECURE=1'; [ "$(registry_url)" = http://reg.lan/v2 ]
  given 'REGISTRY=localhost:5000'; [ "$(registry_url)" = http://localhost:5000/v2 ]
  given 'REGISTRY=https://reg.org/x'; [ "$(registry_url)" = https://reg.org/v2 ]
  render_config "$AISHA_HOME"; not grep -q REGISTRY "$AISHA_HOME/app.env"
}

@test "the engine's configuration gets the registry once and keeps everything else" {
  file=$BATS_TEST_TMPDIR/docker/daemon.json
  insecure_registry "$file" reg.lan:5000
  ! insecure_registry "$file" reg.lan:5000
  echo '{"live-restore": true, "insecure-registries": ["a:1"], "log-opts": {"max-size": "20m"}}' >"$file"
  insecure_registry "$file" reg.lan:5000
  jq -e '."live-restore" and ."insecure-registries" == ["a:1", "reg.lan:5000"] and ."log-opts"."max-size" == "20m"' "$file"
}

@test "the registry is asked before a deploy: its catalogue, its login, whether it answers" {
  given 'REGISTRY=reg.org' 'REGISTRY_USER=ci' 'REGISTRY_PASSWORD=pw'
  stub curl 'cat >/dev/null; printf "HTTP/1.1 ${ANSWER}\r\n${HEADER:-A: b}\r\n"'
  ANSWER='200 OK' registry_check
  grep -q 'https://reg.org/v2/_catalog' "$CALLS"; not grep -q pw "$CALLS"
  # A public one keeps its catalogue to itself, and wants a ticket.
  ANSWER='401 Unauthorized' HEADER='Www-Authenticate: Bearer realm="x"' registry_check
  export ANSWER='401 Unauthorized' HEADER='WWW-Authenticate: Basic realm="x"'
  run registry_check; [ "$status" -eq 1 ]; [[ $output == *'refuses the login'* ]]
  ANSWER='502 Bad Gateway'; run registry_check; [ "$status" -eq 1 ]; [[ $output == *502* ]]
  stub curl 'cat >/dev/null; exit 7'; run registry_check; [ "$status" -eq 1 ]; [[ $output == *REGISTRY_INSECURE* ]]
}

@test "a deploy stops before the build when the server's disk is nearly full" {
  stub docker; stub curl 'cat >/dev/null; printf "HTTP/1.1 200 OK\n"'; stub ssh 'cat >/dev/null; echo "/dev/sda1 100000000 97000000 3000000 97% /"'
  printf '%s\n' REGISTRY=reg.io TELEGRAM_BOT_TOKEN=1:secret DEPLOY_HOST=root@h >"$AISHA_HOME/production.env"
  run "$ROOT/infra/scripts/deploy-via-registry.sh" --skip-test --tag v1 --config "$AISHA_HOME/production.env"
  [ "$status" -eq 1 ]; [[ $output == *'2 GB of free disk, 5 are wanted'* ]]
  ! grep -q '^docker build' "$CALLS"
}

@test "the profile registry: on the loopback, with a login of bcrypt that stays while it fits" {
  command -v htpasswd >/dev/null || skip 'htpasswd is not installed (apt install apache2-utils)'
  given PROFILES=data,registry REGISTRY_USER=ci REGISTRY_PASSWORD=one
  render_config "$AISHA_HOME"
  grep -qx "REGISTRY='localhost:5000'" "$AISHA_HOME/.env"; grep -qx "REGISTRY_BIND='127.0.0.1:5000'" "$AISHA_HOME/.env"
  file=$AISHA_HOME/secrets/REGISTRY_HTPASSWD first=$(cat "$AISHA_HOME/secrets/REGISTRY_HTPASSWD")
  [[ $first == 'ci:$2'* ]]
  render_config "$AISHA_HOME"; [ "$(cat "$file")" = "$first" ]
  given PROFILES=registry REGISTRY=localhost:5005 REGISTRY_USER=ci REGISTRY_PASSWORD=two
  render_config "$AISHA_HOME"; htpasswd -vbi "$file" ci two 2>/dev/null || htpasswd -vi "$file" ci <<<two
  grep -qx "REGISTRY_BIND='127.0.0.1:5005'" "$AISHA_HOME/.env"
  ! grep -rq 'one\|two' "$AISHA_HOME/.env" "$AISHA_HOME/app.env"
  given PROFILES=registry; run render_config "$AISHA_HOME"; [ "$status" -eq 1 ]; [[ $output == *REGISTRY_PASSWORD* ]]
}

@test "images of others: which have no digest is said, and pinning writes it where they are named" {
  tree=$BATS_TEST_TMPDIR/tree; mkdir -p "$tree/infra/docker" "$tree/.github/workflows"
  cp "$ROOT/infra/docker/Dockerfile" "$tree/infra/docker/"; cp "$ROOT/docker-compose.prod.yml" "$tree/"; cp "$ROOT/.github/workflows/ci.yml" "$tree/.github/workflows/"
  digest=sha256:$(printf '%064d' 7)
  stub docker "[[ \$* == *grafana* ]] && exit 1; echo '{\"digest\": \"$digest\"}'"
  ROOT=$tree run "$ROOT/infra/scripts/images.sh" pin; [ "$status" -eq 1 ]; [[ $output == *'grafana/grafana:12.1.1: its registry does not say'* ]]
  grep -qx "FROM node:24-bookworm-slim@$digest AS node" "$tree/infra/docker/Dockerfile"
  grep -qx "    image: \${POSTGRES_IMAGE:-postgres:17@$digest}" "$tree/docker-compose.prod.yml"
  ROOT=$tree run "$ROOT/infra/scripts/images.sh" check; [ "$status" -eq 1 ]; [[ $output == *': grafana/grafana:12.1.1 ('* ]]
  stub docker "echo '{\"digest\": \"sha256:$(printf '%064d' 8)\"}'"
  ROOT=$tree "$ROOT/infra/scripts/images.sh" pin; ROOT=$tree "$ROOT/infra/scripts/images.sh" check
  [ "$(ROOT=$tree "$ROOT/infra/scripts/images.sh" list | grep -c "$(printf '%064d' 8)")" -eq 12 ]
}

# --- The firewall -------------------------------------------------------------------------------------------

@test "replicas stay on the loopback, and the firewall's file as it was" {
  AFTER_RULES=$BATS_TEST_TMPDIR/after.rules; printf '*filter\nCOMMIT\n' >"$AFTER_RULES"
  stub ufw 'echo "Status: active"'; stub iptables
  given DOMAIN=d; [ -z "$(config API_BIND)" ] && [ -z "$(replica_rules)" ]
  firewall_replicas
  [ "$(cat "$AFTER_RULES")" = $'*filter\nCOMMIT' ] && not grep -q reload "$CALLS"
}

@test "replicas for named networks: bound outside, everybody else refused in the engine's own chain, and closed again" {
  AFTER_RULES=$BATS_TEST_TMPDIR/after.rules; printf '*filter\nCOMMIT\n' >"$AFTER_RULES"
  stub ufw 'echo "Status: active"'; stub iptables
  given 'API_ALLOW_FROM=10.0.0.5 10.1.0.0/16'
  [ "$(config API_BIND)" = 0.0.0.0 ]
  firewall_replicas
  for port in 8001 8002; do
    [ "$(grep -c -- "--ctorigdstport $port .* -j RETURN" "$AFTER_RULES")" -eq 2 ]
    [ "$(grep -- "--ctorigdstport $port " "$AFTER_RULES" | tail -1)" = "-A DOCKER-USER -p tcp -m conntrack --ctorigdstport $port --ctdir ORIGINAL -j DROP" ]
  done
  : >"$CALLS"; firewall_replicas; not grep -q reload "$CALLS"
  given DOMAIN=d; firewall_replicas
  [ "$(cat "$AFTER_RULES")" = $'*filter\nCOMMIT' ] && grep -q 'iptables -F DOCKER-USER' "$CALLS"
  given 'API_ALLOW_FROM=10.0.0.5; rm -rf /'; run firewall_replicas; [ "$status" -eq 1 ]
}

# --- Single services, names, logs, keys ---------------------------------------------------------------------

@test "a service's name means itself or all of its kind" {
  all=$'bot-polling-1\nbot-polling-2\nwebhook-api-1\nwebhook-api-2\nworker\nredis\nwebhook-api@8001\nworker@1'
  [ "$(services_named webhook-api <<<"$all" | tr '\n' ' ')" = 'webhook-api-1 webhook-api-2 webhook-api@8001 ' ]
  [ "$(services_named webhook-api-1 <<<"$all")" = webhook-api-1 ]
  [ "$(services_named worker <<<"$all" | tr '\n' ' ')" = 'worker worker@1 ' ]
  [ -z "$(services_named web <<<"$all" || true)" ]
}

@test "restart: one after the other, each waited for, the active bot last; an unknown name is told the known ones" {
  given HEALTH_SECONDS=1
  services() { printf '%s\n' bot-polling-1 bot-polling-2 migrate redis; }
  containers() { echo "id-$1"; }
  name_of() { echo "${1#id-}"; }
  holds_lease() { [[ $1 == id-bot-polling-1 ]]; }
  restart() { echo "restart $1" >>"$CALLS"; }
  wait_healthy() { echo "wait ${*:2}" >>"$CALLS"; }
  restart_service bot-polling
  [ "$(tr '\n' ' ' <"$CALLS")" = 'restart id-bot-polling-2 wait id-bot-polling-2 restart id-bot-polling-1 wait id-bot-polling-1 ' ]
  run restart_service nonsense; [ "$status" -eq 1 ]; [[ $output == *'bot-polling-1 bot-polling-2 redis'* ]]
}

@test "workers keep their names over releases" {
  given WORKERS=3
  containers() { printf '%s\n' b c d; }
  declare -gA names=([b]=worker-2 [c]=worker-5 [d]=worker-6)
  name_of() { echo "${names[$1]}"; }
  stub docker
  name_workers
  [ "$(cat "$CALLS")" = $'docker rename c aisha-worker-1\ndocker rename d aisha-worker-3' ]
}

@test "the logs have the names of the older system, in both ways of running" {
  log_files "$BATS_TEST_TMPDIR/log"
  for name in nginx_access webhook_access; do
    echo line >"$BATS_TEST_TMPDIR/log/nginx/$name.log"
    [ "$(cat "$BATS_TEST_TMPDIR/log/$name.log")" = line ]
    grep -rq "/var/log/nginx/$name.log" "$ROOT/nginx"
  done
  grep -q '/nginx:/var/log/nginx' "$ROOT/docker-compose.prod.yml"; grep -q '/nginx:/var/log/nginx' "$ROOT/infra/systemd/host/aisha-nginx.service"
  grep -q 'LOG_DIR/health_check.log' "$ROOT/infra/scripts/health_check.sh"; grep -q 'LOG_DIR/backup.log' "$ROOT/infra/scripts/backup.sh"
}

@test "a key that is the same for 90 days is named, a changed one not" {
  given FAL_API_KEY=a OPENAI_API_KEY=b DATABASE_URL=postgresql://u:p@h/d
  render_config "$AISHA_HOME"
  touch -d '-91 days' "$AISHA_HOME/secrets/FAL_API_KEY" "$AISHA_HOME/secrets/OPENAI_API_KEY"
  given FAL_API_KEY=a OPENAI_API_KEY=new DATABASE_URL=postgresql://u:p@h/d
  render_config "$AISHA_HOME"
  [ "$(old_keys)" = 'FAL_API_KEY 91' ]
}

@test "nothing logs an address with a token: no format of nginx, no script, no error line about a request" {
  ! grep -nE '\$(request|request_uri|args|query_string|http_referer|is_args)\b' "$ROOT"/nginx/snippets/logs.conf
  grep -qE '^  error_log stderr emerg;' "$ROOT/nginx/nginx.conf"
  ! grep -rnE 'curl[^|]* (-v|--verbose|--trace)|set -x|xtrace' "$ROOT"/infra/scripts
  # The address with the token is given on the standard input, never as an argument that a process list shows.
  ! grep -rnE 'curl [^<]*/bot\$' "$ROOT"/infra/scripts
}

@test "the monitor counts failed answers by the access logs, of the last hour only" {
  eval "$(sed -n '/^answers() {/,/^}/p' "$ROOT/infra/scripts/monitor.sh")"
  now=$(date -u +%Y-%m-%dT%H:%M:%S+00:00) east=$(TZ=Asia/Almaty date +%Y-%m-%dT%H:%M:%S%:z) old=$(date -u -d '-2 hours' +%Y-%m-%dT%H:%M:%S+00:00)
  for time in "$now" "$east" "$old"; do printf '{"time":"%s","path":"/webhook/telegram","status":502}\n' "$time"; done >"$BATS_TEST_TMPDIR/a.log"
  echo 'no json' >>"$BATS_TEST_TMPDIR/a.log"
  [ "$(answers "$BATS_TEST_TMPDIR/a.log" | tr -s ' ')" = ' 2 /webhook/telegram 502' ]
}

# --- An older install ---------------------------------------------------------------------------------------

older() { # older <folder>
  mkdir -p "$1/api_server/ssl" "$1/data"
  printf 'TELEGRAM_TOKEN=1:old\nexport FAL_KEY="k"\r\n# comment\nSSL_CERT_PATH=%s/api_server/ssl/cert.pem\nPOSTGRES_HOST=db\n' "$1" >"$1/.env"
  printf 'FAL_WEBHOOK_URL=https://x.org:8443/webhook/fal/status\nPOSTGRES_HOST=other\n' >"$1/api_server/.env"
  echo 'services: {}' >"$1/docker-compose.yml"; echo photo >"$1/data/1.jpg"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x.org -keyout "$1/api_server/ssl/key.pem" -out "$1/api_server/ssl/cert.pem" 2>/dev/null
}

@test "a Python cluster where ours goes: stopped, packed, read, and out of the way" {
  PREFIX=$BATS_TEST_TMPDIR/root BACKEND=$PREFIX/opt/aisha-backend BACKUPS=$PREFIX/var/backups/aisha
  older "$BACKEND"
  mkdir -p "$PREFIX/etc/systemd/system"
  printf '[Service]\nExecStart=%s/venv/bin/python bot.py\n' "$BACKEND" >"$PREFIX/etc/systemd/system/aisha-bot.service"
  printf '[Service]\nExecStart=/usr/bin/other\n' >"$PREFIX/etc/systemd/system/other.service"
  stub docker 'if [[ $1 == compose ]]; then [[ -e $3 ]] && echo "moved: no" >>"$CALLS"; fi'; stub systemctl
  take_over "$BACKEND"
  grep -q "docker compose -f $BACKEND/docker-compose.yml down" "$CALLS"; grep -q 'moved: no' "$CALLS"
  grep -q 'systemctl disable -q --now aisha-bot.service' "$CALLS"; not grep -q other.service "$CALLS"
  tar -tzf "$BACKUPS"/aisha-backend-*.tar.gz | grep -q '^aisha-backend/data/1.jpg'
  [ "$(stat -c %a "$BACKUPS"/aisha-backend-*.tar.gz) $(stat -c %a "$BACKEND/production.env")" = '600 600' ]
  ls -d "$BACKEND".replaced-*/api_server
  CONFIG=(); read_config "$BACKEND/production.env"
  [ "$(config TELEGRAM_TOKEN)|$(config FAL_KEY)|$(config POSTGRES_HOST)|$(config FAL_WEBHOOK_URL)|$(config SSL_CERT_PATH)" = '1:old|k|db|https://x.org:8443/webhook/fal/status|' ]
  openssl x509 -in "$BACKEND/certs/fullchain.pem" -noout -subject | grep -q x.org
  [ "$(openssl pkey -in "$BACKEND/certs/privkey.pem" -pubout)" = "$(openssl x509 -in "$BACKEND/certs/fullchain.pem" -pubkey -noout)" ]
  # The second time there is nothing to take over.
  mkdir -p "$BACKEND/infra/scripts"; : >"$BACKEND/infra/scripts/lib.sh"; : >"$CALLS"
  take_over "$BACKEND"; [ ! -s "$CALLS" ]
}

@test "one in /opt/aisha_bot beside it does not overwrite what the first one gave" {
  PREFIX=$BATS_TEST_TMPDIR/root BACKEND=$PREFIX/opt/aisha-backend BACKUPS=$PREFIX/var/backups/aisha
  older "$PREFIX/opt/aisha_bot"; older "$BACKEND"; sed -i s/1:old/1:backend/ "$BACKEND/.env"
  stub docker; stub systemctl
  for folder in "$BACKEND" "$PREFIX/opt/aisha_bot"; do take_over "$folder"; done
  grep -q 1:backend "$BACKEND/production.env"
  [ "$(find "$BACKUPS" -name '*.tar.gz' | wc -l)" -eq 2 ]
  [ ! -e "$PREFIX/opt/aisha_bot" ]
}

@test "a folder that is ours, empty or absent is no older install" {
  mkdir -p "$BATS_TEST_TMPDIR/empty" "$BATS_TEST_TMPDIR/ours/infra/scripts"; : >"$BATS_TEST_TMPDIR/ours/infra/scripts/lib.sh"; : >"$BATS_TEST_TMPDIR/ours/.env"
  for folder in empty ours absent; do run is_older_install "$BATS_TEST_TMPDIR/$folder"; [ "$status" -ne 0 ]; done
}
