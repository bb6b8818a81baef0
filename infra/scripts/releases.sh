# shellcheck shell=bash
# What puts versions on the server and restarts single services, shared by release.sh, release-host.sh and aisha.sh.

# begin_release <arguments of release.sh>: sets TAG, ONLY, DRY_RUN, current, previous; one release at a time on a server.
begin_release() {
  local rollback=''
  TAG='' ONLY='' DRY_RUN=''
  usage() { sed -n '2,/^set /{s/^# \{0,1\}//p}' "$0"; exit "$1"; }
  while (($#)); do
    case $1 in
      --rollback) rollback=1 ;;
      --only) ONLY=${2:-}; shift; [[ -n $ONLY ]] || usage 2 >&2 ;;
      --dry-run) DRY_RUN=1 ;;
      -h | --help) usage 0 ;;
      -*) usage 2 >&2 ;;
      *) TAG=$1 ;;
    esac
    shift
  done
  load_server_config
  HEALTH_SECONDS=$(config HEALTH_SECONDS 90)
  export HEALTH_SECONDS
  RELEASES=$AISHA_HOME/releases
  mkdir -p "$RELEASES"
  current=$(cat "$RELEASES/current" 2>/dev/null || true)
  previous=$(cat "$RELEASES/previous" 2>/dev/null || true)
  if [[ -n $ONLY && -z $TAG ]]; then TAG=$current; [[ -n $TAG ]] || die 'no version runs here yet: deploy first'; fi
  if [[ -n $rollback ]]; then TAG=$previous; [[ -n $TAG ]] || die 'there is no previous version to go back to'; fi
  [[ $TAG =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || usage 2 >&2
  lock_releases
  say "${ONLY:-release} ${current:-none} -> $TAG"
}

start_registry() {
  has_profile registry || return 0
  step dc up -d --no-deps registry 9>&-
  [[ -n $DRY_RUN ]] || wait_healthy 60 "$(containers registry)" || die 'the registry is not healthy'
}

lock_releases() {
  mkdir -p "$AISHA_HOME/releases"
  exec 9>"$AISHA_HOME/releases/lock"
  flock -n 9 || die 'another release is running on this server'
}

# <name> …: those of the given services that the name means: itself, or all of its kind (webhook-api, bot-polling).
services_named() { grep -E "^$1([-@][0-9]+)?\$"; }

# restart_service <name>: one container after the other, each waited for; the standby bot before the active one.
restart_service() {
  local name=$1 service container all=() last=()
  [[ $name =~ ^[a-z0-9@-]+$ ]] || die 'aisha.sh restart <service>'
  mapfile -t all < <(services)
  mapfile -t all < <(printf '%s\n' "${all[@]}" | services_named "$name")
  ((${#all[@]})) || die "no service \"$name\" runs here; there are: $(services | grep -v '^migrate$' | tr '\n' ' ')"
  lock_releases
  for service in "${all[@]}"; do
    for container in $(containers "$service"); do
      if [[ $service == bot-polling* && ${#all[@]} -gt 1 ]] && holds_lease "$container"; then last+=("$container"); continue; fi
      restart_one "$container"
    done
  done
  for container in "${last[@]}"; do restart_one "$container"; done
}
restart_one() {
  say "restarting $(name_of "$1")"
  restart "$1"
  wait_healthy "$(config HEALTH_SECONDS 90)" "$1" || die "$(name_of "$1") is not healthy"
  # nginx leaves a replica alone for 2 s after a failure.
  if [[ $(name_of "$1") == webhook-api* ]]; then sleep 2.5; fi
}

# What nginx and the processes read; nothing of it is the new version's alone.
prepare_files() {
  step mkdir -p "$AISHA_HOME"/{certs,acme,metrics,scratch,nginx/upstream} "$(config FRONTEND_DIR /opt/aisha-frontend)"
  [[ -z $DRY_RUN ]] || return 0
  log_files "$LOG_DIR"
  "$AISHA_HOME/infra/scripts/scratch.sh"
  render_config "$AISHA_HOME"
  ensure_backup_key
  api_servers_conf "$(config API_SERVERS)" >"$AISHA_HOME/nginx/upstream/api-servers.conf"
  if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$LOG_DIR/nginx"; fi
  "$AISHA_HOME/infra/scripts/certificates.sh" placeholder
}

end_release() {
  if [[ -n $current && $TAG != "$current" ]]; then previous=$current; echo "$previous" >"$RELEASES/previous"; fi
  echo "$TAG" >"$RELEASES/current"
  printf '%s %s -> %s\n' "$(date -Is)" "${current:-none}" "$TAG" >>"$RELEASES/history"
  # The first time; port 80 answers now. Without it FAL's webhooks do not arrive, and polling settles its jobs.
  "$AISHA_HOME/infra/scripts/certificates.sh" ensure ||
    warn 'no certificate was issued: see that DOMAIN leads here and port 80 is open, then run certificates.sh issue'
}

# The workers are worker-1 to worker-N, whatever came and went: a release adds new ones beside the old, and compose
# counts on.
name_workers() {
  local id name n ids=() free=()
  declare -A taken=()
  for id in $(containers worker); do
    name=$(name_of "$id")
    if [[ $name =~ ^worker-([0-9]+)$ ]] && ((BASH_REMATCH[1] <= $(config WORKERS 1))); then taken[$name]=1; else ids+=("$id"); fi
  done
  for ((n = 1; n <= $(config WORKERS 1); n++)); do [[ -n ${taken[worker-$n]:-} ]] || free+=("worker-$n"); done
  for ((n = 0; n < ${#ids[@]} && n < ${#free[@]}; n++)); do docker rename "${ids[n]}" "$PROJECT-${free[n]}"; done
}
