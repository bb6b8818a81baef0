#!/bin/sh
# Writes the list of replicas from API_SERVERS ("host:port host:port …") and starts nginx.
set -eu
: "${API_SERVERS:?set API_SERVERS to the webhook API replicas, e.g. \"172.26.1.1:8000 172.26.1.2:8000\"}"
mkdir -p /tmp/nginx
for server in $API_SERVERS; do
  # Left alone for 2 s after two failures. When every replica is in that state, a webhook is not refused for
  # it: the second entry, never marked, is tried all the same.
  echo "server $server max_fails=2 fail_timeout=2s;"
  echo "server $server max_fails=0 backup;"
done >/tmp/nginx/api-servers.conf
exec nginx -e /dev/stderr -g 'daemon off;' "$@"
