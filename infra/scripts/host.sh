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
# in_app <folder> <program> …: with the configuration and the secrets of a process; only that folder can be written.
in_app() {
  transient --pipe --wait -p WorkingDirectory="$1" -p ReadWritePaths="$1" -p EnvironmentFile="$AISHA_HOME/app.env" \
    -p BindReadOnlyPaths="$AISHA_HOME/secrets:/run/secrets" -p Environment='NODE_ENV=production INSTANCE_ID=tools' \
    ${KEY_FILE:+-p "BindReadOnlyPaths=$KEY_FILE:$KEY" -p "Environment=BACKUP_KEY_FILE=$KEY"} /usr/bin/node "${@:2}"
}
# The same folder inside and out.
export BACKUPS
BACKUPS=$(config BACKUP_DIR /var/backups/aisha)
backup_program() { in_app "$BACKUPS" "$AISHA_HOME/app/packages/storage/scripts/$1" "${@:2}"; }

migrate() { systemctl start aisha-migrate; }
start_services() { systemctl start aisha.target; }
stop_services() { systemctl stop "${@/#/aisha-}"; }
operate() { in_app "$AISHA_HOME/work" "$AISHA_HOME/app/apps/cli/dist/main.js" "$@"; }
