#!/usr/bin/env bash
# `swift test` with these arguments; what failed is told once more at the end, where it is seen.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${SWIFT:-swift}" test "$@" 2>&1 | tee "$log"
status=$?
if [ "$status" -ne 0 ]; then
  echo
  echo "What failed:"
  # A failure's own lines follow it, each behind an arrow or blanks: the first of them say enough.
  awk 'index($0, "✘") == 1 { told = 1; print; next }
       index($0, "↳") == 1 || /^ / { if (told && told++ < 8) print; next }
       { told = 0 }
       /^error: |[0-9]: error: |Fatal error: |^\*\*\*/ { print }' "$log" | cut -c1-1000 | tail -n 60
fi
exit "$status"
