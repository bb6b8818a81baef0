#!/usr/bin/env bash
# All proofs of the production side, in order, on one cluster. See lib.sh for the variables it needs.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -n ${VERIFY_KEEP:-} ]] || trap tear_down EXIT
started=$SECONDS
failed=()
mkdir -p "$WORK"
: >"$WORK/figures.txt"
for proof in "$VERIFY"/[0-9][0-9]-*.sh; do
  # shellcheck disable=SC2086
  ${VERIFY_RUN:-bash} "$proof" || failed+=("$(basename "$proof" .sh)")
done
title "Figures"
cat "$WORK/figures.txt"
if ((${#failed[@]})); then printf '\nFAILED: %s\n' "${failed[*]}"; exit 1; fi
printf '\nall proofs hold, in %s s\n' $((SECONDS - started))
