/* Regions by name, and their numbering plans (region.h). */
#include "rules/detect/region.h"

#include "rules/base/span.h"
#include "rules/detect/region_list.h"

enum { LEAST_DIGITS = 6 }; /* what is shorter is a short code, or nothing that could be told from other numbers */

static const struct region {
    char alpha2[3], alpha3[4];
    const char *name;
    uint16_t calling_code;
    const char *trunk, *plan;
} regions[] = {
#define ROW(alpha2, alpha3, name, code, trunk, plan) {alpha2, alpha3, name, code, trunk, plan},
    PARE_REGIONS(ROW)
#undef ROW
};
enum { N_REGIONS = sizeof regions / sizeof regions[0] };

static const struct other_name {
    char alpha2[3];
    const char *name;
} other_names[] = {
#define ROW(alpha2, name) {alpha2, name},
    PARE_REGION_NAMES(ROW)
#undef ROW
};

/* --- names ---------------------------------------------------------------------------------------------------------
 */

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

static bool is_name(pare_span text, const char *name)
{
    size_t i = 0;
    while (i < text.len && name[i] != '\0' && lower(text.ptr[i]) == lower((unsigned char)name[i])) {
        i++;
    }
    return i == text.len && name[i] == '\0';
}

static pare_region find_code(pare_span text)
{
    for (size_t i = 0; i < N_REGIONS; i++) {
        if (is_name(text, text.len == 2 ? regions[i].alpha2 : regions[i].alpha3)) {
            return (pare_region)(i + 1);
        }
    }
    return 0;
}

pare_region pare_region_find(pare_span text)
{
    text = pare_span_trim(text);
    pare_region found = text.len == 2 || text.len == 3 ? find_code(text) : 0;
    for (size_t i = 0; found == 0 && i < N_REGIONS; i++) {
        found = is_name(text, regions[i].name) ? (pare_region)(i + 1) : 0;
    }
    for (size_t i = 0; found == 0 && i < sizeof other_names / sizeof other_names[0]; i++) {
        found = is_name(text, other_names[i].name) ? find_code(pare_span_of(other_names[i].alpha2)) : 0;
    }
    return found;
}

const char *pare_region_code(pare_region region)
{
    return region == 0 || region > N_REGIONS ? "" : regions[region - 1].alpha2;
}

/* --- plans ---------------------------------------------------------------------------------------------------------
 */

/** Read a number of the plan. */
static size_t read_count(const char **at)
{
    size_t count = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        count = count * 10 + (size_t)(**at - '0');
    }
    return count;
}

/** `[2-46]` or one digit or `x`: move behind it. Is the digit one of these? */
static bool takes_digit(const char **at, unsigned char digit)
{
    const char *from = *at;
    if (*from != '[') {
        (*at)++;
        return *from == 'x' || *from == (char)digit;
    }
    bool taken = false;
    for (from++; *from != ']'; from++) {
        bool range = from[1] == '-';
        taken = taken || (range ? digit >= (unsigned char)from[0] && digit <= (unsigned char)from[2]
                                : digit == (unsigned char)*from);
        from += range ? 2 : 0;
    }
    *at = from + 1;
    return taken;
}

/** One alternative, `[2-9]:6-8,10`: move behind it. */
static bool fits_alternative(const char **at, const unsigned char *digits, size_t n)
{
    bool fits = true, length = false;
    for (size_t i = 0; **at != ':'; i++) {
        bool taken = takes_digit(at, i < n ? digits[i] : 0);
        fits = fits && taken && i < n;
    }
    do {
        (*at)++; /* the colon or a comma */
        size_t from = read_count(at), to = from;
        if (**at == '-') {
            (*at)++;
            to = read_count(at);
        }
        length = length || (n >= from && n <= to);
    } while (**at == ',');
    return fits && length;
}

static bool fits_plan(const char *plan, const unsigned char *digits, size_t n)
{
    for (const char *at = plan; *at != '\0'; at += *at == ' ') {
        if (fits_alternative(&at, digits, n)) {
            return true;
        }
    }
    return false;
}

pare_plan_fit pare_region_fits(pare_region region, const unsigned char *digits, size_t n)
{
    if (region == 0 || region > N_REGIONS || n < LEAST_DIGITS) {
        return PARE_PLAN_NO;
    }
    const struct region *r = &regions[region - 1];
    for (const char *trunk = r->trunk; *trunk != '\0'; trunk += *trunk == ',') {
        size_t len = strcspn(trunk, ",");
        if (n > len && memcmp(digits, trunk, len) == 0 && fits_plan(r->plan, digits + len, n - len)) {
            return PARE_PLAN_DIALLED;
        }
        trunk += len;
    }
    if (!fits_plan(r->plan, digits, n)) {
        return PARE_PLAN_NO;
    }
    bool may_stand_bare = r->trunk[0] == '\0' || r->calling_code == 1; /* North America dials ten digits */
    return may_stand_bare ? PARE_PLAN_DIALLED : PARE_PLAN_BARE;
}
