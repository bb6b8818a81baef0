#!/usr/bin/env bash
# The operators' commands on the server: aisha.sh doctor, aisha.sh jobs failed, aisha.sh telegram mode status, …
# Files that a command reads or writes (import-legacy) lie in $AISHA_HOME/work. Two are this script's own:
#   aisha.sh restart <service>          webhook-api, webhook-api-1, bot-polling, worker, nginx, redis, …; one after the other
#   aisha.sh update <service> [<tag>]   this one alone to a version; without it, to the present one as it is configured now
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
case ${1:-} in
  restart)
    # shellcheck source=infra/scripts/releases.sh
    . "$AISHA_HOME/infra/scripts/releases.sh"
    restart_service "${2:-}"
    exit ;;
  update)
    [[ -n ${2:-} ]] || die 'aisha.sh update <service> [<tag>]'
    exec "$AISHA_HOME/infra/scripts/release$([[ -z $(config WITHOUT_DOCKER) ]] || echo -host).sh" --only "$2" ${3:+"$3"} ;;
esac
install -d -m 770 "$AISHA_HOME/work"
if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$AISHA_HOME/work"; fi
operate "$@"
