#!/usr/bin/env bash
# What the operators type: the doctor, the switch to webhooks and back, queues, orders, the importer, the monitor, the
# health check that restarts a hung process, clean-up.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
title "The operators' commands"
ensure_cluster
ensure_voice
scripts=$AISHA_HOME/infra/scripts
aisha() { "$scripts/aisha.sh" "$@" 2>>"$WORK/log/commands.log"; }

report=$(aisha doctor --json) || { jq -r '.findings[] | select(.verdict != "ok") | "    \(.verdict) \(.part): \(.what): \(.found)"' <<<"$report"; }
figure 'doctor: fine, to look at, failed or not tried' "$(jq -r '[.findings[].verdict] | "\(map(select(. == "ok")) | length), \(map(select(. == "warning")) | length), \(map(select(. == "failed" or . == "skipped")) | length)"' <<<"$report")"
claim 'the doctor finds all well' test "$(jq .well <<<"$report")" = true
for part in configuration database redis storage telegram webhooks fal openai clocks media; do
  claim "the doctor tried $part" quiet jq -e "any(.findings[]; .part == \"$part\" and .verdict == \"ok\")" <<<"$report"
done
for command in 'updates poisoned' 'jobs' 'jobs failed' 'orders' 'orders stuck'; do
  # shellcheck disable=SC2086
  claim "aisha $command" quiet aisha $command
done

title 'To webhooks and back, people chatting'
LOAD_WEBHOOKS=0 LOAD_PEOPLE=4 LOAD_VOICES=0 start_load
claim 'telegram mode status: polling' grep -q 'webhook *none' <(aisha telegram mode status)
claim 'telegram mode webhook' quiet aisha telegram mode webhook
sleep 10
claim 'updates come in through nginx' grep -q '"path":"/webhook/telegram".*"status":200' "$WORK/logs/webhook_access.log"
claim 'telegram mode polling' quiet aisha telegram mode polling
sleep 10
report=$(load_report)
figure 'switches: updates sent, answered, later than 2 s' "$(jq -r '.chat | "\(.sent), \(.answered), \(.late)"' <<<"$report")"
claim 'no update was lost' test "$(jq .chat.lost <<<"$report")" = 0

title 'The importer'
pg_environment DATABASE_ADMIN_URL
legacy() { PGDATABASE=$1 pg psql -Xq -v ON_ERROR_STOP=1; }
legacy "$PGDATABASE" <<<'drop database if exists legacy; create database legacy;'
legacy legacy <<'SQL'
create table users (id uuid primary key default gen_random_uuid(), telegram_id bigint, username text, language_code text, balance int, created_at timestamptz default now());
create table promo_codes (code text, amount int);
insert into users (telegram_id, username, language_code, balance) select extract(epoch from now())::bigint * 100 + n, 'old' || n, 'ru', n from generate_series(1, 40) n;
insert into promo_codes values ('SPRING', 10);
SQL
source=legacy.txt
(umask 077; mkdir -p "$AISHA_HOME/work"; echo "postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/legacy" >"$AISHA_HOME/work/$source"; chown -R 10001:10001 "$AISHA_HOME/work")
credited() { pg psql -XqAtc "select sum(amount) from ledger_entries join users on users.id = user_id where username like 'old%' and reason = 'legacy_balance'"; }
before=$(credited)
aisha import-legacy --from "$source" --dry-run >"$WORK/log/import-dry.log"
claim 'import-legacy --dry-run finds the people and writes nothing' test "$(grep -cE '^users +40 +40 ' "$WORK/log/import-dry.log") $(credited)" = "1 $before"
aisha import-legacy --from "$source" >"$WORK/log/import-1.log"
aisha import-legacy --from "$source" >"$WORK/log/import-2.log"
claim 'import-legacy takes over the people' grep -qE '^users +40 +40 ' "$WORK/log/import-1.log"
claim 'a second time adds nobody' grep -qE '^users +40 +0 +40 ' "$WORK/log/import-2.log"
claim 'their balances are credited, once' test "$(credited)" = $((${before:-0} + 820))
claim 'their promo codes came with them' test "$(pg psql -XqAtc "select kind, value from promo_codes where code = 'SPRING'")" = 'credits|10'
legacy "$PGDATABASE" <<<'drop database legacy;'

title 'One service alone'
workers() { docker ps --filter "label=com.docker.compose.project=$PROJECT" --filter label=com.docker.compose.service=worker --format '{{.Names}}' | sort | tr '\n' ' '; }
claim 'the worker is worker-1' test "$(workers)" = "$PROJECT-worker-1 "
before=$(containers worker) replicas=$(containers webhook-api-1)
claim 'aisha.sh update worker' quiet "$scripts/aisha.sh" update worker
claim 'aisha.sh restart webhook-api' quiet "$scripts/aisha.sh" restart webhook-api
claim 'the worker is another one and still worker-1' test "$(workers)" = "$PROJECT-worker-1 " -a "$(containers worker)" != "$before" -a "$(containers webhook-api-1)" = "$replicas"
claim "an unknown service is refused" bash -c "! '$scripts/aisha.sh' update nonsense >/dev/null 2>&1 && ! '$scripts/aisha.sh' restart nonsense >/dev/null 2>&1"
# shellcheck disable=SC2016
claim 'the scratch has a size of its own' test "$(docker exec "$(containers worker | head -1)" sh -c 'df -P /scratch | awk "END {print (\$2 < 10 * 1048576)}"')" = 1

title 'Monitor, health check, clean-up'
for view in quick logs health keys system telegram; do
  "$scripts/monitor.sh" "$view" >"$WORK/log/monitor-$view.log" 2>&1 && status=0 || status=$?
  claim "monitor.sh $view: healthy" test "$status" = 0
  claim "monitor.sh $view shows no secret" bash -c "! grep -qE '$TOKEN|$FAL_KEY|sk-verify' '$WORK/log/monitor-$view.log'"
done
claim 'one bot is active, one is standby' test "$(grep -oE 'lease (active|standby)' "$WORK/log/monitor-telegram.log" | sort | tr '\n' ' ')" = 'lease active lease standby '
replica=$(containers webhook-api-2 | head -1)
# The process itself, not the init before it.
kill -STOP "$(docker top "$replica" -o pid,args | awk '/dist\/main.js/ && !/init/ {print $1; exit}')"
claim 'a hung process is unhealthy' eventually 120 bash -c "[[ \$(docker inspect -f '{{.State.Health.Status}}' $replica) == unhealthy ]]"
claim 'monitor.sh says so' bash -c "! '$scripts/monitor.sh' quick >/dev/null 2>&1"
started=$SECONDS
"$scripts/health_check.sh" >"$WORK/log/health_check.log" 2>&1 || true
figure 'health check: a hung replica restarted and healthy (s)' $((SECONDS - started))
claim 'the health check restarted it' grep -q 'fixed webhook-api-2' "$WORK/logs/health_check.log"
claim 'then all is well' quiet "$scripts/health_check.sh" --no-restart
claim 'cleanup-logs.sh' quiet "$scripts/cleanup-logs.sh"
claim 'certificates.sh status' quiet "$scripts/certificates.sh" status

title 'A key is changed, webhooks coming in'
LOAD_WEBHOOKS=20 LOAD_PEOPLE=2 LOAD_VOICES=0 start_load
before=$(cat "$AISHA_HOME/secrets/TELEGRAM_WEBHOOK_SECRET")
rm "$AISHA_HOME/secrets/TELEGRAM_WEBHOOK_SECRET"
deploy --skip-build --tag "$(cat "$AISHA_HOME/releases/current")" >"$WORK/log/deploy-key.log" 2>&1 || { tail -20 "$WORK/log/deploy-key.log"; die 'the deployment failed'; }
report=$(load_report)
after=$(cat "$AISHA_HOME/secrets/TELEGRAM_WEBHOOK_SECRET")
claim 'a new secret was made' test -n "$after" -a "$after" != "$before"
for service in webhook-api-1 webhook-api-2 bot-polling-1 bot-polling-2 worker; do
  claim "$service has it" test "$(docker exec "$(containers "$service" | head -1)" cat /run/secrets/TELEGRAM_WEBHOOK_SECRET)" = "$after"
done
figure 'key change: webhooks sent, failed' "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
claim 'no webhook failed' test "$(jq .webhooks.failed <<<"$report")" = 0
claim 'no update was lost' test "$(jq .chat.lost <<<"$report")" = 0

title 'Old versions leave the registry'
running=$(cat "$AISHA_HOME/releases/current")
printf 'FROM %s\nLABEL outdated=yes\n' "$REPOSITORIES/worker:$running" | docker build -q -t "$REPOSITORIES/worker:outdated" - >/dev/null
docker push -q "$REPOSITORIES/worker:outdated" >/dev/null
in_registry() { docker manifest inspect --insecure "$REPOSITORIES/worker:$1" >/dev/null 2>&1; }
claim 'an outdated version is there' in_registry outdated
claim 'a dry run names it' grep -q 'would remove worker:outdated' <("$scripts/registry-cleanup.sh" --keep 0 --dry-run)
claim 'registry-cleanup.sh' quiet "$scripts/registry-cleanup.sh" --keep 0
gone() { ! in_registry outdated; }
claim 'the outdated version is gone from the registry' gone
claim 'and from the server' test -z "$(docker images -q "$REPOSITORIES/worker:outdated")"
for kept in current previous; do
  if [[ -s $AISHA_HOME/releases/$kept ]]; then claim "the $kept version stays" in_registry "$(cat "$AISHA_HOME/releases/$kept")"; fi
done
