#!/usr/bin/env bash
# Readies a bare Debian or Ubuntu server for Aisha. Run as root; may be run again at any time.
#   setup-server.sh [--force] [--no-firewall] [--without-docker] [--insecure-registry <host:port>]
# Checks CPU, memory and disk against 5,000+ users; installs Docker with Compose, certbot, the firewall (ssh, 80,
# 443, 8443), folders, systemd timers; stops, packs and takes over an older install in /opt/aisha_bot or /opt/aisha-backend.
#   --force            go on though the server is too small
#   --without-docker   the systemd way: Node processes and nginx as services of the host
#   --insecure-registry   the registry speaks plain http; REGISTRY_INSECURE=1 in production.env says the same
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=infra/scripts/lib.sh
. "$HERE/lib.sh"
# shellcheck source=infra/scripts/firewall.sh
. "$HERE/firewall.sh"
# shellcheck source=infra/scripts/take-over.sh
. "$HERE/take-over.sh"
FORCE='' FIREWALL=1 DOCKER=1 INSECURE=''
while (($#)); do
  case $1 in
    --force) FORCE=1 ;;
    --no-firewall) FIREWALL='' ;;
    --without-docker) DOCKER='' ;;
    --insecure-registry) INSECURE=${2:?--insecure-registry <host:port>}; shift ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
PREFIX=${PREFIX:-}
BACKEND=$PREFIX/opt/aisha-backend FRONTEND=$PREFIX/opt/aisha-frontend LOGS=$PREFIX/var/log/aisha BACKUPS=$PREFIX/var/backups/aisha

check_size() {
  local cpus memory disk small=''
  cpus=$(nproc) memory=$(awk '/^MemTotal/{print int($2 / 1024)}' /proc/meminfo) disk=$(df -m --output=avail "${PREFIX:-/}" | tail -1 | tr -d ' ')
  say "server: $cpus CPUs, $memory MB of memory, $disk MB of free disk"
  # Measured needs of the cluster with its databases, with room to grow: docs/OPERATIONS.md.
  ((cpus >= 2)) || { warn 'fewer than 2 CPUs'; small=1; }
  ((memory >= 3700)) || { warn 'less than 4 GB of memory'; small=1; }
  ((disk >= 50000)) || { warn 'less than 50 GB of free disk'; small=1; }
  [[ -z $small || -n $FORCE ]] || die 'too small for 5,000 users; --force goes on all the same'
}

packages() {
  export DEBIAN_FRONTEND=noninteractive
  local wanted=(ca-certificates curl openssl jq tar apache2-utils e2fsprogs) missing=() p
  [[ -z $FIREWALL ]] || wanted+=(ufw)
  wanted+=(certbot)
  for p in "${wanted[@]}"; do dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p"); done
  if ((${#missing[@]})); then
    say "installing ${missing[*]}"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

# The engine takes a changed list by a reload; no container notices.
plain_registry() {
  [[ -n $INSECURE ]] || return 0
  insecure_registry "$PREFIX/etc/docker/daemon.json" "${INSECURE#http://}" || return 0
  if [[ -d /run/systemd/system && -z $PREFIX ]]; then systemctl reload docker; fi
  say "the engine may reach $INSECURE by plain http"
}

# No container gains rights that it did not start with: the compose file says so of each, Swarm can say it for the engine only.
harden_engine() {
  local file=$PREFIX/etc/docker/daemon.json new
  new=$({ [[ ! -s $file ]] || cat "$file"; } | jq -s '(.[0] // {}) | ."no-new-privileges" = true') || die "$file is no JSON"
  [[ ! -s $file || $(jq -S . "$file") != "$(jq -S . <<<"$new")" ]] || return 0
  install -d "$(dirname "$file")"
  printf '%s\n' "$new" >"$file"
  if [[ $(jq -r '."live-restore" // false' <<<"$new") == true && -d /run/systemd/system && -z $PREFIX ]]; then systemctl restart docker
  else warn 'the engine gives containers no new privileges from its next restart on (no-new-privileges in daemon.json)'; fi
}

docker_engine() {
  if docker compose version >/dev/null 2>&1; then say "Docker is here: $(docker --version)"; harden_engine; return; fi
  local distribution codename
  # shellcheck disable=SC1091
  distribution=$(. /etc/os-release && echo "$ID") codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  install -d -m 755 /etc/apt/keyrings
  if curl -fsSL --max-time 20 "https://download.docker.com/linux/$distribution/gpg" -o /etc/apt/keyrings/docker.asc 2>/dev/null; then
    say "installing Docker from download.docker.com"
    printf 'deb [arch=%s signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/%s %s stable\n' \
      "$(dpkg --print-architecture)" "$distribution" "$codename" >/etc/apt/sources.list.d/docker.list
    apt-get update -qq
    apt-get install -y -qq docker-ce docker-ce-cli containerd.io docker-compose-plugin >/dev/null
  else
    rm -f /etc/apt/keyrings/docker.asc
    say "installing the distribution's Docker: download.docker.com cannot be reached"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends docker.io docker-cli "$(apt-cache show docker-compose-v2 >/dev/null 2>&1 && echo docker-compose-v2 || echo docker-compose)" >/dev/null 2>&1 ||
      apt-get install -y -qq --no-install-recommends docker.io "$(apt-cache show docker-compose-v2 >/dev/null 2>&1 && echo docker-compose-v2 || echo docker-compose)" >/dev/null
  fi
  docker compose version >/dev/null 2>&1 || die 'Docker Compose v2 could not be installed; see https://docs.docker.com/engine/install'
  if [[ ! -s /etc/docker/daemon.json ]]; then
    install -d /etc/docker
    # live-restore: an update of the engine restarts no container.
    printf '{ "live-restore": true, "no-new-privileges": true, "log-driver": "json-file", "log-opts": { "max-size": "20m", "max-file": "5" } }\n' >/etc/docker/daemon.json
  fi
  if [[ -d /run/systemd/system ]]; then systemctl enable --now docker >/dev/null; systemctl restart docker; fi
}

firewall() {
  local port ports
  # Where sshd listens, by its whole configuration, and where this very session came in: nobody is locked out.
  mapfile -t ports < <({ sshd -T 2>/dev/null | awk '$1 == "port" {print $2}'; awk '{print $4}' <<<"${SSH_CONNECTION:-}"; } | grep . | sort -u)
  ((${#ports[@]})) || ports=(22)
  ports+=(80 443 8443)
  if ! iptables -nL >/dev/null 2>&1; then warn 'the firewall was left alone: there is no right to change its rules here'; return; fi
  ufw --force default deny incoming >/dev/null
  ufw --force default allow outgoing >/dev/null
  for port in "${ports[@]}"; do ufw allow "$port/tcp" >/dev/null; done
  ufw --force enable >/dev/null
  say "firewall: ${ports[*]}"
}

# What the processes need where no image brings it.
host_programs() {
  local p missing=() version
  for p in nginx ffmpeg; do command -v "$p" >/dev/null || missing+=("$p"); done
  if ((${#missing[@]})); then
    say "installing ${missing[*]}"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    # Ours is aisha-nginx; the distribution's own would hold port 80.
    if [[ -d /run/systemd/system && " ${missing[*]} " == *' nginx '* ]]; then systemctl disable -q --now nginx; fi
  fi
  version=$(nginx -v 2>&1 | sed 's#.*/\([0-9.]*\).*#\1#')
  [[ $(printf '%s\n' 1.25.1 "$version" | sort -V | head -1) == 1.25.1 ]] || warn "nginx is $version: 1.25.1 or later is needed (Debian 13 has it; else nginx.org's repository)"
  version=$(/usr/bin/node --version 2>/dev/null || echo absent)
  command -v pg_dump >/dev/null || warn 'pg_dump is absent: backups need postgresql-client, and postgresql for their trial'
  [[ ${version#v} =~ ^(2[4-9]|[3-9][0-9])\. ]] || warn "/usr/bin/node is $version: Node 24 or later is needed there (nodesource.com, or nodejs.org's archive)"
}

folders() {
  getent group aisha >/dev/null || groupadd --gid "$APP_ID" aisha
  getent passwd aisha >/dev/null || useradd --uid "$APP_ID" --gid aisha --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin aisha
  install -d -m 755 "$BACKEND" "$FRONTEND" "$LOGS"
  install -d -m 755 -o "$APP_ID" -g "$APP_ID" "$LOGS/nginx"
  install -d -m 711 "$BACKUPS"
  log_files "$LOGS"
  install -d -m 755 "$BACKEND"/{certs,acme,releases}
  if [[ ! -e $FRONTEND/index.html ]]; then printf '<!doctype html><meta charset="utf-8"><title>Aisha</title>\n' >"$FRONTEND/index.html"; fi
  say "folders: $BACKEND, $FRONTEND, $LOGS, $BACKUPS"
}

units() {
  local from=$HERE/../systemd to=$PREFIX/etc/systemd/system unit
  install -d "$to"
  local sets=(common)
  if [[ -z $DOCKER ]]; then sets+=(host); fi
  for unit in "${sets[@]}"; do install -m 644 "$from/$unit"/* "$to/"; done
  # The scripts themselves come with the first deployment; until then the timers find nothing to do.
  if [[ ! -e $BACKEND/infra/scripts/lib.sh ]]; then install -d "$BACKEND/infra"; cp -r "$HERE" "$BACKEND/infra/"; fi
  if [[ -d /run/systemd/system && -z $PREFIX ]]; then
    systemctl daemon-reload
    systemctl enable --now aisha-health-check.timer aisha-backup.timer aisha-cleanup.timer aisha-registry-cleanup.timer aisha-certificates.timer >/dev/null 2>&1
    say 'timers: health check, backup, clean-up of logs and of the registry, certificates'
  else warn 'systemd does not run here: the timers are installed, not started'; fi
}

[[ $EUID -eq 0 ]] || die 'run this as root'
check_size
packages
# Before the folders of ours: the older system may be where they go.
for older in "$BACKEND" "$PREFIX/opt/aisha_bot"; do take_over "$older"; done
if [[ -e $BACKEND/production.env ]]; then
  read_config "$BACKEND/production.env"
  complete_config
  if [[ -z $INSECURE && -n $(config REGISTRY_INSECURE) ]]; then INSECURE=$(registry_host); fi
fi
if [[ -n $DOCKER ]]; then docker_engine; plain_registry; else host_programs; fi
folders
BACKUP_KEY_MADE=$PREFIX/etc/aisha/backup.key
ensure_backup_key
units
if [[ -n $FIREWALL ]]; then firewall; firewall_replicas; fi
say 'the server is ready: deploy with infra/scripts/deploy-via-registry.sh'
