/* What goes wrong, and when: the script. See README.md for its words. */
#ifndef LOOPBACK_FAULTS_H
#define LOOPBACK_FAULTS_H

#include "google_error.h"
#include "values_write.h"

enum fault_kind {
    FAULT_STATUS,
    FAULT_ERROR,
    FAULT_HTML,
    FAULT_REDIRECT,
    FAULT_TRUNCATE,
    FAULT_SHORT_JSON,
    FAULT_BAD_JSON,
    FAULT_TRUNCATE_GZIP,
    FAULT_CORRUPT_GZIP,
    FAULT_GZIP_BOMB,
    FAULT_GZIP_NOT_GZIP,
    FAULT_WRONG_LENGTH,
    FAULT_CHUNKED,
    FAULT_RESET,
    FAULT_CLOSE,
    FAULT_STALL,
    FAULT_STALL_BODY,
    FAULT_DRIP,
    FAULT_EXPIRE,
    FAULT_CLOCK,
    FAULT_EDIT,
    FAULT_DELAY,
};

#define FAULT_MAX_ARGUMENTS 3

struct fault {
    enum fault_kind kind;
    const char *arguments[FAULT_MAX_ARGUMENTS]; /* NULL: not given */
    struct fault *next;
};

/* Which requests a line is for. */
struct fault_time {
    enum endpoint endpoint; /* ENDPOINT_COUNT: any */
    uint64_t nth;           /* of that endpoint; counted over all when it is any */
};

/* Reads the script and finds what applies to a request, in the script's order. NULL for a script
 * that is not there is fine: nothing goes wrong. ERR_USAGE with the line. */
bool faults_read(struct arena *arena, const char *path, enum endpoint endpoint, uint64_t nth,
                 uint64_t total, struct fault **faults, struct err *err);

/* The number that an argument is, or `otherwise` when it is not given. */
double fault_number(const struct fault *fault, size_t argument, double otherwise);

bool faults_have(const struct fault *faults, enum fault_kind kind);

/* Sets what an answer's writer has to do wrong. */
void faults_set_quirks(const struct fault *faults, struct quirks *quirks);

/* Answers in place of the endpoint, if a fault says so. `folder` is where json:FILE is. */
bool faults_replace(const struct fault *faults, enum endpoint endpoint, const char *folder,
                    struct reply *reply);

/* Spoils the body before it is compressed, and what goes over the wire after. */
void faults_spoil_text(const struct fault *faults, struct reply *reply);
void faults_spoil_wire(const struct fault *faults, struct reply *reply);

/* True for a kind of bad JSON that there is. */
bool faults_has_bad_json(const char *kind);

#endif
