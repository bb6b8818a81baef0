#!/usr/bin/env bash
# The way without Docker, on the server: puts a version under systemd, one process at a time, and goes back by itself
# when a new one does not get healthy.
#   release-host.sh <tag>      the application in $AISHA_HOME/apps/<tag>, put there by deploy-via-registry.sh
#   release-host.sh --rollback     to the version before the present one
#   release-host.sh --only <service>   the present version of this one alone, on the configuration as it is now
#   --dry-run prints every step and changes nothing
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=infra/scripts/releases.sh
. "$(dirname "${BASH_SOURCE[0]}")/releases.sh"
# shellcheck source=infra/scripts/firewall.sh
. "$(dirname "${BASH_SOURCE[0]}")/firewall.sh"

begin_release "$@"
[[ -n $(config WITHOUT_DOCKER) ]] || die 'WITHOUT_DOCKER=1 does not stand in production.env: this server has release.sh'
need systemctl systemd-run curl nginx node
[[ -n $DRY_RUN || -d $AISHA_HOME/apps/$TAG/apps ]] || die "$AISHA_HOME/apps/$TAG holds no application"

# The units start from $AISHA_HOME/app.
use() { step ln -sfn "apps/$1" "$AISHA_HOME/app"; }

prepare() {
  prepare_files
  firewall_replicas
  [[ -z $DRY_RUN ]] || return 0
  install -m 644 "$AISHA_HOME"/infra/systemd/{common,host}/* /etc/systemd/system/
  systemctl daemon-reload
  install -D -m 644 -t "$AISHA_HOME/apps/$TAG/packages/storage/scripts" "$AISHA_HOME"/infra/scripts/*.mjs
}

# Standby before active, then the replicas, then the workers.
processes() {
  local bot active='' server n
  for bot in aisha-bot-polling@1 aisha-bot-polling@2; do
    if holds_lease "$bot"; then active=$bot; else echo "$bot"; fi
  done
  if [[ -n $active ]]; then echo "$active"; fi
  for server in $(config API_SERVERS); do echo "aisha-webhook-api@${server##*:}"; done
  for ((n = 1; n <= $(config WORKERS 1); n++)); do echo "aisha-worker@$n"; done
}

update() {
  say "$(name_of "$1") -> $TAG"
  step systemctl reset-failed "$1" 2>/dev/null || true
  step systemctl restart "$1" || return 1
  [[ -z $DRY_RUN ]] || return 0
  wait_healthy "$HEALTH_SECONDS" "$1" || return 1
  # nginx leaves a replica alone for 2 s after a failure: the next one goes only after it is back in use.
  if [[ $1 == aisha-webhook-api@* ]]; then sleep 2.5; fi
}

update_edge() {
  if [[ $(state_of aisha-nginx) == running ]]; then step reload_edge aisha-nginx; else step systemctl start aisha-nginx; fi
}

roll() {
  local unit
  DONE=()
  for unit in "${UNITS[@]}"; do DONE+=("$unit"); update "$unit" || return 1; done
  update_edge
}

roll_back() {
  local broken=$TAG i unit
  for unit in "${DONE[@]}"; do journalctl -q --no-pager -o cat -n 15 -u "$unit" | sed "s/^/    $(name_of "$unit") | /" >&2; done
  [[ -n $current ]] || die "$broken is not healthy, and there is no version before it: see journalctl -u 'aisha-*'"
  warn "$broken is not healthy: back to $current"
  TAG=$current
  use "$current"
  for ((i = ${#DONE[@]} - 1; i >= 0; i--)); do update "${DONE[i]}" || warn "${DONE[i]} is not healthy on $current either"; done
  die "$broken was not healthy; the processes run $current"
}

started=$SECONDS
prepare
mapfile -t UNITS < <(processes)
if [[ -n $ONLY ]]; then
  # The units start from one folder.
  [[ $TAG == "$current" ]] || die 'without Docker all processes run one version: release-host.sh <tag>'
  mapfile -t UNITS < <(printf '%s\n' "${UNITS[@]}" aisha-nginx | sed 's/^aisha-//' | services_named "$ONLY" | sed 's/^/aisha-/')
  ((${#UNITS[@]})) || die "no service \"$ONLY\"; there are: webhook-api, bot-polling, worker, nginx"
  for unit in "${UNITS[@]}"; do
    if [[ $unit == aisha-nginx ]]; then update_edge; else update "$unit"; fi || die "$unit is not healthy"
  done
  say "done in $((SECONDS - started)) s: $ONLY"
  exit 0
fi
use "$TAG"
# Migrations only ever add: the version that runs goes on working on the new schema, which makes a rollback safe.
say 'migrations'
step migrate || { if [[ -n $current ]]; then use "$current"; fi; die "the migration of $TAG failed; the processes still run ${current:-nothing}"; }
roll || roll_back
if [[ -z $DRY_RUN ]]; then
  systemctl enable -q "${UNITS[@]}" aisha.target
  systemctl start aisha.target
  # Workers beyond WORKERS.
  for unit in $(containers worker); do
    is_in "$unit" "${UNITS[@]}" || systemctl disable -q --now "$unit"
  done
  end_release
  # The running and the previous version stay.
  find "$AISHA_HOME/apps" -mindepth 1 -maxdepth 1 ! -name "$TAG" ! -name "$previous" -exec rm -rf {} +
fi
say "done in $((SECONDS - started)) s: $TAG"
