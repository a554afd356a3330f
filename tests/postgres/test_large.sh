#!/usr/bin/env bash
# Large sheets, on PostgreSQL.
server_url=${GOLDLEAF_TEST_POSTGRES:?names the server; ctest sets it}
. "$(dirname "$0")/../cli/lib.sh"
export PGOPTIONS='-c client_min_messages=warning'
schema=large_$$
sql() { psql -Xq -v ON_ERROR_STOP=1 -c "$1" "$server_url"; }
trap 'sql "DROP SCHEMA IF EXISTS $schema CASCADE"; rm -rf "$work"' EXIT
sql "CREATE SCHEMA $schema"
url="$server_url&options=-csearch_path%3D$schema"
. "$source_dir/tests/pipeline/large.sh"
