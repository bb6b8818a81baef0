# shellcheck shell=bash
# What setup-server.sh does with an older install: stops it, packs it, reads its configuration and certificates, moves it
# aside. PREFIX, BACKEND, BACKUPS are setup-server.sh's.

# Whether a folder is the Python cluster's and not ours.
is_older_install() {
  local mark
  [[ -d $1 && ! -e $1/infra/scripts/lib.sh ]] || return 1
  for mark in .env api_server requirements.txt pyproject.toml aiogram_bot bot.py main.py; do [[ ! -e $1/$mark ]] || return 0; done
  compgen -G "$1/docker-compose*.yml" >/dev/null || compgen -G "$1/docker-compose*.yaml" >/dev/null
}

# stop_older <folder>: its containers, and the host's services that run from it.
stop_older() {
  local file unit
  if docker info >/dev/null 2>&1; then
    for file in "$1"/docker-compose*.y*ml "$1"/compose*.y*ml "$1"/api_server/docker-compose*.y*ml; do
      [[ -e $file ]] || continue
      docker compose -f "$file" down >/dev/null 2>&1 || warn "docker compose -f $file down failed: stop its containers by hand"
    done
    # What was started by other files of it, or by hand; compose writes down where from.
    docker ps -q --filter "label=com.docker.compose.project.working_dir=$1" | xargs -r docker stop >/dev/null
  fi
  if [[ -d $PREFIX/etc/systemd/system ]]; then
    while IFS= read -r file; do
      unit=$(basename "$file")
      systemctl disable -q --now "$unit" 2>/dev/null || warn "$unit could not be stopped"
      say "stopped $unit"
    done < <(grep -lsE "=[^#]*$1(/|\$|[[:space:]])" "$PREFIX"/etc/systemd/system/*.service || true)
  fi
}

# older_configuration <folder> <where it was>: its .env and, for names that are not there, api_server/.env. Paths of a
# certificate in the folder are left out: older_certificate reads it.
older_configuration() {
  local file
  for file in "$1/.env" "$1/api_server/.env"; do if [[ -r $file ]]; then cat "$file"; echo; fi; done |
    sed -E 's/\r$//; s/^[[:space:]]*(export[[:space:]]+)?//' | grep -E '^[A-Za-z_][A-Za-z0-9_]*=' |
    awk -F= -v folder="$2" '!seen[$1]++ && !($1 ~ /^SSL_(CERT|KEY)_PATH$/ && ($2 !~ /^["\047]?\// || index($2, folder "/")))'
}

# older_certificate <folder>: the certificate and its key of api_server/ssl, if there is a pair, into $BACKEND/certs.
older_certificate() {
  local certificate key
  [[ ! -e $BACKEND/certs/fullchain.pem ]] || return 0
  for certificate in "$1"/api_server/ssl/*fullchain* "$1"/api_server/ssl/*.{pem,crt,cer}; do
    openssl x509 -in "$certificate" -noout -checkend 0 >/dev/null 2>&1 || continue
    for key in "$1"/api_server/ssl/*; do
      [[ $(openssl pkey -in "$key" -passin pass: -pubout 2>/dev/null) == "$(openssl x509 -in "$certificate" -pubkey -noout)" ]] || continue
      install -d -m 755 "$BACKEND/certs"
      install -m 440 "$key" "$BACKEND/certs/privkey.pem"
      install -m 444 "$certificate" "$BACKEND/certs/fullchain.pem"
      if [[ $EUID -eq 0 && -z $PREFIX ]]; then chown "$APP_ID:$APP_ID" "$BACKEND"/certs/*.pem; fi
      say "its certificate $(basename "$certificate") is taken over"
      return
    done
  done
}

# take_over <folder>: an older install there, if there is one.
take_over() {
  local old=$1 archive aside stamp
  is_older_install "$old" || return 0
  stamp=$(date -u +%Y%m%d-%H%M%S)
  archive=$BACKUPS/$(basename "$old")-$stamp.tar.gz aside=$old.replaced-$stamp
  say "older install in $old: stopping it"
  stop_older "$old"
  install -d -m 711 "$BACKUPS"
  say "packing it into $archive"
  (umask 077; tar -C "$(dirname "$old")" -czf "$archive" "$(basename "$old")")
  tar -tzf "$archive" >/dev/null || die "the archive cannot be read; $old is stopped and as it was"
  mv "$old" "$aside"
  install -d -m 755 "$BACKEND"
  if [[ ! -e $BACKEND/production.env && -n $(older_configuration "$aside" "$old") ]]; then
    (umask 077; older_configuration "$aside" "$old" >"$BACKEND/production.env")
    say "its configuration is now $BACKEND/production.env: add REGISTRY, DOMAIN and DEPLOY_HOST, and see that the addresses of the databases are right (infra/production.env.example)"
  fi
  older_certificate "$aside"
  say "$old is out of the way ($aside); its archive: $archive"
}
