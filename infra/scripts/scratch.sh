#!/usr/bin/env bash
# The workers' scratch in $AISHA_HOME/scratch: a file system of its own size, so that what users send can fill nothing
# else. Each release runs this; it grows with WORKERS and WORKER_SCRATCH_GB. Whatever is mounted there already stays.
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
FOLDER=$AISHA_HOME/scratch IMAGE=$AISHA_HOME/scratch.img FSTAB=${FSTAB:-/etc/fstab}
# One GB more, for the file system itself and what the workers leave free.
GB=$(($(config WORKER_SCRATCH_GB 8) * $(config WORKERS 1) + 1))
own() { if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$FOLDER"; chmod 700 "$FOLDER"; fi; }

mkdir -p "$FOLDER"
size=$(stat -c %s "$IMAGE" 2>/dev/null || echo 0)
if mountpoint -q "$FOLDER"; then
  # Ours: it grows while it is used, and stays as it is where it is large enough.
  if ((size > 0)); then
    ((size >= GB << 30)) || truncate -s "${GB}G" "$IMAGE"
    device=$(findmnt -no SOURCE "$FOLDER")
    { losetup -c "$device" && resize2fs "$device" >/dev/null 2>&1; } || warn "the scratch could not grow to $GB GB; stop the workers, umount $FOLDER, resize2fs $IMAGE"
  fi
  own
  exit 0
fi
own
without() { warn "scratch has no file system of its own ($1): the workers keep to WORKER_SCRATCH_GB by themselves"; exit 0; }
[[ $EUID -eq 0 ]] || without 'not root'
command -v mkfs.ext4 >/dev/null || without 'mkfs.ext4 is absent'
if ((size == 0)); then
  # Sparse: it takes what is written, and gives back what is removed (discard).
  umask 077
  truncate -s "${GB}G" "$IMAGE"
  mkfs.ext4 -q -m 0 -E "root_owner=$APP_ID:$APP_ID" "$IMAGE" || { rm -f "$IMAGE"; without 'it could not be made'; }
fi
mount -o loop,discard,noatime,nosuid,nodev,noexec "$IMAGE" "$FOLDER" 2>/dev/null || without 'it cannot be mounted here'
grep -qF "$IMAGE " "$FSTAB" 2>/dev/null ||
  printf '%s %s ext4 loop,discard,noatime,nosuid,nodev,noexec,nofail,x-systemd.before=docker.service 0 0\n' "$IMAGE" "$FOLDER" >>"$FSTAB"
own
say "scratch: $GB GB"
