#!/usr/bin/env bash
# Known weaknesses of the packages that the processes run with, by the registry's list: exit 1 when one of them is high or
# critical. A registry that keeps no such list (a mirror) is told apart from one that knows of none; then the scan of the
# images, which brings a list of its own, is what looks (.github/workflows/deploy.yml).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
answer=$(pnpm audit --prod --json 2>/dev/null || true)
if ! jq -e '.metadata.vulnerabilities' >/dev/null 2>&1 <<<"$answer"; then
  echo 'audit: the registry has no list of weaknesses; nothing was compared'
  exit 0
fi
jq -r '.advisories[]? | "\(.severity)  \(.module_name) \(.vulnerable_versions)  \(.title)  \(.url)"' <<<"$answer"
jq -e '.metadata.vulnerabilities | .high == 0 and .critical == 0' >/dev/null <<<"$answer" || { echo 'audit: weaknesses that are high or critical'; exit 1; }
echo 'audit: none that is high or critical'
