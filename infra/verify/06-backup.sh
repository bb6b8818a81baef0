#!/usr/bin/env bash
# Backup, everything wiped, restore: same rows, byte-identical objects, users go on.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Backup and restore'
ensure_cluster
ensure_voice
install -m 600 "$WORK/production.env" "$AISHA_HOME/production.env"
driver product.mjs "$TELEGRAM" "$FAL" "$WORK/voice.ogg" >"$WORK/before.json" || die 'there is nothing to back up'
person=$(jq .person "$WORK/before.json")
scripts=$AISHA_HOME/infra/scripts
rows() { pg_environment MIGRATION_DATABASE_URL; count_rows pg psql; }
# Every object's content, by our own client and not by what is to be proved.
objects() { docker run --rm --volumes-from "$(containers s3 | head -1):ro" --entrypoint sh aisha-verify-s3 -c 'cd /data/buckets && find . -type f -name "*_object" -exec sha256sum {} + | sort -k2'; }

LOAD_WEBHOOKS=0 LOAD_PEOPLE=2 LOAD_VOICES=0 start_load
started=$SECONDS
"$scripts/backup.sh" >"$WORK/log/backup.log" 2>&1 || { tail -20 "$WORK/log/backup.log"; die 'the backup failed'; }
figure 'backup with a trial restore, users chatting meanwhile (s)' $((SECONDS - started))
report=$(load_report)
claim 'users noticed nothing' test "$(jq .chat.lost <<<"$report")" = 0
grep -E 'database|trial|buckets' "$WORK/log/backup.log" | sed 's/^/    | /'

# A second one while nothing moves: what the restore is compared with. It fetches no object again.
dc stop bot-polling-1 bot-polling-2 worker webhook-api-1 webhook-api-2 >/dev/null 2>&1
"$scripts/backup.sh" --no-trial >"$WORK/log/backup-2.log" 2>&1
claim 'a second backup fetches nothing again' grep -q '"fetched":0' "$WORK/log/backup-2.log"
rows >"$WORK/rows-before.tsv"
objects >"$WORK/objects-before.txt"
claim 'the files of the backup are sealed' bash -c "! grep -rlaE 'PGDMP|TELEGRAM_BOT_TOKEN|$TOKEN' '$WORK'/backups/20*/ "
claim 'the backup is whole' quiet "$scripts/restore.sh" latest --check

title 'Everything wiped'
dc --profile data down -v >/dev/null 2>&1
claim 'no data is left' test -z "$(docker volume ls -q --filter "label=com.docker.compose.project=$PROJECT" | grep -E 'postgres|s3|redis')"
started=$SECONDS
"$scripts/restore.sh" latest --yes >"$WORK/log/restore.log" 2>&1 || { tail -30 "$WORK/log/restore.log"; die 'the restore failed'; }
figure 'restore until every process is healthy (s)' $((SECONDS - started))
rows >"$WORK/rows-after.tsv"
objects >"$WORK/objects-after.txt"
figure 'rows restored' "$(awk '{n += $2} END {print n}' "$WORK/rows-after.tsv")"
figure 'objects restored' "$(wc -l <"$WORK/objects-after.txt")"
# The processes run again and write to their own tables; what people have must be the same to the row.
keep='users|avatars|avatar_photos|images|recordings|recording_pieces|documents|ledger|orders'
claim 'the same rows' diff <(grep -E "\.($keep)" "$WORK/rows-before.tsv") <(grep -E "\.($keep)" "$WORK/rows-after.tsv")
claim 'the same objects, byte for byte' diff "$WORK/objects-before.txt" "$WORK/objects-after.txt"
claim 'the user goes on: the gallery has the picture' driver gallery.mjs "$TELEGRAM" "$person"
flip() { local file; file=$(find "$WORK/backups/objects/blobs" -type f | head -1); printf 'x' | dd of="$file" bs=1 seek=40 conv=notrunc status=none; ! "$scripts/restore.sh" latest --check >/dev/null 2>&1; }
claim 'one changed byte in a backup is noticed' flip
