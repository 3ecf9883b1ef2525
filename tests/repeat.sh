#!/usr/bin/env bash
# Runs one of the whole-product tests many times in a row, and stops at the first failure:
#   bash tests/repeat.sh faults 10
set -euo pipefail
cd "$(dirname "$0")/.."
test=${1:?which test: a file or folder in tests/tests}
times=${2:-10}
cargo test -p portcullis-tests --test "$test" --locked --no-run
for turn in $(seq 1 "$times"); do
    printf '== %s, %s of %s\n' "$test" "$turn" "$times"
    PORTCULLIS_TEST_REQUIRE=browser,postgres,faketime cargo test -p portcullis-tests --test "$test" --locked -- "${@:3}"
done
