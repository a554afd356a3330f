#include "stages/packed_rows.h"

#include <xxhash.h>

#define WORD_CHARS 11 /* six bits each */
#define RUN_WORDS 4   /* rows, first id, first label, distance of labels */

static const char DIGITS[65] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

static char *write_word(char *at, uint64_t word) {
    for (size_t i = 0; i < WORD_CHARS; i++, word >>= 6)
        *at++ = DIGITS[word & 63];
    return at;
}

/* How many rows from `first` on make one run. */
static size_t run_length(const struct bronze_state *rows, size_t first, size_t end,
                         uint64_t *step) {
    const uint64_t *ids = (const uint64_t *)rows->row_ids;
    const uint64_t *labels = (const uint64_t *)rows->positions;
    size_t next = first + 1;
    *step = next < end ? labels[next] - labels[first] : 0;
    while (next < end && ids[next] == ids[next - 1] + 1 && labels[next] - labels[next - 1] == *step)
        next++;
    return next - first;
}

void packed_runs_add(struct buf *text, const struct bronze_state *rows, size_t first) {
    size_t count = packed_count(rows->count, first);
    size_t end = first + count, length;
    uint64_t step;
    buf_reserve(text, WORD_CHARS * (1 + count * RUN_WORDS));
    char *at = write_word(text->data + text->size, count);
    for (size_t row = first; row < end; row += length) {
        length = run_length(rows, row, end, &step);
        at = write_word(at, length);
        at = write_word(at, (uint64_t)rows->row_ids[row]);
        at = write_word(at, (uint64_t)rows->positions[row]);
        at = write_word(at, step);
    }
    text->size = (size_t)(at - text->data);
    *at = '\0';
}

void packed_hashes_add(struct buf *text, const uint64_t *hashes, size_t count) {
    buf_reserve(text, WORD_CHARS * count);
    char *at = text->data + text->size;
    for (size_t i = 0; i < count; i++)
        at = write_word(at, hashes[i]);
    text->size = (size_t)(at - text->data);
    *at = '\0';
}

uint64_t packed_digest(const uint64_t *hashes, size_t count) {
    return XXH3_64bits(hashes, count * sizeof *hashes);
}

struct word_reader {
    uint8_t values[256]; /* of the digits; other characters have 64 */
    struct span left;
    bool is_sane;
};

static struct word_reader read_words(struct span text) {
    struct word_reader reader = {.left = text, .is_sane = text.size % WORD_CHARS == 0};
    memset(reader.values, 64, sizeof reader.values);
    for (uint8_t i = 0; i < 64; i++)
        reader.values[(unsigned char)DIGITS[i]] = i;
    return reader;
}

static uint64_t read_word(struct word_reader *reader) {
    uint64_t word = 0;
    if (reader->left.size < WORD_CHARS) {
        reader->is_sane = false;
        return 0;
    }
    uint8_t seen = 0;
    for (size_t i = WORD_CHARS; i-- > 0;) {
        uint8_t digit = reader->values[(unsigned char)reader->left.data[i]];
        seen |= digit;
        word = word << 6 | (digit & 63);
    }
    reader->is_sane &= seen < 64;
    reader->left.data += WORD_CHARS;
    reader->left.size -= WORD_CHARS;
    return word;
}

/* One run, of which at most `most` rows are wanted; returns how many it has. */
static size_t read_run(struct word_reader *reader, struct bronze_state *rows, size_t at,
                       size_t most) {
    uint64_t length = read_word(reader), id = read_word(reader), label = read_word(reader),
             step = read_word(reader);
    if (length == 0 || length > most) {
        reader->is_sane = false;
        return most;
    }
    for (size_t i = at; i < at + length; i++, id++, label += step) {
        rows->row_ids[i] = (int64_t)id;
        rows->positions[i] = (int64_t)label;
    }
    return (size_t)length;
}

bool packed_runs_read(struct span text, struct bronze_state *rows) {
    struct word_reader reader = read_words(text);
    uint64_t count = read_word(&reader);
    if (!reader.is_sane || count == 0 || count > PACKED_ROWS)
        return false;
    size_t end = rows->count + (size_t)count;
    for (size_t row = rows->count; row < end;)
        row += read_run(&reader, rows, row, end - row);
    if (!reader.is_sane || reader.left.size)
        return false;
    rows->count = end;
    return true;
}

bool packed_hashes_read(struct span text, uint64_t *hashes, size_t count) {
    struct word_reader reader = read_words(text);
    for (size_t i = 0; i < count; i++)
        hashes[i] = read_word(&reader);
    return reader.is_sane && reader.left.size == 0;
}
