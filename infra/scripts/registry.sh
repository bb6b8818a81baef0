# shellcheck shell=bash
# The private registry: its address, its login, what it says. Part of lib.sh.

registry_host() { printf '%s' "${CONFIG[REGISTRY]%%/*}"; }
registry_port() { [[ $(registry_host) =~ :([0-9]+)$ ]] && printf '%s' "${BASH_REMATCH[1]}" || printf 443; }
# What stands before the name of each repository in it.
registry_prefix() { [[ ${CONFIG[REGISTRY]} != */* ]] || printf '%s/' "${CONFIG[REGISTRY]#*/}"; }
registry_is_plain() { [[ -n $(config REGISTRY_INSECURE) || $(registry_host) =~ ^(localhost|127\.[0-9.]+)(:|$) ]]; }
registry_url() { printf '%s://%s/v2' "$(registry_is_plain && echo http || echo https)" "$(registry_host)"; }
# registry_ask <argument of curl> …: the password travels on the standard input, not on the command line.
registry_ask() { curl -sS --max-time 30 -K - "$@" <<<"${CONFIG[REGISTRY_PASSWORD]:+user = \"$(config REGISTRY_USER):$(config REGISTRY_PASSWORD)\"}"; }

registry_login() {
  [[ -n ${CONFIG[REGISTRY_PASSWORD]:-} && -z ${DRY_RUN:-} ]] || return 0
  docker login "${CONFIG[REGISTRY]%%/*}" -u "$(config REGISTRY_USER)" --password-stdin <<<"${CONFIG[REGISTRY_PASSWORD]}" >/dev/null 2>&1 ||
    die "the registry ${CONFIG[REGISTRY]%%/*} refused the login"
}

# Whether it answers and takes the login, before anything is built or changed. One of the public services may keep its
# catalogue to itself, and asks for a ticket instead of the password: then docker's own login decides.
registry_check() {
  local answer code
  answer=$(registry_ask -D - -o /dev/null "$(registry_url)/_catalog?n=1") ||
    die "the registry $(registry_url) does not answer$(registry_is_plain || echo '; one by plain http needs REGISTRY_INSECURE=1')"
  code=$(sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' <<<"$answer" | tail -1)
  case $code in
    200 | 403 | 404) ;;
    401) grep -qi '^www-authenticate: *bearer' <<<"$answer" || die "the registry $(registry_host) refuses the login of REGISTRY_USER" ;;
    *) die "the registry $(registry_url)/_catalog answers $code" ;;
  esac
  say "registry: $(registry_host) answers"
}

# insecure_registry <daemon.json> <host:port>: the engine may reach that registry by plain http. Says whether the file
# changed, and keeps everything else that stands in it.
insecure_registry() {
  local file=$1 new
  new=$({ [[ ! -s $file ]] || cat "$file"; } | jq -s --arg host "$2" '(.[0] // {}) | ."insecure-registries" = ((."insecure-registries" // []) + [$host] | unique)') ||
    die "$file is no JSON"
  [[ ! -s $file || $(jq -S . "$file") != "$(jq -S . <<<"$new")" ]] || return 1
  install -d "$(dirname "$file")"
  printf '%s\n' "$new" >"$file"
}

# Of the engine at hand: an image cannot be pushed or pulled by plain http otherwise.
engine_takes_registry() {
  [[ -n $(config REGISTRY_INSECURE) && ! $(registry_host) =~ ^(localhost|127\.) ]] || return 0
  docker info --format '{{json .RegistryConfig.IndexConfigs}}' 2>/dev/null | jq -e --arg host "$(registry_host)" '.[$host].Secure == false' >/dev/null
}

# The registry's file of logins, from REGISTRY_USER and REGISTRY_PASSWORD; the one there is while it fits, since each
# new one is other bytes.
registry_htpasswd() {
  has_profile registry || return 0
  local user password; user=$(config REGISTRY_USER) password=$(config REGISTRY_PASSWORD)
  [[ -n $user && -n $password ]] || return 1
  if [[ -s $1 ]] && htpasswd -vi "$1" "$user" <<<"$password" >/dev/null 2>&1; then cat "$1"; return; fi
  htpasswd -niB "$user" <<<"$password"
}
