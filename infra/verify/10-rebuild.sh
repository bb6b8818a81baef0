#!/usr/bin/env bash
# After a change of one line: how long a build takes, and how much of the image is new.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Rebuild after a one-line change'
mkdir -p "$WORK"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
tar -C "$ROOT" -c --exclude node_modules --exclude dist --exclude .turbo --exclude .git --exclude .aisha --exclude artifacts . | tar -x -C "$tree"
build() { for t in webhook-api bot-polling worker; do docker build -q --provenance=false -f "$tree/infra/docker/Dockerfile" --target "$t" -t "aisha-verify/$t:rebuild" "$tree" >/dev/null; done; }
build
layers() { docker image inspect -f '{{range .RootFS.Layers}}{{println .}}{{end}}' "aisha-verify/worker:rebuild" | grep . | sort; }
layers >"$WORK/layers-before"
printf '\nexport const changedAt = %s;\n' "$(date +%s)" >>"$tree/packages/core/src/index.ts"
started=$(date +%s%N)
build
took=$(awk -v a="$started" -v b="$(date +%s%N)" 'BEGIN {printf "%.1f", (b - a) / 1e9}')
layers >"$WORK/layers-after"
figure 'three images after one changed line (s)' "$took"
figure 'layers that are new' "$(comm -13 "$WORK/layers-before" "$WORK/layers-after" | wc -l) of $(wc -l <"$WORK/layers-after")"
claim 'one layer is new, the code' test "$(comm -13 "$WORK/layers-before" "$WORK/layers-after" | wc -l)" = 1
claim 'at most 30 s' at_most "$took" 30
