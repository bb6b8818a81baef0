#!/bin/sh
# slim-modules <to>: moves an installed workspace there, without the files that only people and compilers read.
set -eu
mkdir -p "$1"
for folder in apps/* packages/*; do
  if [ -d "$folder/node_modules" ] || grep -q '"@aisha/' "$folder/package.json"; then
    mkdir -p "$1/$folder"
    cp "$folder/package.json" "$1/$folder/"
    if [ -d "$folder/node_modules" ]; then cp -a "$folder/node_modules" "$1/$folder/"; fi
  fi
done
cp package.json "$1/"
mv node_modules "$1/node_modules"
find "$1/node_modules" -type f \
  \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' -o -name '*.tsbuildinfo' \) -delete
find "$1" -type d -name .bin -prune -exec rm -rf {} +
