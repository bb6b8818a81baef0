#!/bin/sh
# collect <to> <package> …: the compiled code of workspace packages and of those that they need.
set -eu
to=$1
shift
for package in "$@"; do
  pnpm --filter-prod "$package..." list --depth -1 --parseable --prod
done | sort -u | while read -r folder; do
  for part in dist migrations engine; do
    if [ -d "$folder/$part" ]; then
      mkdir -p "$to${folder#"$PWD"}"
      cp -r "$folder/$part" "$to${folder#"$PWD"}/"
    fi
  done
done
find "$to" \( -name '*.d.ts' -o -name '.tsbuildinfo' \) -delete
