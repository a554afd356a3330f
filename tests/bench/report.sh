#!/usr/bin/env bash
# Measures the report: how long it takes to write, how large it is, how soon it is open; `./run bench --report`.
#
#   GOLDLEAF=PROGRAM GENERATE=PROGRAM report.sh [--tickets N] [--events N] [--runs R]
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

tickets=1000000 events=1000

read_numbers "tickets events runs" "$@"
begin

# Until the page has drawn everything, and until a filter that was clicked has.
open_page() {
    PYTHONPATH=$here/../browser python3 - "$1" page.html >>results <<'PYTHON'
import sys
from chromium import Chromium
browser = Chromium()
browser.size(1400, 1000)
print("run open", sys.argv[1], f"{browser.open(sys.argv[2]):.3f}", "-", "-")
took = browser.run("""(() => { const start = performance.now(); filters.names.set('venue', 0); update();
    return (performance.now() - start) / 1000; })()""")
print("run filter", sys.argv[1], f"{took:.3f}", "-", "-")
if browser.complaints or browser.run("document.documentElement.dataset.ready") != "1":
    sys.exit("the page is not right: " + repr(browser.complaints))
browser.close()
PYTHON
}

say "bench: $tickets tickets of $events events in $work"
"$GENERATE" --tickets "$tickets" --events "$events" --out .
"$GOLDLEAF" all --inputs . --database w.sqlite --quiet
for ((round = 1; round <= runs; round++)); do
    measure report $round "$GOLDLEAF" report --database w.sqlite -o page.html
    if command -v chromium >/dev/null; then
        open_page $round
    fi
done
print_head "$tickets tickets of $events events"
awk -v has_time=$has_time -v bytes="$(stat -c %s page.html)" "$statistics"'
    function row(name, label) {
        if (!(name in known)) return
        printf "%-26s %7.2f %13s\n", label, median(seconds, name),
            sprintf("%.2f-%.2f", lowest(seconds, name), highest(seconds, name))
    }
    END {
        print "                           seconds"
        print "                            median         range"
        row("report", "goldleaf report")
        row("open", "open in Chromium")
        row("filter", "a filter is clicked")
        printf "The page has %.2f MB; the goal, less than 3, is %s.\n", bytes / 1e6, bytes < 3e6 ? "met" : "missed"
        value = median(seconds, "report")
        printf "It is written in %.2f s; the goal, less than 1, is %s.\n", value, value < 1 ? "met" : "missed"
        if (has_time) printf "The resident set peaks at %.0f MiB.\n", highest(mib, "report")
    }' results
