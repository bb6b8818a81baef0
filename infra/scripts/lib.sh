# shellcheck shell=bash
# What the scripts share: words to the operator, the configuration file, and the cluster's compose project.

say() { printf '%s  %s\n' "$(date '+%H:%M:%S')" "$*"; }
warn() { printf '%s  ! %s\n' "$(date '+%H:%M:%S')" "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# With DRY_RUN set, a step is only printed; what merely looks is called without step.
step() {
  if [[ -n ${DRY_RUN:-} ]]; then printf '  would run:'; printf ' %q' "$@"; printf '\n'; else "$@"; fi
}

need() { local c; for c in "$@"; do command -v "$c" >/dev/null || die "$c is not installed"; done; }

random_word() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "${1:-40}" || true; }

# --- production.env -----------------------------------------------------------------------------------------
# Read as text, never executed. The last assignment of a name wins; one pair of quotes is taken off.
declare -gA CONFIG=()

read_config() {
  local file=$1 line number=0 name value
  [[ -r $file ]] || die "$file cannot be read; copy infra/production.env.example to it and fill it in"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
    [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || die "$file, line $number: not NAME=value"
    name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]}
    if [[ $value =~ ^\"(.*)\"[[:space:]]*$ || $value =~ ^\'(.*)\'[[:space:]]*$ ]]; then value=${BASH_REMATCH[1]}
    else value=${value%%[[:space:]]#*}; value=${value%"${value##*[![:space:]]}"}; fi
    [[ $value != *\'* ]] || die "$file, line $number: $name holds a single quote, which the files for compose cannot carry"
    CONFIG[$name]=$value
  done <"$file"
}

config() { printf '%s' "${CONFIG[$1]:-${2:-}}"; }
require() { local n; for n in "$@"; do [[ -n ${CONFIG[$n]:-} ]] || die "$n is missing in production.env"; done; }
has_profile() { [[ ",$(config PROFILES)," == *",$1,"* ]]; }

# For the scripts and the compose file, not for the processes.
DEPLOYMENT=(REGISTRY REGISTRY_USER REGISTRY_INSECURE REGISTRY_IMAGE REGISTRY_BIND REGISTRY_KEEP DEPLOY_HOST DEPLOY_PORT DEPLOY_KEY DEPLOY_KNOWN_HOSTS
  DEPLOY_FREE_GB DOMAIN ACME_EMAIL ACME_SERVER PROFILES API_SERVERS WORKERS
  API_1_ADDRESS API_2_ADDRESS API_1_PORT API_2_PORT API_BIND API_ALLOW_FROM KEY_DAYS DATABASE_CA_FILE HTTP_PORT HTTPS_PORT HTTPS_ALT_PORT API_CPUS API_MEMORY BOT_CPUS
  BOT_MEMORY WORKER_CPUS WORKER_MEMORY NGINX_IMAGE POSTGRES_IMAGE REDIS_IMAGE S3_IMAGE PROMETHEUS_IMAGE NODE_EXPORTER_IMAGE
  ALERTMANAGER_IMAGE GRAFANA_IMAGE BOT_API_IMAGE BOT_API_PORT BOT_API_MEMORY BOT_API_GROUP POSTGRES_MAX_CONNECTIONS POSTGRES_SHARED_BUFFERS POSTGRES_CACHE POSTGRES_MEMORY
  REDIS_MAXMEMORY REDIS_MEMORY PROMETHEUS_PORT GRAFANA_PORT AISHA_HOME LOG_DIR FRONTEND_DIR NETWORK SUBNET
  COMPOSE_PROJECT_NAME BACKUP_DIR BACKUP_KEY_FILE HEALTH_SECONDS ALERT_CHAT_ID COMPOSE_OVERRIDE SWARM_ENDPOINT_MODE SWARM_IN_THE_CLEAR WITHOUT_DOCKER DATABASE_OWN_SERVER BUILD_ATTESTATIONS)
# The processes of the image: user and group 10001.
APP_ID=10001

is_in() { local word=$1 w; shift; for w in "$@"; do [[ $w == "$word" ]] && return 0; done; return 1; }

# Where these scripts come from; $AISHA_HOME on a server.
AISHA_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=infra/scripts/secrets.sh
. "$AISHA_SOURCE/infra/scripts/secrets.sh"
# shellcheck source=infra/scripts/registry.sh
. "$AISHA_SOURCE/infra/scripts/registry.sh"

# What follows from the rest, so that one short file is enough.
complete_config() {
  local domain; domain=$(config DOMAIN)
  # The older names of two secrets.
  [[ -z ${CONFIG[TELEGRAM_TOKEN]:-} ]] || CONFIG[TELEGRAM_BOT_TOKEN]=${CONFIG[TELEGRAM_BOT_TOKEN]:-${CONFIG[TELEGRAM_TOKEN]}}
  [[ -z ${CONFIG[FAL_KEY]:-} ]] || CONFIG[FAL_API_KEY]=${CONFIG[FAL_API_KEY]:-${CONFIG[FAL_KEY]}}
  unset 'CONFIG[TELEGRAM_TOKEN]' 'CONFIG[FAL_KEY]'
  # docker takes a registry's name without a scheme.
  case $(config REGISTRY) in
    http://*) CONFIG[REGISTRY]=${CONFIG[REGISTRY]#http://} CONFIG[REGISTRY_INSECURE]=1 ;;
    https://*) CONFIG[REGISTRY]=${CONFIG[REGISTRY]#https://} ;;
  esac
  # The registry on the server itself is bound to its loopback; deployments reach it through ssh.
  if has_profile registry; then
    : "${CONFIG[REGISTRY]:=localhost:5000}"
    : "${CONFIG[REGISTRY_BIND]:=127.0.0.1:$(registry_port)}"
  fi
  [[ -z $(config API_ALLOW_FROM) ]] || : "${CONFIG[API_BIND]:=0.0.0.0}"
  [[ -z $(config MIGRATION_DATABASE_URL) || -n $(config DATABASE_URL) ]] || die 'MIGRATION_DATABASE_URL goes with DATABASE_URL'
  CONFIG[ENVIRONMENT]=production
  CONFIG[PORT]=8000
  if [[ -n $domain ]]; then
    : "${CONFIG[FAL_WEBHOOK_URL]:=https://$domain/webhook/fal/status}"
    : "${CONFIG[TELEGRAM_WEBHOOK_URL]:=https://$domain/webhook/telegram}"
  fi
  if has_profile data; then
    : "${CONFIG[POSTGRES_HOST]:=postgres}" "${CONFIG[POSTGRES_USER]:=aisha}" "${CONFIG[POSTGRES_DB]:=aisha}"
    : "${CONFIG[REDIS_HOST]:=redis}" "${CONFIG[MINIO_ENDPOINT]:=http://s3:9000}"
    if own_database; then : "${CONFIG[DATABASE_OWN_SERVER]:=true}"; fi
  elif [[ -z $(config DATABASE_URL) && -n $(config POSTGRES_USER) && -n $(config POSTGRES_DB) ]]; then
    # One address, one secret, whichever way it is written.
    : "${CONFIG[POSTGRES_HOST]:=localhost}"
    CONFIG[DATABASE_URL]=$(database_url "$(config POSTGRES_USER)" "$(config POSTGRES_PASSWORD)")
  fi
  if has_profile bot-api; then
    require TELEGRAM_API_ID TELEGRAM_API_HASH
    : "${CONFIG[TELEGRAM_API_ROOT]:=$OWN_BOT_API}"
  fi
  if [[ -n $(config WITHOUT_DOCKER) ]]; then
    [[ -z $(config PROFILES) ]] || die 'WITHOUT_DOCKER: PROFILES brings containers; leave it empty, and name DATABASE_URL, REDIS_URL and MINIO_*'
    : "${CONFIG[API_SERVERS]:=127.0.0.1:8001 127.0.0.1:8002}"
  fi
  : "${CONFIG[API_SERVERS]:=$(config API_1_ADDRESS 172.26.1.1):8000 $(config API_2_ADDRESS 172.26.1.2):8000}"
}

# Where the scripts reach Telegram's methods: the cluster's own Bot API server has its name inside only.
OWN_BOT_API=http://bot-api:8081
telegram_is_inside() { [[ $(config TELEGRAM_API_ROOT) == "$OWN_BOT_API" ]]; }
telegram_root() {
  if telegram_is_inside; then printf 'http://127.0.0.1:%s' "$(config BOT_API_PORT 8081)"; else config TELEGRAM_API_ROOT https://api.telegram.org; fi
}

# render_config <folder>: secrets/*, app.env, setup.env (what sets up alone is given) and .env from CONFIG. Prints nothing secret.
render_config() (
  umask 077
  home=$1
  mkdir -p "$home/secrets"
  chmod 711 "$home/secrets"
  app=$(mktemp "$home/app.env.XXXXXX") setup=$(mktemp "$home/setup.env.XXXXXX") env=$(mktemp "$home/.env.XXXXXX")
  for name in "${SECRETS[@]}"; do
    value=$(keep_secret "$name" "$home/secrets") || exit 1
    # Without Docker systemd's credentials tell it (CREDENTIALS_DIRECTORY).
    if [[ -z $value || -n $(config WITHOUT_DOCKER) ]]; then continue; fi
    if is_in "$name" "${PROCESS_SECRETS[@]}"; then printf "%s_FILE='/run/secrets/%s'\n" "$name" "$name" >>"$app"
    elif [[ $name == *_DATABASE_URL || $name == DATABASE_ADMIN_URL ]]; then printf "%s_FILE='/run/secrets/%s'\n" "$name" "$name" >>"$setup"; fi
  done
  printf "AISHA_HOME='%s'\n" "$home" >>"$env"
  mapfile -t names < <(printf '%s\n' "${!CONFIG[@]}" | sort)
  for name in "${names[@]}"; do
    [[ $name == AISHA_HOME || $name == REGISTRY_PASSWORD ]] && continue
    if is_in "$name" "${SECRETS[@]}"; then continue; fi
    if is_in "$name" "${DEPLOYMENT[@]}"; then printf "%s='%s'\n" "$name" "${CONFIG[$name]}" >>"$env"; continue; fi
    [[ $name != POSTGRES_USER && $name != POSTGRES_DB ]] || printf "%s='%s'\n" "$name" "${CONFIG[$name]}" >>"$env"
    printf "%s='%s'\n" "$name" "${CONFIG[$name]}" >>"$app"
  done
  printf "COMPOSE_PROFILES='%s'\n" "$(config PROFILES)" >>"$env"
  # A changed secret is no change of the compose file: this label makes it one, so processes are renewed.
  printf "CONFIG_VERSION='%s'\n" "$(cd "$home/secrets" && cat "${SECRETS[@]}" "$app" | sha256sum | cut -c1-16)" >>"$env"
  if [[ -s $home/releases/current ]]; then printf "TAG='%s'\n" "$(<"$home/releases/current")" >>"$env"; fi
  chmod 640 "$app" "$setup" "$env"
  mv "$app" "$home/app.env"
  mv "$setup" "$home/setup.env"
  mv "$env" "$home/.env"
)

# nginx's list of replicas. After two failures one is left alone for 2 s; when all are in that state the second
# entries, never marked, are tried all the same, so nginx refuses nothing by itself.
api_servers_conf() {
  local server
  for server in $1; do
    printf 'server %s max_fails=2 fail_timeout=2s;\nserver %s max_fails=0 backup;\n' "$server" "$server"
  done
}

# The names that operators look for; nginx may write in a folder of its own only.
log_files() {
  local name
  mkdir -p "$1/nginx"
  for name in nginx_access webhook_access; do ln -sfn "nginx/$name.log" "$1/$name.log"; done
}

# --- The cluster on this host -------------------------------------------------------------------------------
export AISHA_HOME=${AISHA_HOME:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}

dc() {
  local override=${CONFIG[COMPOSE_OVERRIDE]:-}
  docker compose --project-directory "$AISHA_HOME" -f "$AISHA_HOME/docker-compose.prod.yml" ${override:+-f "$override"} "$@"
}

load_server_config() {
  read_config "$AISHA_HOME/production.env"
  complete_config
  PROJECT=$(config COMPOSE_PROJECT_NAME aisha)
  export LOG_DIR
  LOG_DIR=$(config LOG_DIR /var/log/aisha)
  # shellcheck source=infra/scripts/host.sh
  [[ -z $(config WITHOUT_DOCKER) ]] || . "$AISHA_HOME/infra/scripts/host.sh"
}

# Containers of a service, oldest first.
containers() { docker ps -aq --filter "label=com.docker.compose.project=$PROJECT" --filter "label=com.docker.compose.service=$1" | tac; }
# Services of this project that have a container, one-off runs not among them.
services() {
  docker ps -a --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.oneoff=False \
    --format '{{.Label "com.docker.compose.service"}}' | sort -u
}
name_of() {
  local name; name=$(docker inspect -f '{{.Name}}' "$1" 2>/dev/null) || name=$1
  name=${name#/}; printf '%s' "${name#"$PROJECT-"}"
}
restarts_of() { docker inspect -f '{{.RestartCount}}' "$1" 2>/dev/null; }
started_of() { docker inspect -f '{{.State.StartedAt}}  restarts {{.RestartCount}}  {{.Config.Image}}' "$1" | sed 's/\.[0-9]*Z/Z/'; }
memory_of() { docker stats --no-stream --format '{{.MemUsage}}  {{.CPUPerc}}' "$1" 2>/dev/null; }
log_of() { docker logs --since 1h "$1" 2>&1; }
restart() { docker restart "$1" >/dev/null; }
reload_edge() {
  docker exec "$1" nginx -t -q -c /etc/nginx/aisha/nginx.conf && docker exec "$1" nginx -s reload -c /etc/nginx/aisha/nginx.conf
}
reopen_edge() { docker exec "$1" nginx -s reopen -c /etc/nginx/aisha/nginx.conf; }
state_of() { docker inspect -f '{{if .State.Running}}{{if .State.Health}}{{.State.Health.Status}}{{else}}running{{end}}{{else}}{{.State.Status}}{{end}}' "$1" 2>/dev/null || echo absent; }

# wait_healthy <seconds> <container> …
wait_healthy() {
  local deadline=$((SECONDS + $1)) container state
  shift
  for container in "$@"; do
    while state=$(state_of "$container"); [[ $state != healthy && $state != running ]]; do
      if [[ $state == absent || $SECONDS -ge $deadline ]]; then
        warn "$(name_of "$container") is $state"
        return 1
      fi
      # A process that ends at once is not going to be healthy.
      if [[ $(restarts_of "$container") -ge 3 ]]; then
        warn "$(name_of "$container") restarts again and again"
        return 1
      fi
      sleep 0.5
    done
  done
}

probe() { local container=$1; shift; docker exec "$container" node /usr/local/lib/probe.mjs "$@"; }
# 1 for the bot that polls.
holds_lease() { [[ $(probe "$1" metric aisha_lease_held 2>/dev/null) == 1 ]]; }

ensure_network() {
  local network subnet
  network=$(config NETWORK aisha_bot_cluster) subnet=$(config SUBNET 172.26.0.0/16)
  docker network inspect "$network" >/dev/null 2>&1 && return
  step docker network create --subnet "$subnet" --ip-range "${subnet%.*.*}.0.0/24" "$network" >/dev/null
  say "network $network ($subnet)"
}

# --- PostgreSQL, whoever runs it ----------------------------------------------------------------------------
# pg_environment <name of an address: BACKUP_DATABASE_URL, …>: sets PG*, so that no password stands on a command line.
pg_environment() {
  local url=${CONFIG[$1]:-} ssl=''
  if [[ -z $url && -s $AISHA_HOME/secrets/$1 ]]; then url=$(<"$AISHA_HOME/secrets/$1"); fi
  [[ $url =~ ^postgres(ql)?(\+[a-z]+)?://([^:@/]+)(:([^@]*))?@([^:/?]+)(:([0-9]+))?/([^?]+)(\?(.*))?$ ]] || die "$1 is not postgresql://user:password@host:port/database"
  PGUSER=$(url_decode "${BASH_REMATCH[3]}") PGPASSWORD=$(url_decode "${BASH_REMATCH[5]}") PGHOST=${BASH_REMATCH[6]}
  PGPORT=${BASH_REMATCH[8]:-5432} PGDATABASE=$(url_decode "${BASH_REMATCH[9]}")
  # libpq's word, or asyncpg's and SQLAlchemy's.
  if [[ ${BASH_REMATCH[11]:-} =~ (^|&)ssl(mode)?=([a-z-]+) ]]; then ssl=${BASH_REMATCH[3]}; fi
  case $ssl in
    true | no-verify) PGSSLMODE=require ;;
    false | off) PGSSLMODE=disable ;;
    *) PGSSLMODE=$ssl ;;
  esac
  PGSSLROOTCERT=''
  if [[ -s $AISHA_HOME/secrets/DATABASE_CA ]]; then PGSSLROOTCERT=$(authority); : "${PGSSLMODE:=verify-full}"; fi
  : "${PGSSLMODE:=prefer}"
  # Empty, it would be a file without a name.
  if [[ -z $PGSSLROOTCERT ]]; then unset PGSSLROOTCERT; else export PGSSLROOTCERT; fi
  export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE PGSSLMODE
}
# Where PostgreSQL's tools find the authority of DATABASE_CA.
authority() { echo /run/secrets/DATABASE_CA; }

# The one that the compose file names.
# shellcheck disable=SC2016
postgres_image() { config POSTGRES_IMAGE "$(sed -n 's/^ *image: ${POSTGRES_IMAGE:-\(.*\)}$/\1/p' "$AISHA_SOURCE/docker-compose.prod.yml")"; }
# pg <program> …: PostgreSQL's own tools, from its image, in the cluster's network; stdin and stdout pass.
pg() {
  docker run --rm -i --network "$(config NETWORK aisha_bot_cluster)" -e PGUSER -e PGPASSWORD -e PGHOST -e PGPORT -e PGDATABASE \
    -e PGSSLMODE ${PGSSLROOTCERT:+-e PGSSLROOTCERT -v "$AISHA_HOME/secrets/DATABASE_CA:$PGSSLROOTCERT:ro"} --entrypoint "$1" "$(postgres_image)" "${@:2}"
}

# A scratch server for the trial of a dump: trial <program> … talks to its empty database.
trial_start() {
  docker run -d --name "aisha-trial-$$" --network none --tmpfs /var/lib/postgresql/data:size=8g -e POSTGRES_PASSWORD=trial -e POSTGRES_USER=trial -e POSTGRES_DB=postgres \
    "$(postgres_image)" >/dev/null
}
trial() { docker exec -i -e PGUSER=trial -e PGPASSWORD=trial -e PGHOST=127.0.0.1 -e PGDATABASE=postgres "aisha-trial-$$" "$@"; }
trial_stop() { docker rm -f "aisha-trial-$$" >/dev/null 2>&1 || true; }

# A line "schema.table <tab> rows" for every table of the application, by the psql command given.
count_rows() {
  "$@" -XAtq -F $'\t' -v ON_ERROR_STOP=1 <<'SQL'
select table_schema || '.' || table_name,
       (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', table_schema, table_name), false, true, '')))[1]::text
from information_schema.tables
where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
order by 1;
SQL
}

# The key that seals backups and proves them: the operators' own file, or one that the set-up makes.
BACKUP_KEY_MADE=${BACKUP_KEY_MADE:-/etc/aisha/backup.key}
backup_key_file() { config BACKUP_KEY_FILE "$BACKUP_KEY_MADE"; }
ensure_backup_key() {
  local file; file=$(backup_key_file)
  if [[ -s $file ]]; then return; fi
  [[ $file == "$BACKUP_KEY_MADE" ]] || die "BACKUP_KEY_FILE: there is no $file; make it with: openssl rand -hex 32 >$file"
  install -d -m 700 "$(dirname "$file")"
  (umask 077; openssl rand -hex 32 >"$file")
  warn "backups are sealed with the new key in $file: KEEP A COPY OF IT ELSEWHERE, without it no backup can be opened"
}
# usable_key: KEY_FILE where the image's user can read it; the original may stay root's alone.
usable_key() {
  [[ -s $KEY_FILE && -r $KEY_FILE ]] || die "the key of the backups, $KEY_FILE, cannot be read: backups are made and opened with it alone"
  if [[ -n $(config WITHOUT_DOCKER) ]]; then return; fi
  install -m 440 "$KEY_FILE" "$AISHA_HOME/secrets/BACKUP_KEY"
  if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$AISHA_HOME/secrets/BACKUP_KEY"; fi
  KEY_FILE=$AISHA_HOME/secrets/BACKUP_KEY
}

# backup_program <file.mjs> …: a program of the scripts' folder with the cluster's configuration. It sees the backups
# under $BACKUPS and their key as $KEY. It reads buckets as the processes do; a restore, which may have to make them, as
# whoever sets up (RESTORING).
export BACKUPS=/backup KEY=/run/backup-key
backup_program() {
  dc run --rm --no-deps -T -v "$BACKUP_DIR:$BACKUPS" -v "$AISHA_HOME/infra/scripts:/app/packages/storage/scripts:ro" \
    ${KEY_FILE:+-v "$KEY_FILE:$KEY:ro" -e "BACKUP_KEY_FILE=$KEY"} --entrypoint node "$([[ -n ${RESTORING:-} ]] && echo migrate || echo backup)" \
    "packages/storage/scripts/$1" "${@:2}"
}

# --- The processes as a whole -------------------------------------------------------------------------------
migrate() { dc run --rm --no-deps migrate; }
# The roles alone, where the server has none yet.
make_roles() { dc run --rm --no-deps -T --entrypoint node migrate packages/db/dist/migrate.js --roles; }
start_services() { dc up -d; }
stop_services() { dc stop "$@"; }
# The operators' commands; files that they read or write lie in $AISHA_HOME/work.
operate() { dc run --rm --no-deps -v "$AISHA_HOME/work:/work" -w /work tools "$@"; }
