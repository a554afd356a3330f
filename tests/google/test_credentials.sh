#!/usr/bin/env bash
# What may be shown to Google, in every form it comes in; what cannot be used, and who says so; and
# that the first one that is set counts, whatever stands in the others.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || {
    echo "skipped: no openssl"
    exit 77
}
make_shop
fault
umask 077

# The key in other forms, and files that only look like one.
"$python" - <<'PY'
import base64, json, subprocess, textwrap

key = json.load(open("key.json"))
pem = key["private_key"]


def openssl(*words, pem=pem):
    return subprocess.run(["openssl", *words], input=pem.encode(), check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()


def write(name, text):
    with open(name, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def variant(name, without=(), **changes):
    fields = {k: v for k, v in {**key, **changes}.items() if k not in without}
    write(name + ".json", json.dumps(fields))


text = open("key.json").read()
variant("pkcs1", private_key=openssl("rsa", "-traditional"))
variant("no-end-of-line", private_key=pem.rstrip("\n"))
variant("windows", private_key=pem.replace("\n", "\r\n"))
variant("escaped-twice", private_key=pem.replace("\n", "\\n"))
variant("no-key-id", without=["private_key_id", "client_id", "auth_uri", "token_uri",
                              "universe_domain", "project_id"])
variant("old-token-uri", token_uri="https://accounts.google.com/o/oauth2/token")
write("raw-newlines.json", text.replace("\\n", "\n"))
write("bom.json", b"\xef\xbb\xbf" + text.encode())
write("key.b64", base64.b64encode(text.encode()))
write("key.b64.lines", base64.encodebytes(text.encode()))

write("empty.json", "")
write("blank.json", " \n")
write("half.json", text[:len(text) // 2])
write("list.json", "[]")
write("twice.json", text.replace('"type"', '"type": "service_account", "type"', 1))
write("pem.json", pem)
write("large.json", text + " " * 1100000)
write("page.json", "<html>Sign in</html>")
write("client.json", '{"installed": {"client_id": "x", "client_secret": "hush-hush-hush-hush"}}')
variant("no-type", without=["type"])
variant("strange-type", type="robot")
variant("no-email", without=["client_email"])
variant("empty-email", client_email="")
variant("bad-email", client_email="robot")
variant("number-email", client_email=7)
variant("no-private-key", without=["private_key"])
variant("no-pem", private_key="secret words that are no key")
variant("cut-pem", private_key=pem[:600] + pem[-30:])
variant("public", private_key=openssl("rsa", "-pubout"))
variant("protected", private_key=openssl("rsa", "-aes128", "-passout", "pass:hush"))
variant("elliptic", private_key=openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                                        "ec_paramgen_curve:P-256", pem=""))
variant("small", private_key=openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                                     "rsa_keygen_bits:512", pem=""))
variant("universe", universe_domain="example.goog")
variant("elsewhere", token_uri="https://evil.example/token")
variant("elsewhere-close", token_uri="https://oauth2.googleapis.com.evil.example/token")
variant("elsewhere-http", token_uri="http://oauth2.googleapis.com/token")
for kind in ("external_account", "external_account_authorized_user", "gdch_service_account",
             "impersonated_service_account"):
    variant(kind, type=kind)
# good in itself, but not known to the server
other = openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", pem="")
variant("replaced", private_key=other)
variant("stranger", client_email="stranger@demo.iam.gserviceaccount.com")

login = {"type": "authorized_user", "client_id": "demo-client", "client_secret": "demo-secret",
         "refresh_token": "demo-refresh"}
write("user.json", json.dumps(login))
write("user-revoked.json", json.dumps({**login, "refresh_token": "an-old-refresh-token-of-somebody"}))
write("user-half.json", json.dumps({k: v for k, v in login.items() if k != "refresh_token"}))
write("user-elsewhere.json", json.dumps({**login, "token_uri": "https://evil.example/token"}))
lines = [line for line in pem.split("\n") if line and "-----" not in line]
write("pieces", "\n".join(line[i:i + 40] for line in lines for i in (0, 12, 24) if len(line) >= i + 40))
PY
mkfifo pipe.json
mkdir folder.json
cat >print-token <<SH
curl -s --noproxy '*' "$endpoint/token" -d grant_type=refresh_token -d client_id=demo-client \\
    -d client_secret=demo-secret -d refresh_token=demo-refresh |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/'
SH

no_key_shows() {
    ! grep -qFf pieces err out || fail "a piece of the key is shown"
    ! grep -qE 'hush|demo-secret|demo-refresh|old-refresh' err out || fail "a secret is shown"
}

# The variables of one run; what is not set is unset.
credential() {
    unset GOOGLE_APPLICATION_CREDENTIALS GOLDLEAF_CREDENTIALS GOLDLEAF_TOKEN_COMMAND GOLDLEAF_SUBJECT
    local setting
    for setting; do export "${setting?}"; done
}

# ---- good ones ----

# good NAME SETTING...
good() {
    case_begin "good: $1"
    shift
    credential "$@"
    fault
    pull 0
    err_is_empty
    asked values 1
    check_complete
}
for form in key pkcs1 no-end-of-line windows escaped-twice no-key-id old-token-uri raw-newlines bom user; do
    good "file: $form" GOOGLE_APPLICATION_CREDENTIALS="$form.json"
done
good 'whole path' GOOGLE_APPLICATION_CREDENTIALS="$work/key.json"
for form in key pkcs1 escaped-twice raw-newlines bom user; do
    good "text: $form" GOLDLEAF_CREDENTIALS="$(<"$form.json")"
done
for form in key.b64 key.b64.lines; do
    good "base64: $form" GOLDLEAF_CREDENTIALS="$(<$form)"
done
good 'token command' GOLDLEAF_TOKEN_COMMAND='sh ./print-token'
good 'token command, blanks around it' GOLDLEAF_TOKEN_COMMAND='echo; sh ./print-token; echo "  "'
good 'empty ones are not set' GOOGLE_APPLICATION_CREDENTIALS= GOLDLEAF_CREDENTIALS= \
    GOLDLEAF_TOKEN_COMMAND='sh ./print-token'

case_begin 'good: .env'
credential
printf 'SPREADSHEET=shop\nGOOGLE_APPLICATION_CREDENTIALS=%s\n' "$work/key.json" >.env
pull 0
check_complete
printf "GOLDLEAF_CREDENTIALS='%s'\n" "$(tr -d '\n' <key.json)" >.env
cp base.sqlite warehouse.sqlite
pull 0
check_complete
rm .env

# ---- unusable ones: 6, and the variable is named; nobody is asked, nothing is written ----

# unusable NAME MESSAGE HINT SETTING...
unusable() {
    local message=$2 hint=$3
    case_begin "unusable: $1"
    shift 3
    credential "$@"
    fault
    pull 6 --patience 0
    err_has "^goldleaf: error: ${1%%=*}[: ].*$message"
    err_has "^  hint: .*$hint"
    no_key_shows
    asked requests 0
    cmp -s base.sqlite warehouse.sqlite || fail "it wrote into the warehouse"
}

# file NAME | MESSAGE | HINT
file() { unusable "$1" "\($1\.json\): .*$2" "$3" GOOGLE_APPLICATION_CREDENTIALS="$1.json"; }
rows file <<'TABLE'
missing        | No such file | the path of the JSON key
folder         | not a regular file | takes the path of a file
pipe           | not a regular file | takes the path of a file
empty          | the file is empty | download the JSON key
blank          | this is not JSON | create a JSON key
half           | this is not JSON | create a JSON key
list           | there is no "type" | create a JSON key
page           | this is not JSON | create a JSON key
twice          | this is not JSON as Google writes it: .*type | create a JSON key
pem            | this is a bare key without its account | create a JSON key
large          | larger than 1 MiB | download the JSON key
client         | this is an OAuth client, not a key | create a JSON key
no-type        | there is no "type" | create a JSON key
strange-type   | type: "robot" is not known | create a JSON key
no-email       | client_email | create a JSON key
empty-email    | client_email: is empty | create a JSON key
bad-email      | client_email: is not an email address | create a JSON key
number-email   | client_email | create a JSON key
no-private-key | private_key | create a JSON key
no-pem         | private_key: the private key cannot be read as PEM | create a JSON key
cut-pem        | private_key: the private key cannot be read as PEM | create a JSON key
public         | private_key: the private key cannot be read as PEM | create a JSON key
protected      | private_key: the private key is protected with a passphrase | create a JSON key
elliptic       | private_key: the private key is not an RSA key | create a JSON key
small          | private_key: the private key has 512 bits | create a JSON key
universe       | universe_domain: is not googleapis\.com | create a JSON key
elsewhere      | token_uri: is not an address of Google's | do not use this file
elsewhere-close | token_uri: is not an address of Google's | do not use this file
elsewhere-http | token_uri: is not an address of Google's | do not use this file
user-elsewhere | token_uri: is not an address of Google's | do not use this file
user-half      | refresh_token | log in again
external_account | external_account \(workload identity\) is not supported | GOLDLEAF_TOKEN_COMMAND=
external_account_authorized_user | workforce identity\) is not supported | GOLDLEAF_TOKEN_COMMAND=
impersonated_service_account | is not supported | --impersonate-service-account
gdch_service_account | belongs to another cloud | create a JSON key
TABLE

unusable 'content in place of a path' 'takes the path of a file, not its content' 'GOLDLEAF_CREDENTIALS' \
    GOOGLE_APPLICATION_CREDENTIALS="$(<key.json)"
unusable 'base64 in place of a path' 'takes the path of a file, not its content' 'GOLDLEAF_CREDENTIALS' \
    GOOGLE_APPLICATION_CREDENTIALS="$(<key.b64)"
unusable 'path in place of content' 'looks like a path' 'a path goes into GOOGLE_APPLICATION_CREDENTIALS' \
    GOLDLEAF_CREDENTIALS="$work/key.json"
unusable 'neither JSON nor base64' 'neither JSON nor base64' 'base64 -w0 key\.json' GOLDLEAF_CREDENTIALS='my key!'
unusable 'base64 of something else' 'base64, but of something that is not JSON' 'base64 -w0 key\.json' \
    GOLDLEAF_CREDENTIALS="$(base64 -w0 <pem.json)"
unusable 'text: half' 'this is not JSON' 'create a JSON key' GOLDLEAF_CREDENTIALS="$(<half.json)"
unusable 'text: elsewhere' "token_uri: is not an address of Google's" 'do not use this file' \
    GOLDLEAF_CREDENTIALS="$(<elsewhere.json)"
unusable 'subject of a user' 'works with a service account only' 'unset GOLDLEAF_SUBJECT' \
    GOLDLEAF_SUBJECT=boss@example.com GOOGLE_APPLICATION_CREDENTIALS=user.json
unusable 'subject of a command' 'works with a service account only' 'unset GOLDLEAF_SUBJECT' \
    GOLDLEAF_SUBJECT=boss@example.com GOLDLEAF_TOKEN_COMMAND='sh ./print-token'
unusable 'subject that is nobody' 'is not an email address' 'names the user' \
    GOLDLEAF_SUBJECT=boss GOOGLE_APPLICATION_CREDENTIALS=key.json
if [ "$(id -u)" -ne 0 ]; then
    cp key.json locked.json
    chmod 000 locked.json
    unusable 'not readable' 'Permission denied' 'chmod 600' GOOGLE_APPLICATION_CREDENTIALS=locked.json
fi

# ---- token commands that give none ----

# command NAME | COMMAND | MESSAGE | HINT
command_fails() {
    case_begin "token command: $1"
    credential GOLDLEAF_TOKEN_COMMAND="$2"
    fault
    pull 6 --patience 9
    err_has "^goldleaf: error: GOLDLEAF_TOKEN_COMMAND: $3"
    [ "$4" = - ] || err_has "^  hint: .*$4"
    asked requests 0
    check_untouched
}
rows command_fails <<'TABLE'
fails        | exit 3              | the command ended with status 3 | run it by hand
is not there | no-such-command-xyz | the command ended with status 127 | run it by hand
is killed    | kill -9 $$          | the command was ended by signal 9 | run it by hand
nothing      | true                | the command printed nothing | print an access token and nothing else
two words    | echo please log in  | the command printed more than one word | print an access token and nothing else
two lines    | echo a; echo b      | the command printed more than one word | print an access token and nothing else
a control sign | printf 'a\001b'   | the command printed more than one word | print an access token and nothing else
too much     | head -c 100000 /dev/zero | the command printed more than 64 KiB, which is no token | -
TABLE

case_begin 'token command: what it says is seen'
credential GOLDLEAF_TOKEN_COMMAND='echo "you are not logged in" >&2; exit 1'
pull 6
err_has '^you are not logged in$'

case_begin 'token command: not a good token'
credential GOLDLEAF_TOKEN_COMMAND='echo made-up-token-that-nobody-gave'
fault
pull 6 --patience 9
err_has 'Google does not take the access token'
err_lacks made-up
asked metadata 2 # another one is worth one try
check_untouched

# ---- good in form, but Google does not take them ----

# stranger NAME SETTING MESSAGE
stranger() {
    case_begin "refused: $1"
    credential "$2"
    fault
    pull 6 --patience 9
    err_has "$3"
    asked token 1
    asked metadata 0
    no_key_shows
    check_untouched
}
stranger 'replaced key' GOOGLE_APPLICATION_CREDENTIALS=replaced.json 'the signature of its key is not accepted'
stranger 'no such account' GOOGLE_APPLICATION_CREDENTIALS=stranger.json \
    'Google refuses the service account stranger@demo\.iam\.gserviceaccount\.com: there is no such account'
stranger 'revoked login' GOOGLE_APPLICATION_CREDENTIALS=user-revoked.json 'the login has expired or was revoked'

# ---- the first that is set counts ----

unusable 'the file comes first' 'No such file' 'the path of the JSON key' \
    GOOGLE_APPLICATION_CREDENTIALS=missing.json GOLDLEAF_CREDENTIALS="$(<key.json)" \
    GOLDLEAF_TOKEN_COMMAND='sh ./print-token'
unusable 'then the text' 'neither JSON nor base64' 'base64 -w0 key\.json' \
    GOLDLEAF_CREDENTIALS='my key!' GOLDLEAF_TOKEN_COMMAND='sh ./print-token'
good 'the file is enough' GOOGLE_APPLICATION_CREDENTIALS=key.json GOLDLEAF_CREDENTIALS='my key!' \
    GOLDLEAF_TOKEN_COMMAND='exit 3'
good 'the text is enough' GOLDLEAF_CREDENTIALS="$(<key.json)" GOLDLEAF_TOKEN_COMMAND='exit 3'

case_begin 'none'
credential
fault
pull 2
err_has '^goldleaf: error: there are no credentials for Google'
err_has '^  hint: set GOOGLE_APPLICATION_CREDENTIALS .*GOLDLEAF_CREDENTIALS .*GOLDLEAF_TOKEN_COMMAND'
asked requests 0

# ---- others can read it ----

cp key.json open.json
for mode in 644 640 604 606; do
    case_begin "mode $mode"
    chmod $mode open.json
    credential GOOGLE_APPLICATION_CREDENTIALS=open.json
    fault
    pull 0
    err_has '^goldleaf: warning: open\.json can be read by other users of this machine; chmod 600 open\.json$'
    check_complete
done

# ---- the endpoint: secrets go there ----

# endpoint NAME | VALUE
endpoint() {
    case_begin "endpoint: $1"
    credential GOOGLE_APPLICATION_CREDENTIALS=key.json
    GOLDLEAF_GOOGLE_ENDPOINT=$2 pull 2
    err_has '^goldleaf: error: GOLDLEAF_GOOGLE_ENDPOINT: neither https nor on this machine'
    err_has '^  hint: an address like http://127\.0\.0\.1:8080'
}
rows endpoint <<'TABLE'
in the clear     | http://sheets.googleapis.com
looks like here  | http://127.0.0.1.evil.example:80
another protocol | ftp://127.0.0.1:21
no protocol      | 127.0.0.1:8080
TABLE
finish
