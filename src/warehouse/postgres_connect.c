/* From a URL to a session.
 *
 * The URL goes to libpq as it is; what it leaves open is decided here: a server that is not on this
 * machine has to prove who it is, and a connection is not waited for for ever. */
#include "warehouse/postgres_parts.h"

#include "base/arena.h"
#include "base/log.h"

#include <unistd.h>

#define CONNECT_TIMEOUT_S "10"
#define OLDEST_SERVER 130000

/* The same on every server, whatever its settings are. */
static const char *const SETTINGS[][2] = {
    {"TimeZone", "'UTC'"},
    {"DateStyle", "'ISO, YMD'"},
    {"extra_float_digits", "1"},
    {"standard_conforming_strings", "on"},
    {"client_min_messages", "error"},
    {"lock_timeout", "'10s'"},
    {"statement_timeout", "'1h'"},
    {"idle_in_transaction_session_timeout", "0"},
    /* one session at a time sorts and hashes whole sheets */
    {"work_mem", "'64MB'"},
    {"maintenance_work_mem", "'128MB'"},
    {"jit", "off"},
    /* grouping by day gives few rows, where the planner fears many and does not share the work */
    {"parallel_tuple_cost", "0.02"},
    /* for the plans of this very run; see postgres_analyze() */
    {"default_statistics_target", "20"},
    /* what a run looks up was read or written just now, and is in memory */
    {"random_page_cost", "1.1"},
};

/* ---- what the URL says ---- */

static const char *find_option(const PQconninfoOption *options, const char *keyword) {
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val && *options->val ? options->val : NULL;
    return NULL;
}

static bool has_environment(const char *name) {
    const char *value = getenv(name);
    return value && *value;
}

static bool is_local_host(struct span host) {
    static const char *const names[] = {"", "localhost", "127.0.0.1", "::1"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (span_equal(host, span_from(names[i])))
            return true;
    return host.data[0] == '/' || host.data[0] == '@';
}

/* "a,b,c": local when all of them are. */
static bool are_local_hosts(const char *hosts) {
    for (;;) {
        size_t size = strcspn(hosts, ",");
        if (!is_local_host((struct span){hosts, size}))
            return false;
        if (hosts[size] == '\0')
            return true;
        hosts += size + 1;
    }
}

static const char *find_or(const PQconninfoOption *options, const char *keyword,
                           const char *variable) {
    const char *value = find_option(options, keyword);
    return value ? value : has_environment(variable) ? getenv(variable) : "";
}

static bool is_local(const PQconninfoOption *options) {
    return are_local_hosts(find_or(options, "host", "PGHOST")) &&
           are_local_hosts(find_or(options, "hostaddr", "PGHOSTADDR"));
}

/* libpq 15 has no word for the system's certificates, and looks into the user's folder alone. */
static const char *find_system_certificates(void) {
    static const char *const paths[] = {"/etc/ssl/certs/ca-certificates.crt",
                                        "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};
    const char *home = getenv("HOME");
    char own[4096];
    snprintf(own, sizeof own, "%s/.postgresql/root.crt", home ? home : "");
    if (has_environment("PGSSLROOTCERT") || access(own, R_OK) == 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        if (access(paths[i], R_OK) == 0)
            return paths[i];
    return NULL;
}

/* ---- what is added to it ---- */

struct parameters {
    const char *keywords[64], *values[64];
    size_t count;
};

static void add_parameter(struct parameters *parameters, const char *keyword, const char *value) {
    if (!value || parameters->count + 1 == COUNT_OF(parameters->keywords))
        return;
    parameters->keywords[parameters->count] = keyword;
    parameters->values[parameters->count++] = value;
}

static bool is_weak(const char *sslmode) {
    return strcmp(sslmode, "disable") == 0 || strcmp(sslmode, "allow") == 0 ||
           strcmp(sslmode, "prefer") == 0;
}

static void add_encryption(struct parameters *parameters, const PQconninfoOption *options) {
    const char *chosen = find_or(options, "sslmode", "PGSSLMODE");
    if (is_local(options))
        return;
    if (!*chosen) {
        add_parameter(parameters, "sslmode", "verify-full");
        if (!find_option(options, "sslrootcert"))
            add_parameter(parameters, "sslrootcert", find_system_certificates());
    } else if (is_weak(chosen)) {
        log_line(LOG_LEVEL_WARN, "weak_encryption",
                 "sslmode=%s: what goes to %s and back can be read and changed on the way; leave "
                 "sslmode out, or say verify-full",
                 chosen, find_or(options, "host", "PGHOST"));
    }
}

static void add_options(struct parameters *parameters, const PQconninfoOption *options) {
    for (const PQconninfoOption *option = options; option->keyword; option++)
        add_parameter(parameters, option->keyword, option->val);
}

static void choose_parameters(struct parameters *parameters, const PQconninfoOption *options) {
    add_options(parameters, options);
    add_encryption(parameters, options);
    if (!*find_or(options, "connect_timeout", "PGCONNECT_TIMEOUT"))
        add_parameter(parameters, "connect_timeout", CONNECT_TIMEOUT_S);
    if (!find_option(options, "keepalives_idle"))
        add_parameter(parameters, "keepalives_idle", "30");
    add_parameter(parameters, "fallback_application_name", "goldleaf");
    add_parameter(parameters, "client_encoding", "UTF8");
}

/* libpq's own "prefer" for the case that nobody chose an sslmode is no choice. */
static void forget_default_encryption(PQconninfoOption *options) {
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, "sslmode") == 0 && options->val &&
            strcmp(options->val, "prefer") == 0)
            *options->val = '\0';
}

/* With what the service of pg_service.conf says that the URL or PGSERVICE names, such as the host.
 * Only a connection knows that; it is given up before anything is sent. */
static PQconninfoOption *add_service(struct postgres_warehouse *self, PQconninfoOption *options) {
    struct parameters parameters = {0};
    if (!*find_or(options, "service", "PGSERVICE"))
        return options;
    bool is_chosen = *find_or(options, "sslmode", "PGSSLMODE");
    add_options(&parameters, options);
    PGconn *begun = self->pq.connectStartParams(parameters.keywords, parameters.values, 0);
    PQconninfoOption *all = self->pq.conninfo(begun);
    self->pq.finish(begun);
    if (!find_option(all, "port")) { /* there is no such service; connecting will say so */
        self->pq.conninfoFree(all);
        return options;
    }
    self->pq.conninfoFree(options);
    if (!is_chosen)
        forget_default_encryption(all);
    return all;
}

/* "postgresql://host:5432/sales", for messages. */
static char *make_location(const PQconninfoOption *options) {
    const char *host = find_or(options, "host", "PGHOST"),
               *port = find_or(options, "port", "PGPORT");
    const char *database = find_or(options, "dbname", "PGDATABASE");
    struct buf text = {0};
    bool is_socket = *host == '/' || *host == '@';
    buf_printf(&text, "postgresql://%s%s%s/%s", is_socket ? "" : host,
               *port && !is_socket ? ":" : "", is_socket ? "" : port, database);
    if (is_socket)
        buf_printf(&text, "?host=%s", host);
    return text.data;
}

/* An @ or / that stands in a password as it is ends the password for libpq, and what is behind it
 * becomes host, port or database, which messages name. Then an @ is left where none belongs. */
static bool is_password_cut(const char *url) {
    const char *rest = strstr(url, "://") + 3;
    const char *end = rest + strcspn(rest, "@/");
    rest = *end == '@' ? end + 1 : rest;
    return memchr(rest, '@', strcspn(rest, "?"));
}

static bool open_connection(struct postgres_warehouse *self, const char *url, struct err *err) {
    char *fault = NULL;
    PQconninfoOption *options = is_password_cut(url) ? NULL : self->pq.conninfoParse(url, &fault);
    self->pq.freemem(fault); /* it may quote a piece of the password */
    if (!options) {
        self->base.location = strdup("DATABASE_URL");
        err_set(err, ERR_USAGE, "DATABASE_URL is not a URL that PostgreSQL's library understands");
        return err_hint(err, "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE; in the password "
                             "@ is %%40, : is %%3A, / is %%2F, %% is %%25");
    }
    options = add_service(self, options);
    struct parameters parameters = {0};
    const char *secret = find_option(options, "password");
    self->base.location = make_location(options);
    self->secret = secret ? strdup(secret) : NULL;
    choose_parameters(&parameters, options);
    self->connection = self->pq.connectdbParams(parameters.keywords, parameters.values, 0);
    self->pq.conninfoFree(options);
    if (self->pq.status(self->connection) == CONNECTION_OK)
        return true;
    postgres_fail(self, NULL, err);
    err->class = strstr(err->message, "starting up") ? ERR_DATABASE_RETRY : ERR_DATABASE;
    return err_hint(err, "check that the server runs and that DATABASE_URL names host, port, "
                         "database, user and password rightly; `goldleaf doctor` looks closer");
}

/* ---- the session ---- */

static bool check_server(struct postgres_warehouse *self, struct err *err) {
    const char *encoding = self->pq.parameterStatus(self->connection, "server_encoding");
    if (self->pq.serverVersion(self->connection) < OLDEST_SERVER) {
        err_set(err, ERR_DATABASE, "%s: PostgreSQL %d is too old", self->base.location,
                self->pq.serverVersion(self->connection) / 10000);
        return err_hint(err, "13 or newer is needed");
    }
    /* SQL_ASCII keeps bytes as they are, and ours are UTF-8 already. */
    if (encoding && strcmp(encoding, "UTF8") != 0 && strcmp(encoding, "SQL_ASCII") != 0) {
        err_set(err, ERR_DATABASE,
                "%s: the database's encoding is %s, which cannot hold every text",
                self->base.location, encoding);
        return err_hint(err, "make one with `createdb --encoding=UTF8 --template=template0`");
    }
    return true;
}

/* The schema to work in, and what the server can do. What is made in pg_temp is gone with the
 * session, and whoever looks for it later finds nothing.
 */
static bool look_around(struct postgres_warehouse *self, struct err *err) {
    PGresult *rows = NULL;
    static const char sql[] = "SELECT CASE WHEN current_schema() !~ '^pg_' THEN current_schema()"
                              " END, to_regproc('create_distributed_table') IS NOT NULL,"
                              " EXISTS (SELECT FROM pg_settings WHERE name ="
                              " 'default_toast_compression' AND 'lz4' = ANY (enumvals))";
    if (!postgres_query(self, sql, 0, NULL, &rows, err))
        return false;
    bool is_found = rows && self->pq.ntuples(rows) == 1 && !self->pq.getisnull(rows, 0, 0);
    if (is_found) {
        self->base.schema = strdup(self->pq.getvalue(rows, 0, 0));
        self->base.is_distributed = *self->pq.getvalue(rows, 0, 1) == 't';
        self->has_lz4 = *self->pq.getvalue(rows, 0, 2) == 't';
    }
    self->pq.clear(rows);
    if (is_found)
        return true;
    err_set(err, ERR_DATABASE, "%s: this role has no schema to work in", self->base.location);
    return err_hint(err, "CREATE SCHEMA, or set the role's search_path to one that exists");
}

void postgres_add_settings(const struct postgres_warehouse *self, struct buf *sql) {
    buf_add_text(sql, "SET LOCAL search_path TO ");
    sql_add_name(sql, self->base.schema);
    for (size_t i = 0; i < COUNT_OF(SETTINGS); i++)
        buf_printf(sql, "; SET LOCAL %s TO %s", SETTINGS[i][0], SETTINGS[i][1]);
    /* hashes cannot be compressed, and this finds that out an order of magnitude sooner */
    if (self->has_lz4)
        buf_add_text(sql, "; SET LOCAL default_toast_compression TO lz4");
}

static void drop_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

bool postgres_connect(struct postgres_warehouse *self, const char *url, struct err *err) {
    if (!open_connection(self, url, err) || !check_server(self, err))
        return false;
    self->pq.setNoticeProcessor(self->connection, drop_notice, NULL);
    self->pq.setnonblocking(self->connection, 1);
    return look_around(self, err);
}
