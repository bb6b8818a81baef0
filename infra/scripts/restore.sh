#!/usr/bin/env bash
# Brings back a backup: the database, the buckets, and checks both. The processes stop meanwhile. Nothing is opened before
# its manifest proves, by the key of the backups, that its files are those that were written under this name.
#   restore.sh list                      the backups there are
#   restore.sh <stamp>|latest --yes      replaces what is there now
#   restore.sh <stamp>|latest --check    only checks the backup's files
#   restore.sh <stamp>|latest --configuration <folder>   unpacks production.env, secrets and certificates there
#   … --unverified                       one of before there were manifests, sealed or not: somebody may have changed it
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
need sha256sum
BACKUP_DIR=$(config BACKUP_DIR /var/backups/aisha) KEY_FILE=$(backup_key_file)
list() { find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -type d -name '20*' -printf '%f\n' 2>/dev/null | sort; }

UNVERIFIED='' words=()
for word in "$@"; do if [[ $word == --unverified ]]; then UNVERIFIED=1; else words+=("$word"); fi; done
set -- "${words[@]}"
STAMP=${1:-}
if [[ $STAMP == list ]]; then list; exit 0; fi
if [[ $STAMP == latest ]]; then STAMP=$(list | tail -1); fi
[[ -n $STAMP && $STAMP != */* && -d $BACKUP_DIR/$STAMP ]] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
FROM=$BACKUP_DIR/$STAMP
if [[ -n $UNVERIFIED && ! -s $KEY_FILE ]]; then KEY_FILE=''; else usable_key; fi

# Every file of the backup by the manifest, and no other; the manifest by the key.
proven() {
  local said there
  [[ -f $FROM/MANIFEST ]] || die "$STAMP has no manifest: it is older than those, or somebody took it away. --unverified restores it all the same"
  said=$(backup_program seal.mjs check <"$FROM/MANIFEST") || die "$STAMP was changed, or was not written with the key in $(backup_key_file)"
  [[ ${said%%$'\n'*} == "# aisha backup $STAMP" ]] || die "the files of $STAMP are those of another backup"
  there=$(cd "$FROM" && find . -mindepth 1 -printf '%P\n' | grep -vx MANIFEST | sort)
  [[ $there == "$(sed -n 's/^[0-9a-f]\{64\}  //p' <<<"$said" | sort)" ]] || die "$STAMP holds other files than its manifest names"
  (cd "$FROM" && sha256sum --strict --quiet -c <<<"$said") || die "the files of $STAMP are damaged or changed"
}
opened() {
  if [[ -f $1.sealed ]]; then
    [[ -n $KEY_FILE ]] || die 'the backup is sealed: BACKUP_KEY_FILE must name its key'
    backup_program seal.mjs open <"$1.sealed"
  else
    [[ -n $UNVERIFIED ]] || die "$1 is not sealed"
    cat "$1"
  fi
}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
check() {
  if [[ -n $UNVERIFIED ]]; then
    warn "$STAMP is taken as it lies there: nothing proves who wrote it"
    [[ ! -f $FROM/SHA256SUMS ]] || (cd "$FROM" && sha256sum --quiet -c SHA256SUMS) || die "the files of $STAMP are damaged"
  else proven; fi
  opened "$FROM/objects.jsonl" >"$work/objects.jsonl" || die "the list of objects of $STAMP cannot be opened"
  backup_program buckets.mjs verify "$BACKUPS/objects" <"$work/objects.jsonl"
}

case ${2:-} in
  --check) check; say "$STAMP is whole"; exit 0 ;;
  --configuration)
    [[ -n $UNVERIFIED ]] || proven
    mkdir -p "${3:?--configuration <folder>}"
    opened "$FROM/configuration.tar" >"$work/configuration.tar"
    tar -x -C "$3" -f "$work/configuration.tar"
    say "unpacked into $3"; exit 0 ;;
  --yes) ;;
  *) die 'this replaces the database and the buckets: say --yes' ;;
esac

started=$SECONDS
say "checking $STAMP"
check
opened "$FROM/database.dump" >"$work/dump"
mapfile -t processes < <(services | grep -E '^(webhook-api|bot-polling|worker)' || true)
if ((${#processes[@]})); then say 'stopping the processes'; stop_services "${processes[@]}"; fi
if has_profile data; then
  dc up -d postgres redis s3
  wait_healthy 180 "$(containers postgres)" "$(containers redis)" "$(containers s3)" || die 'a database is not healthy'
fi

pg_environment MIGRATION_DATABASE_URL
# Who has left, by keyed hashes: of now, since the backup may be older, and what the last backups kept beside them.
copy_erased='copy (select hash, erased_at from erased_people) to stdout'
pg psql -XAtq -v ON_ERROR_STOP=1 -c "$copy_erased" >"$work/erased.tsv" 2>/dev/null || warn 'who has left since the backup is not known from the present database'
[[ ! -f $BACKUP_DIR/erased.tsv ]] || cat "$BACKUP_DIR/erased.tsv" >>"$work/erased.tsv"
say 'database'
make_roles >/dev/null
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
say "buckets: $(RESTORING=1 backup_program buckets.mjs restore "$BACKUPS/objects" <"$work/objects.jsonl")"

# Jobs of a later time than the database's would name rows that are not there; the sweeper makes them anew.
if has_profile data; then
  docker exec "$(containers redis | head -1)" sh -c 'REDISCLI_AUTH=$(cat /run/secrets/REDIS_ADMIN_PASSWORD) redis-cli --user operator flushall' >/dev/null
fi
say 'migrations'
migrate
# The newest time of each: who has come back after that stays.
{
  echo 'create temp table left_again (hash text, erased_at timestamptz); copy left_again from stdin;'
  cat "$work/erased.tsv"
  echo '\.'
  echo 'insert into erased_people select hash, max(erased_at) from left_again group by hash
    on conflict (hash) do update set erased_at = greatest(erased_people.erased_at, excluded.erased_at);'
} | pg psql -Xq -v ON_ERROR_STOP=1 >/dev/null
start_services
for service in "${processes[@]}"; do
  mapfile -t ids < <(containers "$service")
  wait_healthy 120 "${ids[@]}" || die "$service did not become healthy"
done
# Whoever had left leaves again, before anybody is told that it is done; the workers do it.
say "$(operate user erase-again)" || die 'who had left could not be asked to leave again: aisha.sh user erase-again'
say "restored $STAMP in $((SECONDS - started)) s"
