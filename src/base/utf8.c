#include "base/utf8.h"

#include <stdint.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* How many bytes from the start are surely ASCII: all of them up to a word that has another. */
static size_t skip_ascii_words(const char *text, size_t size) {
    size_t at = 0;
    for (uint64_t words[4]; size - at >= sizeof words; at += sizeof words) {
        memcpy(words, text + at, sizeof words);
        if ((words[0] | words[1] | words[2] | words[3]) & HIGH_BITS)
            break;
    }
    for (uint64_t word; size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text + at, sizeof word);
        if (word & HIGH_BITS)
            break;
    }
    return at;
}

/* Bytes of the sequence at `at`, or 0 when it is none: table 3-7 of the Unicode standard, where
 * only the second byte has bounds that depend on the first. */
static size_t sequence_size(const unsigned char *at, size_t room) {
    unsigned char lead = at[0];
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size > room)
        return 0;
    unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < lowest || at[1] > highest)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return size;
}

bool utf8_is_valid(struct span text, size_t *bad_offset) {
    size_t at = 0;
    while (at < text.size) {
        if (!(text.data[at] & 0x80)) {
            size_t skipped = skip_ascii_words(text.data + at, text.size - at);
            at += skipped ? skipped : 1;
            continue;
        }
        size_t size = sequence_size((const unsigned char *)text.data + at, text.size - at);
        if (size == 0) {
            if (bad_offset)
                *bad_offset = at;
            return false;
        }
        at += size;
    }
    return true;
}

size_t utf8_length(struct span text) {
    size_t length = 0;
    for (size_t i = 0; i < text.size; i++)
        length += (text.data[i] & 0xC0) != 0x80;
    return length;
}
