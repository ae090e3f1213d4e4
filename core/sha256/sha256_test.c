/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 against the example values of FIPS 180-4, whole and in parts. */
#include <tn/sha256.h>

#include <string.h>

#include <tn/test.h>

/* Whether the digest of `size` bytes, taken in `step` bytes at a time, is `hex`. */
static int matches(const void *data, size_t size, size_t step, const char *hex)
{
    struct tn_sha256 hash;
    uint8_t digest[TN_SHA256_SIZE];
    char text[2 * TN_SHA256_SIZE + 1];

    tn_sha256_init(&hash);
    for (size_t at = 0; at < size; at += step) {
        tn_sha256_update(&hash, (const uint8_t *)data + at, size - at < step ? size - at : step);
    }
    tn_sha256_final(&hash, digest);
    for (unsigned i = 0; i < TN_SHA256_SIZE; i++) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return strcmp(text, hex) == 0;
}

static void known_values(void)
{
    static const struct {
        const char *text;
        const char *hex;
    } values[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        size_t size = strlen(values[i].text);

        for (size_t step = 1; step <= size + 1; step++) {
            TN_CHECK(matches(values[i].text, size, step, values[i].hex));
        }
    }
}

static void a_million_letters(void)
{
    const size_t size = 1000000;
    char *text = malloc(size);

    TN_CHECK(text != NULL);
    memset(text, 'a', size);
    TN_CHECK(matches(text, size, 997,
                     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    TN_CHECK(matches(text, size, size,
                     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    free(text);
}

int main(void)
{
    tn_test_begin();
    TN_RUN(known_values);
    TN_RUN(a_million_letters);
    return tn_test_end();
}
