#!/usr/bin/env bash
# Columns that come, go, and get another name, as a difference shows them.
. "$(dirname "$0")/lib.sh"

dry() { run 0 all --inputs inputs --dry-run "$@"; }

# venues HEADER ROWS [EXPRESSION]: that many venues, with columns more that awk makes of `i`.
venues() {
    local cells=${3:-'"n" i ",m" i'}
    awk -v header="$1" -v rows="$2" "BEGIN {
        print \"venue_id,name,city,state,country,capacity,\" header
        for (i = 1; i <= rows; i++)
            print \"V-\" i \",Barn \" i \",Pune,MH,IN,4,\" ($cells)
    }" >inputs/venues.csv
}

make_inputs
venues note,mark 40
run 0 all --inputs inputs -q

# ---- renamed ----

venues remark,mark 40
dry
out_has '^  column renamed: note → remark \(a guess: values, place, name\)$'
out_has '^venues: 40 unchanged$'
out_lacks 'column (added|removed)'

# Some of its values were edited, too.
venues remark,mark 40 'i % 3 ? "n" i ",m" i : "edited,m" i'
dry
out_has '^  column renamed: note → remark '
out_has '^venues: 13 changed, 27 unchanged$'
out_has '^G4 +V-3 +remark +n3 → edited$'

# Two columns have its values; the one with the name is it.
venues weight,mark,notes 40 '"n" i ",m" i ",n" i'
dry
out_has '^  column renamed: note → notes '
out_has '^  column added: weight$'

# ---- not renamed ----

venues height,mark 40 'i * 2 ",m" i'
dry
out_has '^  column added: height$'
out_has '^  column removed: note$'
out_lacks 'renamed'

venues door,mark 40 '"yes,m" i'
run 0 all --inputs inputs -q
venues floor_no,mark 40 '"yes,m" i'
dry
out_lacks 'renamed'

venues note,mark 1
run 0 all --inputs inputs -q --accept venues
venues height,mark 1
dry
out_lacks 'renamed'
venues notes,mark 1
dry
out_has '^  column renamed: note → notes '

# ---- a column with a value in each row is one change ----

venues note,mark 40
run 0 all --inputs inputs -q
venues note,mark,colour 40 '"n" i ",m" i "," (i == 7 ? "" : "red")'
sed -i '4s/Pune/Goa/' inputs/venues.csv
dry
out_has '^venues: 39 changed, 1 unchanged$'
out_has '^  35 more rows changed in nothing but that: --limit 0 shows all$'
out_has '^C4 +V-3 +city +Pune → Goa$'
out_has '^I4 +V-3 +colour +\(blank\) → red$'
out_has '^I5 +V-4 +colour '
out_lacks '^I6 |more:'
dry --limit 0
out_has '^I41 +V-40 +colour +\(blank\) → red$'
out_lacks 'nothing but'
dry --format json
json 'len(d["sheets"][1]["changes"])' 39

# ---- a row that came or went: blank cells keep their place ----

make_inputs
run 0 all --inputs inputs -q --accept venues
printf 'T-7,E-2,,2026-02-03,,3.50,EUR,sold\n' >>inputs/tickets.csv
dry
out_has '^row 6 +T-7 +added +T-7 \| E-2 \| \| 2026-02-03 \| \| 3\.50 \| EUR \| sold$'
