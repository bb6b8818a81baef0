#!/bin/sh
# slim-modules <to> <package> …: moves what was installed for packages there, without the files that only people
# and compilers read.
set -eu
to=$1
shift
packages=$*
for package in "$@"; do
  pnpm --filter-prod "$package..." list --depth -1 --parseable --prod
done | sort -u | while read -r folder; do
  folder=${folder#"$PWD"/}
  mkdir -p "$to/$folder"
  cp "$folder/package.json" "$to/$folder/"
  if [ -d "$folder/node_modules" ]; then cp -a "$folder/node_modules" "$to/$folder/"; fi
done
cp package.json "$to/"
mv node_modules "$to/node_modules"
# A compiler that is only somebody's optional peer.
rm -rf "$to"/node_modules/.pnpm/typescript@* "$to"/node_modules/.pnpm/@typescript+*
# libheif comes four times; the one with its wasm beside it is read.
rm -rf "$to"/node_modules/.pnpm/libheif-js@*/node_modules/libheif-js/libheif \
  "$to"/node_modules/.pnpm/libheif-js@*/node_modules/libheif-js/libheif-wasm/libheif-bundle.*
# What is there for browsers, or for another way to import it; and letters that packages/export/src/fonts.ts does not name.
find "$to"/node_modules/.pnpm/docx@*/node_modules/docx/dist -type f ! -name '*.mjs' -delete 2>/dev/null || true
rm -rf "$to"/node_modules/.pnpm/pdfmake@*/node_modules/pdfmake/build "$to"/node_modules/.pnpm/pdfmake@*/node_modules/pdfmake/src \
  "$to"/node_modules/.pnpm/pdfkit@*/node_modules/pdfkit/js/pdfkit.standalone.js
find "$to"/node_modules/.pnpm/dejavu-fonts-ttf@*/node_modules/dejavu-fonts-ttf/ttf -type f \
  ! -name DejaVuSans.ttf ! -name DejaVuSans-Bold.ttf ! -name DejaVuSans-Oblique.ttf ! -name DejaVuSans-BoldOblique.ttf -delete 2>/dev/null || true
# Only a worker lays out pages.
case $packages in
  *@aisha/worker*) ;;
  *) for library in docx pdfmake pdfkit fontkit dejavu-fonts-ttf @expo-google-fonts+pt-serif; do rm -rf "$to/node_modules/.pnpm/$library@"*; done ;;
esac
# Addons that come built for every platform: only this one's is ever loaded.
find "$to/node_modules" -type d -path '*/prebuilds/*' ! -name "linux-$(node -p process.arch)" -prune -exec rm -rf {} +
find "$to/node_modules" -type f \
  \( -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.map' -o -name '*.md' -o -name '*.tsbuildinfo' -o -name '*.test.js' \) -delete
find "$to" -type d -name .bin -prune -exec rm -rf {} +
# Links to what is not there.
find "$to" -xtype l -delete
