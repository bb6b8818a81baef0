# shellcheck shell=bash
# lib.sh's words for a host without Docker (WITHOUT_DOCKER=1): a "container" is a unit of systemd, a "service" the
# same without "aisha-". load_server_config takes this in.

units() { systemctl list-units --all --plain --no-legend "$@" | awk '{sub(/\.service$/, "", $1); print $1}'; }
services() { units 'aisha-bot-polling@*.service' 'aisha-webhook-api@*.service' 'aisha-worker@*.service' aisha-nginx.service | sed 's/^aisha-//'; }
containers() { units "aisha-$1.service" "aisha-$1@*.service"; }
# nginx has none.
port_of() {
  case $1 in
    aisha-webhook-api@*) echo "${1#*@}" ;;
    aisha-bot-polling@*) echo "808${1#*@}" ;;
    aisha-worker@*) echo "809${1#*@}" ;;
    *) return 1 ;;
  esac
}
# As infra/docker/probe.mjs: "metric <name>" is the sum of its samples, "get <path>" an answer; else the health.
probe() {
  local base answer
  base=http://127.0.0.1:$(port_of "$1")
  if [[ ${2:-} == metric ]]; then
    curl -fsS --max-time 4 "$base/metrics" | awk -v name="$3" 'index($0, name " ") == 1 || index($0, name "{") == 1 {sum += $NF; found = 1} END {print found ? sum : "absent"}'
    return
  fi
  answer=$(curl -sS --max-time 4 -w '\n%{http_code}' "$base${3:-/health}") || return 1
  [[ ${2:-} != get ]] || printf '%s %s\n' "${answer##*$'\n'}" "${answer%$'\n'*}"
  [[ ${answer##*$'\n'} == 200 ]]
}
state_of() {
  local state
  state=$(systemctl is-active "$1" 2>/dev/null) || { echo "${state:-absent}"; return; }
  if ! port_of "$1" >/dev/null; then echo running
  elif probe "$1" >/dev/null 2>&1; then echo healthy
  else echo unhealthy; fi
}
name_of() { printf '%s' "${1#aisha-}"; }
restarts_of() { systemctl show -p NRestarts --value "$1"; }
started_of() { printf '%s  restarts %s' "$(systemctl show -p ActiveEnterTimestamp --value "$1")" "$(restarts_of "$1")"; }
memory_of() { systemctl show -p MemoryCurrent --value "$1" | numfmt --to=iec 2>/dev/null; }
log_of() { journalctl -q --no-pager -o cat --since -1h -u "$1"; }
restart() { systemctl restart "$1"; }
reload_edge() { systemctl reload "$1"; }
reopen_edge() { systemctl kill -s USR1 --kill-whom=main "$1"; }

authority() { echo "$AISHA_HOME/secrets/DATABASE_CA"; }
# PostgreSQL's own tools, of the host.
pg() { "$@"; }
# A server of its own for as long as the trial takes, reached by a socket in its folder.
trial_start() {
  local bin
  bin=$(find /usr/lib/postgresql -path '*/bin/initdb' -printf '%h\n' 2>/dev/null | sort -V | tail -1)
  [[ -n $bin ]] || die 'a trial restore needs the programs of a PostgreSQL server: apt-get install postgresql, or backup.sh --no-trial'
  SCRATCH=$BACKUP_DIR/.trial-$$
  install -d -m 700 -o "$APP_ID" -g "$APP_ID" "$SCRATCH"
  transient --pipe --wait -p ReadWritePaths="$SCRATCH" "$bin/initdb" -D "$SCRATCH/data" -U trial --auth=trust --locale=C.UTF-8 >/dev/null
  transient --unit="aisha-trial-$$" -p ReadWritePaths="$SCRATCH" "$bin/postgres" -D "$SCRATCH/data" -k "$SCRATCH" -c listen_addresses= -c fsync=off
}
trial() { PGHOST=$SCRATCH PGPORT=5432 PGUSER=trial PGPASSWORD='' PGDATABASE=postgres "$@"; }
trial_stop() {
  [[ -n ${SCRATCH:-} ]] || return 0
  systemctl stop "aisha-trial-$$" 2>/dev/null || true
  rm -rf "$SCRATCH"
}

# transient <flag> … <program> …: a unit for this one program, with the rights that a process of ours has.
transient() {
  systemd-run --quiet --collect -p User=aisha -p Group=aisha -p ProtectSystem=strict -p ProtectHome=yes -p PrivateTmp=yes \
    -p NoNewPrivileges=yes -p CapabilityBoundingSet= "$@"
}
# in_app <folder> <program> …: with the configuration of a process and the secrets GIVEN (name:file); only that folder can be
# written.
in_app() {
  local given one; given=()
  for one in "${GIVEN[@]}"; do given+=(-p "LoadCredential=${one%%:*}:$AISHA_HOME/secrets/${one##*:}"); done
  transient --pipe --wait -p WorkingDirectory="$1" -p ReadWritePaths="$1" -p EnvironmentFile="$AISHA_HOME/app.env" "${given[@]}" \
    -p "InaccessiblePaths=-$AISHA_HOME/secrets" -p Environment='NODE_ENV=production INSTANCE_ID=tools' \
    ${KEY_FILE:+-p "LoadCredential=BACKUP_KEY:$KEY_FILE"} /usr/bin/node "${@:2}"
}
# The same folder inside and out.
export BACKUPS
BACKUPS=$(config BACKUP_DIR /var/backups/aisha)
# As lib.sh's.
backup_program() {
  local part='' GIVEN=()
  if [[ -n ${RESTORING:-} ]]; then part=ROOT_; fi
  GIVEN=("MINIO_ACCESS_KEY:MINIO_${part}ACCESS_KEY" "MINIO_SECRET_KEY:MINIO_${part}SECRET_KEY")
  in_app "$BACKUPS" "$AISHA_HOME/app/packages/storage/scripts/$1" "${@:2}"
}

migrate() { systemctl start aisha-migrate; }
make_roles() {
  local GIVEN=(DATABASE_URL DATABASE_CA "${SETUP_SECRETS[@]}")
  install -d -m 770 -o "$APP_ID" -g "$APP_ID" "$AISHA_HOME/work"
  in_app "$AISHA_HOME/work" "$AISHA_HOME/app/packages/db/dist/migrate.js" --roles
}
start_services() { systemctl start aisha.target; }
stop_services() { systemctl stop "${@/#/aisha-}"; }
operate() { local GIVEN=("${PROCESS_SECRETS[@]}"); in_app "$AISHA_HOME/work" "$AISHA_HOME/app/apps/cli/dist/main.js" "$@"; }
