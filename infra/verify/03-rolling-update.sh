#!/usr/bin/env bash
# A new version under load, and a broken one: no webhook fails, no update is lost or late, no job is lost.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
ensure_cluster
ensure_voice
NEW=verify-2 BROKEN=verify-broken

# judge <name>: the figures of the load that just ended.
judge() {
  local report
  report=$(load_report)
  figure "$1: webhooks sent, failed" "$(jq -r '.webhooks | "\(.sent), \(.failed)"' <<<"$report")"
  figure "$1: webhook p50, p99, longest (ms)" "$(jq -r '.webhooks | "\(.p50), \(.p99), \(.max)"' <<<"$report")"
  figure "$1: updates sent, answered, later than 2 s" "$(jq -r '.chat | "\(.sent), \(.answered), \(.late)"' <<<"$report")"
  figure "$1: answer p50, p95, longest (ms)" "$(jq -r '.chat | "\(.p50), \(.p95), \(.max)"' <<<"$report")"
  figure "$1: recordings sent, transcribed" "$(jq -r '.voices | "\(.sent), \(.answered)"' <<<"$report")"
  claim "$1: no webhook failed" test "$(jq .webhooks.failed <<<"$report")" = 0
  claim "$1: no update was lost" test "$(jq .chat.lost <<<"$report")" = 0
  claim "$1: no update was late by more than 2 s" test "$(jq .chat.late <<<"$report")" = 0
  claim "$1: every recording ended in its text" test "$(jq .voices.lost <<<"$report")" = 0
  claim "$1: the queues are empty again, no job has failed" eventually 60 queues_empty
}

title "Rolling update under load (${LOAD_WEBHOOKS:=50} webhooks/s)"
deploy --build-only --tag "$NEW" >"$WORK/log/build-2.log" 2>&1 || { tail -20 "$WORK/log/build-2.log"; die 'the images do not build'; }
before=$(cat "$AISHA_HOME/releases/current")
[[ $before != "$NEW" ]] || deploy --skip-build --tag verify-1 >"$WORK/log/deploy-1.log" 2>&1 || die "verify-1 could not be deployed"
start_load
started=$SECONDS
deploy --skip-build --tag "$NEW" >"$WORK/log/deploy-2.log" 2>&1 || { tail -30 "$WORK/log/deploy-2.log"; die 'the update failed'; }
figure 'rolling update (s)' $((SECONDS - started))
grep -E '^[0-9:]* +[a-z0-9-]+ -> |done' "$WORK/log/deploy-2.log" | sed 's/^/    | /'
sleep 3
judge 'update'
for service in webhook-api-1 webhook-api-2 bot-polling-1 bot-polling-2 worker; do
  claim "$service runs $NEW" bash -c "docker inspect -f '{{.Config.Image}}' $(containers "$service" | head -1) | grep -q ':$NEW\$'"
done

title 'A version whose API never gets healthy'
printf 'FROM %s\nCMD ["node", "-e", "setInterval(() => {}, 1000)"]\n' "$REPOSITORIES/webhook-api:$NEW" | docker build -q -t "$REPOSITORIES/webhook-api:$BROKEN" - >/dev/null
for image in bot-polling worker; do docker tag "$REPOSITORIES/$image:verify-1" "$REPOSITORIES/$image:$BROKEN"; done
for image in webhook-api bot-polling worker; do docker push -q "$REPOSITORIES/$image:$BROKEN" >/dev/null; done
start_load
started=$SECONDS
if deploy --skip-build --tag "$BROKEN" >"$WORK/log/deploy-3.log" 2>&1; then die 'a broken version was deployed'; fi
figure 'broken version noticed and rolled back (s)' $((SECONDS - started))
grep -E '^[0-9:]* +[a-z0-9-]+ -> |back to|error:' "$WORK/log/deploy-3.log" | sed 's/^/    | /'
sleep 3
judge 'rollback'
for service in webhook-api-1 webhook-api-2 bot-polling-1 bot-polling-2 worker; do
  claim "$service runs $NEW again" bash -c "docker inspect -f '{{.Config.Image}}' $(containers "$service" | head -1) | grep -q ':$NEW\$'"
done

title 'Rollback by hand'
deploy --rollback >"$WORK/log/deploy-4.log" 2>&1 || { tail -20 "$WORK/log/deploy-4.log"; die 'the rollback failed'; }
claim 'the version before runs' bash -c "docker inspect -f '{{.Config.Image}}' $(containers webhook-api-1 | head -1) | grep -q ':verify-1\$'"
