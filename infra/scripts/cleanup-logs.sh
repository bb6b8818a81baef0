#!/usr/bin/env bash
# Rotates logs of over 50 MB in LOG_DIR and removes those older than 30 days.
# Files that the Bot API server fetched go after a day: it deletes none itself.
# Containers' own logs are rotated by the engine (5 files of 20 MB each).
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
DAYS=${LOG_DAYS:-30} BIG=${LOG_BYTES:-52428800}
before=$(du -sb "$LOG_DIR" | cut -f1)
rotated=''
# nginx writes to the renamed file until it is told to reopen; only then is it packed.
while IFS= read -r -d '' file; do
  mv "$file" "$file.$(date -u +%Y%m%d-%H%M%S)"
  rotated=1
done < <(find "$LOG_DIR" -type f -name '*.log' -size "+${BIG}c" -print0)
edge=$(containers nginx | head -1)
if [[ -n $rotated && -n $edge ]]; then reopen_edge "$edge"; fi
find "$LOG_DIR" -type f -name '*.log.20*' ! -name '*.gz' -mmin +1 -exec gzip -9 {} +
find "$LOG_DIR" -type f -name '*.log.20*' -mtime "+$DAYS" -delete
say "logs: $before -> $(du -sb "$LOG_DIR" | cut -f1) bytes"
if has_profile bot-api && [[ -n $(containers bot-api) ]]; then
  server=$(containers bot-api | head -1) folder=/var/lib/telegram-bot-api
  # As their owner: root may not enter its folders there.
  docker exec -u "$(docker exec "$server" stat -c %u "$folder")" "$server" find "$folder" -name 'file_*' -type f -mmin +1440 -delete ||
    warn 'old files of the Bot API server could not be removed'
fi
