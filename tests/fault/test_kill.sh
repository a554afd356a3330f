#!/usr/bin/env bash
# kill -9 at random moments of a run. What is left must be the old version or the new one, whole,
# and the next run must go on as if nothing had happened.
#
# GOLDLEAF_KILL_ROUNDS: kills of four of the five scenes (64). GOLDLEAF_KILL_TICKETS: size of the input; from some
# 40,000 on, SQLite writes before the commit because its cache is full.
. "$(dirname "$0")/lib.sh"
. "$here/aftermath.sh"

rounds=${GOLDLEAF_KILL_ROUNDS:-64}
tickets=${GOLDLEAF_KILL_TICKETS:-6000}
kills=0 kept_old=0 kept_new=0

check_kill() {
    check_version
    case $state in
    old) kept_old=$((kept_old + 1)) ;;
    new) kept_new=$((kept_new + 1)) ;;
    mixed) return ;;
    esac
    # Every second time the next run is the first to open what is left.
    [ $((round % 2)) -eq 0 ] || check_reader
    check_next_run
}

# kill_many NAME: the moments are spread evenly over the run.
kill_many() {
    local count=$((rounds / 4)) round step try
    set_scene "$1"
    printf '%s: %d ms\n' "$scene" $((duration / 1000))
    for ((round = 0; round < count; round++)); do
        for ((try = 0; try < 20; try++)); do
            step=$((duration / count))
            context="$scene, round $round"
            start_over
            if kill_goldleaf $((step * round)) $((step * (round + 1))) all --inputs "$inputs" \
                --database warehouse/w.sqlite "${arguments[@]}"; then
                context="$scene, round $round, killed after $moment s"
                kills=$((kills + 1))
                check_kill
                break
            fi
            # It was done before: the machine is faster now than when it was measured.
            duration=$((duration * 95 / 100))
        done
    done
    context=
}

printf 'seed %s, %s tickets\n' "$seed" "$tickets"
make_days "$tickets"
make_bases
kill_many 'first load'
kill_many 'incremental run'
kill_many 'unchanged run'
kill_many 'full refresh'
kill_many 'another model'

printf '%d kills: %d times the old version stayed, %d times the new one was there\n' \
    "$kills" "$kept_old" "$kept_new"
expect 'kills' $((rounds / 4 * 5)) "$kills"
finish
