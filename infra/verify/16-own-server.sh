#!/usr/bin/env bash
# A rented server with an older install on it, and nothing else anywhere: setup-server.sh takes the older one over and
# brings the engine; the deployment brings the private registry, the databases and a Bot API server with it, through ssh.
# Then single services, the replicas' ports by the firewall, a registry by plain http, the timers.
# shellcheck disable=SC2016
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'A server of its own: older install, registry, Bot API server'
prepare_work
ensure_stand_ins
need sshd ssh
name=aisha-verify-own OWN_EDGE=https://$GATEWAY:7785 OWN_TELEGRAM=http://$GATEWAY:7714 tag=${VERIFY_TAG:-verify-1}
end() {
  [[ -z ${VERIFY_KEEP:-} ]] || return 0
  stop_background telegram-own
  docker rm -fv "$name" >/dev/null 2>&1 || true
  docker volume rm "$name" >/dev/null 2>&1 || true
}
trap end EXIT
docker rm -fv "$name" >/dev/null 2>&1 || true
docker volume rm "$name" >/dev/null 2>&1 || true
docker build -q -t "$name" -f "$VERIFY/bare.Dockerfile" "$VERIFY/../monitoring" >/dev/null
docker build -q -t aisha-verify-registry -f "$VERIFY/registry.Dockerfile" "$VERIFY/../monitoring" >/dev/null
docker build -q -t aisha-verify-bot-api -f "$VERIFY/bot-api.Dockerfile" "$VERIFY" >/dev/null
write_override
legacy=()
[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || legacy=(systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1)
# Its engine's images lie on a volume: one overlay does not lie on another.
docker run -d --name "$name" --privileged --cgroupns private --network "$NETWORK" -p "$GATEWAY:7785:443" --tmpfs /run --tmpfs /run/lock -v "$name:/var/lib/docker" "$name" /sbin/init "${legacy[@]}" >/dev/null
inside() { docker exec -i "$name" sh -c "$1"; }
eventually 30 quiet inside 'systemctl is-system-running | grep -qE "running|degraded"'
docker exec -i "$name" sh -c 'mkdir -p /root/.ssh /root/certificate && cat >/root/.ssh/authorized_keys && chmod 600 /root/.ssh/authorized_keys && ssh-keygen -qA && systemctl reset-failed ssh && systemctl restart ssh' <"$WORK/ssh/key.pub"
tar -C "$WORK/certificate" -c . | inside 'tar -x -C /root/certificate'
# A Python cluster where ours goes: a service of systemd that runs from it, its two .env, a certificate of its own.
tar -C "$WORK/certificate" -c . | inside 'mkdir -p /opt/aisha-backend/api_server/ssl && tar -x -C /opt/aisha-backend/api_server/ssl'
inside 'printf "export TELEGRAM_TOKEN=1:old\nPOSTGRES_HOST=db\n" >/opt/aisha-backend/.env
  printf "FAL_KEY=k\nTELEGRAM_TOKEN=2:other\nSSL_CERT_PATH=ssl/fullchain.pem\n" >/opt/aisha-backend/api_server/.env
  printf "[Service]\nWorkingDirectory=/opt/aisha-backend\nExecStart=/usr/bin/python3 -m http.server 8000\n[Install]\nWantedBy=multi-user.target\n" >/etc/systemd/system/aisha-python.service
  systemctl enable -q --now aisha-python'
address=$(docker inspect -f "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAddress}}" "$name")
printf '%s %s\n' "$address" "$(inside 'cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')" >"$WORK/ssh/known-own"

tar -C "$ROOT" -c infra/scripts infra/systemd | inside 'tar -x -C /tmp'
started=$SECONDS
inside '/tmp/infra/scripts/setup-server.sh' >"$WORK/log/own-setup.log" 2>&1 || { tail -20 "$WORK/log/own-setup.log"; die 'setup-server.sh failed'; }
figure 'own server: setup (s)' $((SECONDS - started))
claim 'the engine runs' quiet inside 'docker info && docker compose version'
claim 'the older install was stopped before it was packed' inside '! systemctl is-active -q aisha-python && ! systemctl is-enabled -q aisha-python && ls /var/backups/aisha/aisha-backend-*.tar.gz >/dev/null'
claim 'its two .env are the start of ours, the first one first' inside 'grep -qx TELEGRAM_TOKEN=1:old /opt/aisha-backend/production.env && grep -qx FAL_KEY=k /opt/aisha-backend/production.env && ! grep -qE "2:other|SSL_CERT" /opt/aisha-backend/production.env'
claim 'its certificate is ours' inside 'cmp -s /opt/aisha-backend/certs/fullchain.pem /root/certificate/fullchain.pem && [ "$(stat -c %u /opt/aisha-backend/certs/privkey.pem)" = 10001 ]'
for timer in health-check backup cleanup registry-cleanup certificates; do claim "timer $timer" quiet inside "systemctl is-active aisha-$timer.timer"; done

title 'Deploy to it, by its own registry'
images=(node:24-bookworm-slim "${NGINX_IMAGE:-nginx:stable}" postgres:17 redis:8 aisha-verify-s3 aisha-verify-registry aisha-verify-bot-api)
docker save "${images[@]}" | docker exec -i "$name" docker load >/dev/null
stop_background telegram-own
rm -rf "$WORK/telegram-own"; mkdir -p "$WORK/telegram-own"
background telegram-own "${SOURCE[@]}" "$ROOT/packages/sandbox/src/telegram/main.ts" --host "$GATEWAY" --port 7714 --token "$TOKEN" --username aisha_verify_bot --data "$WORK/telegram-own"
{ sed '/^  # The doctor asks/,$d' "$WORK/override.yml"; printf '  bot-api:\n    environment: { UPSTREAM: %s }\n' "$OWN_TELEGRAM"; } >"$WORK/own-override.yml"
docker cp -q "$WORK/own-override.yml" "$name:/root/override.yml"
write_own() { # write_own <line> …: its production.env, with these lines more
  cat >"$WORK/own.env" <<CONF
DOMAIN=localhost
DEPLOY_HOST=root@$address
DEPLOY_KEY=$WORK/ssh/key
DEPLOY_KNOWN_HOSTS=$WORK/ssh/known-own
REGISTRY=localhost:5055/own
REGISTRY_USER=ci
REGISTRY_PASSWORD=from-the-proof
REGISTRY_IMAGE=aisha-verify-registry
PROFILES=data,registry,bot-api
BOT_API_IMAGE=aisha-verify-bot-api
TELEGRAM_API_ID=1
TELEGRAM_API_HASH=hash
COMPOSE_OVERRIDE=/root/override.yml
POSTGRES_SHARED_BUFFERS=128MB
FRONTEND_DIR=/opt/aisha-frontend
$(grep -E '^(MINIO_(ROOT_)?(ACCESS|SECRET)|TELEGRAM_BOT|BOT_USER|FAL_API|FAL_QUEUE|FAL_REST|FAL_JWKS|OPENAI_|HEALTH_S)' "$WORK/production.env")
FAL_WEBHOOK_URL=$OWN_EDGE/webhook/fal/status
TELEGRAM_WEBHOOK_URL=$OWN_EDGE/webhook/telegram
$(printf '%s\n' "$@")
CONF
}
own_deploy() { "$ROOT/infra/scripts/deploy-via-registry.sh" --config "$WORK/own.env" --tag "$tag" "$@" >>"$WORK/log/own-deploy.log" 2>&1; }
scripts=/opt/aisha-backend/infra/scripts
write_own 'DEPLOY_FREE_GB=100000'
claim 'too little free disk is known before anything is built' bash -c "! '$ROOT/infra/scripts/deploy-via-registry.sh' --config '$WORK/own.env' --tag $tag 2>&1 | tee '$WORK/log/own-space.log' | grep -q building && grep -q 'of free disk' '$WORK/log/own-space.log'"
write_own
started=$SECONDS
own_deploy || { tail -30 "$WORK/log/own-deploy.log"; die 'the server could not be deployed to'; }
figure 'own server: build, push into its registry, deploy (s)' $((SECONDS - started))
states() { inside 'docker ps --format "{{.Names}} {{.Status}}"'; }
claim 'registry and Bot API server are healthy' test "$(states | grep -cE '^aisha-(registry|bot-api) .*\(healthy\)')" = 2
claim 'the registry wants its login' inside '[ "$(curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:5055/v2/)" = 401 ] && [ "$(curl -s -o /dev/null -w "%{http_code}" -u ci:from-the-proof http://127.0.0.1:5055/v2/_catalog)" = 200 ]'
claim 'neither is bound to the outside' inside '! ss -ltn | grep -E "(0.0.0.0|\[::\]|\*):(5055|8081|8001|8002|5432|6379)"'
claim 'the health check finds all well' inside "$scripts/health_check.sh --no-restart >/root/health.log 2>&1 || { grep bad /root/health.log; exit 1; }"
claim 'so does the monitor' inside "$scripts/monitor.sh telegram >/root/monitor.log 2>&1 || { cat /root/monitor.log; exit 1; }"
ensure_voice
report=$(driver product.mjs "$OWN_TELEGRAM" "$FAL" "$WORK/voice.ogg") || die 'the way of a user does not end'
figure 'own server: avatar (s), transcript (s)' "$(jq -r '"\(.seconds.avatar), \(.seconds.transcript)"' <<<"$report")"
claim 'files were read from the Bot API server'"'"'s disk' inside '[ "$(docker exec -u 101 aisha-bot-api find /var/lib/telegram-bot-api -name "file_*" | wc -l)" -gt 10 ]'
claim 'the doctor fetches one' inside "$scripts/aisha.sh doctor >/root/doctor.log 2>&1; grep -i -A1 'file' /root/doctor.log | head -4; ! grep -A1 '✗' /root/doctor.log | grep -iE 'telegram|file'"
claim 'old ones go by the clean-up' inside "docker exec -u 101 aisha-bot-api sh -c 'touch -d \"2 days ago\" \$(find /var/lib/telegram-bot-api -name \"file_*\")' && systemctl start aisha-cleanup && [ \"\$(docker exec -u 101 aisha-bot-api find /var/lib/telegram-bot-api -name 'file_*' | wc -l)\" = 0 ]"
claim 'logs have their names' inside 'for l in nginx_access webhook_access health_check; do test -s /var/log/aisha/$l.log || { echo $l; exit 1; }; done'
claim 'the backup writes its own' inside 'systemctl start aisha-backup || { journalctl -q -o cat -u aisha-backup -n 10; exit 1; }; test -s /var/log/aisha/backup.log'

title 'One service alone, there'
before=$(inside 'docker ps -q --no-trunc --filter name=aisha-worker; docker ps -q --no-trunc --filter name=aisha-redis')
claim 'aisha.sh restart bot-api, worker' quiet inside "$scripts/aisha.sh restart bot-api && $scripts/aisha.sh restart worker"
claim 'aisha.sh update worker: another container, called worker-1' inside "$scripts/aisha.sh update worker >/dev/null 2>&1 && docker ps --format '{{.Names}}' | grep -qx aisha-worker-1"
after=$(inside 'docker ps -q --no-trunc --filter name=aisha-worker; docker ps -q --no-trunc --filter name=aisha-redis')
claim 'the worker is new, Redis is not' test "$(head -1 <<<"$before")" != "$(head -1 <<<"$after")" -a "$(tail -1 <<<"$before")" = "$(tail -1 <<<"$after")"

title 'The replicas on 8001 and 8002, for one address'
reach() { [[ $(curl -s -o /dev/null -w '%{http_code}' --max-time 3 "http://$address:8001/health") == 200 ]]; }
claim 'closed by default' bash -c "! curl -s -o /dev/null --max-time 3 http://$address:8001/health"
write_own "API_ALLOW_FROM=$GATEWAY"
own_deploy --skip-build || { tail -20 "$WORK/log/own-deploy.log"; die 'the deployment failed'; }
claim 'open for the address that is named' eventually 20 reach
docker run -d --rm --name "$name-stranger" --network "$NETWORK" debian:trixie-slim sleep 60 >/dev/null
claim 'closed for another' bash -c "! docker exec '$name-stranger' timeout 4 bash -c '</dev/tcp/$address/8001' 2>/dev/null"
docker rm -f "$name-stranger" >/dev/null 2>&1
write_own
own_deploy --skip-build || { tail -20 "$WORK/log/own-deploy.log"; die 'the deployment failed'; }
claim 'closed again' bash -c "! curl -s -o /dev/null --max-time 3 http://$address:8001/health"

title 'Old versions leave the server'"'"'s registry, the space with them'
used() { inside 'docker exec aisha-registry du -sk /var/lib/registry | cut -f1'; }
printf 'FROM localhost:5055/own/aisha/worker:%s\nRUN head -c 40000000 /dev/urandom >/tmp/much\n' "$tag" | inside 'docker build -q -t localhost:5055/own/aisha/worker:outdated - >/dev/null 2>&1 && docker push -q localhost:5055/own/aisha/worker:outdated >/dev/null'
much=$(used)
inside "sed -i '/^REGISTRY_KEEP=/d' /opt/aisha-backend/production.env && echo REGISTRY_KEEP=0 >>/opt/aisha-backend/production.env"
claim 'the timer may run it' inside 'systemctl start aisha-registry-cleanup || { journalctl -q -o cat -u aisha-registry-cleanup -n 10; exit 1; }'
claim 'the registry is smaller by it' at_most "$(used)" $((much - 35000))
claim 'the version that runs stays' quiet inside "docker manifest inspect --insecure localhost:5055/own/aisha/worker:$tag"

title 'A registry by plain http'
inside "sed -i 's#^REGISTRY=.*#REGISTRY=http://$address:5055/own#; s#^PROFILES=.*#PROFILES=data,registry,bot-api#' /opt/aisha-backend/production.env && echo REGISTRY_BIND=0.0.0.0:5055 >>/opt/aisha-backend/production.env"
claim 'is refused in words until the engine may' inside "$scripts/release.sh $tag >/root/plain.log 2>&1; grep -q 'setup-server.sh --insecure-registry' /root/plain.log"
claim 'setup-server.sh lets it' quiet inside "$scripts/setup-server.sh --insecure-registry $address:5055"
claim 'then it is pulled from' inside "$scripts/release.sh $tag >/root/plain.log 2>&1 || { tail -5 /root/plain.log; exit 1; }"
claim 'and cleaned up' inside "$scripts/registry-cleanup.sh --keep 1 >/root/plain-cleanup.log 2>&1 || { tail -5 /root/plain-cleanup.log; exit 1; }"
