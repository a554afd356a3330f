#include "auth/rsa_key.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* Called for a protected key only; without this OpenSSL asks on the terminal. */
static int refuse_passphrase(char *passphrase, int size, int is_writing, void *is_asked) {
    (void)passphrase, (void)size, (void)is_writing;
    *(bool *)is_asked = true;
    return -1;
}

static bool check_kind(const EVP_PKEY *key, struct err *err) {
    if (!EVP_PKEY_is_a(key, "RSA"))
        return err_set(err, ERR_ACCESS, "the private key is not an RSA key");
    if (EVP_PKEY_get_bits(key) < RSA_KEY_MIN_BITS)
        return err_set(err, ERR_ACCESS, "the private key has %d bits; at least %d are needed",
                       EVP_PKEY_get_bits(key), RSA_KEY_MIN_BITS);
    return true;
}

bool rsa_key_read(struct evp_pkey_st **key, struct span pem, struct err *err) {
    bool is_asked = false;
    BIO *bio = pem.size <= INT_MAX ? BIO_new_mem_buf(pem.data, (int)pem.size) : NULL;
    EVP_PKEY *read = bio ? PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &is_asked) : NULL;
    BIO_free(bio);
    ERR_clear_error();
    bool is_good = read != NULL;
    if (is_asked)
        is_good = err_set(err, ERR_ACCESS, "the private key is protected with a passphrase");
    else if (!read)
        err_set(err, ERR_ACCESS, "the private key cannot be read as PEM");
    else
        is_good = check_kind(read, err);
    if (!is_good) {
        EVP_PKEY_free(read);
        return false;
    }
    *key = read;
    return true;
}

void rsa_key_free(struct evp_pkey_st *key) {
    EVP_PKEY_free(key);
}
