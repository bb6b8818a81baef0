#!/usr/bin/env bash
# setup-server.sh on a bare Debian without Docker, twice; an older install is taken over after a backup of it.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'A bare server'
name=aisha-verify-bare
docker rm -f "$name" >/dev/null 2>&1 || true
docker run -d --name "$name" --cap-add NET_ADMIN "${VERIFY_BARE_IMAGE:-debian:trixie-slim}" sleep infinity >/dev/null
trap 'docker rm -f "$name" >/dev/null 2>&1' EXIT
# What README.md sends by ssh.
tar -C "$ROOT" -c infra/scripts infra/systemd | docker exec -i "$name" tar -x -C /tmp
docker exec "$name" sh -c 'mkdir -p /opt/aisha-backend/api_server/ssl && printf "TELEGRAM_TOKEN=1:old\n" >/opt/aisha-backend/.env && printf "FAL_KEY=k\n" >/opt/aisha-backend/api_server/.env && mkdir -p /opt/aisha_bot/data && printf "TELEGRAM_TOKEN=1:old\nPOSTGRES_HOST=db\n" >/opt/aisha_bot/.env && echo photo >/opt/aisha_bot/data/1.jpg'
claim 'too small a server is refused' bash -c "! docker exec $name bash -c 'nproc() { echo 1; }; export -f nproc; /tmp/infra/scripts/setup-server.sh' >/dev/null 2>&1"
started=$SECONDS
docker exec "$name" /tmp/infra/scripts/setup-server.sh >"$WORK/log/setup-1.log" 2>&1 || { tail -20 "$WORK/log/setup-1.log"; die 'setup-server.sh failed'; }
figure 'setup of a bare server (s)' $((SECONDS - started))
inside() { docker exec "$name" sh -c "$1"; }
claim 'Docker and Compose v2 are there' quiet inside 'docker --version && docker compose version'
claim 'folders, user and timers are there' quiet inside 'test -d /opt/aisha-backend/certs && test -d /opt/aisha-frontend && test -d /var/log/aisha/nginx && id aisha && test -e /etc/systemd/system/aisha-backup.timer && test -x /opt/aisha-backend/infra/scripts/backup.sh'
# shellcheck disable=SC2016
claim 'the firewall lets in ssh, 80, 443, 8443 and nothing else' inside 'for p in 22 80 443 8443; do grep -q "dport $p -j ACCEPT" /etc/ufw/user.rules || exit 1; done; [ "$(grep -c "^-A.*-p tcp --dport .* -j ACCEPT" /etc/ufw/user.rules)" = 4 ] && grep -q "DEFAULT_INPUT_POLICY=\"DROP\"" /etc/default/ufw'
claim 'the older install is packed and out of the way' quiet inside 'tar -tzf /var/backups/aisha/aisha_bot-*.tar.gz | grep -q data/1.jpg && [ ! -e /opt/aisha_bot ] && ls -d /opt/aisha_bot.replaced-*'
claim 'so is the Python cluster that was where ours is now' quiet inside 'tar -tzf /var/backups/aisha/aisha-backend-*.tar.gz | grep -q api_server/.env && ls -d /opt/aisha-backend.replaced-*'
# shellcheck disable=SC2016
claim 'its configuration is the start of ours' inside 'grep -q TELEGRAM_TOKEN=1:old /opt/aisha-backend/production.env && grep -q FAL_KEY=k /opt/aisha-backend/production.env && [ "$(stat -c %a /opt/aisha-backend/production.env)" = 600 ]'
inside 'find /opt /etc/systemd /etc/ufw -type f -exec sha256sum {} + | sort -k2' >"$WORK/setup-before.txt"
started=$SECONDS
docker exec "$name" /tmp/infra/scripts/setup-server.sh >"$WORK/log/setup-2.log" 2>&1 || die 'the second run failed'
figure 'the second time (s)' $((SECONDS - started))
inside 'find /opt /etc/systemd /etc/ufw -type f -exec sha256sum {} + | sort -k2' >"$WORK/setup-after.txt"
claim 'the second run changes nothing' diff "$WORK/setup-before.txt" "$WORK/setup-after.txt"
