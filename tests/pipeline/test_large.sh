#!/usr/bin/env bash
# Large sheets, on SQLite.
. "$(dirname "$0")/../cli/lib.sh"
url=$work/w.sqlite
. "$source_dir/tests/pipeline/large.sh"
