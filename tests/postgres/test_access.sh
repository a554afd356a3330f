#!/usr/bin/env bash
# What a server may refuse: password, database, rights, writing, encoding. Each has its exit code, a
# message that names the cause, a hint what to do, and never the password.
. "$(dirname "$0")/lib.sh"

own_server --tcp
port=$(<"$own/port")
socket=$(<"$own/folder")/socket

# at USER PASSWORD DATABASE: the URL over TCP, where a password is asked for.
at() {
    printf 'postgresql://%s%s@127.0.0.1:%s/%s' "$1" "${2:+:$2}" "$port" "$3"
}

refused() { # CODE MESSAGE HINT ARG...
    local code=$1 message=$2 hint=$3
    shift 3
    run "$code" "$@"
    expect_match 'message' "$message" "$err"
    expect_match 'hint' "$hint" "$err"
}

# ---- who are you? ----

check_passwords() {
    context=password
    sql "CREATE ROLE loader LOGIN PASSWORD 'p@ss:w/rd%40 ''\\?#&é'; CREATE SCHEMA sales AUTHORIZATION loader;
         ALTER ROLE loader SET search_path = sales"
    local right='p%40ss%3Aw%2Frd%2540%20%27%5C%3F%23%26%C3%A9'
    secret='p@ss:w/rd%40'
    run 0 all --inputs monday --database "$(at loader "$right" test)"
    run 0 status --database "$(at loader "$right" test)"
    # the encoded form is no less of a secret
    secret=$right
    run 0 all --inputs monday --database "$(at loader "$right" test)" --verbose --format json
    secret=wr0ng
    refused 7 'password authentication failed for user .*loader' 'check user and password|check that the server' \
        all --inputs monday --database "$(at loader wr0ng test)"
    refused 7 'password authentication failed' 'check' status --database "$(at loader wr0ng test)"
    run 1 doctor --database "$(at loader wr0ng test)"
    expect_match 'what doctor found' 'password authentication failed' "$out"
    refused 7 'no password supplied' 'check' all --inputs monday --database "$(at loader '' test)"
    secret=hidden
    PGPASSWORD=hidden refused 7 'password authentication failed' 'check' \
        all --inputs monday --database "$(at loader '' test)"
    # @ and / as they are, so that a piece of the password stands where host, port or database do
    secret=half
    local typed
    for typed in 'a@half' 'a/half' '1/half' '1/a@half' 'a@/half' 'a?b@half' 'half@a' 'half/a'; do
        refused 2 'DATABASE_URL is not a URL' '%40' \
            all --inputs monday --database "postgresql://loader:$typed@127.0.0.1:$port/test"
        refused 2 'DATABASE_URL is not a URL' '%40' status --database "postgresql://:$typed@/test"
    done
    secret='%zz'
    refused 2 'DATABASE_URL is not a URL' '%40' \
        all --inputs monday --database "postgresql://loader:%zz@127.0.0.1:$port/test"
    secret=
    context=
}

check_places() {
    context=places
    refused 7 'database "nowhere" does not exist' 'createdb|check that' \
        all --inputs monday --database "postgresql://goldleaf@/nowhere?host=$socket&port=$port"
    refused 7 'role "nobody_here" does not exist' 'check' \
        all --inputs monday --database "postgresql://nobody_here@/test?host=$socket&port=$port"
    refused 7 'Connection refused' 'check that the server runs' \
        all --inputs monday --database postgresql://goldleaf@127.0.0.1:1/test
    refused 7 'could not translate host name|Name or service' 'check' \
        all --inputs monday --database postgresql://goldleaf@no-such-host.invalid/test
    # a server that must prove who it is, and cannot
    refused 7 'SSL' 'check' all --inputs monday \
        --database "postgresql://goldleaf@127.0.0.1:$port/test?sslmode=require"
    refused 7 'no schema to work in' 'CREATE SCHEMA' all --inputs monday \
        --database "postgresql://goldleaf@/test?host=$socket&port=$port&options=-csearch_path%3Dnone"
    refused 7 'no schema to work in' 'CREATE SCHEMA' all --inputs monday \
        --database "postgresql://goldleaf@/test?host=$socket&port=$port&options=-csearch_path%3Dpg_temp,public"
    refused 7 'no warehouse in this database' 'goldleaf all' status \
        --database "postgresql://goldleaf@/postgres?host=$socket&port=$port"
    context=
}

# A service of pg_service.conf has its host there; what it leaves open is as of any other URL.
check_service() {
    context=service
    printf '[far]\nhost=db.example.org\nhostaddr=127.0.0.1\nport=%s\nuser=goldleaf\ndbname=test\n' \
        "$port" >services
    { sed 's/far/lax/' services && printf 'sslmode=disable\npassword=hidden\n'; } >>services
    printf '[near]\nhost=%s\nport=%s\nuser=loader\ndbname=test\n' "$socket" "$port" >>services
    export PGSERVICEFILE=$PWD/services
    refused 7 'db.example.org:.* SSL was required' 'check' status --database 'postgresql:///?service=far'
    PGSERVICE=far refused 7 'SSL was required' 'check' status --database postgresql:///
    refused 7 'no password supplied' 'check' status --database 'postgresql:///?service=far&sslmode=prefer'
    PGSSLMODE=prefer refused 7 'no password supplied' 'check' \
        status --database 'postgresql:///?service=far'
    secret=hidden
    refused 7 'password authentication failed' 'sslmode=disable: what goes to db.example.org' \
        status --database 'postgresql:///?service=lax'
    secret=
    run 0 status --database 'postgresql:///?service=near'
    refused 7 'service "none" not found' 'check' status --database 'postgresql:///?service=none'
    unset PGSERVICEFILE
    context=
}

# ---- may you? ----

local_url() { # USER
    printf 'postgresql://%s@/test?host=%s&port=%s' "$1" "$socket" "$port"
}

grant_reader() {
    sql "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA sales TO reader;
         ALTER ROLE reader SET search_path = sales;
         GRANT SELECT ON ALL TABLES IN SCHEMA sales TO reader;
         REVOKE TEMPORARY ON DATABASE test FROM PUBLIC"
}

check_rights() {
    context=rights
    sql "CREATE ROLE guest LOGIN; CREATE SCHEMA guests; GRANT USAGE ON SCHEMA guests TO guest;
         ALTER ROLE guest SET search_path = guests"
    refused 7 'permission denied for schema guests' 'lacks a right' \
        all --inputs monday --database "$(local_url guest)"
    expect 'tables that it left' 0 "$(sql "SELECT count(*) FROM pg_class
        WHERE relnamespace = 'guests'::regnamespace")"
    grant_reader
    # and doctor knows what a run needs
    run 1 doctor --database "$(local_url loader)"
    expect_match 'what doctor found' 'warn +database: .* not written .*TEMPORARY' "$(tr -s '\n ' ' ' <"$work/out")"
    sql 'GRANT TEMPORARY ON DATABASE test TO loader'
    run 1 doctor --database "$(local_url loader)"
    expect_match 'what doctor found' 'ok +database: .* read and written' "$(tr -s '\n ' ' ' <"$work/out")"
    run 0 all --inputs tuesday --database "$(local_url loader)"
    context='a role that only reads'
    read_schema sales before.state
    run 0 status --database "$(local_url reader)"
    run 0 rejects --database "$(local_url reader)"
    run 0 diff --database "$(local_url reader)"
    run 0 report --database "$(local_url reader)" -o page.html
    run 0 export gold_event_sales --database "$(local_url reader)"
    expect_match 'export' '^event_id,' "$out"
    run 0 export bronze_tickets --snapshot 1 --database "$(local_url reader)"
    run 0 blame event_sales "$(sql 'SELECT min(event_id) FROM sales.gold_event_sales')" net_revenue \
        --database "$(local_url reader)"
    run 0 all --inputs wednesday --dry-run --database "$(local_url reader)"
    refused 7 'permission denied' 'lacks a right' \
        all --inputs wednesday --database "$(local_url reader)"
    read_schema sales after.state
    expect_state 'what a reader left' before.state after.state
    context='a role that lost one right'
    sql 'REVOKE UPDATE ON sales.gold_event_sales FROM loader; REVOKE INSERT ON sales.gold_event_sales FROM loader'
    refused 7 'permission denied for table gold_event_sales' 'lacks a right' \
        all --inputs wednesday --database "$(local_url loader)"
    read_schema sales after.state
    expect_state 'what it left' before.state after.state
    sql 'GRANT UPDATE, INSERT ON sales.gold_event_sales TO loader'
    run 0 all --inputs wednesday --database "$(local_url loader)"
    context=
}

# What is wrong with a statement is the server's to say, and it is said.
check_words() {
    context='words of the server'
    sql 'REVOKE SELECT ON sales.audit_headers FROM reader'
    refused 7 'permission denied for table audit_headers' 'lacks a right' \
        export audit_headers --database "$(local_url reader)"
    cp -r "$source_dir/src/models/ticketing" foreign
    sed -i "s/SUM(impressions)/SUM(impressions + 0 * strftime('%s', 'now'))/" foreign/gold/campaign_roi.sql
    refused 7 'function strftime\(unknown, unknown\) does not exist' 'gold/campaign_roi.sql' \
        all --inputs monday --model ./foreign --database "$(local_url loader)"
    context=
}

check_read_only() {
    context='read only'
    read_schema sales before.state
    sql 'ALTER ROLE loader SET default_transaction_read_only = on'
    refused 7 'read-only transaction' 'standby|read only' \
        all --inputs monday --database "$(local_url loader)"
    run 0 status --database "$(local_url loader)"
    run 0 all --inputs monday --dry-run --database "$(local_url loader)"
    sql 'ALTER ROLE loader RESET default_transaction_read_only'
    read_schema sales after.state
    expect_state 'what it left' before.state after.state
    context=
}

# Whatever role and database have as their settings, numbers and times are read as they are.
check_odd_settings() {
    context='odd settings'
    sql "ALTER DATABASE test SET DateStyle = 'German, DMY'; ALTER DATABASE test SET TimeZone = 'Asia/Kolkata';
         ALTER DATABASE test SET IntervalStyle = 'iso_8601'; ALTER DATABASE test SET extra_float_digits = -3;
         ALTER DATABASE test SET bytea_output = 'escape'; ALTER DATABASE test SET xmloption = 'document';
         ALTER DATABASE test SET client_encoding = 'LATIN1';
         ALTER DATABASE test SET standard_conforming_strings = off;
         ALTER DATABASE test SET lock_timeout = '1ms'; ALTER DATABASE test SET statement_timeout = '50ms';
         ALTER DATABASE test SET idle_in_transaction_session_timeout = '10ms';
         ALTER DATABASE test SET default_transaction_isolation = 'serializable'"
    run 0 export gold_event_sales --database "$(local_url reader)"
    cp "$work/out" with.csv
    run 0 export silver_tickets --database "$(local_url reader)"
    cp "$work/out" with_tickets.csv
    run 0 all --inputs tuesday --database "$(local_url loader)"
    run 0 all --inputs wednesday --full-refresh --database "$(local_url loader)"
    PGOPTIONS= psql -Xq "postgresql://goldleaf@/postgres?host=$socket&port=$port" -c 'ALTER DATABASE test RESET ALL'
    run 0 export gold_event_sales --database "$(local_url reader)"
    expect_state 'gold' with.csv "$work/out"
    run 0 export silver_tickets --database "$(local_url reader)"
    expect_state 'tickets' with_tickets.csv "$work/out"
    context=
}

# ---- encodings ----

check_encodings() {
    context=SQL_ASCII
    local there="postgresql://goldleaf@/ascii?host=$socket&port=$port"
    sql "CREATE DATABASE ascii ENCODING SQL_ASCII TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    sql "CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    printf 'artist_id,name,genre,country,created_at,N\xc3\xb6tiz\nA-\xc3\xa9,\xf0\x9f\x8e\xb8 \xe4\xb8\xad,,,,\xe2\x80\xae\n' \
        >wednesday/artists.csv
    run 0 all --inputs wednesday --database "$there"
    run 0 export bronze_artists --database "$there"
    expect_state 'artists as they were' wednesday/artists.csv "$work/out"
    context=LATIN1
    refused 7 'encoding is LATIN1' 'encoding=UTF8' all --inputs monday \
        --database "postgresql://goldleaf@/latin?host=$socket&port=$port"
    expect 'tables that it left' 0 "$(sql "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" \
        "postgresql://goldleaf@/latin?host=$socket&port=$port")"
    context=
}

make_inputs monday 1500
edit_inputs monday tuesday 1
edit_inputs tuesday wednesday 2
check_passwords
check_places
check_service
check_rights
check_words
check_read_only
check_odd_settings
check_encodings
finish
