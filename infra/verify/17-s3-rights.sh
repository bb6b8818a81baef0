#!/usr/bin/env bash
# The rights of the processes' key at an S3 server that has users and policies: Ceph (radosgw) on this machine, with its
# objects in memory. Needs Debian's ceph-mon, ceph-osd and radosgw; no Docker.
set -euo pipefail
VERIFY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
need() { command -v "$1" >/dev/null || { echo "$1 is missing: apt-get install --no-install-recommends ceph-mon ceph-osd ceph-common radosgw" >&2; exit 1; }; }
for program in ceph-mon ceph-osd radosgw radosgw-admin monmaptool; do need "$program"; done
WORK=$(mktemp -d) MON=33300 S3=33380
started=()
end() { ((${#started[@]} == 0)) || kill "${started[@]}" 2>/dev/null || true; rm -rf "$WORK"; }
trap end EXIT
cd "$WORK"
mkdir mon osd run log
fsid=$(</proc/sys/kernel/random/uuid) osd=$(</proc/sys/kernel/random/uuid)
# One of everything, nothing proven between them: they speak over the loopback.
cat >ceph.conf <<CONF
[global]
fsid = $fsid
mon host = v2:127.0.0.1:$MON
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = $WORK/run
log file = $WORK/log/\$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
[mon.a]
mon data = $WORK/mon
[osd.0]
osd data = $WORK/osd
osd objectstore = memstore
memstore device bytes = 1073741824
public addr = 127.0.0.1
[client.rgw]
ms mon client mode = crc
rgw frontends = beast endpoint=127.0.0.1:$S3
CONF
background() { "$@" >"log/$1.out" 2>&1 & started+=($!); }
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$MON]" monmap >/dev/null
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap >/dev/null 2>&1
background ceph-mon -c ceph.conf -i a -f
timeout 30 ceph -c ceph.conf osd new "$osd" 0 >/dev/null
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" >/dev/null 2>&1
background ceph-osd -c ceph.conf -i 0 -f
background radosgw -c ceph.conf -n client.rgw -f
for _ in {1..60}; do ! curl -so /dev/null -m 2 "http://127.0.0.1:$S3" || break; sleep 1; done
make_user() { timeout 60 radosgw-admin -c ceph.conf -n client.rgw user create --uid="$1" --display-name="$1" --access-key="$1-key" --secret-key="$1-secret" >/dev/null 2>&1; }
make_user root; make_user aisha; make_user another
node --conditions=@aisha/source --disable-warning=ExperimentalWarning "$VERIFY/s3-rights.mjs" "http://127.0.0.1:$S3" arn:aws:iam:::user/aisha
