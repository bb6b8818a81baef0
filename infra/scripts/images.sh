#!/usr/bin/env bash
# The images of others that we build on and run beside: which they are, and that each is named by its digest, so that nobody
# changes under its tag what was tried.
#   images.sh list     each with its digest, or "-" where it has none
#   images.sh check    names those without; exit 1 when there are some
#   images.sh pin      asks their registries (docker buildx) and writes the digests where the images are named; Renovate
#                      (renovate.json) keeps them fresh from then on. IMAGES_MIRROR=<registry>: one that keeps Docker Hub's
# They stand in infra/docker/Dockerfile, docker-compose.prod.yml and .github/workflows.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ROOT=${ROOT:-$AISHA_SOURCE}
FILES=("$ROOT/infra/docker/Dockerfile" "$ROOT/docker-compose.prod.yml" "$ROOT/.github/workflows/ci.yml")
name='[a-z0-9./-]*[a-z0-9]:[A-Za-z0-9._-]*\(@sha256:[0-9a-f]\{64\}\)\?'

# name:tag and, where there is one, @digest. Ours, and stages of a Dockerfile, have no tag of that form there.
images() { sed -n "s/^FROM \($name\) AS .*/\1/p; s/^ *image: \${[A-Z0-9_]*:-\($name\)}.*/\1/p; s/^ *container: \($name\) *$/\1/p" "${FILES[@]}" | sort -u; }

# Where to ask for an image of Docker Hub: IMAGES_MIRROR (a registry that keeps copies of it), else itself.
asked() {
  local path=$1
  [[ $path == */* ]] || path=library/$path
  if [[ -n ${IMAGES_MIRROR:-} && ${path%%/*} != *.* ]]; then printf '%s/%s' "$IMAGES_MIRROR" "$path"; else printf '%s' "$1"; fi
}

pin() {
  local image tag digest failed=''
  for image in $(images); do
    tag=${image%%@*}
    # Of the list of all architectures, as a server of any of them asks for it.
    digest=$(docker buildx imagetools inspect --format '{{json .Manifest}}' "$(asked "$tag")" 2>/dev/null | jq -r '.digest // empty') || true
    if [[ ! $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then warn "$tag: its registry does not say"; failed=1; continue; fi
    [[ $image != "$tag@$digest" ]] || continue
    sed -i "s#\([ -]\)$tag\(@sha256:[0-9a-f]*\)\{0,1\}\([ }]\|\$\)#\1$tag@$digest\3#" "${FILES[@]}"
    say "$tag -> $digest"
  done
  [[ -z $failed ]] || die 'not all of them could be asked for'
}

case ${1:-} in
  list) for image in $(images); do printf '%s %s\n' "${image%%@*}" "$([[ $image == *@* ]] && echo "${image##*@}" || echo -)"; done ;;
  check)
    mapfile -t loose < <(images | grep -v @)
    ((${#loose[@]} == 0)) || die "not named by a digest: ${loose[*]} (images.sh pin, then commit)" ;;
  pin) need docker jq; pin ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
