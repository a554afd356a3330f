#!/usr/bin/env bash
# `cmake --install` puts the program and its units in place, and systemd finds nothing wrong with
# them: neither in their words nor in what they let the program do.
. "$(dirname "$0")/lib.sh"

build=$(dirname "$program")/..
for tool in cmake systemd-analyze; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool"
        exit 77
    }
done
[ -e "$build/cmake_install.cmake" ] || {
    echo "skipped: this is no build folder: $build"
    exit 77
}

code=0 command_line='cmake --install'
DESTDIR=$work/root cmake --install "$build" >out 2>err || fail 'it does not install'
find_one() {
    local found
    found=$(find root -path "*/$1")
    [ -n "$found" ] || fail "$1 is not there"
    printf '%s\n' "$work/$found"
}
installed=$(find_one bin/goldleaf)
find_one lib/sysusers.d/goldleaf.conf >/dev/null
find_one etc/goldleaf/goldleaf.env.example >/dev/null
"$installed" version >out || fail 'what is installed does not start'

# There, the units name the place where the program will be; here, where it is.
mkdir units
for unit in goldleaf.service goldleaf-once.service goldleaf.timer; do
    path=$(find_one "systemd/system/$unit")
    ! grep -n '@[A-Z_]*@' "$path" || fail "$unit: something is not filled in"
    sed "s#^ExecStart=/[^ ]*#ExecStart=$installed#" "$path" >"units/$unit"
done
command_line='systemd-analyze verify'
SYSTEMD_UNIT_PATH=$work/units: systemd-analyze verify units/*.service units/*.timer >out 2>err ||
    fail 'systemd does not like the units'
# it also speaks of what other packages of this machine brought along
! grep -i goldleaf err || fail 'systemd has something to say about the units'

for unit in goldleaf.service goldleaf-once.service; do
    command_line="systemd-analyze security $unit"
    # from 50 on (5.0) it is no longer "OK"; ours are well below
    systemd-analyze security --no-pager --offline=true --threshold=20 "units/$unit" >out 2>err ||
        fail 'too much is open'
    out_has 'Overall exposure level for goldleaf(-once)?\.service: [01]\.[0-9] OK'
done

# The settings that come as an example are settings: without Google, and on a database of our own.
sed -e '/^SPREADSHEET=/d' -e '/^GOLDLEAF_SOURCE=/d' -e "s#/var/lib/goldleaf#$work#" \
    "$(find_one etc/goldleaf/goldleaf.env.example)" >goldleaf.env
make_inputs
run 0 schedule --max-runs 1 --inputs inputs --env-file goldleaf.env
err_has '"event":"run_done"'
err_lacks 'env_file'
[ -s goldleaf.prom ] || fail 'there are no metrics'
