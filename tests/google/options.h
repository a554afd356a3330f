/* The command line. Everything points into argv. */
#ifndef LOOPBACK_OPTIONS_H
#define LOOPBACK_OPTIONS_H

#include "base/err.h"

#define OPTIONS_MAX_KEYS 16

struct options {
    const char *root;      /* folder of the spreadsheets */
    const char *port_file; /* where the port is written, or NULL; so are the next ones */
    const char *make_key;  /* service-account file to make */
    const char *script;    /* faults */
    const char *log;       /* one line a request */
    const char *token_log; /* the tokens that were given */
    const char *email;     /* of the account that is made */
    const char *delegate;  /* the one user whom an account may act for */
    const char *keys[OPTIONS_MAX_KEYS];
    size_t key_count;
    unsigned port;         /* 0: any */
    unsigned delay_ms;     /* before every answer */
    unsigned threads;      /* answers being made at the same time */
    unsigned token_life_s; /* of an access token */
    unsigned idle_s;       /* without requests, until the program ends; 0: never */
    bool is_text;          /* every cell is a string */
};

/* ERR_USAGE with the reason. */
bool options_read(struct options *options, int count, char **words, struct err *err);

extern const char options_usage[];

#endif
