#!/usr/bin/env bash
# Builds the images of this commit, pushes them to the private registry and rolls the server to them.
#   deploy-via-registry.sh [flags]
#     --skip-test       do not ask Telegram whether the token is right
#     --skip-build      deploy a tag that is in the registry already
#     --force-rebuild   build without any cache, on the newest base images
#     --rollback        go back to the version before the present one; builds nothing
#     --tag <tag>       instead of the commit's first 12 digits
#     --config <file>   instead of infra/production.env
#     --build-only      build and push, deploy nothing; needs REGISTRY and its login alone
#     --no-push         only build; needs no login. --push-only: what was built so, to be scanned in between
#     --dry-run         print every step and change nothing
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit "${1:-0}"; }
BUILD=1 PUSH=1 SKIP_TEST='' SKIP_BUILD='' FORCE_REBUILD='' ROLLBACK='' BUILD_ONLY='' DRY_RUN='' TAG='' FILE=$ROOT/infra/production.env
while (($#)); do
  case $1 in
    --skip-test) SKIP_TEST=1 ;;
    --skip-build) SKIP_BUILD=1 ;;
    --force-rebuild) FORCE_REBUILD=1 ;;
    --rollback) ROLLBACK=1 SKIP_BUILD=1 ;;
    --build-only) BUILD_ONLY=1 ;;
    --no-push) BUILD_ONLY=1 PUSH='' ;;
    --push-only) BUILD_ONLY=1 BUILD='' ;;
    --dry-run) DRY_RUN=1 ;;
    --tag) TAG=${2:?--tag needs a tag}; shift ;;
    --config) FILE=${2:?--config needs a file}; shift ;;
    -h | --help) usage ;;
    *) printf 'unknown flag: %s\n' "$1" >&2; usage 2 >&2 ;;
  esac
  shift
done

IMAGES=(webhook-api bot-polling worker)
export DRY_RUN
read_config "$FILE"
complete_config
require REGISTRY
# Whoever only builds needs no keys of the product.
[[ -n $BUILD_ONLY ]] || require TELEGRAM_BOT_TOKEN DEPLOY_HOST
REMOTE_HOME=$(config AISHA_HOME /opt/aisha-backend)
if [[ -z $TAG && -z $ROLLBACK ]]; then
  need git
  TAG=$(git -C "$ROOT" rev-parse --short=12 HEAD)
  # A tag names one content for ever.
  [[ -z $(git -C "$ROOT" status --porcelain -- apps packages infra/docker pnpm-lock.yaml) ]] ||
    die 'the tree has changes that are in no commit; commit them, or name the build with --tag'
fi

# server <flag of ssh> … and remote <command>.
server() {
  local options=(-o BatchMode=yes -o ConnectTimeout=10 -p "$(config DEPLOY_PORT 22)")
  if [[ -n $(config DEPLOY_KEY) ]]; then options+=(-i "$(config DEPLOY_KEY)" -o IdentitiesOnly=yes); fi
  if [[ -n $(config DEPLOY_KNOWN_HOSTS) ]]; then options+=(-o "UserKnownHostsFile=$(config DEPLOY_KNOWN_HOSTS)"); fi
  # shellcheck disable=SC2029
  ssh "${options[@]}" "$@"
}
remote() { server "$(config DEPLOY_HOST)" "$@"; }
# Root, or a user whom sudo asks no password.
as_root() { remote "if [ \"\$(id -u)\" = 0 ]; then $1; else sudo -n sh -c '$1'; fi"; }

check_token() {
  # The cloud is not asked: it would take the bot back from the server's own Bot API server.
  if telegram_is_inside; then say 'the token is not asked about from here: the cluster has its own Bot API server'; return; fi
  say 'asking Telegram whether the token is right'
  local root answer
  root=$(telegram_root)
  # The address holds the token: it is given on the standard input, not on the command line.
  answer=$(curl -sS --max-time 15 -K - <<<"url = \"$root/bot$(config TELEGRAM_BOT_TOKEN)/getMe\"") || die "Telegram ($root) cannot be reached"
  [[ $answer == *'"ok":true'* ]] || die "Telegram refuses the token: $(grep -o '"description":"[^"]*"' <<<"$answer" || echo 'no reason given')"
  say "the bot is @$(sed -n 's/.*"username":"\([^"]*\)".*/\1/p' <<<"$answer")"
}

# The registry on the server itself (profile "registry") listens on its loopback: it is started there, and reached by the
# same name from here, through ssh.
open_registry() {
  local port; port=$(registry_port)
  if [[ -n $DRY_RUN ]]; then say "would start the server's registry and open port $port to it through ssh"; return; fi
  sync_server
  as_root "AISHA_HOME=$REMOTE_HOME $REMOTE_HOME/infra/scripts/release.sh --registry"
  TUNNEL=$(mktemp -d)
  trap 'server -S "$TUNNEL/ssh" -O exit "$(config DEPLOY_HOST)" >/dev/null 2>&1; rm -rf "$TUNNEL"' EXIT
  server -f -N -M -S "$TUNNEL/ssh" -o ExitOnForwardFailure=yes -L "127.0.0.1:$port:127.0.0.1:$port" "$(config DEPLOY_HOST)" ||
    die "port $port of this machine is taken: name another one in REGISTRY (localhost:<port>)"
}

# Before anything is built or changed: the registry, and the server's disk.
ask_registry() {
  need curl
  [[ -n $SKIP_BUILD && -z $(config WITHOUT_DOCKER) ]] || { need docker jq; engine_takes_registry; } || die "the engine here may not reach $(registry_host) by plain http: add it to insecure-registries in /etc/docker/daemon.json"
  registry_check
}
ask_space() {
  local wanted free
  wanted=$(config DEPLOY_FREE_GB 5)
  free=$(as_root "df -Pk $REMOTE_HOME /var/lib/docker 2>/dev/null || df -Pk /" | awk '$4 ~ /^[0-9]+$/ {gb = int($4 / 1048576); if (least == "" || gb < least) least = gb} END {print least}')
  [[ -n $free ]] || die 'the free space of the server cannot be read'
  ((free >= wanted)) || die "the server has $free GB of free disk, $wanted are wanted (DEPLOY_FREE_GB); on the server: registry-cleanup.sh --server-only, cleanup-logs.sh, docker system df"
  say "server: $free GB of free disk"
}

# What goes along with an image: how it was made (SLSA provenance) and what is in it (an SBOM in SPDX). The engine can keep
# them with its containerd image store alone; BUILD_ATTESTATIONS=provenance where the generator of SBOMs cannot be pulled, off
# for neither.
attestations() {
  local wanted
  wanted=$(config BUILD_ATTESTATIONS all)
  if [[ $wanted == off ]]; then echo --provenance=false; return; fi
  if ! docker info -f '{{json .DriverStatus}}' 2>/dev/null | grep -q io.containerd.snapshotter; then
    warn 'the engine here keeps no attestations: the images go without provenance and SBOM (features: {"containerd-snapshotter": true} in /etc/docker/daemon.json)'
    echo --provenance=false
    return
  fi
  echo --provenance=mode=max
  [[ $wanted == provenance ]] || echo --sbom=true
}

build_images() {
  local image flags=() extra=()
  [[ -n $DRY_RUN ]] || mapfile -t flags < <(attestations)
  [[ -z $FORCE_REBUILD ]] || extra=(--no-cache --pull)
  "$ROOT/infra/scripts/images.sh" check || warn 'what these images stand on may be another thing the next time'
  for image in "${IMAGES[@]}"; do
    say "building $image:$TAG"
    step docker build -q "${flags[@]}" "${extra[@]}" -f "$ROOT/infra/docker/Dockerfile" --target "$image" -t "$(config REGISTRY)/aisha/$image:$TAG" \
      --build-arg "COMMIT=$TAG" --build-arg "VERSION=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$ROOT/package.json")" "$ROOT" >&2
    # --no-cache rebuilds what the images share each time; once is enough.
    extra=()
  done
}

push_images() {
  local image
  registry_login
  for image in "${IMAGES[@]}"; do
    say "pushing $image:$TAG"
    step docker push -q "$(config REGISTRY)/aisha/$image:$TAG" >&2
  done
}

# The scripts, the compose file, nginx's folder and the configuration. What a running container has mounted is
# written in place, and files that are gone here go there.
sync_server() {
  say "copying scripts and configuration to $(config DEPLOY_HOST):$REMOTE_HOME"
  if [[ -n $DRY_RUN ]]; then say 'would copy docker-compose.prod.yml infra nginx production.env'; return; fi
  as_root "mkdir -p $REMOTE_HOME && cd $REMOTE_HOME && rm -rf infra/scripts nginx/snippets && tar -x --no-same-owner" \
    < <(tar -C "$ROOT" -c --exclude 'production*.env' docker-compose.prod.yml infra/scripts infra/systemd infra/monitoring infra/redis nginx/nginx.conf nginx/snippets)
  as_root "umask 077 && cat >$REMOTE_HOME/production.env.new && mv $REMOTE_HOME/production.env.new $REMOTE_HOME/production.env" <"$FILE"
}

# For a server without Docker: the application as the images have it.
send_application() {
  need docker
  say "copying the application of $TAG to $(config DEPLOY_HOST):$REMOTE_HOME"
  if [[ -n $DRY_RUN ]]; then say 'would take it out of the images'; return; fi
  # A tag names one content for ever, and what runs from that folder is left alone.
  if as_root "test -d $REMOTE_HOME/apps/$TAG"; then return; fi
  local work image container
  work=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  # Its processes are another user's there.
  chmod 755 "$work"
  registry_login
  for image in "${IMAGES[@]}"; do
    container=$(docker create "$(config REGISTRY)/aisha/$image:$TAG") || die "$image:$TAG is not in the registry"
    docker cp -q "$container:/app/." "$work"
    docker rm "$container" >/dev/null
  done
  as_root "rm -rf $REMOTE_HOME/apps/$TAG.new && mkdir -p $REMOTE_HOME/apps/$TAG.new && tar -x --no-same-owner -C $REMOTE_HOME/apps/$TAG.new && mv $REMOTE_HOME/apps/$TAG.new $REMOTE_HOME/apps/$TAG" \
    < <(tar -C "$work" -c .)
}

check_public() {
  local domain port address
  domain=$(config DOMAIN) port=$(config HTTPS_PORT 443)
  if [[ -z $domain || -n $DRY_RUN ]]; then return; fi
  address=$(config DEPLOY_HOST); address=${address#*@}
  local code
  # Straight to the server, whatever DNS says; the certificate is checked by the certificate scripts.
  code=$(curl -sk --max-time 15 --retry 3 --retry-all-errors -o /dev/null -w '%{http_code}' --connect-to "$domain:$port:$address:$port" "https://$domain:$port/health") || true
  [[ $code == 200 ]] || die "https://$domain/health answers $code"
  say "https://$domain/health answers 200"
}

[[ -n $SKIP_TEST || -n $ROLLBACK || -n $BUILD_ONLY ]] || check_token
need_server() {
  need ssh tar
  say "server: $(remote 'uname -sr' || die "$(config DEPLOY_HOST) cannot be reached over ssh")"
}
ON_SERVER=''
if has_profile registry && [[ $(registry_host) == localhost:* ]]; then ON_SERVER=1; fi
if [[ -z $ROLLBACK ]]; then
  # A full disk or a closed registry is known before the build, not after it.
  if [[ -z $BUILD_ONLY || -n $ON_SERVER ]]; then need_server; ask_space; fi
  if [[ -n $ON_SERVER ]]; then open_registry; fi
  [[ -z $PUSH ]] || ask_registry
  if [[ -z $SKIP_BUILD && -n $BUILD ]]; then build_images; fi
  if [[ -z $SKIP_BUILD && -n $PUSH ]]; then push_images; fi
  if [[ -n $BUILD_ONLY ]]; then say "${BUILD:+built }${PUSH:+pushed }$TAG"; exit 0; fi
else need_server; fi

RELEASE=release.sh
if [[ -n $(config WITHOUT_DOCKER) ]]; then
  RELEASE=release-host.sh
  as_root 'test -e /etc/systemd/system/aisha.target' || die "the server is not ready: run infra/scripts/setup-server.sh --without-docker there first"
else
  as_root 'docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1' || die "no Docker with Compose on the server: run infra/scripts/setup-server.sh there first"
fi
if [[ -z $ROLLBACK ]]; then
  sync_server
  if [[ -n $(config WITHOUT_DOCKER) ]]; then send_application; fi
fi
as_root "AISHA_HOME=$REMOTE_HOME $REMOTE_HOME/infra/scripts/$RELEASE ${DRY_RUN:+--dry-run} ${ROLLBACK:+--rollback} $TAG"
check_public
say "deployed: $(config DEPLOY_HOST)"
