#!/usr/bin/env bash
# The operators' commands on the server: aisha.sh doctor, aisha.sh jobs failed, aisha.sh telegram mode status, …
# Files that a command reads or writes (import-legacy) lie in $AISHA_HOME/work.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
install -d -m 770 "$AISHA_HOME/work"
if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$AISHA_HOME/work"; fi
operate "$@"
