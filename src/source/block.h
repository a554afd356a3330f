/* Where a byte stands in 64 bytes of text, as a mask: bit i is byte i.
 *
 * The way to look at CSV text without a branch per byte. Private to `source`. */
#ifndef GOLDLEAF_SOURCE_BLOCK_H
#define GOLDLEAF_SOURCE_BLOCK_H

#include "base/span.h"

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK_SIZE ((size_t)64)

/* 64 bytes that can be read at offset `at` of the text: the text itself, or near its end a copy
 * in `room` that is filled up with NUL bytes. */
static inline const char *block_at(struct span text, size_t at, char room[static BLOCK_SIZE]) {
    size_t left = text.size - at;
    if (left >= BLOCK_SIZE)
        return text.data + at;
    memcpy(room, text.data + at, left);
    memset(room + left, 0, BLOCK_SIZE - left);
    return room;
}

#ifdef __SSE2__
static inline uint64_t block_find_quarter(const char *quarter, __m128i pattern) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)quarter);
    return (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, pattern));
}
#endif

static inline uint64_t block_find(const char *block, char wanted) {
#ifdef __SSE2__
    __m128i pattern = _mm_set1_epi8(wanted);
    return block_find_quarter(block, pattern) | block_find_quarter(block + 16, pattern) << 16 |
           block_find_quarter(block + 32, pattern) << 32 |
           block_find_quarter(block + 48, pattern) << 48;
#else
    uint64_t found = 0;
    for (size_t i = 0; i < BLOCK_SIZE; i++)
        found |= (uint64_t)(block[i] == wanted) << i;
    return found;
#endif
}

/* Position of the first bit; `bits` is not 0. */
static inline size_t block_first(uint64_t bits) {
    return (size_t)__builtin_ctzll(bits);
}

/* The bits before position `end`, which is 64 or less. */
static inline uint64_t block_before(size_t end) {
    return end < BLOCK_SIZE ? ((uint64_t)1 << end) - 1 : UINT64_MAX;
}

/* How many bits are set. Without -mpopcnt the compilers' own is a call into a library. */
static inline size_t block_count(uint64_t bits) {
    bits -= (bits >> 1) & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + ((bits >> 2) & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return (size_t)((bits * UINT64_C(0x0101010101010101)) >> 56);
}

#endif
