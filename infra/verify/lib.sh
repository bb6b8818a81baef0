# shellcheck shell=bash
# A whole cluster to prove things on: a Docker engine and a registry that run already, a "server" behind ssh on
# this machine, the stand-ins for Telegram, FAL and OpenAI as processes of this machine.
#   VERIFY_REGISTRY            e.g. localhost:5000          (needed)
#   VERIFY_REGISTRY_USER, VERIFY_REGISTRY_PASSWORD           when it asks for a login
#   VERIFY_DIR                 where everything is kept      (/var/tmp/aisha-verify)
#   VERIFY_CONFIG              more lines for production.env
#   VERIFY_KEEP=1              leaves the cluster running
#   VERIFY_RUN                 what all.sh runs each proof with (bash), e.g. "flock -o /tmp/heavy bash"
# Needs: docker with compose and buildx, sshd, ssh, openssl, curl, jq, certbot, Node 24, and `pnpm install` done.
set -euo pipefail
VERIFY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$VERIFY/../.." && pwd)
: "${VERIFY_REGISTRY:?set VERIFY_REGISTRY, and VERIFY_REGISTRY_USER and _PASSWORD when it asks for a login}"
WORK=${VERIFY_DIR:-/var/tmp/aisha-verify}
export AISHA_HOME=$WORK/server
# shellcheck source=infra/scripts/lib.sh
. "$ROOT/infra/scripts/lib.sh"

# A corner of the registry for these proofs alone: old versions are removed there.
export REPOSITORIES=$VERIFY_REGISTRY/verify/aisha
NETWORK=aisha_verify GATEWAY=172.28.0.1
TELEGRAM=http://$GATEWAY:7701 FAL=http://$GATEWAY:7702 OPENAI=http://$GATEWAY:7703
HTTP=7780 HTTPS=7743 HTTPS_ALT=7744 SSH=7722
# By the network's gateway, so that containers find the edge at the same address as this machine does.
export EDGE=https://$GATEWAY:$HTTPS
TOKEN=1234567890:AAVerifyVerifyVerifyVerifyVerifyVer
FAL_KEY=5a4db0c5-0000-4000-8000-5a4db0c5fa17:5a4db0c5a15aa15a5a4db0c5a15aa15a
SOURCE=(node --conditions=@aisha/source --disable-warning=ExperimentalWarning)

title() { printf '\n=== %s\n' "$*"; }
# figure <name> <value>: one line of the result, also kept.
figure() { printf '    %-58s %s\n' "$1" "$2" | tee -a "$WORK/figures.txt"; }
# claim <what> <command …>: the proof fails where a claim does.
claim() { local what=$1; shift; if "$@"; then printf '  ok   %s\n' "$what"; else printf '  FAIL %s\n' "$what"; exit 1; fi; }
quiet() { "$@" >/dev/null 2>&1; }
at_most() { awk -v a="$1" -v b="$2" 'BEGIN {exit !(a <= b)}'; }
at_least() { awk -v a="$1" -v b="$2" 'BEGIN {exit !(a >= b)}'; }
eventually() { local seconds=$1 end; end=$((SECONDS + seconds)); shift; until "$@"; do ((SECONDS < end)) || return 1; sleep 0.3; done; }

background() { # background <name> <command …>: its id is kept, so that only what was started here is stopped
  local name=$1; shift
  setsid "$@" >"$WORK/log/$name.log" 2>&1 </dev/null &
  echo $! >"$WORK/pid/$name"
}
stop_background() {
  local file=$WORK/pid/$1
  [[ -s $file ]] || return 0
  kill "$(<"$file")" 2>/dev/null || true
  eventually 15 bash -c "! kill -0 $(<"$file") 2>/dev/null" || kill -9 "$(<"$file")" 2>/dev/null || true
  rm -f "$file"
}
running() { [[ -s $WORK/pid/$1 ]] && kill -0 "$(<"$WORK/pid/$1")" 2>/dev/null; }

ensure_sshd() {
  running sshd && return
  mkdir -p /run/sshd
  [[ -s $WORK/ssh/key ]] || ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/key"
  [[ -s $WORK/ssh/host ]] || ssh-keygen -q -t ed25519 -N '' -f "$WORK/ssh/host"
  install -m 600 "$WORK/ssh/key.pub" "$WORK/ssh/authorized"
  chmod 700 "$WORK/ssh"
  printf '[localhost]:%s %s\n' "$SSH" "$(cut -d' ' -f1,2 "$WORK/ssh/host.pub")" >"$WORK/ssh/known"
  # The engine's client may not be on the default path: a session gets this shell's.
  cat >"$WORK/ssh/config" <<CONF
Port $SSH
ListenAddress 127.0.0.1
HostKey $WORK/ssh/host
AuthorizedKeysFile $WORK/ssh/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
PidFile none
SetEnv PATH=$PATH${DOCKER_CONFIG:+ DOCKER_CONFIG=$DOCKER_CONFIG}${DOCKER_HOST:+ DOCKER_HOST=$DOCKER_HOST}
CONF
  background sshd "$(command -v sshd)" -D -e -f "$WORK/ssh/config"
  eventually 10 bash -c "</dev/tcp/127.0.0.1/$SSH" 2>/dev/null
}

ensure_stand_ins() {
  docker network inspect "$NETWORK" >/dev/null 2>&1 || docker network create --subnet 172.28.0.0/16 --ip-range 172.28.0.0/24 "$NETWORK" >/dev/null
  # FAL calls our webhooks over TLS, like anybody: it is told whose certificate that is.
  export NODE_EXTRA_CA_CERTS=$WORK/certificate/fullchain.pem
  running telegram || background telegram "${SOURCE[@]}" "$ROOT/packages/sandbox/src/telegram/main.ts" --host "$GATEWAY" --port 7701 --token "$TOKEN" --username aisha_verify_bot --data "$WORK/telegram"
  running fal || background fal "${SOURCE[@]}" "$ROOT/packages/sandbox/src/fal/main.ts" --host "$GATEWAY" --port 7702 --key "$FAL_KEY" --data "$WORK/fal" --public-url "$FAL" --training-seconds 5
  running openai || background openai "${SOURCE[@]}" "$ROOT/packages/sandbox/src/openai/main.ts" --host "$GATEWAY" --port 7703 --key sk-verify
  local address
  for address in "$TELEGRAM/bot$TOKEN/getMe" "$FAL/.well-known/jwks.json" "$OPENAI/v1/models"; do
    eventually 30 curl -so /dev/null --max-time 2 "$address" || die "a stand-in does not start: see $WORK/log"
  done
}

write_config() {
  cat >"$WORK/production.env" <<CONF
DOMAIN=localhost
DEPLOY_HOST=root@localhost
DEPLOY_PORT=$SSH
DEPLOY_KEY=$WORK/ssh/key
DEPLOY_KNOWN_HOSTS=$WORK/ssh/known
REGISTRY=$VERIFY_REGISTRY/verify
REGISTRY_USER=${VERIFY_REGISTRY_USER:-}
REGISTRY_PASSWORD=${VERIFY_REGISTRY_PASSWORD:-}
PROFILES=data
COMPOSE_PROJECT_NAME=aisha-verify
COMPOSE_OVERRIDE=$WORK/override.yml
AISHA_HOME=$AISHA_HOME
LOG_DIR=$WORK/logs
FRONTEND_DIR=$WORK/frontend
BACKUP_DIR=$WORK/backups
NETWORK=$NETWORK
SUBNET=172.28.0.0/16
API_1_ADDRESS=172.28.1.1
API_2_ADDRESS=172.28.1.2
API_1_PORT=7791
API_2_PORT=7792
HTTP_PORT=$HTTP
HTTPS_PORT=$HTTPS
HTTPS_ALT_PORT=$HTTPS_ALT
POSTGRES_SHARED_BUFFERS=128MB
TELEGRAM_BOT_TOKEN=$TOKEN
TELEGRAM_API_ROOT=$TELEGRAM
BOT_USERNAME=aisha_verify_bot
FAL_API_KEY=$FAL_KEY
FAL_QUEUE_URL=$FAL
FAL_REST_URL=$FAL
FAL_JWKS_URL=$FAL/.well-known/jwks.json
FAL_WEBHOOK_URL=$EDGE/webhook/fal/status
TELEGRAM_WEBHOOK_URL=$EDGE/webhook/telegram
OPENAI_API_KEY=sk-verify
OPENAI_BASE_URL=$OPENAI/v1
MINIO_ACCESS_KEY=S3RVER
MINIO_SECRET_KEY=S3RVER
MINIO_ROOT_ACCESS_KEY=S3RVER
MINIO_ROOT_SECRET_KEY=S3RVER
BACKUP_KEY_FILE=$WORK/backup.key
HEALTH_SECONDS=${VERIFY_HEALTH_SECONDS:-90}
${VERIFY_CONFIG:-}
CONF
}

# The S3 server of this proof is a small one from npm: the engine here may not be able to pull versitygw.
write_override() {
  docker build -q -t aisha-verify-s3 -f "$VERIFY/s3.Dockerfile" "$ROOT/packages/sandbox/src/services" >/dev/null
  cat >"$WORK/override.yml" <<CONF
services:
  s3:
    image: aisha-verify-s3
    entrypoint: []
    command: ['sh', '-c', 'mkdir -p /data/buckets && exec node s3-server.ts /data/buckets 0.0.0.0 9000']
    healthcheck:
      test: ['CMD', 'node', '-e', 'fetch("http://127.0.0.1:9000/").then((r) => process.exit(r.status < 500 ? 0 : 1), () => process.exit(1))']
      timeout: 10s
  # The doctor asks the edge from the outside; its certificate is our own here.
  tools:
    environment: { NODE_EXTRA_CA_CERTS: /edge.pem }
    volumes: ['$WORK/certificate/fullchain.pem:/edge.pem:ro']
CONF
}

deploy() { "$ROOT/infra/scripts/deploy-via-registry.sh" --config "$WORK/production.env" "$@"; }

prepare_work() {
  mkdir -p "$WORK"/{log,pid,ssh,server,frontend,logs,backups,certificate,telegram,fal,server/certs}
  printf '<!doctype html><title>Aisha</title>\n' >"$WORK/frontend/index.html"
  if [[ ! -s $WORK/certificate/fullchain.pem ]]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
      -addext "subjectAltName=DNS:localhost,IP:$GATEWAY" -keyout "$WORK/certificate/privkey.pem" -out "$WORK/certificate/fullchain.pem" 2>/dev/null
  fi
  [[ -s $WORK/backup.key ]] || openssl rand -hex 32 >"$WORK/backup.key"
  export NODE_EXTRA_CA_CERTS=$WORK/certificate/fullchain.pem
  write_config
  read_config "$WORK/production.env"
  complete_config
  PROJECT=$(config COMPOSE_PROJECT_NAME)
  if [[ ! -s $AISHA_HOME/certs/fullchain.pem ]]; then
    install -m 444 "$WORK/certificate/fullchain.pem" "$AISHA_HOME/certs/fullchain.pem"
    install -m 440 -o "$APP_ID" -g "$APP_ID" "$WORK/certificate/privkey.pem" "$AISHA_HOME/certs/privkey.pem"
  fi
}

# A cluster that runs and is healthy; built and deployed when there is none.
ensure_cluster() {
  prepare_work
  ensure_stand_ins
  ensure_sshd
  [[ -s $WORK/override.yml ]] || write_override
  if [[ $(curl -sk -o /dev/null -w '%{http_code}' --max-time 5 "$EDGE/health") != 200 ]]; then
    deploy --tag "${VERIFY_TAG:-verify-1}" >"$WORK/log/deploy.log" 2>&1 || { tail -40 "$WORK/log/deploy.log"; die 'the cluster could not be deployed'; }
  fi
}

tear_down() {
  prepare_work
  dc --profile data down -v --remove-orphans >/dev/null 2>&1 || true
  umount "$AISHA_HOME/scratch" 2>/dev/null || true
  sed -i "\|^$AISHA_HOME/scratch.img |d" /etc/fstab
  local name
  # Those of single proofs too: one that is left would hold its port, without its data.
  for name in "$WORK"/pid/*; do [[ ! -e $name ]] || stop_background "$(basename "$name")"; done
  docker network rm "$NETWORK" >/dev/null 2>&1 || true
  rm -rf "$WORK"
}

driver() { "${SOURCE[@]}" "$VERIFY/$1" "${@:2}"; }

ensure_voice() {
  [[ -s $WORK/voice.ogg ]] || "${SOURCE[@]}" "$ROOT/packages/sandbox/src/speech/main.ts" --text 'seven zebras crossed the quiet river' --out "$WORK/voice.ogg" >/dev/null
}

# Load until load_report stops it: LOAD_WEBHOOKS a second, LOAD_PEOPLE who chat, LOAD_VOICES who send recordings.
start_load() {
  stop_background load
  # A proof that fails leaves no load behind.
  trap 'stop_background load' EXIT
  background load "${SOURCE[@]}" "$VERIFY/load.mjs" "$EDGE" "$TELEGRAM" "$FAL" "$TOKEN" --voice "$WORK/voice.ogg" \
    --webhooks "${LOAD_WEBHOOKS:-50}" --people "${LOAD_PEOPLE:-8}" --voices "${LOAD_VOICES:-3}"
  eventually 30 grep -q started "$WORK/log/load.log" || die 'the load does not start'
  sleep 5
}
load_report() {
  kill "$(<"$WORK/pid/load")"
  eventually 120 grep -q '^{' "$WORK/log/load.log" || die "the load gave no figures: $(tail -5 "$WORK/log/load.log")"
  rm -f "$WORK/pid/load"
  grep '^{' "$WORK/log/load.log"
}

# Nothing waits, runs or has failed, by what a worker says of its queues.
queues_empty() {
  local worker state
  worker=$(containers worker | tail -1)
  state=$(docker exec "$worker" node -e 'fetch("http://127.0.0.1:8000/metrics").then((r) => r.text()).then((t) => console.log(t.split("\n").filter((l) => /^aisha_queue_jobs\{/.test(l) && /state="(waiting|active|failed|prioritized|waiting-children)"/.test(l)).reduce((n, l) => n + Number(l.slice(l.lastIndexOf(" "))), 0)))')
  [[ $state == 0 ]]
}
