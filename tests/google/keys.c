#include "keys.h"
#include "base/buf.h"
#include "files.h"
#include "json/json.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

static void random_bytes(unsigned char *bytes, size_t size) {
    if (RAND_bytes(bytes, (int)size) != 1) {
        fprintf(stderr, "loopback_google: no random numbers\n");
        abort();
    }
}

/* `length` characters of the alphabet, whose size is a power of two or near enough for a test. */
static void random_text(char *out, size_t length, struct span alphabet) {
    for (size_t i = 0; i < length; i++) {
        unsigned char byte;
        random_bytes(&byte, 1);
        out[i] = alphabet.data[byte % alphabet.size];
    }
    out[length] = '\0';
}

void keys_random_text(char *out, size_t length) {
    random_text(out, length,
                SPAN("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"));
}

static void trust(struct key_ring *ring, const char *email, const char *id, EVP_PKEY *public_key) {
    struct key *key = arena_alloc(&ring->arena, sizeof *key);
    *key = (struct key){arena_printf(&ring->arena, "%s", email),
                        id ? arena_printf(&ring->arena, "%s", id) : "", public_key, ring->first};
    ring->first = key;
}

static void add_pem(struct buf *pem, EVP_PKEY *key) {
    char *data;
    BIO *memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL);
    long size = BIO_get_mem_data(memory, &data);
    buf_add(pem, (struct span){data, (size_t)size});
    BIO_free(memory);
}

static void add_key_file(struct buf *out, const char *email, const char *id, EVP_PKEY *key) {
    struct buf pem = {0};
    char client_id[22];
    random_text(client_id, 21, SPAN("123456789"));
    add_pem(&pem, key);
    struct json_writer writer = json_writer_start(out, JSON_PRETTY);
    json_open_object(&writer, NULL);
    json_add_string(&writer, "type", "service_account");
    json_add_string(&writer, "project_id", "demo");
    json_add_string(&writer, "private_key_id", id);
    json_add_text(&writer, "private_key", buf_span(&pem));
    json_add_string(&writer, "client_email", email);
    json_add_string(&writer, "client_id", client_id);
    json_add_string(&writer, "auth_uri", "https://accounts.google.com/o/oauth2/auth");
    json_add_string(&writer, "token_uri", "https://oauth2.googleapis.com/token");
    json_add_string(&writer, "universe_domain", "googleapis.com");
    json_close_object(&writer);
    buf_add_char(out, '\n');
    buf_free(&pem);
}

bool keys_make(struct key_ring *ring, const char *path, const char *email, struct err *err) {
    char id[41];
    struct buf file = {0};
    EVP_PKEY *key = EVP_RSA_gen(2048);
    if (!key)
        return err_set(err, ERR_FAILED, "no RSA key could be made");
    random_text(id, 40, SPAN("0123456789abcdef"));
    add_key_file(&file, email, id, key);
    bool is_written = files_replace(path, buf_span(&file), 0600, err);
    buf_free(&file);
    if (is_written)
        trust(ring, email, id, key);
    else
        EVP_PKEY_free(key);
    return is_written;
}

static bool trust_file(struct key_ring *ring, struct span text, struct err *err) {
    struct arena arena = {0};
    const struct json *json;
    const char *email, *pem, *id = NULL;
    EVP_PKEY *key = NULL;
    if (json_read(&arena, text, &json, err) && json_get_string(json, "client_email", &email, err) &&
        json_get_string(json, "private_key", &pem, err) &&
        json_find_string(json, "private_key_id", &id, err)) {
        BIO *memory = BIO_new_mem_buf(pem, -1);
        key = PEM_read_bio_PrivateKey(memory, NULL, NULL, NULL);
        BIO_free(memory);
        if (key)
            trust(ring, email, id, key);
        else
            err_set(err, ERR_FAILED, "private_key cannot be read");
    }
    arena_free(&arena);
    return key != NULL;
}

bool keys_read(struct key_ring *ring, const char *path, struct err *err) {
    struct buf text = {0};
    bool is_read = files_read(path, &text, err) &&
                   (trust_file(ring, buf_span(&text), err) || err_wrap(err, "%s", path));
    buf_free(&text);
    return is_read;
}

void keys_free(struct key_ring *ring) {
    for (struct key *key = ring->first; key; key = key->next)
        EVP_PKEY_free(key->public_key);
    arena_free(&ring->arena);
    ring->first = NULL;
}
