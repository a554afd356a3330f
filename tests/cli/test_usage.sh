#!/usr/bin/env bash
# Help, version, and what is said to those who mistype.
. "$(dirname "$0")/lib.sh"

commands='all load_bronze build_silver build_gold diff blame apply status rejects export doctor model init help version'

run 0 --help
for command in $commands; do out_has "^  $command "; done
for variable in GOLDLEAF_MODEL GOLDLEAF_SOURCE GOLDLEAF_INPUTS DATABASE_URL GOLDLEAF_FORMAT \
    GOLDLEAF_MAX_LOSS; do
    out_has "\\[$variable\\]"
done
for variable in SPREADSHEET GOOGLE_APPLICATION_CREDENTIALS GOLDLEAF_CREDENTIALS \
    GOLDLEAF_TOKEN_COMMAND GOLDLEAF_SUBJECT GOLDLEAF_GOOGLE_ENDPOINT; do
    out_has "^  $variable"
done
for code_number in 0 1 2 3 4 5 6 7 10 75 130 143; do out_has "^ +$code_number   [a-z]"; done
awk 'length($0) > 80 { exit 1 }' out || fail "help is wider than 80 columns"
err_is_empty
cp out overview

run 0 help
cmp out overview || fail "help and --help differ"
run 0 -h
cmp out overview || fail "-h and --help differ"
for command in $commands; do
    run 0 help "$command"
    out_has "^Usage: goldleaf $command"
    cp out help_text
    run 0 "$command" --help
    cmp out help_text || fail "$command --help and help $command differ"
done
run 0 help load-bronze
out_has '^Usage: goldleaf load_bronze'
run 0 --version
out_has '^goldleaf [0-9]+\.[0-9]+\.[0-9]+$'
run 0 version
run 0 status --version

# They work whatever the settings look like.
echo 'this is no setting' >.env
run 0 --help
run 0 help
run 0 --version
run 2 status
err_has '\.env:1: '
rm .env

run 2
err_has 'there is no command'
err_has '^  all '
out_is_empty
run 2 stauts
err_has 'unknown command "stauts"'
err_has 'did you mean status\?'
run 2 load-bronz
err_has 'did you mean load_bronze\?'
run 2 help stauts
err_has 'did you mean status\?'
run 2 all --acept tickets
err_has 'unknown option --acept'
err_has 'did you mean --accept\?'
run 2 all -Z
err_has 'unknown option -Z'
run 2 status --format jsn
err_has 'did you mean json\?'
run 2 status --snapshot 3
err_has 'status does not take --snapshot'
run 2 status extra
err_has 'does not take "extra"'
run 2 export
err_has 'export needs TABLE'
run 2 all --source sheets
err_has 'nothing says which spreadsheet has the sheet artists'
err_has 'set SPREADSHEET, or SHEET_ARTISTS'
run 2 all --max-loss many
run 2 all --database postgresql://someone:secret@host/db
err_lacks secret
for written in 'host=db.example.org password=secret' postgresql:/someone:secret@host/db; do
    run 2 all --inputs "$source_dir/bronze_inputs" --database "$written"
    err_has 'not written as a URL'
    err_lacks secret
    run 2 status --database "$written"
    err_lacks secret
done
run 2 all --accept ticket --inputs "$source_dir/bronze_inputs"
err_has 'did you mean tickets\?'
[ ! -e warehouse.sqlite ] || fail "a mistyped command line made a database"

make_warehouse
run 2 export gold_event_sale
err_has 'did you mean gold_event_sales\?'
run 2 rejects --sheet ticket
err_has 'did you mean tickets\?'
run 2 export bronze_tickets --snapshot 9
err_has 'the last one is 1'

# An unknown name has its escape sequences made visible.
run 2 "$(printf 'x\033[2J')"
err_has 'x\\x1b\[2J'
