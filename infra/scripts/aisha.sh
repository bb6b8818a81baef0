#!/usr/bin/env bash
# The operators' commands on the server: aisha.sh doctor, aisha.sh jobs failed, aisha.sh telegram mode status, …
set -euo pipefail
# shellcheck source=infra/scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
load_server_config
dc run --rm --no-deps tools "$@"
