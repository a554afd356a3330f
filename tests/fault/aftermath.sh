# shellcheck shell=bash
# What must hold after a run on warehouse/w.sqlite was broken off, however that was done: the old
# version or the new one, whole; readers are served; the next run goes on as if nothing had been.
# Sourced after lib.sh.

# Three versions of the sheets.
make_days() {
    make_inputs monday "$1"
    edit_inputs monday tuesday 1
    edit_inputs tuesday wednesday 2
}

# The warehouses that runs are broken off on, and their states.
make_bases() {
    : >nothing.state
    run_all monday first.sqlite
    inspect first.sqlite first.state
    cp first.sqlite second.sqlite
    run_all tuesday second.sqlite
    inspect second.sqlite second.state
}

# A model that takes tables and columns away and adds some; all that follows is done with it.
make_other_model() {
    cp -r "$source_dir/src/models/ticketing" model
    python3 - <<'PYTHON' || give_up 'the model cannot be edited'
import json
path = "model/datapackage.json"
model = json.load(open(path))
sheets = {sheet["name"]: sheet for sheet in model["resources"]}
model["resources"].remove(sheets["campaigns"])
model["goldleaf:gold"] = [gold for gold in model["goldleaf:gold"] if gold["name"] != "campaign_roi"]
del model["goldleaf:invariants"]
sheets["tickets"]["schema"]["fields"].append({"name": "seat", "type": "string"})
sheets["customers"]["schema"]["fields"] = [
    field for field in sheets["customers"]["schema"]["fields"] if field["name"] != "city"]
json.dump(model, open(path, "w"))
PYTHON
    export GOLDLEAF_MODEL=./model GOLDLEAF_ALLOW_DESTRUCTIVE=1
}

# set_scene NAME: the run that will be broken off. Sets base (a database or nothing), old (its
# state), inputs and arguments; lets the run happen undisturbed for duration (microseconds),
# new.state, and newer.state, which is that after one more run that finds nothing new.
set_scene() {
    local began
    scene=$1 arguments=()
    case $scene in
    'first load') base='' old=nothing.state inputs=monday ;;
    'incremental run') base=first.sqlite old=first.state inputs=tuesday ;;
    'unchanged run') base=second.sqlite old=second.state inputs=tuesday ;;
    'full refresh')
        base=second.sqlite old=second.state inputs=wednesday
        arguments=(--full-refresh)
        ;;
    'another model')
        base=second.sqlite old=second.state inputs=wednesday
        make_other_model
        ;;
    esac
    context=$scene
    start_over
    now_us
    began=$now
    run_all "$inputs" warehouse/w.sqlite "${arguments[@]}"
    now_us
    duration=$((now - began))
    inspect warehouse/w.sqlite new.state
    run_all "$inputs" warehouse/w.sqlite
    inspect warehouse/w.sqlite newer.state
}

start_over() {
    [ -d warehouse ] || mkdir warehouse
    rm -f warehouse/*
    [ -z "$base" ] || cp "$base" warehouse/w.sqlite
}

# Sets state to old, new or mixed.
check_version() {
    list_files warehouse
    expect_match 'files that the run left' \
        '^(w\.sqlite)?( ?w\.sqlite-(wal|shm|journal))*( ?w\.sqlite\.lock)?$' "$listed"
    inspect warehouse/w.sqlite came.state
    state=old
    cmp -s "$old" came.state && return
    state=new
    cmp -s new.state came.state && return
    state=mixed
    expect_state 'neither the old version nor the new one; against the old' "$old" came.state
    expect_state 'neither the old version nor the new one; against the new' new.state came.state
}

# Someone who only looks is not turned away, whatever is lying about.
check_reader() {
    goldleaf status --database warehouse/w.sqlite
    if [ "$state" != old ] || [ -s "$old" ]; then
        expect "exit code of status, the $state version being there" 0 "$status" ||
            printf '%s\n' "$err" >&2
    else
        expect 'exit code of status without a warehouse' 7 "$status"
        expect_match 'message of status without a warehouse' 'no warehouse|No such file' "$err"
    fi
}

check_next_run() {
    local expected=new.state
    [ "$state" != new ] || expected=newer.state
    run_all "$inputs" warehouse/w.sqlite
    list_files warehouse
    expect 'files after the next run' w.sqlite "$listed"
    read_state warehouse/w.sqlite after.state
    expect_state 'state after the next run' "$expected" after.state
    expect_no_litter
}
