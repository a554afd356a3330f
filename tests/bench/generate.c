/* Generates the eight ticketing sheets: clean ones of any size to measure with, dirty ones to try
 * the rules on, and edited copies of clean ones. The same options give the same bytes, on any
 * machine. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage_text[] =
    "usage: generate --tickets N [--events N] [--seed S] [--dirt [--ledger FILE]] [--out DIR]\n"
    "       generate --edit PERCENT [--spread] --from DIR --out DIR2 [--seed S]\n";

struct options {
    const char *out;
    const char *from;
    const char *ledger;
    uint64_t tickets;
    uint64_t seed;
    uint64_t edit_ppm;
    uint64_t events; /* 0: one for fifty tickets */
    bool dirt;
    bool spread;
};

static _Noreturn void usage_exit(const char *fault, const char *word) {
    fprintf(stderr, "generate: %s: %s\n%s", fault, word, usage_text);
    exit(2);
}

static uint64_t option_read_number(const char *word, uint64_t low, uint64_t high) {
    char *end;
    unsigned long long number = strtoull(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || number < low || number > high) {
        usage_exit("not a number that fits here", word);
    }
    return number;
}

/* "1", "0.5", "12.25": percent with up to four decimals, as millionths. */
static uint64_t option_read_percent(const char *word) {
    uint64_t ppm = 0;
    int decimals = -1;
    for (const char *at = word; *at != '\0'; at++) {
        if (*at == '.' && decimals < 0) {
            decimals = 0;
        } else if (*at >= '0' && *at <= '9' && decimals < 4 && ppm <= 1000000) {
            ppm = ppm * 10 + (uint64_t)(*at - '0');
            decimals += decimals >= 0 ? 1 : 0;
        } else {
            usage_exit("not a percentage", word);
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 4; i++) {
        ppm *= 10;
    }
    if (ppm == 0 || ppm > 1000000) {
        usage_exit("a percentage above 0 and up to 100 is needed", word);
    }
    return ppm;
}

static void option_read_one(struct options *options, const char *name, const char *value) {
    if (value == NULL) {
        usage_exit("unknown, or its value is missing", name);
    } else if (strcmp(name, "--tickets") == 0) {
        options->tickets = option_read_number(value, 1000, 60000000);
    } else if (strcmp(name, "--events") == 0) {
        options->events = option_read_number(value, 200, 1000000);
    } else if (strcmp(name, "--seed") == 0) {
        options->seed = option_read_number(value, 0, UINT64_MAX);
    } else if (strcmp(name, "--edit") == 0) {
        options->edit_ppm = option_read_percent(value);
    } else if (strcmp(name, "--out") == 0) {
        options->out = value;
    } else if (strcmp(name, "--from") == 0) {
        options->from = value;
    } else if (strcmp(name, "--ledger") == 0) {
        options->ledger = value;
    } else {
        usage_exit("unknown option", name);
    }
}

static void options_read_all(struct options *options, int count, char **words) {
    *options = (struct options){.seed = 1};
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--dirt") == 0) {
            options->dirt = true;
        } else if (strcmp(words[i], "--spread") == 0) {
            options->spread = true;
        } else if (strcmp(words[i], "--help") == 0) {
            fputs(usage_text, stdout);
            exit(0);
        } else {
            option_read_one(options, words[i], i + 1 < count ? words[i + 1] : NULL);
            i++;
        }
    }
    bool edit = options->edit_ppm > 0;
    if (edit == (options->tickets > 0)) {
        usage_exit("one of these is needed", "--tickets or --edit");
    }
    if (edit && (options->from == NULL || options->out == NULL || options->dirt)) {
        usage_exit("an edit needs two folders and no dirt", "--from DIR --out DIR2");
    }
    if (edit && strcmp(options->from, options->out) == 0) {
        usage_exit("the copy must not overwrite its source", options->out);
    }
    if ((options->ledger != NULL && !options->dirt) || (options->spread && !edit)) {
        usage_exit("out of place", options->spread ? "--spread" : "--ledger");
    }
    options->out = options->out == NULL ? "." : options->out;
}

static void world_write_clean(const struct world *world, const char *folder) {
    for (int id = 0; id < SHEET_COUNT; id++) {
        struct text text;
        text_open_file(&text, folder, sheet_names[id]);
        rows_put_sheet(&text, world, (enum sheet_id)id);
        text_close(&text);
    }
}

int main(int count, char **words) {
    struct options options;
    options_read_all(&options, count, words);
    mkdir(options.out, 0777);
    if (options.edit_ppm > 0) {
        struct edit_job job = {options.from, options.out, options.edit_ppm, options.seed,
                               options.spread};
        edit_copy_folder(&job);
        return 0;
    }
    struct world world;
    /* A dozen more than two hundred events when some of them are to be spoilt. */
    uint64_t least = options.dirt ? 212 : 200, events = options.events;
    if (events == 0) {
        events = options.tickets / 50 > least ? options.tickets / 50 : least;
    }
    world_build(&world, options.seed, options.tickets, events);
    if (options.dirt) {
        dirt_generate_sample(&world, options.out, options.ledger);
    } else {
        world_write_clean(&world, options.out);
    }
    world_free(&world);
    return 0;
}
