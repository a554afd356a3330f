#!/usr/bin/env bash
# Every step of a run at which it changes a file, one by one: the process is killed there, or the
# disk fails there, or is full from there on. test_kill.sh leaves to chance what this one counts.
. "$(dirname "$0")/lib.sh"
. "$here/aftermath.sh"

"${CC:-cc}" -std=c17 -O2 -fPIC -shared -o preload.so "$here/preload.c" -ldl 2>compile.err ||
    skip "preload.c cannot be compiled here: $(head -n 1 compile.err)"

# disturbed ACTION CALLS AT: the scene's run with that fault in it; see preload.c. An address
# sanitizer wants to be the first library and has to be told that it need not be.
disturbed() {
    status=0
    rm -f count
    { env LD_PRELOAD="$work/preload.so" FAULT_FILES=warehouse FAULT_COUNT="$work/count" \
        FAULT_ACTION="$1" FAULT_CALLS="$2" FAULT_AT="$3" \
        ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" \
        "$GOLDLEAF" all --inputs "$inputs" --database warehouse/w.sqlite "${arguments[@]}" \
        >"$work/out" 2>"$work/err" || status=$?; } 2>/dev/null
    take_output
}

# pick_calls TOTAL SAMPLES: all when there are few, else the first, the last and random ones
# between, spread evenly.
pick_calls() {
    local total=$1 samples=$2 i
    local edge=$((samples / 4))
    local step=$(((total - 2 * edge) / (samples - 2 * edge)))
    picked=()
    if [ "$total" -le "$samples" ]; then
        for ((i = 1; i <= total; i++)); do
            picked+=("$i")
        done
        return
    fi
    for ((i = 1; i <= edge; i++)); do
        picked+=("$i" $((total + 1 - i)))
    done
    for ((i = edge; i + step <= total - edge; i += step)); do
        picked+=($((i + 1 + (RANDOM * 32768 + RANDOM) % step)))
    done
}

count_calls() {
    start_over
    disturbed count "$1" 0
    expect 'exit code of a run whose calls are counted' 0 "$status" || printf '%s\n' "$err" >&2
    total=0
    [ ! -e count ] || read -r total <count
    expect_match "number of its calls ($1)" '^[1-9]' "$total"
}

check_killed() {
    # The last calls may come a little earlier or later than they were counted.
    [ "$status" -eq 0 ] || expect 'exit code' 137 "$status" || printf '%s\n' "$err" >&2
    check_version
    [ "$state" != mixed ] || return
    [ $((at % 2)) -eq 0 ] || check_reader
    check_next_run
}

# Either the run tells the truth about its failure, or it came through it.
check_failed() {
    check_version
    local expected=old
    case "$status $err" in
    0*) expected=new ;;
    7*'the run is published, but'*) expected=new ;;
    esac
    expect "version after exit code $status" "$expected" "$state" || printf '%s\n' "$err" >&2
    if [ "$status" -ne 0 ]; then
        expect 'exit code' 7 "$status" || printf '%s\n' "$err" >&2
        expect_match 'message' 'goldleaf: error: .*warehouse/w\.sqlite(\.lock)?: .+' "$err"
        expect_match 'hint' 'hint: .*disk' "$err"
    fi
    [ "$state" != mixed ] || return
    check_reader
    check_next_run
}

# each_step ACTION CALLS SAMPLES
each_step() {
    local action=$1 calls=$2 at
    context=$scene
    count_calls "$calls"
    pick_calls "$total" "$3"
    for at in "${picked[@]}"; do
        context="$scene, $action at call $at of $total ($calls)"
        start_over
        disturbed "$action" "$calls" "$at"
        case $action in
        kill | tear) check_killed ;;
        *) check_failed ;;
        esac
    done
    printf '%s, %s: %d of %d calls (%s)\n' "$scene" "$action" "${#picked[@]}" "$total" "$calls"
    context=
}

printf 'seed %s\n' "$seed"
make_days 1000
make_bases
for scene in 'first load' 'incremental run'; do
    set_scene "$scene"
    each_step kill tsuc 40
    each_step kill w 10
    each_step tear w 6
    each_step full w 8
    each_step broken w 4
    each_step error w 6
    each_step error s 20
done
finish
