/*
 * UTF-8. Promises: well-formed is what RFC 3629 says, told once more in csv_model.h; the functions on well-formed text
 * agree with each other; what is encoded again is the same.
 */
#include "rules/base/utf8.h"
#include "tests/fuzz/csv_model.h"

/** The character at the start of well-formed text by the table of RFC 3629 section 3. */
static uint32_t model_decode(const uint8_t *bytes, size_t n)
{
    uint32_t character = n == 1 ? bytes[0] : bytes[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        character = character << 6 | (bytes[i] & 0x3Fu);
    }
    return character;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pare_span text = {data, size};
    size_t valid = 0, n_characters = 0;
    while (valid < size) {
        size_t n = model_character(data, size, valid), bytes = 0;
        if (n == 0) {
            break;
        }
        uint32_t expected = model_decode(data + valid, n);
        unsigned char again[4];
        pare_span rest = {data + valid, size - valid};
        DEMAND(pare_utf8_length(data[valid]) == n);
        DEMAND(pare_utf8_decode(rest, &bytes) == expected && bytes == n);
        DEMAND(pare_utf8_encode(expected, again) == n && memcmp(again, data + valid, n) == 0);
        text.len = valid;
        DEMAND(n_characters > 64 || pare_utf8_count(text) == n_characters);
        valid += n;
        n_characters++;
    }
    text.len = size;
    DEMAND(pare_utf8_valid_prefix(text) == valid && pare_utf8_valid(text) == (valid == size));
    text.len = valid;
    DEMAND(pare_utf8_count(text) == n_characters);
    DEMAND(pare_utf8_bytes_of(text, n_characters) == valid && pare_utf8_bytes_of(text, SIZE_MAX) == valid);
    size_t some = pick(data, size, n_characters + 1);
    text.len = pare_utf8_bytes_of(text, some);
    DEMAND(pare_utf8_valid(text) && pare_utf8_count(text) == some);
    return 0;
}
