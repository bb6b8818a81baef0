#!/usr/bin/env bash
# The same compose file as a Swarm stack: everything comes up, takes webhooks through nginx, and a second worker and
# a new version arrive without a failed webhook.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'As a Swarm stack'
ensure_cluster
# Leaving a swarm takes the names of running containers on this engine's other networks along: they pause.
dc --profile data stop >/dev/null 2>&1
left=''
if [[ $(docker info -f '{{.Swarm.LocalNodeState}}') != active ]]; then docker swarm init --advertise-addr 127.0.0.1 >/dev/null; left=1; fi
node=$(docker info -f '{{.Swarm.NodeID}}')
docker node update --label-add aisha.edge=true --label-add aisha.data=true "$node" >/dev/null
STACK=aisha-verify-stack SWARM=$WORK/swarm STACK_EDGE=https://$GATEWAY:7765
no_volumes() {
  docker ps -aq --filter "label=com.docker.stack.namespace=$STACK" | xargs -r docker rm -f >/dev/null 2>&1
  docker volume ls -q | grep "^${STACK}_" | xargs -r docker volume rm >/dev/null 2>&1 || true
  ! docker volume ls -q | grep -q "^${STACK}_"
}
end() {
  stop_background load
  docker stack rm "$STACK" >/dev/null 2>&1 || true
  eventually 60 bash -c "! docker ps -q --filter label=com.docker.stack.namespace=$STACK | grep -q ." || true
  eventually 30 bash -c "docker network rm aisha_verify_stack >/dev/null 2>&1" || true
  eventually 30 no_volumes || true
  stop_background telegram-stack
  if [[ -n $left ]]; then docker swarm leave --force >/dev/null 2>&1 || true; fi
  dc --profile data start >/dev/null 2>&1 || true
}
trap end EXIT
no_volumes
rm -rf "$SWARM" "$WORK/telegram-stack"
mkdir -p "$SWARM"/{certs,releases,acme,nginx} "$WORK"/{logs-stack/nginx,telegram-stack}
chown "$APP_ID:$APP_ID" "$WORK/logs-stack/nginx"
cp -a "$AISHA_HOME/certs/." "$SWARM/certs/"
cp -r "$ROOT/infra" "$ROOT/docker-compose.prod.yml" "$SWARM/"
cp -r "$ROOT/nginx/nginx.conf" "$ROOT/nginx/snippets" "$SWARM/nginx/"
running telegram-stack || background telegram-stack "${SOURCE[@]}" "$ROOT/packages/sandbox/src/telegram/main.ts" --host "$GATEWAY" --port 7711 --token "$TOKEN" --username aisha_verify_bot --data "$WORK/telegram-stack"
sed -e "s#^COMPOSE_PROJECT_NAME=.*#COMPOSE_PROJECT_NAME=$STACK#; s#^NETWORK=.*#NETWORK=aisha_verify_stack#; s#^SUBNET=.*#SUBNET=172.29.0.0/16#; s#^LOG_DIR=.*#LOG_DIR=$WORK/logs-stack#; s#^AISHA_HOME=.*#AISHA_HOME=$SWARM#" \
  -e "s#^HTTP_PORT=.*#HTTP_PORT=7764#; s#^HTTPS_PORT=.*#HTTPS_PORT=7765#; s#^HTTPS_ALT_PORT=.*#HTTPS_ALT_PORT=7766#; s#^TELEGRAM_API_ROOT=.*#TELEGRAM_API_ROOT=http://$GATEWAY:7711#; s#^FAL_WEBHOOK_URL=.*#FAL_WEBHOOK_URL=$STACK_EDGE/webhook/fal/status#; /^API_[12]_/d" \
  "$WORK/production.env" >"$SWARM/production.env"
# Without IPVS in the kernel a Swarm service has no virtual address: then names lead to the tasks themselves.
if [[ ! -e /proc/net/ip_vs ]] && ! modprobe ip_vs 2>/dev/null; then
  echo SWARM_ENDPOINT_MODE=dnsrr >>"$SWARM/production.env"
  echo '    (this kernel has no IPVS: endpoint mode dnsrr)'
fi
TAG=$(cat "$AISHA_HOME/releases/current")
release() { AISHA_HOME=$SWARM "$SWARM/infra/scripts/release-stack.sh" "$@"; }
replicas() { docker service ls --filter "label=com.docker.stack.namespace=$STACK" --format '{{.Name}} {{.Replicas}}' | awk '{split($2, r, "/"); if (r[1] != r[2]) bad = 1} END {exit bad || NR < 9}'; }
started=$SECONDS
release "$TAG" >"$WORK/log/stack.log" 2>&1 || { tail -20 "$WORK/log/stack.log"; die 'the stack was not deployed'; }
eventually 240 replicas || { docker stack ps "$STACK" --no-trunc --format "{{.Name}} {{.CurrentState}} {{.Error}}" | head -30; docker service logs --raw --tail 3 "${STACK}_nginx"; }
claim 'every service has its replicas' replicas
claim 'https /health answers 200' eventually 60 bash -c "[[ \$(curl -sk -o /dev/null -w '%{http_code}' $STACK_EDGE/health) == 200 ]]"
figure 'stack until it is healthy (s)' $((SECONDS - started))
ensure_voice
report=$(driver product.mjs "http://$GATEWAY:7711" "$FAL" "$WORK/voice.ogg") || die 'the way of a user does not end on the stack'
figure 'stack: avatar (s), webhooks of FAL acknowledged' "$(jq -r '"\(.seconds.avatar), \(.acknowledged)"' <<<"$report")"

EDGE=$STACK_EDGE TELEGRAM=http://$GATEWAY:7711 LOAD_WEBHOOKS=10 LOAD_PEOPLE=2 LOAD_VOICES=1 start_load
trap end EXIT
docker service scale --detach "${STACK}_worker=3" >/dev/null
claim 'two more workers by one command' eventually 90 bash -c "docker service ls --format '{{.Name}} {{.Replicas}}' | grep -q '${STACK}_worker 3/3'"
docker service update --detach --force "${STACK}_webhook-api-1" >/dev/null
claim 'a replica was replaced' eventually 120 bash -c "[[ \$(docker service inspect -f '{{.UpdateStatus.State}}' ${STACK}_webhook-api-1) == completed ]]"
report=$(load_report)
figure 'stack: webhooks sent, failed while a replica was replaced' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
claim 'no webhook failed' test "$(jq .webhooks.failed <<<"$report")" = 0
claim 'no update was lost' test "$(jq .chat.lost <<<"$report")" = 0
