#!/usr/bin/env bash
# Flag before environment before .env before default; .env itself; init.
. "$(dirname "$0")/lib.sh"

make_inputs
quiet=(all --inputs inputs -q)

run 0 "${quiet[@]}"
[ -e warehouse.sqlite ] || fail "the default database is not there"
printf '\357\273\277# settings\r\nexport DATABASE_URL="file.sqlite" # ours\r\n' >.env
run 0 "${quiet[@]}"
[ -e file.sqlite ] || fail ".env does not count before the default"
DATABASE_URL=sqlite:environment.sqlite run 0 "${quiet[@]}"
[ -e environment.sqlite ] || fail "the environment does not count before .env"
DATABASE_URL=other.sqlite run 0 "${quiet[@]}" --database sqlite:///flag.sqlite
[ -e flag.sqlite ] || fail "the flag does not count before the environment"
run 0 "${quiet[@]}" --database="sqlite:///$work/absolute.sqlite"
[ -e absolute.sqlite ] || fail "an absolute URL does not work"
DATABASE_URL='' run 0 "${quiet[@]}"
[ ! -e other.sqlite ] || fail "a variable counted before the flag"

# A variable that is set, though empty, keeps .env from setting it.
rm warehouse.sqlite
DATABASE_URL='' run 0 "${quiet[@]}"
[ -e warehouse.sqlite ] || fail "an empty variable did not mean the default"

echo 'DATABASE_URL=named.sqlite' >other.env
run 0 "${quiet[@]}" --env-file other.env
[ -e named.sqlite ] || fail "--env-file is not read"
GOLDLEAF_ENV_FILE=other.env run 0 status
out_has 'named\.sqlite'
run 2 status --env-file missing.env
err_has 'missing\.env: No such file'

# Nothing in a .env is run, expanded, or handed to anybody.
cat >.env <<'ENV'
GOLDLEAF_INPUTS='$(touch ran)'
LD_PRELOAD=/nowhere.so
PATH=/nowhere
GOLDLEAF_MODLE=x
GOLDLEAF_ACCEPT=tickets
ENV
run 2 all
err_has '\$\(touch ran\): No such file'
err_has '\.env:2: LD_PRELOAD is ignored'
err_has '\.env:3: PATH is ignored'
err_has '\.env:4: GOLDLEAF_MODLE is not known; did you mean GOLDLEAF_MODEL\?'
err_has '\.env:5: GOLDLEAF_ACCEPT is ignored here'
[ ! -e ran ] || fail "something in .env was run"

printf 'A=1\n\nnot a setting hunter2\n' >.env
run 2 status
err_has '\.env:3: '
err_lacks hunter2
printf 'A=1\nB="hunter2\n' >.env
run 2 status
err_has '\.env:2: the quote that opens here is never closed'
err_lacks hunter2
rm .env
mkdir .env
run 2 status
err_has 'is a folder'
rmdir .env

GOLDLEAF_FORMAT=jsno run 2 status
err_has 'GOLDLEAF_FORMAT: "jsno" is none of'
GOLDLEAF_QUIET=maybe run 2 status
err_has 'neither 1 nor 0'
GOLDLEAF_QUIET=true run 0 all --inputs inputs
out_is_empty

# init: every setting as a comment, readable only by its owner, never over a file that is there
run 0 init
[ "$(stat -c %a .env)" = 600 ] || fail ".env can be read by others"
grep -q '^#DATABASE_URL=warehouse.sqlite$' .env || fail ".env lacks the database"
! grep -qvE '^(#.*)?$' .env || fail ".env sets something"
sed -i 's/^#\([A-Z_]*=..*\)/\1/' .env # all of them are good settings
run 0 status
err_is_empty
cp .env before
run 1 init
err_has '\.env exists'
cmp before .env || fail "init changed a .env"
run 0 init --env-file second.env
cmp <(sed 's/^#//' before) <(sed 's/^#//' second.env) || fail "init is not the same twice"
