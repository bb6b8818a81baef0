#!/usr/bin/env bash
# Build, push, delete locally, deploy from the registry by the real script over ssh; everything healthy.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
TAG=${VERIFY_TAG:-verify-1}
title 'Deploy from the registry'
prepare_work
ensure_stand_ins
ensure_sshd
write_override

started=$SECONDS
deploy --build-only --tag "$TAG" >"$WORK/log/build.log" 2>&1 || { tail -30 "$WORK/log/build.log"; die 'the images do not build'; }
figure 'build and push of all images (s)' $((SECONDS - started))
base=$(docker image inspect -f '{{.Size}}' node:24-bookworm-slim)
for image in webhook-api bot-polling worker; do
  added=$((($(docker image inspect -f '{{.Size}}' "$REPOSITORIES/$image:$TAG") - base) / 1000000))
  figure "$image over node:24-bookworm-slim (MB)" "$added"
  limit=70
  # The worker's ffmpeg and ffprobe are 12 MB of it, what lays out pages and its letters some 30.
  [[ $image != worker ]] || limit=110
  claim "$image adds at most $limit MB" at_most "$added" "$limit"
  run_in() { docker run --rm --entrypoint sh "$REPOSITORIES/$image:$TAG" -c "$1" 2>/dev/null; }
  # shellcheck disable=SC2016
  claim "$image: not root, no npm, yarn, apt; no TypeScript, tests or stand-ins" test "$(run_in '[ "$(id -u)" = 10001 ] || echo root; for c in npm npx yarn corepack pnpm apt apt-get dpkg; do command -v $c; done; find /app \( -name "*.ts" -o -name "*.test.js" -o -path "*/sandbox" \) ! -type l | head -3; echo looked')" = looked
done
claim 'ffmpeg reads the usual audio and has no network' bash -c "docker run --rm --entrypoint sh '$REPOSITORIES/worker:$TAG' -c 'ffmpeg -hide_banner -decoders; ffmpeg -hide_banner -protocols' | tr -s ' ' | grep -cE '^ A\S+ (aac|mp3|opus|vorbis|flac|libopencore_amrnb|wmav2|pcm_s16le|alac) ' | grep -qx 9 && ! docker run --rm --entrypoint ffmpeg '$REPOSITORIES/worker:$TAG' -hide_banner -protocols | grep -qE 'http|tcp|concat'"

for image in webhook-api bot-polling worker; do docker rmi -f "$REPOSITORIES/$image:$TAG" >/dev/null; done
claim 'no image is left on this machine' test -z "$(docker images -q --filter "reference=$REPOSITORIES/*:$TAG")"
started=$SECONDS
deploy --skip-build --tag "$TAG" >"$WORK/log/deploy.log" 2>&1 || { tail -60 "$WORK/log/deploy.log"; die 'the deployment failed'; }
figure 'deploy to an empty server (s)' $((SECONDS - started))
for service in nginx webhook-api-1 webhook-api-2 bot-polling-1 bot-polling-2 worker postgres redis s3; do
  claim "$service is healthy" test "$(state_of "$(containers "$service" | head -1)")" = healthy
done
claim 'https /health answers 200' test "$(curl -s --cacert "$WORK/certificate/fullchain.pem" -o /dev/null -w '%{http_code}' "$EDGE/health")" = 200
claim 'only nginx is bound to the outside' test -z "$(docker ps --filter "label=com.docker.compose.project=$PROJECT" --format '{{.Names}} {{.Ports}}' | grep -v nginx | grep -E '0\.0\.0\.0|\[::\]')"
claim 'no secret stands in any environment' bash -c "docker inspect \$(docker ps -q --filter label=com.docker.compose.project=$PROJECT) >'$WORK/log/inspect.json' && ! grep -qE '$TOKEN|$FAL_KEY|sk-verify' '$WORK/log/inspect.json'"
dry=$(deploy --skip-build --dry-run --tag "$TAG" 2>&1)
claim 'a dry run prints the steps and changes nothing' grep -q 'would run: dc up' <<<"$dry"
