#!/usr/bin/env bash
# What the cluster does now.
#   monitor.sh [full|quick|logs|health|keys|system|telegram]      exit 0 healthy, 1 not
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
VIEW=${1:-full}
[[ $VIEW =~ ^(full|quick|logs|health|keys|system|telegram)$ ]] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
load_server_config
BAD=0
title() { printf '\n== %s\n' "$1"; }

states() {
  local service container state memory
  for service in $(services); do
    [[ $service != migrate ]] || continue
    for container in $(containers "$service"); do
      state=$(state_of "$container")
      [[ $state == healthy || $state == running ]] || BAD=1
      memory=''
      if [[ $VIEW != quick ]]; then memory=$(memory_of "$container" || true); fi
      printf '%-10s %-18s %s  %s\n' "$state" "$service" "$(started_of "$container")" "$memory"
    done
  done
  [[ -n $(services) ]] || { echo 'nothing runs'; BAD=1; }
}
quick() { title "Cluster $(cat "$AISHA_HOME/releases/current" 2>/dev/null || echo '(no release)')"; states; }
health() {
  title 'Health'
  "$AISHA_HOME/infra/scripts/health_check.sh" --no-restart || BAD=1
  title 'Certificate'
  "$AISHA_HOME/infra/scripts/certificates.sh" status || BAD=1
  title 'Backups'
  "$AISHA_HOME/infra/scripts/restore.sh" list | tail -3
}
# answers <access log>: "<how many> <path> <status>" of the last hour.
answers() {
  [[ -r $1 ]] || return 0
  tail -n 200000 "$1" | jq -rR --argjson since "$(($(date +%s) - 3600))" 'fromjson?
    | (.time | capture("^(?<t>.{19})(?<s>[+-])(?<h>..):(?<m>..)$")) as $at
    | select(($at.t + "Z" | fromdate) - (($at.s + "1" | tonumber) * (($at.h | tonumber) * 3600 + ($at.m | tonumber) * 60)) >= $since)
    | "\(.path) \(.status)"' | sort | uniq -c | sort -rn | head -40
}
logs() {
  title 'Errors of the last hour'
  local service container
  for service in $(services); do
    for container in $(containers "$service"); do
      log_of "$container" | grep -E '"level":"(error|warn)"|\[(error|crit|alert|emerg)\]' | tail -5 | cut -c1-300 | sed "s/^/$service | /" || true
    done
  done
  # nginx' own lines about requests are silenced (they would quote tokens): the access logs say what became of each.
  title 'Webhooks of the last hour by status'
  answers "$LOG_DIR/webhook_access.log"
  title 'Failed answers of the last hour (429 and 5xx)'
  { answers "$LOG_DIR/webhook_access.log"; answers "$LOG_DIR/nginx_access.log"; } | awk '$NF == 429 || $NF >= 500'
}
keys() {
  local name days
  title 'Keys'
  while read -r name days; do printf '%s is %s days old: time for a new one (docs/OPERATIONS.md, Keys)\n' "$name" "$days"; done < <(old_keys)
  [[ -n $(old_keys) ]] || printf 'none is older than %s days\n' "$(config KEY_DAYS 90)"
}
system() {
  title 'Server'
  uptime
  free -h
  df -h "$AISHA_HOME"
  if [[ -z $(config WITHOUT_DOCKER) ]]; then
    title 'Docker'
    docker system df
  fi
}
telegram() {
  title 'Telegram'
  local bot container root info
  for bot in $(services | grep '^bot-polling' || true); do
    container=$(containers "$bot" | head -1)
    printf '%s: lease %s, epoch %s, updates %s\n' "$bot" "$(holds_lease "$container" && echo active || echo standby)" \
      "$(probe "$container" metric aisha_lease_epoch 2>/dev/null || echo '?')" "$(probe "$container" metric aisha_telegram_updates_total 2>/dev/null || echo '?')"
  done
  root=$(telegram_root)
  for method in getMe getWebhookInfo; do
    info=$(curl -sS --max-time 10 -K - <<<"url = \"$root/bot$(config TELEGRAM_BOT_TOKEN)/$method\"" 2>&1) || true
    [[ $info == *'"ok":true'* ]] || BAD=1
    printf '%s: %s\n' "$method" "$(cut -c1-400 <<<"${info//$(config TELEGRAM_BOT_TOKEN)/<token>}")"
  done
}

case $VIEW in
  quick) quick ;;
  full) quick; health; keys; telegram; logs; system ;;
  *) "$VIEW" ;;
esac
exit "$BAD"
