#include "base/arena.h"
#include "reply.h"

#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way of asking for a gzip header */

struct packer {
    z_stream stream;
    struct buf out;
};

static void packer_start(struct packer *packer, int level) {
    *packer = (struct packer){0};
    if (deflateInit2(&packer->stream, level, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        fprintf(stderr, "loopback_google: zlib does not start\n");
        abort();
    }
}

static void packer_add(struct packer *packer, struct span text, int flush) {
    z_stream *stream = &packer->stream;
    stream->next_in = (Bytef *)(uintptr_t)text.data; /* zlib's pointer is not const */
    stream->avail_in = (uInt)text.size;
    do {
        buf_reserve(&packer->out, text.size / 4 + 4096);
        size_t room = packer->out.capacity - packer->out.size - 1;
        stream->next_out = (Bytef *)packer->out.data + packer->out.size;
        stream->avail_out = (uInt)room;
        deflate(stream, flush);
        packer->out.size += room - stream->avail_out;
    } while (stream->avail_out == 0 || stream->avail_in);
}

static void packer_finish(struct packer *packer, struct reply *reply) {
    packer_add(packer, SPAN(""), Z_FINISH);
    deflateEnd(&packer->stream);
    buf_free(&reply->body);
    reply->body = packer->out;
    reply->is_gzip = true;
}

void reply_compress(struct reply *reply) {
    struct packer packer;
    packer_start(&packer, Z_BEST_SPEED);
    packer_add(&packer, buf_span(&reply->body), Z_NO_FLUSH);
    packer_finish(&packer, reply);
}

void reply_set_bomb(struct reply *reply, size_t megabytes) {
    const size_t megabyte = (size_t)1024 * 1024;
    struct packer packer;
    char *blanks = memory_alloc(megabyte);
    memset(blanks, ' ', megabyte);
    packer_start(&packer, Z_BEST_SPEED);
    packer_add(&packer, SPAN("{"), Z_NO_FLUSH);
    for (size_t i = 0; i < megabytes; i++)
        packer_add(&packer, (struct span){blanks, megabyte}, Z_NO_FLUSH);
    packer_finish(&packer, reply);
    free(blanks);
}
