#!/usr/bin/env bash
# What people send, opened by the worker's image itself: sound of every container, codec and layout of channels by its
# own small ffmpeg, pictures and texts by what is left of its modules; in a container as narrow as in production.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'What people send, in the worker'"'"'s image'
prepare_work
image=$REPOSITORIES/worker:${VERIFY_TAG:-verify-1}
docker image inspect "$image" >/dev/null 2>&1 || docker pull -q "$image" >/dev/null || die "$image is absent: run 01-deploy.sh first"
rm -rf "${WORK:?}/media"
driver media-files.mjs "$WORK/media" || die 'the files could not be made: ffmpeg and pnpm install are needed here'
chmod -R a+rX "$WORK/media"
started=$SECONDS
report=$(docker run --rm --init --read-only --network none --cap-drop ALL --security-opt no-new-privileges --pids-limit 256 -m 1g --cpus 2 \
  --tmpfs /tmp:size=64m,mode=1777 --tmpfs /scratch:size=2g,uid=10001,gid=10001,mode=700 -v "$WORK/media:/files:ro" \
  -v "$VERIFY/media.mjs:/app/packages/media/media.mjs:ro" --entrypoint node "$image" packages/media/media.mjs /files /scratch 2>"$WORK/log/media.log") || true
[[ -n $report ]] || { tail -20 "$WORK/log/media.log"; die 'the image did not answer'; }
figure 'files opened by the image, wrong' "$(jq -r '"\(.files), \(.wrong | length)"' <<<"$report")"
figure 'opened in (s)' $((SECONDS - started))
jq -r '.wrong[]' <<<"$report" | cut -c1-300 | sed 's/^/    | /'
claim 'each became what it should' test "$(jq '.wrong | length' <<<"$report")" = 0
