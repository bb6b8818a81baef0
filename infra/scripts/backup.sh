#!/usr/bin/env bash
# Backs up PostgreSQL, the three buckets and the configuration, and tries the database's backup by restoring it.
#   backup.sh [--no-trial]      --no-trial: do not restore the dump into a scratch server
# Into BACKUP_DIR (/var/backups/aisha), BACKUP_DAYS (7) days kept. With BACKUP_KEY_FILE everything is sealed
# (AES-256-GCM); keep a copy of that key elsewhere. Redis is not backed up: what it holds, the database knows.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
TRIAL=1
case ${1:-} in '') ;; --no-trial) TRIAL='' ;; *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
load_server_config
need flock sha256sum
umask 077
BACKUP_DIR=$(config BACKUP_DIR /var/backups/aisha) DAYS=$(config BACKUP_DAYS 7) KEY_FILE=$(config BACKUP_KEY_FILE)
[[ $DAYS =~ ^[1-9][0-9]*$ ]] || die 'BACKUP_DAYS must be a number of days'
mkdir -p "$BACKUP_DIR/objects" "$LOG_DIR"
if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$BACKUP_DIR/objects"; chmod 711 "$BACKUP_DIR"; fi
exec 8>"$BACKUP_DIR/.lock"
flock -n 8 || die 'another backup is running'
exec > >(tee -a "$LOG_DIR/backup.log") 2>&1
finish() {
  local status=$?
  rm -rf "$BACKUP_DIR"/.part-*
  trial_stop
  [[ $status -eq 0 ]] || say 'BACKUP FAILED'
  exit "$status"
}
trap finish EXIT

usable_key
started=$SECONDS
STAMP=$(date -u +%Y%m%d-%H%M%S)
PART=$BACKUP_DIR/.part-$STAMP
mkdir "$PART"
say "backup $STAMP${KEY_FILE:+, sealed}"
seal() { if [[ -n $KEY_FILE ]]; then backup_program seal.mjs seal "$KEY"; else cat; fi; }
suffix=${KEY_FILE:+.sealed}

# The database first: an object that came after it is one too many, never one too few.
pg_environment
pg pg_dump --format=custom --compress=6 --no-owner --no-privileges >"$PART/.dump"
say "database: $(du -h "$PART/.dump" | cut -f1)"

if [[ -n $TRIAL ]]; then
  trial_start
  for ((i = 0; i < 120; i++)); do trial psql -XAtqc 'select 1' >/dev/null 2>&1 && break; sleep 0.5; done
  trial pg_restore --exit-on-error --no-owner -d postgres <"$PART/.dump"
  count_rows trial psql >"$PART/rows.tsv"
  trial_stop
  say "trial restore: $(wc -l <"$PART/rows.tsv") tables, $(awk '{n += $2} END {print n + 0}' "$PART/rows.tsv") rows"
fi
seal <"$PART/.dump" >"$PART/database.dump$suffix"
rm "$PART/.dump"

manifest=objects/$STAMP.objects.jsonl
say "buckets: $(backup_program buckets.mjs backup "$BACKUPS/objects" "$BACKUPS/$manifest")"

mkdir -p "$AISHA_HOME/certs" "$AISHA_HOME/releases" "$AISHA_HOME/metrics"
tar -C "$AISHA_HOME" -c --exclude secrets/BACKUP_KEY production.env secrets releases certs | seal >"$PART/configuration.tar$suffix"
cp "$BACKUP_DIR/$manifest" "$PART/objects.jsonl"
(cd "$PART" && sha256sum -- * >SHA256SUMS)
mv "$PART" "$BACKUP_DIR/$STAMP"

# Retention: whole days; the newest stays whatever its age. Then the contents that no manifest names any more.
find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' -mtime "+$((DAYS - 1))" ! -name "$STAMP" -exec rm -rf {} +
for file in "$BACKUP_DIR"/objects/*.objects.jsonl; do
  stamp=$(basename "$file" .objects.jsonl)
  [[ -d $BACKUP_DIR/$stamp ]] || rm "$file"
done
if [[ -d $BACKUP_DIR/objects/blobs ]]; then
  named=$(mktemp)
  grep -ho '"sha256":"[0-9a-f]\{64\}"' "$BACKUP_DIR"/objects/*.objects.jsonl | cut -d'"' -f4 | sort -u >"$named" || true
  find "$BACKUP_DIR/objects/blobs" -type f -printf '%f %p\n' | sed 's/^\([0-9a-f]\{64\}\)\.sealed /\1 /' | sort |
    join -v 1 - "$named" | cut -d' ' -f2- | xargs -r -d '\n' rm -f
  rm "$named"
fi
# For the node exporter's textfile collector.
printf 'aisha_backup_last_success_timestamp_seconds %s\naisha_backup_bytes %s\n' "$(date +%s)" "$(du -sb "$BACKUP_DIR" | cut -f1)" >"$AISHA_HOME/metrics/backup.prom.new"
chmod 644 "$AISHA_HOME/metrics/backup.prom.new" && mv "$AISHA_HOME/metrics/backup.prom.new" "$AISHA_HOME/metrics/backup.prom"
say "backup $STAMP done in $((SECONDS - started)) s, $(find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' | wc -l) kept"
