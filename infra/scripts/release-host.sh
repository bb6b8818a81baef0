#!/usr/bin/env bash
# The way without Docker: puts a built application under systemd and renews its processes one by one.
#   release-host.sh <folder>    a folder with apps/, packages/ and node_modules/ as an image has them in /app
# Needs Node 24 in /usr/bin, nginx, and setup-server.sh --without-docker before. The folder may be made on another
# machine:  docker create --name x <registry>/aisha/worker:<tag>; docker cp x:/app folder   (for each of the three)
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FROM=${1:-}
[[ -d $FROM/apps ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
need systemctl curl nginx node
load_server_config
: "${CONFIG[API_SERVERS]:=}"
[[ ${CONFIG[API_SERVERS]} != 172.26.* ]] || CONFIG[API_SERVERS]='127.0.0.1:8001 127.0.0.1:8002'
render_config "$AISHA_HOME"
mkdir -p "$AISHA_HOME/nginx/upstream"
api_servers_conf "$(config API_SERVERS)" >"$AISHA_HOME/nginx/upstream/api-servers.conf"
"$AISHA_HOME/infra/scripts/certificates.sh" placeholder

rm -rf "$AISHA_HOME/app.new"
cp -a "$FROM" "$AISHA_HOME/app.new"
rm -rf "$AISHA_HOME/app.previous"
if [[ -d $AISHA_HOME/app ]]; then mv "$AISHA_HOME/app" "$AISHA_HOME/app.previous"; fi
mv "$AISHA_HOME/app.new" "$AISHA_HOME/app"

healthy() { # healthy <port>
  local i
  for ((i = 0; i < 180; i++)); do curl -fsS -o /dev/null --max-time 4 "http://127.0.0.1:$1/health" 2>/dev/null && return 0; sleep 0.5; done
  return 1
}
back() {
  warn "$1 is not healthy: back to the version before"
  [[ -d $AISHA_HOME/app.previous ]] || die 'there is none'
  rm -rf "$AISHA_HOME/app" && mv "$AISHA_HOME/app.previous" "$AISHA_HOME/app"
  systemctl restart "${DONE[@]}"
  die 'the new version was not healthy; the version before runs'
}
polls() { curl -fsS --max-time 4 "http://127.0.0.1:$1/metrics" 2>/dev/null | grep -q '^aisha_lease_held\({.*}\)\? 1'; }

systemctl restart aisha-migrate
if polls 8081; then bots=(2 1); else bots=(1 2); fi
DONE=()
renew() { DONE+=("$1"); say "$1"; systemctl restart "$1"; healthy "$2" || back "$1"; }
for bot in "${bots[@]}"; do renew "aisha-bot-polling@$bot" "808$bot"; done
for port in 8001 8002; do renew "aisha-webhook-api@$port" "$port"; sleep 2.5; done
renew aisha-worker@1 8091
systemctl enable -q aisha.target
if systemctl is-active -q aisha-nginx; then systemctl reload aisha-nginx; else systemctl start aisha-nginx; fi
systemctl start aisha.target
say 'done'
