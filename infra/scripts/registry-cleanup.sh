#!/usr/bin/env bash
# Removes old images from the registry and from this server. The running and the previous version never go.
#   registry-cleanup.sh [--keep 10] [--server-only] [--dry-run]      (a timer runs it every week)
# --keep is how many versions the registry keeps besides those two (REGISTRY_KEEP), newest first by the time of the build.
# The registry of the profile "registry" frees the space at once; another one at its own garbage collection.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
KEEP='' SERVER_ONLY='' DRY_RUN=''
while (($#)); do
  case $1 in
    --keep) KEEP=${2:?}; shift ;;
    --server-only) SERVER_ONLY=1 ;;
    --dry-run) DRY_RUN=1 ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
load_server_config
KEEP=${KEEP:-$(config REGISTRY_KEEP 10)}
[[ $KEEP =~ ^[0-9]+$ ]] || die '--keep needs a number'
require REGISTRY
need curl jq
HELD=()
for file in current previous; do
  if [[ -s $AISHA_HOME/releases/$file ]]; then HELD+=("$(<"$AISHA_HOME/releases/$file")"); fi
done
# What runs is held by what runs, whatever the files say.
if [[ -z $(config WITHOUT_DOCKER) ]]; then
  mapfile -t running < <(docker ps --format '{{.Image}}' | sed -n "s|^$(config REGISTRY)/aisha/[a-z-]*:||p" | sort -u)
  HELD+=("${running[@]}")
fi
((${#HELD[@]})) || die 'no version runs here: nothing is removed while it is not known what to keep'

if [[ -z $(config WITHOUT_DOCKER) ]]; then
  for image in webhook-api bot-polling worker; do
    while read -r tag; do
      if is_in "$tag" "${HELD[@]}"; then continue; fi
      step docker rmi "$(config REGISTRY)/aisha/$image:$tag" >/dev/null && say "server: removed $image:$tag"
    done < <(docker image ls --format '{{.Tag}}' "$(config REGISTRY)/aisha/$image" | grep -v '<none>' || true)
  done
  step docker image prune -f >/dev/null
fi
[[ -z $SERVER_ONLY ]] || exit 0

accept=(-H 'Accept: application/vnd.oci.image.index.v1+json' -H 'Accept: application/vnd.oci.image.manifest.v1+json'
  -H 'Accept: application/vnd.docker.distribution.manifest.v2+json')

for image in webhook-api bot-polling worker; do
  base=$(registry_url)/$(registry_prefix)aisha/$image
  mapfile -t tags < <(registry_ask "$base/tags/list" | jq -r '.tags[]? // empty')
  declare -A digest=()
  listed=()
  for tag in "${tags[@]}"; do
    manifest=$(registry_ask -D - "${accept[@]}" "$base/manifests/$tag" | tr -d '\r')
    digest[$tag]=$(sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p' <<<"$manifest")
    body=$(sed '1,/^$/d' <<<"$manifest")
    # An image with attestations is a list: of itself and of them.
    image_of=$(jq -r '[.manifests[]? | select(.annotations."vnd.docker.reference.type" == null)][0].digest // empty' <<<"$body")
    [[ -z $image_of ]] || body=$(registry_ask "${accept[@]}" "$base/manifests/$image_of")
    blob=$(jq -r '.config.digest // empty' <<<"$body")
    built=$([[ -z $blob ]] || registry_ask -L "$base/blobs/$blob" | jq -r '.created // empty')
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
    code=$(registry_ask -o /dev/null -w '%{http_code}' -X DELETE "$base/manifests/${digest[$tag]}")
    [[ $code == 202 ]] || die "the registry answered $code to the removal of $image:$tag (is deletion enabled there?)"
    say "registry: removed $image:$tag"
  done < <(printf '%s\n' "${listed[@]}" | sort -r)
done

# What no manifest names any more. Nothing may be pushed meanwhile: the registry is away for these seconds.
if has_profile registry && [[ -z $DRY_RUN ]]; then
  exec 9>"$AISHA_HOME/releases/lock"
  flock -n 9 || die 'a release is running: the space is freed the next time'
  trap 'dc start registry 2>/dev/null 9>&-' EXIT
  dc stop registry 2>/dev/null
  # Where version 3 and version 2 have it.
  # shellcheck disable=SC2016
  dc run --rm --no-deps -T --entrypoint sh registry -c 'for f in /etc/distribution /etc/docker/registry; do [ ! -e $f/config.yml ] || exec registry garbage-collect -m $f/config.yml; done; exit 1' 9>&- >/dev/null ||
    die 'the garbage collection failed'
  say 'registry: space freed'
fi
