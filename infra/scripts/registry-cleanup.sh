#!/usr/bin/env bash
# Removes old images from the registry and from this server. The running and the previous version never go.
#   registry-cleanup.sh [--keep 10] [--server-only] [--dry-run]
# --keep is how many versions the registry keeps besides those two, newest first by the time of the build. The
# registry frees the space at its own garbage collection: registry garbage-collect -m /etc/docker/registry/config.yml
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
KEEP=10 SERVER_ONLY='' DRY_RUN=''
while (($#)); do
  case $1 in
    --keep) KEEP=${2:?}; shift ;;
    --server-only) SERVER_ONLY=1 ;;
    --dry-run) DRY_RUN=1 ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
[[ $KEEP =~ ^[0-9]+$ ]] || die '--keep needs a number'
load_server_config
require REGISTRY
need curl jq
HELD=()
for file in current previous; do
  if [[ -s $AISHA_HOME/releases/$file ]]; then HELD+=("$(<"$AISHA_HOME/releases/$file")"); fi
done
# What runs is held by what runs, whatever the files say.
mapfile -t running < <(docker ps --format '{{.Image}}' | sed -n "s|^$(config REGISTRY)/aisha/[a-z-]*:||p" | sort -u)
HELD+=("${running[@]}")
((${#HELD[@]})) || die 'no version runs here: nothing is removed while it is not known what to keep'

for image in webhook-api bot-polling worker; do
  while read -r tag; do
    if is_in "$tag" "${HELD[@]}"; then continue; fi
    step docker rmi "$(config REGISTRY)/aisha/$image:$tag" >/dev/null && say "server: removed $image:$tag"
  done < <(docker image ls --format '{{.Tag}}' "$(config REGISTRY)/aisha/$image" | grep -v '<none>' || true)
done
step docker image prune -f >/dev/null
[[ -z $SERVER_ONLY ]] || exit 0

host=${CONFIG[REGISTRY]%%/*} prefix=''
[[ ${CONFIG[REGISTRY]} != */* ]] || prefix=${CONFIG[REGISTRY]#*/}/
scheme=https
[[ $host != localhost* && $host != 127.* ]] || scheme=http
# The password travels on the standard input, not on the command line.
ask() { curl -sS --max-time 30 -K - "$@" <<<"${CONFIG[REGISTRY_PASSWORD]:+user = \"$(config REGISTRY_USER):$(config REGISTRY_PASSWORD)\"}"; }
accept=(-H 'Accept: application/vnd.oci.image.index.v1+json' -H 'Accept: application/vnd.oci.image.manifest.v1+json'
  -H 'Accept: application/vnd.docker.distribution.manifest.v2+json')

for image in webhook-api bot-polling worker; do
  base=$scheme://$host/v2/${prefix}aisha/$image
  mapfile -t tags < <(ask "$base/tags/list" | jq -r '.tags[]? // empty')
  declare -A digest=()
  listed=()
  for tag in "${tags[@]}"; do
    manifest=$(ask -D - "${accept[@]}" "$base/manifests/$tag" | tr -d '\r')
    digest[$tag]=$(sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p' <<<"$manifest")
    blob=$(sed '1,/^$/d' <<<"$manifest" | jq -r '.config.digest // empty')
    built=$([[ -z $blob ]] || ask -L "$base/blobs/$blob" | jq -r '.created // empty')
    listed+=("${built:-0} $tag")
  done
  # A manifest may carry several tags: one that is held holds it.
  held=() n=0
  for tag in "${tags[@]}"; do if is_in "$tag" "${HELD[@]}"; then held+=("${digest[$tag]}"); fi; done
  while read -r _ tag; do
    [[ -n ${digest[$tag]} ]] || continue
    if is_in "${digest[$tag]}" "${held[@]}"; then continue; fi
    n=$((n + 1))
    if ((n <= KEEP)); then held+=("${digest[$tag]}"); continue; fi
    if [[ -n $DRY_RUN ]]; then say "would remove $image:$tag from the registry"; continue; fi
    code=$(ask -o /dev/null -w '%{http_code}' -X DELETE "$base/manifests/${digest[$tag]}")
    [[ $code == 202 ]] || die "the registry answered $code to the removal of $image:$tag (is deletion enabled there?)"
    say "registry: removed $image:$tag"
  done < <(printf '%s\n' "${listed[@]}" | sort -r)
done
