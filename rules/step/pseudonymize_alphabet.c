/*
 * Alphabets of format-preserving tokens: those that have a name, and those that a policy lists.
 *
 * The order of the characters gives each its numeral, and so enters every token: what has a name is frozen.
 */
#include "rules/step/pseudonymize.h"

#include "rules/base/span.h"
#include "rules/base/utf8.h"
#include "rules/step/unicode.h"

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
    const char *name, *characters;
} named[] = {
    {"digits", DIGITS}, {"lower", LOWER}, {"upper", UPPER}, {"alnum", DIGITS UPPER}, {"base62", DIGITS UPPER LOWER}};

enum { N_NAMED = sizeof named / sizeof named[0] };

static bool is_letter(unsigned char byte)
{
    return pare_ascii_is_alphanumeric(byte) && !pare_ascii_is_digit(byte);
}

static bool has(const pare_alphabet *alphabet, uint32_t character)
{
    for (uint32_t i = 0; i < alphabet->radix; i++) {
        if (alphabet->characters[i] == character) {
            return true;
        }
    }
    return false;
}

/** NULL, or what is wrong with the text as a list of characters. */
static const char *fill(pare_alphabet *made, pare_span text)
{
    while (text.len > 0) {
        size_t bytes = 0;
        uint32_t character = pare_utf8_decode(text, &bytes);
        if (character < 0x20 || (character >= 0x7F && character < 0xA0)) {
            return "it holds a control character";
        }
        if (has(made, character)) {
            return "it holds a character twice";
        }
        if (made->radix == PARE_MOST_RADIX) {
            return "it has more than 256 characters";
        }
        if (character < 0x80) {
            made->of_ascii[character] = (uint16_t)(made->radix + 1);
        }
        made->characters[made->radix++] = character;
        text = pare_span_after(text, bytes);
    }
    for (unsigned i = 0; i < 128; i++) {
        made->other_case[i] = made->of_ascii[i] == 0 && is_letter((unsigned char)i) && made->of_ascii[i ^ 0x20] != 0;
    }
    return made->radix < 2 ? "it has fewer than two characters" : NULL;
}

const pare_alphabet *pare_alphabet_build(pare_span text, pare_place place, pare_build *build)
{
    pare_alphabet *made = pare_build_alloc(build, 1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < N_NAMED; i++) {
        if (pare_span_is(text, named[i].name)) {
            text = pare_span_of(named[i].characters);
            break;
        }
    }
    const char *wrong = fill(made, text);
    if (wrong != NULL) {
        pare_refuse(build, PR075, place,
                    "`digits`, `lower`, `upper`, `alnum` (0-9A-Z), `base62`, or each character once",
                    "`%.*s` is no alphabet: %s", PARE_SPAN_ARGS(text), wrong);
        return NULL;
    }
    return made;
}

int pare_alphabet_numeral(const pare_alphabet *alphabet, pare_span text, size_t *bytes)
{
    if (text.ptr[0] < 0x80) {
        *bytes = 1;
        return alphabet->of_ascii[text.ptr[0]] - 1;
    }
    uint32_t character = pare_utf8_decode(text, bytes);
    for (uint32_t i = 0; i < alphabet->radix; i++) {
        if (alphabet->characters[i] == character) {
            return (int)i;
        }
    }
    return -1;
}
