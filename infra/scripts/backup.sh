#!/usr/bin/env bash
# Backs up PostgreSQL, the three buckets and the configuration, and tries the database's backup by restoring it.
#   backup.sh [--no-trial]      --no-trial: do not restore the dump into a scratch server
# Into BACKUP_DIR (/var/backups/aisha), BACKUP_DAYS (7) days kept. Everything is sealed (AES-256-GCM) with the key in
# BACKUP_KEY_FILE (/etc/aisha/backup.key, made at set-up), and MANIFEST proves with it which files belong to this backup and that
# none was changed; keep a copy of that key elsewhere. Redis is not backed up: what it holds, the database knows.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
TRIAL=1
case ${1:-} in '') ;; --no-trial) TRIAL='' ;; *) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;; esac
load_server_config
need flock sha256sum
umask 077
BACKUP_DIR=$(config BACKUP_DIR /var/backups/aisha) DAYS=$(config BACKUP_DAYS 7) KEY_FILE=$(backup_key_file)
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
say "backup $STAMP"
seal() { backup_program seal.mjs seal; }

# The database first: an object that came after it is one too many, never one too few.
pg_environment BACKUP_DATABASE_URL
pg pg_dump --format=custom --compress=6 --no-owner --no-privileges >"$PART/.dump"
# Who has left, by keyed hashes, apart from the backups: a restore of an older one erases them again.
if pg psql -XAtq -v ON_ERROR_STOP=1 -c 'copy (select hash, erased_at from erased_people) to stdout' >"$PART/.erased"; then mv "$PART/.erased" "$BACKUP_DIR/erased.tsv"; else rm -f "$PART/.erased"; warn 'who has left could not be read'; fi
say "database: $(du -h "$PART/.dump" | cut -f1)"

if [[ -n $TRIAL ]]; then
  trial_start
  for ((i = 0; i < 120; i++)); do trial psql -XAtqc 'select 1' >/dev/null 2>&1 && break; sleep 0.5; done
  trial pg_restore --exit-on-error --no-owner -d postgres <"$PART/.dump"
  count_rows trial psql >"$PART/rows.tsv"
  trial_stop
  say "trial restore: $(wc -l <"$PART/rows.tsv") tables, $(awk '{n += $2} END {print n + 0}' "$PART/rows.tsv") rows"
fi
seal <"$PART/.dump" >"$PART/database.dump.sealed"
rm "$PART/.dump"

list=$STAMP.objects.jsonl.sealed
say "buckets: $(backup_program buckets.mjs backup "$BACKUPS/objects" "$list")"

mkdir -p "$AISHA_HOME/certs" "$AISHA_HOME/releases" "$AISHA_HOME/metrics"
tar -C "$AISHA_HOME" -c --exclude secrets/BACKUP_KEY production.env secrets releases certs | seal >"$PART/configuration.tar.sealed"
cp "$BACKUP_DIR/objects/$list" "$PART/objects.jsonl.sealed"
(cd "$PART" && printf '# aisha backup %s\n' "$STAMP" && sha256sum -- *) | backup_program seal.mjs sign >"$PART/.manifest"
mv "$PART/.manifest" "$PART/MANIFEST"
mv "$PART" "$BACKUP_DIR/$STAMP"

# Retention: whole days; the newest stays whatever its age. Then the contents that no list names any more.
find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' -mtime "+$((DAYS - 1))" ! -name "$STAMP" -exec rm -rf {} +
for file in "$BACKUP_DIR"/objects/*.objects.jsonl*; do
  stamp=$(basename "$file")
  [[ -d $BACKUP_DIR/${stamp%%.*} ]] || rm "$file"
done
backup_program buckets.mjs prune "$BACKUPS/objects" >/dev/null || warn 'contents that no backup names were left where they are'
# For the node exporter's textfile collector.
printf 'aisha_backup_last_success_timestamp_seconds %s\naisha_backup_bytes %s\n' "$(date +%s)" "$(du -sb "$BACKUP_DIR" | cut -f1)" >"$AISHA_HOME/metrics/backup.prom.new"
chmod 644 "$AISHA_HOME/metrics/backup.prom.new" && mv "$AISHA_HOME/metrics/backup.prom.new" "$AISHA_HOME/metrics/backup.prom"
say "backup $STAMP done in $((SECONDS - started)) s, $(find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' | wc -l) kept"
