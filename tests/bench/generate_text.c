/* Seeded randomness, buffered text and the calendar of the bench generator. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_ROOM ((size_t)1 << 20)

_Noreturn void generate_fail(const char *what, const char *detail) {
    fprintf(stderr, "generate: %s: %s\n", what, detail);
    exit(1);
}

void *memory_take_block(size_t count, size_t size) {
    void *block = calloc(count > 0 ? count : 1, size);
    if (block == NULL) {
        generate_fail("memory", "there is not enough of it");
    }
    return block;
}

char *memory_copy_string(const char *string) {
    size_t size = strlen(string) + 1;
    char *copy = memory_take_block(size, 1);
    memcpy(copy, string, size);
    return copy;
}

static uint64_t random_mix_bits(uint64_t bits) {
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return bits ^ (bits >> 31);
}

/* A stream per thing (ticket 17, order 4) and not one for the run: a ticket can be described again,
 * in any order, without keeping five million of them in memory. */
struct random random_start_stream(uint64_t seed, uint64_t stream, uint64_t index) {
    uint64_t state = random_mix_bits(seed + stream * UINT64_C(0x9E3779B97F4A7C15));
    return (struct random){.state = random_mix_bits(state ^ index) + index};
}

/* splitmix64 */
uint64_t random_take_bits(struct random *random) {
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    return random_mix_bits(random->state);
}

uint32_t random_take_below(struct random *random, uint32_t bound) {
    uint64_t high = random_take_bits(random) >> 32;
    return (uint32_t)((high * bound) >> 32);
}

/* From low to high, both included. */
int64_t random_take_span(struct random *random, int64_t low, int64_t high) {
    if (high <= low) {
        return low;
    }
    return low + (int64_t)random_take_below(random, (uint32_t)(high - low + 1));
}

/* Two draws added, which gives a hill and not a plain. In a function, because C does not say which
 * of two calls in an expression comes first, and the bytes must not hang on the compiler. */
int64_t random_take_hill(struct random *random, int64_t low, int64_t high) {
    int64_t first = random_take_span(random, low, high);
    int64_t second = random_take_span(random, low, high);
    return (first + second) / 2;
}

bool random_hit_permille(struct random *random, uint32_t permille) {
    return random_take_below(random, 1000) < permille;
}

void text_open_file(struct text *text, const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 6;
    *text = (struct text){.room = TEXT_ROOM};
    text->path = memory_take_block(size, 1);
    snprintf(text->path, size, "%s/%s.csv", folder, name);
    text->data = memory_take_block(text->room, 1);
    text->file = fopen(text->path, "wb");
    if (text->file == NULL) {
        generate_fail("cannot write", text->path);
    }
    setvbuf(text->file, NULL, _IONBF, 0);
}

void text_open_memory(struct text *text) {
    *text = (struct text){.room = TEXT_ROOM};
    text->data = memory_take_block(text->room, 1);
}

static void text_flush_file(struct text *text) {
    if (text->used > 0 && fwrite(text->data, 1, text->used, text->file) != text->used) {
        generate_fail("cannot write", text->path);
    }
    text->used = 0;
}

void text_close(struct text *text) {
    if (text->file != NULL) {
        text_flush_file(text);
        if (fclose(text->file) != 0) {
            generate_fail("cannot write", text->path);
        }
    }
    free(text->data);
    free(text->path);
    *text = (struct text){0};
}

static void text_make_room(struct text *text, size_t length) {
    if (text->file != NULL) {
        text_flush_file(text);
    }
    if (text->used + length <= text->room) {
        return;
    }
    while (text->used + length > text->room) {
        text->room *= 2;
    }
    text->data = realloc(text->data, text->room);
    if (text->data == NULL) {
        generate_fail("memory", "there is not enough of it");
    }
}

void text_put_bytes(struct text *text, const char *bytes, size_t length) {
    if (text->used + length > text->room) {
        text_make_room(text, length);
    }
    memcpy(text->data + text->used, bytes, length);
    text->used += length;
}

void text_put_string(struct text *text, const char *string) {
    text_put_bytes(text, string, strlen(string));
}

void text_put_char(struct text *text, char letter) {
    text_put_bytes(text, &letter, 1);
}

void text_put_number(struct text *text, uint64_t number) {
    char digits[24];
    size_t place = sizeof digits;
    do {
        digits[--place] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_put_bytes(text, digits + place, sizeof digits - place);
}

void text_put_id(struct text *text, const char *prefix, uint64_t number) {
    text_put_string(text, prefix);
    text_put_number(text, number);
}

void text_put_money(struct text *text, uint64_t cents) {
    char tail[3] = {'.', (char)('0' + cents / 10 % 10), (char)('0' + cents % 10)};
    text_put_number(text, cents / 100);
    text_put_bytes(text, tail, sizeof tail);
}

static void digits_put_pair(char *out, int number) {
    out[0] = (char)('0' + number / 10 % 10);
    out[1] = (char)('0' + number % 10);
}

static void digits_put_date(char *out, int64_t day) {
    struct day_parts parts = day_split_parts(day);
    digits_put_pair(out, parts.year / 100);
    digits_put_pair(out + 2, parts.year);
    out[4] = '-';
    digits_put_pair(out + 5, parts.month);
    out[7] = '-';
    digits_put_pair(out + 8, parts.day);
}

void text_put_date(struct text *text, int64_t day) {
    char out[10];
    digits_put_date(out, day);
    text_put_bytes(text, out, sizeof out);
}

void text_put_moment(struct text *text, int64_t second) {
    char out[19];
    int clock = (int)(second % DAY_SECONDS);
    digits_put_date(out, second / DAY_SECONDS);
    out[10] = ' ';
    digits_put_pair(out + 11, clock / 3600);
    out[13] = ':';
    digits_put_pair(out + 14, clock / 60 % 60);
    out[16] = ':';
    digits_put_pair(out + 17, clock % 60);
    text_put_bytes(text, out, sizeof out);
}

/* Days since 1970-01-01 in the Gregorian calendar; the year is taken to start in March, so that the
 * leap day is its last one. */
int64_t day_from_parts(int year, int month, int day) {
    int64_t march_year = month > 2 ? year : year - 1;
    int64_t era = march_year / 400;
    int64_t year_of_era = march_year - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

struct day_parts day_split_parts(int64_t day) {
    int64_t shifted = day + 719468;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct day_parts parts;
    parts.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    parts.month = (int)(month < 10 ? month + 3 : month - 9);
    parts.year = (int)(year_of_era + era * 400 + (month >= 10 ? 1 : 0));
    return parts;
}
