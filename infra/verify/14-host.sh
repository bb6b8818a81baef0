#!/usr/bin/env bash
# A server without Docker: the same two commands put the processes under systemd. The way of a user, an update under
# load, a broken version, killed processes, backup and restore there.
# shellcheck disable=SC2016
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'A server without Docker'
ensure_cluster
need sshd
name=aisha-verify-host s3=aisha-verify-host-s3 HOST_EDGE=https://$GATEWAY:7775 HOST_TELEGRAM=http://$GATEWAY:7712
tag=$(cat "$AISHA_HOME/releases/current")
end() {
  [[ -z ${VERIFY_KEEP:-} ]] || return 0
  stop_background load
  stop_background telegram-host
  docker rm -f "$name" "$s3" >/dev/null 2>&1 || true
  dc --profile data start >/dev/null 2>&1 || true
}
trap end EXIT
docker rm -f "$name" "$s3" >/dev/null 2>&1 || true
dc --profile data stop >/dev/null 2>&1
docker build -q -t "$name" -f "$VERIFY/host.Dockerfile" "$VERIFY/../monitoring" >/dev/null
# systemd as the first process; on a machine with the older cgroups it has to be told that it may.
legacy=()
[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || legacy=(systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1)
docker run -d --name "$name" --privileged --network "$NETWORK" -p "$GATEWAY:7775:443" --tmpfs /run --tmpfs /run/lock "$name" /sbin/init "${legacy[@]}" >/dev/null
docker run -d --name "$s3" --network "$NETWORK" aisha-verify-s3 sh -c 'mkdir -p /data/buckets && exec node s3-server.ts /data/buckets 0.0.0.0 9000' >/dev/null
inside() { docker exec -i "$name" sh -c "$1"; }
eventually 30 quiet inside 'systemctl is-active postgresql redis-server'
docker exec -i "$name" sh -c 'mkdir -p /root/.ssh /root/certificate && cat >/root/.ssh/authorized_keys && chmod 600 /root/.ssh/authorized_keys && ssh-keygen -qA && systemctl reset-failed ssh && systemctl restart ssh' <"$WORK/ssh/key.pub"
tar -C "$WORK/certificate" -c . | inside 'tar -x -C /root/certificate'
inside "su postgres -c \"psql -Xq -c \\\"create role aisha_admin createrole login password 'verify'\\\" -c 'create database aisha owner aisha_admin'\""
address=$(docker inspect -f "{{(index .NetworkSettings.Networks \"$NETWORK\").IPAddress}}" "$name")
printf '%s %s\n' "$address" "$(inside 'cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')" >"$WORK/ssh/known-host"
stop_background telegram-host
rm -rf "$WORK/telegram-host"; mkdir -p "$WORK/telegram-host"
background telegram-host "${SOURCE[@]}" "$ROOT/packages/sandbox/src/telegram/main.ts" --host "$GATEWAY" --port 7712 --token "$TOKEN" --username aisha_verify_bot --data "$WORK/telegram-host"
cat >"$WORK/host.env" <<CONF
WITHOUT_DOCKER=1
DOMAIN=localhost
SSL_CERT_PATH=/root/certificate/fullchain.pem
SSL_KEY_PATH=/root/certificate/privkey.pem
NODE_EXTRA_CA_CERTS=/opt/aisha-backend/certs/fullchain.pem
DEPLOY_HOST=root@$address
DEPLOY_KEY=$WORK/ssh/key
DEPLOY_KNOWN_HOSTS=$WORK/ssh/known-host
REGISTRY=$VERIFY_REGISTRY/verify
REGISTRY_USER=${VERIFY_REGISTRY_USER:-}
REGISTRY_PASSWORD=${VERIFY_REGISTRY_PASSWORD:-}
DATABASE_URL=postgresql://aisha_app:verify-app@127.0.0.1:5432/aisha
MIGRATION_DATABASE_URL=postgresql://aisha_owner:verify-owner@127.0.0.1:5432/aisha
BACKUP_DATABASE_URL=postgresql://aisha_backup:verify-backup@127.0.0.1:5432/aisha
DATABASE_ADMIN_URL=postgresql://aisha_admin:verify@127.0.0.1:5432/aisha
REDIS_URL=redis://127.0.0.1:6379
MINIO_ENDPOINT=http://$s3:9000
$(grep -E '^(MINIO_ACCESS|MINIO_SECRET|TELEGRAM_BOT|BOT_USER|FAL_API|FAL_QUEUE|FAL_REST|FAL_JWKS|OPENAI_)' "$WORK/production.env")
TELEGRAM_API_ROOT=$HOST_TELEGRAM
FAL_WEBHOOK_URL=$HOST_EDGE/webhook/fal/status
TELEGRAM_WEBHOOK_URL=$HOST_EDGE/webhook/telegram
HTTPS_PORT=443
CONF
tar -C "$ROOT" -c infra/scripts infra/systemd | inside 'tar -x -C /root'
started=$SECONDS
claim 'setup-server.sh --without-docker' docker exec "$name" bash -c '/root/infra/scripts/setup-server.sh --without-docker --no-firewall >/root/setup.log 2>&1 || { tail -5 /root/setup.log; exit 1; }'
figure 'host: setup (s)' $((SECONDS - started))
host_deploy() { "$ROOT/infra/scripts/deploy-via-registry.sh" --config "$WORK/host.env" --skip-build "$@" >>"$WORK/log/host-deploy.log" 2>&1; }
# The public address is this machine's; the server's own is another one here.
scripts=/opt/aisha-backend/infra/scripts
started=$SECONDS
host_deploy --tag "$tag" || { tail -30 "$WORK/log/host-deploy.log"; die 'the host could not be deployed to'; }
figure 'host: deploy of built images (s)' $((SECONDS - started))
claim 'every unit is active' inside 'for u in bot-polling@1 bot-polling@2 webhook-api@8001 webhook-api@8002 worker@1 nginx; do systemctl is-active -q aisha-$u || exit 1; done'
claim 'they come back with the machine' inside 'for u in bot-polling@1 worker@1; do test -e "/etc/systemd/system/aisha.target.wants/aisha-$u.service" || exit 1; done; systemctl is-enabled -q aisha.target'
claim 'not root, and /opt cannot be written' inside '[ "$(ps -o user= -p "$(systemctl show -p MainPID --value aisha-worker@1)")" = aisha ] && ! nsenter -t "$(systemctl show -p MainPID --value aisha-worker@1)" -m -S 10001 -G 10001 touch /opt/aisha-backend/app/x 2>/dev/null'
figure 'host: exposure of worker, API, nginx (of 10)' "$(inside 'for u in worker@1 webhook-api@8001 nginx; do systemd-analyze security --no-pager aisha-$u 2>/dev/null | sed -n "s/.*Overall exposure level.*: \([0-9.]*\).*/\1/p"; done' | paste -sd' ')"
ensure_voice
report=$(driver product.mjs "$HOST_TELEGRAM" "$FAL" "$WORK/voice.ogg") || die 'the way of a user does not end on the host'
person=$(jq -r .person <<<"$report")
figure 'host: avatar (s), webhooks of FAL acknowledged' "$(jq -r '"\(.seconds.avatar), \(.acknowledged)"' <<<"$report")"

EDGE=$HOST_EDGE TELEGRAM=$HOST_TELEGRAM LOAD_WEBHOOKS=50 LOAD_PEOPLE=6 LOAD_VOICES=2 start_load
trap end EXIT
next=$([[ $tag == verify-1 ]] && echo verify-2 || echo verify-1)
started=$SECONDS
host_deploy --tag "$next" || { tail -30 "$WORK/log/host-deploy.log"; die 'the update failed'; }
figure 'host: update (s)' $((SECONDS - started))
inside "cp -a /opt/aisha-backend/apps/$next /opt/aisha-backend/apps/broken && echo 'process.exit(1)' >/opt/aisha-backend/apps/broken/apps/webhook-api/dist/main.js"
started=$SECONDS
claim 'a broken version is refused' bash -c "! docker exec $name $scripts/release-host.sh broken >'$WORK/log/host-broken.log' 2>&1"
figure 'host: broken version noticed and rolled back (s)' $((SECONDS - started))
claim 'the version before runs' inside "[ \"\$(cat /opt/aisha-backend/releases/current)\" = $next ] && [ \"\$(readlink /opt/aisha-backend/app)\" = apps/$next ] && systemctl is-active -q aisha-webhook-api@8001"
claim 'back to the first version by --rollback' quiet host_deploy --rollback
claim 'it runs' inside "[ \"\$(cat /opt/aisha-backend/releases/current)\" = $tag ]"
report=$(load_report)
figure 'host: webhooks sent, failed' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
figure 'host: updates sent, answered, later than 2 s' "$(jq -r '.chat | "\(.sent), \(.answered), \(.late)"' <<<"$report")"
claim 'no webhook failed' test "$(jq .webhooks.failed <<<"$report")" = 0
claim 'no update was lost or late' test "$(jq '.chat.lost + .chat.late' <<<"$report")" = 0
claim 'no recording was lost' test "$(jq '.voices.lost' <<<"$report")" = 0

for unit in bot-polling@1 webhook-api@8001 worker@1 nginx; do
  inside "systemctl kill -s KILL aisha-$unit"
  claim "$unit killed: back by itself" eventually 30 inside "systemctl is-active -q aisha-$unit"
done
claim 'health_check.sh' eventually 30 quiet inside "$scripts/health_check.sh --no-restart"
claim 'the timer may run it' inside 'systemctl start aisha-health-check && systemctl is-active -q aisha-health-check.timer'
claim 'monitor.sh' quiet inside "$scripts/monitor.sh"
claim 'aisha.sh doctor' inside "$scripts/aisha.sh doctor >/root/doctor.log 2>&1 || { grep -A1 '✗' /root/doctor.log; exit 1; }"
claim 'a certificate is taken in by a reload' quiet inside "$scripts/certificates.sh install /root/certificate"
rows() { inside "su postgres -c \"psql -XAtqc 'select (select count(*) from users), (select count(*) from orders), (select count(*) from images)' aisha\""; }
before=$(rows)
claim 'the timer makes a backup, tried by a restore' inside 'systemctl start aisha-backup || { journalctl -q -o cat -u aisha-backup -n 10; exit 1; }; grep -q "trial restore: .* rows" /var/log/aisha/backup.log'
inside 'systemctl stop "aisha-*@*" && su postgres -c "psql -Xq -c \"drop database aisha with (force)\" -c \"create database aisha owner aisha_admin\""'
docker exec "$s3" sh -c 'rm -rf /data/buckets/*'
started=$SECONDS
claim 'restore.sh latest' inside "$scripts/restore.sh latest --yes >/root/restore.log 2>&1 || { tail -5 /root/restore.log; exit 1; }"
figure 'host: restore (s)' $((SECONDS - started))
claim 'the rows are the same' test "$(rows)" = "$before"
claim 'the user goes on: the gallery has the picture' driver gallery.mjs "$HOST_TELEGRAM" "$person"
