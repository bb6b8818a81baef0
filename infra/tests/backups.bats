#!/usr/bin/env bats
# What a restore takes for a backup and what it refuses, by the real scripts; only containers are played.

setup() {
  ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
  export ROOT AISHA_HOME=$BATS_TEST_TMPDIR/home STORE=$BATS_TEST_TMPDIR/backups PATH=$BATS_TEST_TMPDIR/bin:$PATH
  export BACKUP_KEY_MADE=$BATS_TEST_TMPDIR/etc/backup.key TAG=v1
  mkdir -p "$AISHA_HOME/secrets" "$AISHA_HOME/infra" "$STORE/objects" "$BATS_TEST_TMPDIR/bin"
  cp -r "$ROOT/infra/scripts" "$ROOT/infra/redis" "$AISHA_HOME/infra/"
  printf 'PROFILES=data\nBACKUP_DIR=%s\nLOG_DIR=%s/log\n' "$STORE" "$BATS_TEST_TMPDIR" >"$AISHA_HOME/production.env"
  # docker: psql and pg_dump say a word, seal.mjs runs as it is, with the key that is mounted; the buckets are empty.
  cat >"$BATS_TEST_TMPDIR/bin/docker" <<'STUB'
#!/bin/bash
key='' program=''
for ((i = 1; i <= $#; i++)); do
  word=${!i}
  case $word in
    *:/run/backup-key:ro) key=${word%%:*} ;;
    packages/storage/scripts/seal.mjs) shift "$i"; BACKUP_KEY_FILE=$key exec node "$ROOT/infra/scripts/seal.mjs" "$@" ;;
    packages/storage/scripts/buckets.mjs)
      shift "$i"
      case $1 in
        backup) echo '{"bucket":"avatars","key":"1"}' | BACKUP_KEY_FILE=$key node "$ROOT/infra/scripts/seal.mjs" seal >"$STORE/objects/$3" ;;
        verify) cat >"$STORE/../verified" ;;
      esac
      echo '{}'; exit ;;
    pg_dump) echo PGDMP; exit ;;
  esac
done
STUB
  chmod +x "$BATS_TEST_TMPDIR/bin/docker"
  backup="$AISHA_HOME/infra/scripts/backup.sh" restore="$AISHA_HOME/infra/scripts/restore.sh"
  bash -c '. "$AISHA_HOME/infra/scripts/lib.sh"; load_server_config; render_config "$AISHA_HOME"; ensure_backup_key'
}
made() { "$backup" --no-trial >"$BATS_TEST_TMPDIR/said" 2>&1 || { cat "$BATS_TEST_TMPDIR/said" >&2; return 1; }; ls "$STORE" | grep ^20 | tail -1; }
refused() { run "$restore" "$@"; [ "$status" -ne 0 ] || { echo "not refused: $*"; return 1; }; }

@test "the set-up makes the key and says where; without it nothing is backed up" {
  rm "$BACKUP_KEY_MADE"
  run "$backup" --no-trial; [ "$status" -ne 0 ]; [[ $output == *"$BACKUP_KEY_MADE"* ]]
  run bash -c '. "$AISHA_HOME/infra/scripts/lib.sh"; load_server_config; ensure_backup_key'
  [[ $output == *"$BACKUP_KEY_MADE"*'KEEP A COPY'* ]]; [ "$(stat -c %a "$BACKUP_KEY_MADE")" = 600 ]
  run bash -c '. "$AISHA_HOME/infra/scripts/lib.sh"; CONFIG[BACKUP_KEY_FILE]=/nowhere; ensure_backup_key'; [ "$status" -eq 1 ]
}

@test "a backup: everything sealed, each file named; whole by --check, unpacked when it is proven" {
  stamp=$(made)
  [ "$(ls "$STORE/$stamp" | tr '\n' ' ')" = 'MANIFEST configuration.tar.sealed database.dump.sealed objects.jsonl.sealed ' ]
  run grep -rlaE 'PGDMP|postgresql://|avatars' "$STORE"; [ -z "$output" ]
  run "$restore" latest --check; [ "$status" -eq 0 ]; [[ $output == *"$stamp is whole"* ]]
  [ "$(cat "$BATS_TEST_TMPDIR/verified")" = '{"bucket":"avatars","key":"1"}' ]
  "$restore" latest --configuration "$BATS_TEST_TMPDIR/out"
  cmp "$BATS_TEST_TMPDIR/out/production.env" "$AISHA_HOME/production.env"
  [ ! -e "$BATS_TEST_TMPDIR/out/secrets/BACKUP_KEY" ]
}

@test "a tampered backup is refused before anything of it is opened" {
  stamp=$(made) from=$STORE/$stamp
  cp -r "$from" "$BATS_TEST_TMPDIR/good"
  again() { rm -rf "$from"; cp -r "$BATS_TEST_TMPDIR/good" "$from"; }
  for change in \
    'printf x | dd of=database.dump.sealed bs=1 seek=30 conv=notrunc status=none' \
    'cp configuration.tar.sealed database.dump.sealed' \
    'mv database.dump.sealed x; mv configuration.tar.sealed database.dump.sealed; mv x configuration.tar.sealed' \
    'rm database.dump.sealed' \
    'echo plain >configuration.tar' \
    'sed -i "1s/2/3/" MANIFEST' \
    'sed -i "/configuration/d" MANIFEST; rm configuration.tar.sealed' \
    'rm MANIFEST' \
    'rm ./*; tar -cf configuration.tar /etc/hostname 2>/dev/null; sha256sum configuration.tar >SHA256SUMS'; do
    (cd "$from" && eval "$change")
    refused "$stamp" --check
    refused "$stamp" --configuration "$BATS_TEST_TMPDIR/out"
    refused "$stamp" --yes
    [ ! -e "$BATS_TEST_TMPDIR/out/production.env" ] && [ ! -e "$BATS_TEST_TMPDIR/out/etc" ]
    again
  done
  # An older one under a newer name.
  cp -r "$from" "$STORE/20991231-000000"
  refused latest --check; [[ $output == *'another backup'* ]]
  refused "../backups/$stamp" --check
  # Another key.
  openssl rand -hex 32 >"$BACKUP_KEY_MADE"; refused "$stamp" --check
}

@test "one of before there were manifests: only when it is said so" {
  mkdir "$STORE/20200101-000000"; cd "$STORE/20200101-000000"
  echo 'A=1' >production.env; tar -cf configuration.tar production.env; rm production.env
  echo PGDMP >database.dump; echo '{}' >objects.jsonl; sha256sum -- * >SHA256SUMS
  refused latest --configuration "$BATS_TEST_TMPDIR/out"; [[ $output == *--unverified* ]]
  "$restore" latest --check --unverified
  "$restore" latest --configuration "$BATS_TEST_TMPDIR/out" --unverified
  [ "$(cat "$BATS_TEST_TMPDIR/out/production.env")" = A=1 ]
}
