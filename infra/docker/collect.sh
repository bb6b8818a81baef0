#!/bin/sh
# collect <package> <to>: the compiled code of a workspace package and of the packages it needs.
set -eu
pnpm --filter-prod "$1..." list --depth -1 --parseable --prod | while read -r folder; do
  for part in dist migrations; do
    if [ -d "$folder/$part" ]; then
      mkdir -p "$2${folder#"$PWD"}"
      cp -r "$folder/$part" "$2${folder#"$PWD"}/"
    fi
  done
done
find "$2" \( -name '*.d.ts' -o -name '*.tsbuildinfo' \) -delete
