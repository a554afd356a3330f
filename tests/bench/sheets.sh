#!/usr/bin/env bash
# Measures a pull through the Sheets API beside one from CSV files; `./run bench --sheets` calls it.
#
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM LOOPBACK_GOOGLE=PROGRAM sheets.sh [--tickets N] [--runs R]
#
# The stand-in for Google takes time of its own: curl asks it for the same answers, and that time is
# taken off.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tickets=1000000

read_numbers "tickets runs" "$@"
LOOPBACK_GOOGLE=$(readlink -f "$LOOPBACK_GOOGLE")
begin

start_google() {
    "$LOOPBACK_GOOGLE" --root root --make-key key.json --port 0 --port-file port --log log \
        --token-log tokens >/dev/null &
    google=$!
    trap 'kill "$google" 2>/dev/null; rm -rf "$work"' EXIT
    while [ ! -s port ]; do sleep 0.05; done
    endpoint=http://127.0.0.1:$(<port)
}

pull() {
    GOLDLEAF_GOOGLE_ENDPOINT=$endpoint SPREADSHEET=sheets GOOGLE_APPLICATION_CREDENTIALS=key.json \
        measure "$@" --source sheets --format json
}

# What curl has to ask for: every request of the last pull but that for the token.
write_urls() {
    awk -v from="$1" -v endpoint="$endpoint" '
        NR > from && $2 != "token" { printf "url = \"%s%s\"\noutput = \"answer-%d\"\n", endpoint, $4, ++n }
    ' log >urls
    awk -v from="$1" 'NR > from && $2 != "token" { print ++n, ($4 ~ /%27tickets%27/) }' log >answers
}

ask_with_curl() {
    measure curl "$1" curl -s -g --compressed -A 'curl (gzip)' \
        -H "Authorization: Bearer $(tail -n 1 tokens)" -K urls
}

# The decoded size of the largest tab, in MiB: the bodies of all answers that hold rows of it, as JSON,
# decompressed.
largest_tab() {
    awk '$2 { print "answer-" $1 }' answers | xargs cat | wc -c | awk '{ printf "%.0f", $1 / 1048576 }'
}

say "bench: $tickets tickets in $work"
mkdir root
"$GENERATE" --tickets "$tickets" --out root/sheets
start_google
for ((round = 1; round <= runs; round++)); do
    rm -f w.sqlite*
    measure csv $round "$GOLDLEAF" all --source csv --inputs root/sheets --database w.sqlite --format json
    rm -f w.sqlite*
    lines=$(wc -l <log)
    pull sheets $round "$GOLDLEAF" all --database w.sqlite
    write_urls "$lines"
    ask_with_curl $round
    rm -f w.sqlite*
    pull bronze $round "$GOLDLEAF" load_bronze --database w.sqlite
done
print_head "$tickets tickets through the Sheets API, $(wc -l <answers) requests"
awk -v has_time=$has_time -v tab="$(largest_tab)" "$statistics"'
    function row(name, label) {
        printf "%-26s %7.2f %13s %7s %6s\n", label, median(seconds, name),
            sprintf("%.2f-%.2f", lowest(seconds, name), highest(seconds, name)),
            has_time ? sprintf("%.2f", median(cpu, name)) : "-",
            has_time ? sprintf("%.0f", highest(mib, name)) : "-"
    }
    END {
        print "                           seconds                   CPU   peak"
        print "                            median         range seconds    MiB"
        row("csv", "all, from CSV files")
        row("sheets", "all, from the stand-in")
        row("bronze", "load_bronze, from there")
        row("curl", "curl, the same answers")
        for (i = 1; i <= rounds; i++) list[i] = (seconds["sheets", i] - seconds["curl", i]) / seconds["csv", i]
        value = median_of(list, rounds)
        printf "Without the time of the stand-in the pull takes %.2f of the one from CSV; the goal, 1.3, is %s.\n",
            value, value <= 1.3 ? "met" : "missed"
        if (!has_time) exit
        value = highest(mib, "bronze")
        printf "The answers with the largest tab, tickets, are %d MiB of JSON, decompressed.\n", tab
        printf "The resident set of load_bronze peaks at %.0f MiB; the goal, less than twice that and 64, %d," \
            " is %s.\n", value, 2 * tab + 64, value < 2 * tab + 64 ? "met" : "missed"
    }' results
