#!/usr/bin/env bash
# Brings back a backup: the database, the buckets, and checks both. The processes stop meanwhile.
#   restore.sh list                      the backups there are
#   restore.sh <stamp>|latest --yes      replaces what is there now
#   restore.sh <stamp>|latest --check    only checks the backup's files
#   restore.sh <stamp>|latest --configuration <folder>   unpacks production.env, secrets and certificates there
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
need sha256sum
BACKUP_DIR=$(config BACKUP_DIR /var/backups/aisha) KEY_FILE=$(config BACKUP_KEY_FILE)
list() { find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' -printf '%f\n' 2>/dev/null | sort; }

STAMP=${1:-}
if [[ $STAMP == list ]]; then list; exit 0; fi
if [[ $STAMP == latest ]]; then STAMP=$(list | tail -1); fi
[[ -n $STAMP && -d $BACKUP_DIR/$STAMP ]] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
FROM=$BACKUP_DIR/$STAMP
usable_key
opened() {
  if [[ -f $1.sealed ]]; then
    [[ -n $KEY_FILE ]] || die 'the backup is sealed: BACKUP_KEY_FILE must name its key'
    backup_program seal.mjs open "$KEY" <"$1.sealed"
  else cat "$1"; fi
}
buckets() { backup_program buckets.mjs "$1" "$BACKUPS/objects" "$BACKUPS/objects/$STAMP.objects.jsonl"; }
check() {
  (cd "$FROM" && sha256sum --quiet -c SHA256SUMS) || die "the files of $STAMP are damaged"
  buckets verify
}

case ${2:-} in
  --check) check; say "$STAMP is whole"; exit 0 ;;
  --configuration)
    mkdir -p "${3:?--configuration <folder>}"
    opened "$FROM/configuration.tar" | tar -x -C "$3"
    say "unpacked into $3"; exit 0 ;;
  --yes) ;;
  *) die 'this replaces the database and the buckets: say --yes' ;;
esac

started=$SECONDS
say "checking $STAMP"
check
# The folder a manifest was in may have been lost; its copy lies in the backup.
[[ -f $BACKUP_DIR/objects/$STAMP.objects.jsonl ]] || cp "$FROM/objects.jsonl" "$BACKUP_DIR/objects/$STAMP.objects.jsonl"
mapfile -t processes < <(services | grep -E '^(webhook-api|bot-polling|worker)' || true)
if ((${#processes[@]})); then say 'stopping the processes'; stop_services "${processes[@]}"; fi
if has_profile data; then
  dc up -d postgres redis s3
  wait_healthy 180 "$(containers postgres)" "$(containers redis)" "$(containers s3)" || die 'a database is not healthy'
fi

pg_environment
say 'database'
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
opened "$FROM/database.dump" >"$work/dump"
# Everything of ours goes, in one transaction with nothing half: then the dump comes in whole or not at all.
pg psql -Xq -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
do $$ declare s text; begin
  for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
    execute format('drop schema %I cascade', s);
  end loop;
  create schema public;
end $$;
SQL
pg pg_restore --exit-on-error --single-transaction --no-owner --no-privileges -d "$PGDATABASE" <"$work/dump"
if [[ -f $FROM/rows.tsv ]]; then
  count_rows pg psql >"$work/rows.tsv"
  diff "$FROM/rows.tsv" "$work/rows.tsv" >&2 || die 'the row counts are not those of the backup'
  say "database: $(wc -l <"$work/rows.tsv") tables, $(awk '{n += $2} END {print n + 0}' "$work/rows.tsv") rows, as in the backup"
fi
say "buckets: $(buckets restore)"

# Jobs of a later time than the database's would name rows that are not there; the sweeper makes them anew.
if has_profile data; then
  docker exec "$(containers redis | head -1)" sh -c 'REDISCLI_AUTH=$(cat /run/secrets/REDIS_PASSWORD) redis-cli flushall' >/dev/null
fi
say 'migrations'
migrate
start_services
for service in "${processes[@]}"; do
  mapfile -t ids < <(containers "$service")
  wait_healthy 120 "${ids[@]}" || die "$service did not become healthy"
done
say "restored $STAMP in $((SECONDS - started)) s"
