#!/usr/bin/env bash
# On the server: brings the cluster to a version, one process at a time, and back by itself when a new one is
# not healthy.
#   release.sh <tag>       roll to this tag        release.sh --rollback   to the version before the present one
#   release.sh --only <service> [<tag>]   this one alone: webhook-api, webhook-api-1, worker, nginx, postgres, …
#   release.sh --registry  starts the registry of the profile "registry", before there is a version to run
#   --dry-run prints every step and changes nothing
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=infra/scripts/releases.sh
. "$(dirname "${BASH_SOURCE[0]}")/releases.sh"
# shellcheck source=infra/scripts/firewall.sh
. "$(dirname "${BASH_SOURCE[0]}")/firewall.sh"

if [[ ${1:-} == --registry ]]; then
  load_server_config
  DRY_RUN=''
  lock_releases
  ensure_network
  render_config "$AISHA_HOME"
  export TAG=none
  start_registry
  exit
fi
begin_release "$@"
require REGISTRY

prepare() {
  ensure_network
  prepare_files
  firewall_replicas
  start_registry
  engine_takes_registry || die "the engine here may not reach $(registry_host) by plain http: run setup-server.sh --insecure-registry $(registry_host)"
  registry_login
}
prepare_image() { step docker pull -q "$(config REGISTRY)/aisha/$1:$TAG" || die "$1:$TAG is not in the registry"; }

prepare_release() {
  local image
  for image in webhook-api bot-polling worker; do prepare_image "$image"; done
  if has_profile data; then
    step dc up -d postgres redis s3 9>&-
    # Compose's own --wait gives up at the first slow check; a database that recovers gets its time.
    [[ -n $DRY_RUN ]] || wait_healthy 180 "$(containers postgres)" "$(containers redis)" "$(containers s3)" || die 'a database is not healthy; nothing was changed'
    reload_rights
  fi
  if has_profile bot-api; then
    step dc up -d bot-api 9>&-
    [[ -n $DRY_RUN ]] || wait_healthy 60 "$(containers bot-api)" || die 'the Bot API server is not healthy: are TELEGRAM_API_ID and TELEGRAM_API_HASH right? Nothing was changed'
  fi
  if has_profile monitoring; then step dc up -d prometheus alertmanager grafana node-exporter 9>&-; fi
}

# Changed rules or passwords of Redis' users, which it reads by itself only when it starts.
reload_rights() {
  # shellcheck disable=SC2016
  if own_redis; then
    step docker exec "$(containers redis)" sh -c 'REDISCLI_AUTH=$(cat /run/secrets/REDIS_ADMIN_PASSWORD) redis-cli --user operator acl load' >/dev/null || die 'Redis did not take the rights of its users'
  fi
}

# Roles, schema and buckets. Migrations only ever add: the version that runs goes on working on the new schema, which makes a
# rollback safe, and so the version before needs none.
set_up() {
  if [[ -n $current && $TAG == "$previous" ]]; then say "no migrations: $TAG ran here before"; return; fi
  say 'migrations'
  step dc run --rm --no-deps migrate 9>&- || die "the migration of $TAG failed; the cluster still runs ${current:-nothing}"
}

# update <service>: one container of one service to $TAG, waited for.
update() {
  say "$1 -> $TAG"
  step dc up -d --no-deps --no-build "$1" 9>&- || return 1
  [[ -n $DRY_RUN ]] || wait_healthy "$HEALTH_SECONDS" "$(containers "$1" | head -1)"
}

# The new workers take jobs before the old ones stop, so nobody waits while those drain.
update_workers() {
  local old count new
  mapfile -t old < <(containers worker)
  count=$(config WORKERS 1)
  say "worker -> $TAG (${#old[@]} running, $count wanted)"
  # Compose would drain a worker that it finds out of date; a new one is added beside it instead.
  step dc up -d --no-deps --no-build --no-recreate --scale "worker=$((${#old[@]} + count))" worker 9>&- || return 1
  [[ -z $DRY_RUN ]] || return 0
  new=$(containers worker | grep -vxF -f <(printf '%s\n' "${old[@]}" none)) || return 1
  # shellcheck disable=SC2086
  if ! wait_healthy "$HEALTH_SECONDS" $new; then
    docker rm -f $new >/dev/null
    return 1
  fi
  if ((${#old[@]})); then
    docker stop "${old[@]}" >/dev/null
    docker rm "${old[@]}" >/dev/null
  fi
  name_workers
}

# Standby before active: the active one goes only when a healthy new standby can take over.
bots_in_order() {
  local active='' bot
  for bot in $(bot_services); do
    if holds_lease "$(containers "$bot" | head -1)"; then active=$bot; else echo "$bot"; fi
  done
  if [[ -n $active ]]; then echo "$active"; fi
}
# Whatever stanzas the file has: a third replica or bot needs no change here.
bot_services() { grep -o '^  bot-polling-[0-9]*' "$AISHA_HOME/docker-compose.prod.yml" | tr -d ' '; }
api_services() { grep -o '^  webhook-api-[0-9]*' "$AISHA_HOME/docker-compose.prod.yml" | tr -d ' '; }

# nginx takes a changed folder by a reload; it is recreated only when its stanza or image changed.
update_edge() {
  local edge
  edge=$(containers nginx | head -1)
  # One that was stopped is started below, and says itself what is wrong.
  if [[ -n $edge && -z $DRY_RUN && $(docker inspect -f '{{.State.Running}}' "$edge") == true ]]; then
    docker exec "$edge" nginx -t -q -c /etc/nginx/aisha/nginx.conf || return 1
  fi
  step dc up -d --no-deps nginx 9>&- || return 1
  [[ -z $DRY_RUN ]] || { say 'would reload nginx'; return 0; }
  edge=$(containers nginx | head -1)
  wait_healthy "$HEALTH_SECONDS" "$edge" && reload_edge "$edge"
}

roll() {
  local service
  export TAG
  DONE=()
  for service in $(bots_in_order) $(api_services) worker; do DONE+=("$service"); update_any "$service" || return 1; done
  update_edge || return 1
}

roll_back() {
  local service broken=$TAG
  [[ -n $current ]] || die "$broken is not healthy, and there is no version before it: see docker compose logs in $AISHA_HOME"
  warn "$broken is not healthy: back to $current"
  for service in "${DONE[@]}"; do containers "$service" | head -1 | xargs -r docker logs --tail 15 2>&1 | sed "s/^/    $service | /" >&2; done
  export TAG=$current
  local i
  for ((i = ${#DONE[@]} - 1; i >= 0; i--)); do
    service=${DONE[i]}
    update_any "$service" || warn "$service is not healthy on $current either"
  done
  die "$broken was not healthy; the cluster runs $current"
}

# only <service>: that one to $TAG; back to the present version when it is not healthy.
only() {
  local service again done=() all=()
  mapfile -t all < <(dc config --services | services_named "$1" | sort)
  ((${#all[@]})) || die "no service \"$1\"; there are: $(dc config --services | grep -vE '^(migrate|tools)$' | sort | tr '\n' ' ')"
  case $1 in
    webhook-api* | bot-polling* | worker)
      prepare_image "${1%%-[0-9]*}"
      if [[ $TAG != "$current" ]]; then prepare_image worker; set_up; fi ;;
    *) step dc pull -q "${all[@]}" || warn 'it could not be pulled: what is here is used' ;;
  esac
  if [[ $1 == bot-polling ]]; then mapfile -t all < <(bots_in_order); fi
  for service in "${all[@]}"; do
    done+=("$service")
    if update_any "$service"; then continue; fi
    [[ $TAG != "$current" && $service =~ ^(webhook-api|bot-polling|worker) ]] || die "$service is not healthy"
    warn "$service is not healthy on $TAG: back to $current"
    export TAG=$current
    for again in "${done[@]}"; do update_any "$again" || warn "$again is not healthy on $current either"; done
    die "$1 runs $current"
  done
  [[ -n $DRY_RUN ]] || printf '%s only %s -> %s\n' "$(date -Is)" "$1" "$TAG" >>"$RELEASES/history"
}
update_any() {
  case $1 in
    worker) update_workers ;;
    nginx) update_edge ;;
    # nginx leaves a replica alone for 2 s after a failure: the next one goes only after it is back in use.
    webhook-api*) update "$1" && { [[ -n $DRY_RUN ]] || sleep 2.5; } ;;
    *) update "$1" ;;
  esac
}

started=$SECONDS
export TAG
prepare
if [[ -n $ONLY ]]; then only "$ONLY"; say "done in $((SECONDS - started)) s: $ONLY $TAG"; exit 0; fi
prepare_release
set_up
roll || roll_back
if [[ -z $DRY_RUN ]]; then
  end_release
  # For whoever uses docker compose by hand. An append after sed's deletion of the last line would not happen.
  sed -i '/^TAG=/d' "$AISHA_HOME/.env"
  printf "TAG='%s'\n" "$TAG" >>"$AISHA_HOME/.env"
  # Of a time when the workers' scratch was a volume.
  docker volume rm "${PROJECT}_worker-scratch" >/dev/null 2>&1 || true
  # Of older versions the server keeps the running and the previous one.
  "$AISHA_HOME/infra/scripts/registry-cleanup.sh" --server-only >/dev/null || warn 'old images could not be removed'
fi
say "done in $((SECONDS - started)) s: $TAG"
