# shellcheck shell=bash
# What is secret: which file holds it, who reads it, and what is made here. Part of lib.sh.

# What the processes read (packages/config); the compose file and the units say which of them each one is given.
PROCESS_SECRETS=(TELEGRAM_BOT_TOKEN TELEGRAM_WEBHOOK_SECRET PAYMENT_PROVIDER_TOKEN FAL_API_KEY OPENAI_API_KEY ELEVENLABS_API_KEY ERASURE_KEY SPEECH_SERVER_KEY
  DATABASE_URL DATABASE_CA
  REDIS_URL REDIS_PASSWORD REDIS_SENTINEL_PASSWORD MINIO_ACCESS_KEY MINIO_SECRET_KEY)
# What sets things up: schema, roles, buckets.
SETUP_SECRETS=(DATABASE_ADMIN_URL MIGRATION_DATABASE_URL BACKUP_DATABASE_URL MINIO_ROOT_ACCESS_KEY MINIO_ROOT_SECRET_KEY)
# Of the servers beside the processes, and of the scripts.
SERVER_SECRETS=(POSTGRES_PASSWORD REDIS_ADMIN_PASSWORD REDIS_ACL S3_USERS TELEGRAM_API_ID TELEGRAM_API_HASH GRAFANA_PASSWORD
  ALERTMANAGER_CONFIG REGISTRY_HTPASSWD)
# In this order: some are made of those before them.
SECRETS=("${SERVER_SECRETS[@]}" "${SETUP_SECRETS[@]}" "${PROCESS_SECRETS[@]}")
# Made by the scripts of others; nobody changes them by hand.
DERIVED_SECRETS=(ALERTMANAGER_CONFIG DATABASE_CA REDIS_ACL S3_USERS DATABASE_ADMIN_URL MIGRATION_DATABASE_URL BACKUP_DATABASE_URL)

url_encode() {
  local LC_ALL=C i c
  for ((i = 0; i < ${#1}; i++)); do
    c=${1:i:1}
    if [[ $c == [A-Za-z0-9._~-] ]]; then printf '%s' "$c"; else printf '%%%02X' "$(($(printf '%d' "'$c") & 255))"; fi
  done
}
url_decode() { local v=${1//+/ }; printf '%b' "${v//%/\\x}"; }

# PostgreSQL of the profile "data", and no other one.
own_database() { has_profile data && [[ -z $(config DATABASE_URL) ]]; }
own_redis() { has_profile data && [[ -z $(config REDIS_URL)$(config REDIS_SENTINELS)$(config REDIS_CLUSTER_NODES) && $(config REDIS_HOST) == redis ]]; }
own_s3() { has_profile data && [[ $(config MINIO_ENDPOINT) == http://s3:9000 ]]; }

# database_url <user> <password>
database_url() { printf 'postgresql://%s:%s@%s:%s/%s' "$(url_encode "$1")" "$(url_encode "$2")" "$(config POSTGRES_HOST)" "$(config POSTGRES_PORT 5432)" "$(url_encode "$(config POSTGRES_DB)")"; }

# role_url <role> <file>: its address, with the password that the file holds already.
role_url() {
  local password=''
  if [[ -s $2 && $(<"$2") =~ ^postgresql://[^:@]+:([^@]+)@ ]]; then password=$(url_decode "${BASH_REMATCH[1]}"); fi
  database_url "$(config POSTGRES_USER)_$1" "${password:-$(random_word 40)}"
}

# The users of Redis: the processes' with the rights of infra/redis; one who names none (processes of an older version do) has
# the same ones; "operator" may do everything. Passwords stand there as their hashes.
redis_acl() {
  local rights app operator
  rights=$(grep -v '^#' "$AISHA_SOURCE/infra/redis/rights.acl" | tr '\n' ' ')
  app=$(printf '%s' "$1" | sha256sum | cut -d' ' -f1)
  operator=$(printf '%s' "$2" | sha256sum | cut -d' ' -f1)
  printf 'user default on #%s %s\nuser aisha on #%s %s\nuser operator on #%s ~* &* +@all\n' "$app" "$rights" "$app" "$rights" "$operator"
}

# The users of versitygw besides root: the processes' may use the buckets that a policy gives them, and make none.
s3_users() {
  printf '%s\n%s' "$1" "$2" | jq -cRs 'split("\n") | {accessAccounts: {(.[0]): {access: .[0], secret: .[1], role: "user", userID: 0, groupID: 0}}}'
}

# secret_of <name> <folder of secrets>: its value, as configured, or made of others, or made once and kept. Empty: there is none.
secret_of() {
  local name=$1 folder=$2 value=${CONFIG[$1]:-} file=$2/$1
  if [[ -n $value ]]; then printf '%s' "$value"; return; fi
  made() { if [[ -s $file ]]; then cat "$file"; else random_word 40; fi; }
  case $name in
    TELEGRAM_WEBHOOK_SECRET | ERASURE_KEY) made ;;
    POSTGRES_PASSWORD) if own_database; then made; fi ;;
    REDIS_PASSWORD | REDIS_ADMIN_PASSWORD) if own_redis; then made; fi ;;
    MINIO_ACCESS_KEY | MINIO_SECRET_KEY) if own_s3; then made; fi ;;
    # Elsewhere the processes' key is the only one.
    MINIO_ROOT_ACCESS_KEY | MINIO_ROOT_SECRET_KEY) if own_s3; then made; else config "${name/_ROOT/}"; fi ;;
    GRAFANA_PASSWORD) if has_profile monitoring; then made; fi ;;
    ALERTMANAGER_CONFIG) alertmanager_config ;;
    REGISTRY_HTPASSWD) registry_htpasswd "$file" || die 'the registry needs its login: REGISTRY_USER, REGISTRY_PASSWORD, and htpasswd (apache2-utils)' ;;
    DATABASE_URL) if own_database; then role_url app "$file"; fi ;;
    MIGRATION_DATABASE_URL) if own_database; then role_url owner "$file"; else config DATABASE_URL; fi ;;
    BACKUP_DATABASE_URL) if own_database; then role_url backup "$file"; else cat "$folder/MIGRATION_DATABASE_URL"; fi ;;
    DATABASE_ADMIN_URL) if own_database; then database_url "$(config POSTGRES_USER)" "$(cat "$folder/POSTGRES_PASSWORD")"; fi ;;
    REDIS_URL) if own_redis; then printf 'redis://aisha:%s@redis:%s/%s' "$(url_encode "$(secret_of REDIS_PASSWORD "$folder")")" "$(config REDIS_PORT 6379)" "$(config REDIS_DB 0)"; fi ;;
    REDIS_ACL) if own_redis; then redis_acl "$(keep_secret REDIS_PASSWORD "$folder")" "$(keep_secret REDIS_ADMIN_PASSWORD "$folder")"; fi ;;
    S3_USERS) if own_s3; then s3_users "$(keep_secret MINIO_ACCESS_KEY "$folder")" "$(keep_secret MINIO_SECRET_KEY "$folder")"; fi ;;
    DATABASE_CA)
      value=$(config DATABASE_CA_FILE)
      [[ -z $value ]] || cat "$value" || die 'DATABASE_CA_FILE: no such file on this server' ;;
  esac
}

# keep_secret <name> <folder>: writes its file, and says the value. In place, so that a container's mount of it stays the file.
keep_secret() {
  local file=$2/$1 value
  value=$(secret_of "$1" "$2") || return 1
  [[ -e $file && $(<"$file") == "$value" ]] || printf '%s' "$value" >"$file"
  # Without Docker systemd reads it, and hands it to the units that are to have it.
  local reader=$APP_ID mode=440
  if [[ -n $(config WITHOUT_DOCKER) ]]; then reader=0 mode=400; fi
  chmod "$mode" "$file"
  if [[ $EUID -eq 0 ]]; then chown "$reader:$reader" "$file"; fi
  printf '%s' "$value"
}

# Alerts go to the operators' Telegram chat when one is named, else they only show in Prometheus.
alertmanager_config() {
  local chat; chat=$(config ALERT_CHAT_ID)
  printf 'route: {receiver: operators, group_by: [alertname], group_wait: 30s, repeat_interval: 4h}\nreceivers:\n  - name: operators\n'
  [[ -z $chat ]] || printf '    telegram_configs:\n      - {bot_token: "%s", chat_id: %s, send_resolved: true, parse_mode: ""}\n' "$(config TELEGRAM_BOT_TOKEN)" "$chat"
}

# "<name> <days>" of every key that has been the same for KEY_DAYS (90) days or longer. Its file was last written when it
# was last changed.
old_keys() {
  local name file days limit
  limit=$(config KEY_DAYS 90)
  for name in "${SECRETS[@]}"; do
    file=$AISHA_HOME/secrets/$name
    if [[ ! -s $file ]] || is_in "$name" "${DERIVED_SECRETS[@]}"; then continue; fi
    days=$((($(date +%s) - $(stat -c %Y "$file")) / 86400))
    ((days < limit)) || printf '%s %s\n' "$name" "$days"
  done
}
