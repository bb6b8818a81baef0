# shellcheck shell=bash
# Who may reach the replicas on 8001 and 8002 from other machines (API_ALLOW_FROM). Part of setup-server.sh and release.sh.
# The engine's published ports pass by ufw's own rules, so they are told in its chain DOCKER-USER, by the port that was
# asked for; without Docker ufw's rules do.

AFTER_RULES=${AFTER_RULES:-/etc/ufw/after.rules}
BEGIN='# BEGIN aisha replicas' END='# END aisha replicas'

replica_ports() { [[ -n $(config API_BIND) && $(config API_BIND) != 127.* ]] && printf '%s\n' "$(config API_1_PORT 8001)" "$(config API_2_PORT 8002)"; }

# The block for after.rules; nothing when the replicas are bound to the loopback.
replica_rules() {
  local port from ports=()
  mapfile -t ports < <(replica_ports)
  ((${#ports[@]})) || return 0
  printf '%s\n*filter\n:DOCKER-USER - [0:0]\n' "$BEGIN"
  for port in "${ports[@]}"; do
    for from in $(config API_ALLOW_FROM); do
      printf -- '-A DOCKER-USER -p tcp -s %s -m conntrack --ctorigdstport %s --ctdir ORIGINAL -j RETURN\n' "$from" "$port"
    done
    printf -- '-A DOCKER-USER -p tcp -m conntrack --ctorigdstport %s --ctdir ORIGINAL -j DROP\n' "$port"
  done
  printf -- '-A DOCKER-USER -j RETURN\nCOMMIT\n%s\n' "$END"
}

# Brings the firewall to what the configuration says; harmless to repeat.
firewall_replicas() {
  local port from number rules new
  [[ ! $(config API_ALLOW_FROM) =~ [^0-9a-fA-F.:/[:space:]] ]] || die 'API_ALLOW_FROM: addresses or networks, with spaces between them'
  if ! command -v ufw >/dev/null || ! ufw status 2>/dev/null | grep -q '^Status: active'; then
    [[ -z $(replica_ports) ]] || warn 'ufw is not active: the replicas are open to whoever reaches their ports'
    return 0
  fi
  if [[ -n $(config WITHOUT_DOCKER) ]]; then
    while number=$(ufw status numbered | sed -n 's/^\[ *\([0-9]*\)\].*# aisha replica.*/\1/p' | tail -1); [[ -n $number ]]; do ufw --force delete "$number" >/dev/null; done
    for port in $(replica_ports); do
      for from in $(config API_ALLOW_FROM); do ufw allow proto tcp from "$from" to any port "$port" comment 'aisha replica' >/dev/null; done
    done
    return
  fi
  rules=$(replica_rules)
  new=$(sed "/^$BEGIN\$/,/^$END\$/d" "$AFTER_RULES"; [[ -z $rules ]] || printf '%s\n' "$rules")
  [[ $new != "$(<"$AFTER_RULES")" ]] || return 0
  if [[ -n ${DRY_RUN:-} ]]; then say 'would change the firewall for the replicas'; return; fi
  printf '%s\n' "$new" >"$AFTER_RULES"
  # Rules that are gone from the file would stay in the chain.
  iptables -F DOCKER-USER 2>/dev/null && iptables -A DOCKER-USER -j RETURN
  ufw reload >/dev/null
  say "firewall: replicas $([[ -n $rules ]] && echo "for $(config API_ALLOW_FROM)" || echo 'closed')"
}
