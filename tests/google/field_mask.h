/* The `fields` parameter: sheets(properties.title,data), "a/b" like "a.b", "*" for everything. */
#ifndef LOOPBACK_FIELD_MASK_H
#define LOOPBACK_FIELD_MASK_H

#include "json/json.h"

/* A name that is let through; with children, only those of its members that they name. */
struct mask {
    struct span name;
    struct mask *children;
    struct mask *next;
};

/* The names at the top; NULL lets everything through. False: not a mask. */
bool field_mask_parse(struct arena *arena, struct span text, struct mask **mask);

/* True when a member passes; `*below` is then what holds for its own members. */
bool field_mask_passes(const struct mask *mask, struct span name, const struct mask **below);

/* Writes a value without the members that do not pass. */
void field_mask_write(struct json_writer *writer, const char *name, const struct json *json,
                      const struct mask *mask);

#endif
