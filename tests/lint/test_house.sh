#!/usr/bin/env bash
# The rules of the house that a compiler does not see: includes point down, foreign libraries have
# one room each, and the README knows every command and exit code.
set -uo pipefail
cd "$GOLDLEAF_SOURCE_DIR" || exit 1
status=0

complain() {
    printf '%s\n' "$@" >&2
    status=1
}

# room: the rooms it may include
declare -A below=(
    [base]="base"
    [json]="base json"
    [net]="base net"
    [auth]="auth base json net"
    [model]="base json model"
    [source]="auth base json model net source"
    [page]="base page"
    [dictionary]="base model page dictionary"
    [draft]="base json model source draft"
    [warehouse]="base model warehouse"
    [stages]="base json model source warehouse stages"
    [report]="base json model page warehouse stages report"
    [run]="base model net source warehouse stages run"
    [cli]="auth base json model net source page dictionary draft warehouse stages report run cli"
)
for room in "${!below[@]}"; do
    folder=src/$room
    [ "$room" != auth ] || folder=auth
    for included in $(grep -hoE '^#include "[a-z]+/' "$folder"/*.[ch] | grep -oE '[a-z]+/' | tr -d / | sort -u); do
        [[ " ${below[$room]} " == *" $included "* ]] || complain "$folder includes $included/"
    done
done

# library: the only files that may include it
only() {
    local header=$1 allowed=$2 file
    for file in $(grep -rlE "#include <$header" src auth --include='*.[ch]'); do
        [[ $file =~ $allowed ]] || complain "$file includes <$header>"
    done
}
only cjson/ '^src/json/json\.c$'
only sqlite3 '^src/warehouse/sqlite'
only libpq '^src/warehouse/postgres'
only curl/ '^src/net/'
only openssl/ '^auth/'
only pcre2 '^src/model/'

for command in $("$GOLDLEAF" --help | sed -n '/^Commands/,/^$/p' | awk '/^  [a-z]/ {print $1}'); do
    "$GOLDLEAF" help "$command" >/dev/null 2>&1 || complain "goldleaf help $command fails"
done
for code in $("$GOLDLEAF" --help | sed -n '/^Exit codes/,$p' | awk '$1 ~ /^[0-9]+$/ && !/\*$/ {print $1}'); do
    grep -qE "^\| ([0-9, ]*\b)?$code\b" README.md || grep -qE "\b$code\b.*\|" README.md ||
        complain "README.md does not list exit code $code"
done

[ $status -eq 0 ] && echo "the house is in order"
exit $status
