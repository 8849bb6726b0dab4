#!/usr/bin/env bash
# The storm of tasks, built for a sanitizer (address or thread) and run under it: its findings end it with a status that is
# not 0. Where the toolchain or the machine has no such sanitizer, the storm is left out, and a line says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
sanitizer=$1
operations=${2:-1000000}
swift=${SWIFT:-swift}

probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'print("works")' > "$probe/main.swift"
if ! "${swift}c" -sanitize="$sanitizer" "$probe/main.swift" -o "$probe/probe" > "$probe/log" 2>&1 \
    || ! "$probe/probe" >> "$probe/log" 2>&1; then
  echo "left out: the $sanitizer sanitizer does not work here: $(grep -m 1 . "$probe/log")"
  exit 0
fi

scratch=.build/sanitize-$sanitizer
"$swift" build --configuration release --sanitize="$sanitizer" --scratch-path "$scratch" --product task-storm
ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=0} \
TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=Tests/Tools/thread-sanitizer.supp} \
  "$scratch/release/task-storm" "$operations"
echo "the $sanitizer sanitizer found nothing"
