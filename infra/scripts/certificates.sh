#!/usr/bin/env bash
# TLS certificates: Let's Encrypt through the webroot that nginx serves, taken in by a reload.
#   certificates.sh placeholder   a self-signed pair when there is none, so that nginx can start
#   certificates.sh issue         the first certificate for DOMAIN
#   certificates.sh ensure        issue, when the present one is the placeholder and ACME_EMAIL is set
#   certificates.sh renew         what is due (a timer runs it twice a day); --force-renewal: due or not
#   certificates.sh install <folder>   copies fullchain.pem and privkey.pem from there, and reloads
#   certificates.sh status        until when the present one is valid; exit 1 below 14 days
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
CERTS=$AISHA_HOME/certs

put() { # put <folder>: both files or none, readable by nginx alone
  openssl x509 -in "$1/fullchain.pem" -noout 2>/dev/null || die "$1/fullchain.pem is no certificate"
  [[ $(openssl x509 -in "$1/fullchain.pem" -pubkey -noout) == "$(openssl pkey -in "$1/privkey.pem" -pubout)" ]] ||
    die "the key in $1 does not belong to the certificate"
  mkdir -p "$CERTS"
  install -m 440 "$1/privkey.pem" "$CERTS/privkey.pem.new"
  install -m 444 "$1/fullchain.pem" "$CERTS/fullchain.pem.new"
  if [[ $EUID -eq 0 ]]; then chown "$APP_ID:$APP_ID" "$CERTS"/*.new; fi
  mv "$CERTS/privkey.pem.new" "$CERTS/privkey.pem"
  mv "$CERTS/fullchain.pem.new" "$CERTS/fullchain.pem"
}

reload() {
  local edge
  edge=$(containers nginx | head -1)
  if [[ -z $edge || $(state_of "$edge") != @(healthy|running|starting) ]]; then say 'nginx does not run: nothing to reload'; return; fi
  reload_edge "$edge"
  say 'nginx reloaded'
}

# A certificate of the operators' own stays, whoever signed it.
is_placeholder() { [[ -e $CERTS/.placeholder && $(<"$CERTS/.placeholder") == "$(sha256sum <"$CERTS/fullchain.pem")" ]]; }
LETSENCRYPT=${LETSENCRYPT:-/etc/letsencrypt}
lineage() { printf '%s/live/%s' "$LETSENCRYPT" "$(config DOMAIN)"; }
# ACME_SERVER: another authority that speaks ACME. The hook is kept with the certificate, so that a renewal by the
# distribution's own timer is taken in too.
acme() {
  certbot "$@" --config-dir "$LETSENCRYPT" --webroot -w "$AISHA_HOME/acme" --non-interactive \
    --deploy-hook "$(realpath "$0") install $(lineage)" ${CONFIG[ACME_SERVER]:+--server "${CONFIG[ACME_SERVER]}"}
}

case ${1:-} in
  placeholder)
    [[ -s $CERTS/fullchain.pem ]] && exit 0
    load_server_config
    if [[ -n $(config SSL_CERT_PATH) && -r $(config SSL_CERT_PATH) ]]; then
      work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
      cp "$(config SSL_CERT_PATH)" "$work/fullchain.pem"; cp "$(config SSL_KEY_PATH)" "$work/privkey.pem"
      put "$work"; say 'certificate taken from SSL_CERT_PATH'; exit 0
    fi
    work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$(config DOMAIN localhost)" \
      -addext "subjectAltName=DNS:$(config DOMAIN localhost)" -keyout "$work/privkey.pem" -out "$work/fullchain.pem" 2>/dev/null
    put "$work"
    sha256sum <"$CERTS/fullchain.pem" >"$CERTS/.placeholder"
    say 'self-signed certificate in place until the first one is issued' ;;
  ensure)
    load_server_config
    if [[ -n $(config ACME_EMAIL) ]] && is_placeholder; then "$0" issue; fi ;;
  issue)
    load_server_config; require DOMAIN ACME_EMAIL; need certbot
    acme certonly -d "$(config DOMAIN)" -m "$(config ACME_EMAIL)" --agree-tos --keep-until-expiring
    put "$(lineage)"; reload ;;
  renew)
    load_server_config; require DOMAIN; need certbot
    # The timer that runs this has a random delay already.
    acme renew --quiet --no-random-sleep-on-renew "${@:2}" ;;
  install)
    load_server_config; put "${2:?install <folder>}"; reload ;;
  status)
    load_server_config
    [[ -s $CERTS/fullchain.pem ]] || die "no certificate in $CERTS"
    printf 'valid until %s, issued by %s\n' "$(openssl x509 -in "$CERTS/fullchain.pem" -noout -enddate | cut -d= -f2)" \
      "$(openssl x509 -in "$CERTS/fullchain.pem" -noout -issuer | sed 's/^issuer=//')"
    openssl x509 -in "$CERTS/fullchain.pem" -noout -checkend $((14 * 86400)) >/dev/null ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
