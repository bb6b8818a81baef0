#!/usr/bin/env bash
# Several hosts: renders docker-compose.prod.yml as a Swarm stack and deploys it. Run on a manager.
#   release-stack.sh <tag> [--print]      --print: show the stack, deploy nothing
# Swarm has no notion of some lines: start order (a process waits for what it needs by itself), profiles, fixed
# addresses (a service has its own virtual one) and ports bound to the loopback. Secrets become Swarm secrets named
# by their content, so a changed one is a new one. Between hosts the network is encrypted.
# Before: docker swarm init; docker node update --label-add aisha.edge=true <node with nginx>, and aisha.data=true
# for the profile "data"; on each edge node $AISHA_HOME/{nginx,certs,acme} (deploy-via-registry.sh copies them).
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
TAG=${1:-} PRINT=${2:-}
[[ -n $TAG && $TAG != -* && ${PRINT:---print} == --print ]] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
need docker jq
load_server_config
require REGISTRY
# nginx finds the replicas by the virtual addresses of their services.
[[ ${CONFIG[API_SERVERS]} != 172.26.* ]] || CONFIG[API_SERVERS]='webhook-api-1:8000 webhook-api-2:8000'
render_config "$AISHA_HOME"
mkdir -p "$AISHA_HOME/nginx/upstream"
api_servers_conf "$(config API_SERVERS)" >"$AISHA_HOME/nginx/upstream/api-servers.conf"

# Swarm takes no empty secret; one that is not set is left out.
hashes=$(for name in "${SECRETS[@]}"; do [[ ! -s $AISHA_HOME/secrets/$name ]] || printf '%s %s\n' "$name" "$(sha256sum <"$AISHA_HOME/secrets/$name" | cut -c1-12)"; done |
  jq -R 'split(" ") | {key: .[0], value: .[1]}' | jq -s from_entries)
export TAG
# "vip" is Swarm's own way; "dnsrr" is for a kernel without IPVS, where nginx must be reloaded after a replica moved.
mode=$(config SWARM_ENDPOINT_MODE vip)
stack=$(dc config --format json | jq --argjson hash "$hashes" --arg mode "$mode" '
  del(.name)
  | .services |= (del(.migrate, .tools) | with_entries(.value |= (
      del(.depends_on, .profiles, .container_name, .restart, .group_add)
      | .networks = (.networks | map_values({}))
      | .ports = ((.ports // []) | map(select(.host_ip == null) | .published |= tonumber))
      | with_entries(select(.value != null))
      | if .secrets then .secrets |= map(select($hash[.source])) else . end
      # Swarm takes "/tmp:size=64m" for the name of a folder.
      # The scratch folder is made by a release of one host; elsewhere it is a volume of that host.
      | .volumes = ((.volumes // []) | map(del(.bind, .volume) | if .target == "/scratch" then .type = "volume" | .source = "worker-scratch" else . end)) + ((.tmpfs // []) | map(
          {type: "tmpfs", target: split(":")[0]} + (capture("size=(?<mb>[0-9]+)m") // {} | if .mb then {tmpfs: {size: (.mb | tonumber * 1048576)}} else {} end)))
      | del(.tmpfs)
      | .deploy.endpoint_mode = $mode
      | .deploy.restart_policy = {condition: "any", delay: "2s"}
      | if .deploy.resources.limits then .deploy.resources.limits |= (.cpus |= tostring | .memory |= tostring) else . end
      | if .security_opt then del(.security_opt) else . end)))
  | .secrets |= with_entries(select($hash[.key]) | .value = {file: .value.file, name: ("aisha_" + (.key | ascii_downcase) + "_" + $hash[.key])})
  | .networks |= map_values({name: .name, external: true})
  | .volumes = ((.volumes // {}) + {"worker-scratch": {}} | map_values({}))')
if [[ -n $PRINT ]]; then printf '%s\n' "$stack"; exit 0; fi

network=$(config NETWORK aisha_bot_cluster)
# What the hosts say to each other is encrypted between them (IPsec); their keys are Swarm's own, and change twice a day.
docker network inspect "$network" >/dev/null 2>&1 ||
  docker network create --driver overlay --opt encrypted --attachable --subnet "$(config SUBNET 172.26.0.0/16)" "$network" >/dev/null
if ! docker network inspect -f '{{json .Options}}' "$network" | jq -e 'has("encrypted")' >/dev/null; then
  # A network cannot be changed: another one can be taken.
  [[ $(docker node ls -q | wc -l) -eq 1 || -n $(config SWARM_IN_THE_CLEAR) ]] ||
    die "the network $network is not encrypted: name another one (NETWORK, SUBNET) in production.env and it is made so; SWARM_IN_THE_CLEAR=1 where the hosts' own network is encrypted"
  warn "the network $network is not encrypted"
fi
docker info -f '{{json .SecurityOptions}}' | grep -q no-new-privileges ||
  warn 'this engine lets containers gain privileges: run setup-server.sh on each host, and restart Docker there'
if has_profile data; then
  say 'databases'
  jq '.services |= with_entries(select(.key | test("^(postgres|redis|s3)$")))' <<<"$stack" | docker stack deploy --with-registry-auth -c - "$PROJECT"
fi
say 'migrations'
# Databases of this stack may still be starting: their names appear when their first task runs.
for attempt in {1..30}; do
  if output=$(dc run --rm --no-deps migrate 2>&1); then break; fi
  if ((attempt == 30)); then printf '%s\n' "$output" >&2; die 'the migration failed'; fi
  sleep 4
done
say "stack $PROJECT -> $TAG"
docker stack deploy --with-registry-auth --prune -c - "$PROJECT" <<<"$stack"
docker service ls --filter "label=com.docker.stack.namespace=$PROJECT"
