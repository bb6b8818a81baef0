#!/bin/sh
# slim-modules <package> <to>: moves what was installed for a package there, without the files that only people
# and compilers read.
set -eu
pnpm --filter-prod "$1..." list --depth -1 --parseable --prod | while read -r folder; do
  folder=${folder#"$PWD"/}
  mkdir -p "$2/$folder"
  cp "$folder/package.json" "$2/$folder/"
  if [ -d "$folder/node_modules" ]; then cp -a "$folder/node_modules" "$2/$folder/"; fi
done
cp package.json "$2/"
mv node_modules "$2/node_modules"
# A compiler that is only somebody's optional peer.
rm -rf "$2"/node_modules/.pnpm/typescript@* "$2"/node_modules/.pnpm/@typescript+*
find "$2/node_modules" -type f \
  \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' -o -name '*.tsbuildinfo' -o -name '*.test.js' \) -delete
find "$2" -type d -name .bin -prune -exec rm -rf {} +
# Links to what is not there.
find "$2" -xtype l -delete
