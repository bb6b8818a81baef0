#!/usr/bin/env bash
# The first certificate and a renewal by ACME, from an authority of our own, while requests come in.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title 'Certificates by ACME'
ensure_cluster
need certbot
name=aisha-verify-acme DOMAIN_NAME=edge.aisha.test
export LETSENCRYPT=$WORK/letsencrypt
scripts=$AISHA_HOME/infra/scripts
mkdir -p "$WORK/acme" "$WORK/tmp"
rm -rf "$LETSENCRYPT"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=acme -addext "subjectAltName=IP:$GATEWAY" \
  -addext 'extendedKeyUsage=serverAuth' -keyout "$WORK/acme/key.pem" -out "$WORK/acme/cert.pem" 2>/dev/null
chmod 644 "$WORK/acme/key.pem"
# It asks for the challenge where this cluster's nginx listens for plain http.
cat >"$WORK/acme/config.json" <<CONF
{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": "/acme/cert.pem",
  "privateKey": "/acme/key.pem", "httpPort": $HTTP, "tlsPort": $HTTPS, "ocspResponderURL": "", "externalAccountBindingRequired": false}}
CONF
docker build -q -t "$name" -f "$VERIFY/acme.Dockerfile" "$VERIFY/../monitoring" >/dev/null
docker rm -f "$name" >/dev/null 2>&1 || true
docker run -d --name "$name" --network "$NETWORK" -p 14000:14000 --add-host "$DOMAIN_NAME:$GATEWAY" -e PEBBLE_VA_NOSLEEP=1 -v "$WORK/acme:/acme:ro" "$name" pebble -config /acme/config.json >/dev/null
cp "$AISHA_HOME/production.env" "$WORK/production.before"
end() {
  stop_background asking
  docker rm -f "$name" >/dev/null 2>&1 || true
  install -m 600 "$WORK/production.before" "$AISHA_HOME/production.env"
  "$scripts/certificates.sh" install "$WORK/certificate" >/dev/null
}
trap end EXIT
eventually 20 curl -sko /dev/null "https://$GATEWAY:14000/dir" || die 'the authority does not start'
printf 'DOMAIN=%s\nACME_EMAIL=ops@aisha.test\nACME_SERVER=https://%s:14000/dir\n' "$DOMAIN_NAME" "$GATEWAY" >>"$AISHA_HOME/production.env"
# certbot has to trust the authority's own address.
export REQUESTS_CA_BUNDLE=$WORK/acme/cert.pem
logged() { "$@" >>"$WORK/log/certificates.log" 2>&1; }
issuer() { openssl s_client -connect "localhost:$HTTPS" </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial | tr '\n' ' '; }

: >"$WORK/log/asking.log"
# HTTP/1.1, as FAL and Telegram send webhooks. On a reload nginx tells a new HTTP/2 connection to come again (GOAWAY), which
# browsers do and curl counts as an error.
# shellcheck disable=SC2016
background asking bash -c 'while :; do curl -sk --http1.1 --max-time 10 -o /dev/null -w "%{http_code}\n" "$1"; sleep 0.1; done' _ "$EDGE/health"
rm "$AISHA_HOME/certs/fullchain.pem" "$AISHA_HOME/certs/privkey.pem"
"$scripts/certificates.sh" placeholder >/dev/null
started=$SECONDS
claim 'certificates.sh ensure' logged "$scripts/certificates.sh" ensure
figure 'first certificate (s)' $((SECONDS - started))
claim 'nginx serves it' eventually 10 bash -c "openssl s_client -connect localhost:$HTTPS </dev/null 2>/dev/null | openssl x509 -noout -issuer | grep -q Pebble"
first=$(issuer)
claim 'a second time asks for nothing' logged "$scripts/certificates.sh" ensure
claim 'the key is readable to nginx alone' test "$(stat -c '%a %u' "$AISHA_HOME/certs/privkey.pem")" = "440 $APP_ID"
claim 'a renewal that is not due changes nothing' logged "$scripts/certificates.sh" renew
claim 'nginx serves the same' test "$(issuer)" = "$first"
started=$SECONDS
claim 'certificates.sh renew' logged "$scripts/certificates.sh" renew --force-renewal
figure 'renewal (s)' $((SECONDS - started))
renewed() { [[ $(issuer) == *Pebble* && $(issuer) != "$first" ]]; }
claim 'nginx serves the new one' eventually 10 renewed
stop_background asking
figure 'requests meanwhile, not answered 200' "$(wc -l <"$WORK/log/asking.log"), $(grep -vc '^200$' "$WORK/log/asking.log" || true)"
claim 'no request failed' test "$(sort -u "$WORK/log/asking.log")" = 200
