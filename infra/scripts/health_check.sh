#!/usr/bin/env bash
# Looks at everything and restarts what is unhealthy; a timer runs it every 5 minutes.
#   health_check.sh [--no-restart]      exit 0 all well, 1 something was or is wrong
# A process that is alive but misses a dependency is not restarted: that would not bring the dependency back.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
RESTART=1
case ${1:-} in '') ;; --no-restart) RESTART='' ;; *) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
load_server_config
need curl
mkdir -p "$LOG_DIR"
exec > >(tee -a "$LOG_DIR/health_check.log") 2>&1
BAD=0
report() { printf '%s  %-5s %-18s %s\n' "$(date -Is)" "$1" "$2" "$3"; [[ $1 == ok ]] || BAD=1; }

# A release is replacing containers at this moment: what is down is meant to be.
if ! (flock -n 9) 9>>"$AISHA_HOME/releases/lock"; then say 'a release is running: nothing is checked'; exit 0; fi

mend() { # mend <container> <name> <why>
  if [[ -z $RESTART ]]; then report bad "$2" "$3"; return; fi
  report bad "$2" "$3: restarting"
  if restart "$1" && wait_healthy 90 "$1"; then report fixed "$2" 'healthy again'; else report bad "$2" 'still not healthy'; fi
}

for service in $(services); do
  [[ $service != migrate ]] || continue
  for container in $(containers "$service"); do
    name=$(name_of "$container")
    state=$(state_of "$container")
    case $state in
      healthy | running) report ok "$name" "$state" ;;
      starting) report ok "$name" 'starting' ;;
      unhealthy)
        if [[ $service =~ ^(webhook-api|bot-polling|worker) ]] && probe "$container" get /health/live >/dev/null 2>&1; then
          report bad "$name" "alive, not ready: $(probe "$container" get /health/ready 2>/dev/null | grep -o '"[a-z0-9]*":{"ok":false[^}]*}' | tr '\n' ' ')"
        else mend "$container" "$name" 'unhealthy'; fi ;;
      *) mend "$container" "$name" "$state" ;;
    esac
  done
done

# What the processes see of PostgreSQL, Redis and S3.
worker=$(containers worker | head -1)
if [[ -n $worker ]]; then
  answer=$(probe "$worker" get /health/ready 2>/dev/null || true)
  while read -r check ok; do
    [[ -n $check ]] || continue
    if [[ $ok == true ]]; then report ok "$check" 'answers the worker'; else report bad "$check" 'does not answer the worker'; fi
  done < <(grep -o '"[A-Za-z0-9]*":{"ok":[a-z]*' <<<"$answer" | sed 's/"\([^"]*\)":{"ok":\(.*\)/\1 \2/')
fi

# The token goes by standard input: a command line can be read by every user.
root=$(telegram_root)
if curl -sS --max-time 10 -K - <<<"url = \"$root/bot$(config TELEGRAM_BOT_TOKEN)/getMe\"" 2>/dev/null | grep -q '"ok":true'; then
  report ok Telegram "$root"
else report bad Telegram "getMe fails at $root"; fi
fal=$(config FAL_QUEUE_URL https://queue.fal.run)
if curl -s --max-time 10 -o /dev/null "$fal"; then report ok FAL "$fal"; else report bad FAL "$fal cannot be reached"; fi

code=$(curl -sk --max-time 10 -o /dev/null -w '%{http_code}' "https://127.0.0.1:$(config HTTPS_PORT 443)/health" || true)
if [[ $code == 200 ]]; then report ok edge 'https /health: 200'; else report bad edge "https /health: $code"; fi
if [[ -s $AISHA_HOME/certs/fullchain.pem ]]; then
  mkdir -p "$AISHA_HOME/metrics"
  printf 'aisha_certificate_expires_timestamp_seconds %s\n' "$(date -d "$(openssl x509 -in "$AISHA_HOME/certs/fullchain.pem" -noout -enddate | cut -d= -f2)" +%s)" >"$AISHA_HOME/metrics/certificate.prom"
fi
used=$(df --output=pcent "$AISHA_HOME" | tail -1 | tr -dc 0-9)
if ((used < 90)); then report ok disk "$used % used"; else report bad disk "$used % used"; fi
exit "$BAD"
