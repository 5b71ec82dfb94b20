/*
 * The plan against a model of its own: thousands of records whose values are drawn from tables that say beside each
 * value what it means. The model does with those meanings what docs/POLICY.md says under "What happens to a record",
 * and counts as docs/MANIFEST.md says; verdicts, values, figures and errors must be the same, in blocks of every size.
 */
#include "rules/plan/worker_column.h"
#include "tests/unit/plan_rig.h"

enum { MAIL = 1, STAT = 2, SOLE = 4, ALL = 7 }; /* purposes */

/* --- what values mean --------------------------------------------------------------------------------------------- */

static const struct {
    const char *raw;
    bool yes;
} consents[] = {{"yes", true},   {"\"yes\"", true}, {"1", true},  {"no", false},         {"", false},
                {"\"\"", false}, {"Yes", false},    {"-", false}, {"\"y\"\"s\"", false}, {"\"y\"\"\"\"s\"", true}};

typedef enum date { RECENT, OLD, NO_DATE } date;
static const struct {
    const char *raw;
    date iso, patterns; /* read as ISO 8601; by "%d.%m.%Y" or "%Y/%m/%d" */
} dates[] = {{"2026-02-28", RECENT, NO_DATE},
             {"2026-02-27", OLD, NO_DATE},
             {"\"2026-03-30\"", RECENT, NO_DATE},
             {"1999-12-31", OLD, NO_DATE},
             {"", NO_DATE, NO_DATE},
             {"-", NO_DATE, NO_DATE},
             {"soon", NO_DATE, NO_DATE},
             {"01.03.2026", NO_DATE, RECENT},
             {"27.02.2026", NO_DATE, OLD},
             {"\"2026/02/28\"", NO_DATE, RECENT},
             {"\"20\"\"26\"", NO_DATE, NO_DATE}};

typedef enum listed { NOT_THERE, THERE, NOBODY } listed;
static const struct {
    const char *raw;
    listed plain, normal; /* among ann and bob: as it stands; trimmed and in lower case */
    unsigned tier;        /* what the list of tiers allows */
} people[] = {{"ann", THERE, THERE, MAIL | STAT},
              {"\"bob\"", THERE, THERE, 0}, /* stands there with two tiers */
              {" ANN ", NOT_THERE, THERE, MAIL | STAT},
              {"cid", NOT_THERE, NOT_THERE, STAT},
              {"dan", NOT_THERE, NOT_THERE, 0},
              {"", NOBODY, NOBODY, 0},
              {"-", NOBODY, NOBODY, 0},
              {"\" \"", NOT_THERE, NOBODY, 0},
              {"\"a\"\"n\"", NOT_THERE, NOT_THERE, 0},
              {"eve", NOT_THERE, NOT_THERE, ALL}};
static const char LISTED[] = "ann bob", TIER_LIST[] = "ann:x bob:x bob:y cid:y eve:z";
/* sha256sum(1) of the two */
static const char DIGESTS[] = "49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1 "
                              "81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9";

static const struct {
    const char *raw;
    unsigned allows;
    bool sole; /* `sole` may: it is "all" or "All" */
} tiers[] = {{"all", ALL, true},       {"\"all\"", ALL, true}, {"some", MAIL, false}, {"none", 0, false},
             {"All", 0, true},         {"", 0, false},         {"-", 0, false},       {"two", MAIL | STAT, false},
             {"\"al\"\"l\"", 0, false}};

/* Which rule of `w` applies: the first that holds; none (-1) where that can't be told. And whether it is "x". */
static const struct {
    const char *raw;
    int rule;
    bool is_x;
} lands[] = {{"DE", 0, false}, {"\"DE\"", 0, false}, {"7", 1, false}, {"10.5", 1, false},       {"3", 2, false},
             {"-3", 2, false}, {"x", -1, true},      {"", -1, false}, {"\"1\"\"2\"", -1, false}};

static const struct {
    const char *raw;
    const char *cut, *looked_up, *chained; /* what steps make of it; NULL: it stays as it stood */
    bool is_empty, is_dash, has_break, refused;
    size_t token; /* equal texts have equal tokens */
} values[] = {
    {"a", NULL, "b", NULL, false, false, false, false, 0},
    {"abcdef", "abc", NULL, "abcd", false, false, false, true, 1},
    {"\"a\"", NULL, "b", NULL, false, false, false, false, 0},
    {"\"a\"\"b\"\"c\"", "a\"b", NULL, "a\"b\"", false, false, false, true, 2},
    {"", NULL, NULL, NULL, true, false, false, false, 0},
    {"\"\"", NULL, NULL, NULL, true, false, false, false, 0},
    {"-", NULL, NULL, NULL, false, true, false, true, 3},
    {"\"-\"", NULL, NULL, NULL, false, true, false, true, 3},
    {" A ", NULL, NULL, "a", false, false, false, true, 4},
    {"\"a\nb\"", NULL, NULL, NULL, false, false, true, true, 5},
    {"\"ab\r\ncd\"", "ab\r", NULL, "ab\r\n", false, false, true, true, 6},
    {"\"äöüß\"", "äöü", NULL, NULL, false, false, false, true, 7},
    {"\"\"\"\"", NULL, NULL, NULL, false, false, false, true, 8},
};
enum { TOKENS = 9 };

/* A column that does not leave: what stands in it must not matter. */
static const char *const secrets[] = {"", "s", "\"se\ncr\"\"et\r\n\"", "\"\n\""};

#define N(table) (sizeof(table) / sizeof(table)[0])

/* --- policies ----------------------------------------------------------------------------------------------------- */

typedef struct variant {
    bool dates_by_pattern, retention, tier_field, tier_list, opt_outs, digests, keeps_nobody, dash_is_null;
    bool multiline, refuses, tolerates;
    int unreadable; /* 0 drop, 1 keep, 2 fail */
} variant;

static const char HEADER[] = "ok at at2 who tier land k t s w f x";
enum { OK, AT, AT2, WHO, TIER, LAND, K, T, S, W, F, X, IN_COLUMNS };
/* columns of the output, in the order of the input */
enum { OUT_OK, OUT_LAND, OUT_K, OUT_T, OUT_S, OUT_W, OUT_F, OUT_COLUMNS };

static const char *make_policy(const variant *v)
{
    static char text[6000];
    static const char *const unreadable[] = {"drop", "keep", "fail"};
    char list[200], retention[300] = "", tiers_text[600] = "", opt_outs[600] = "";
    (void)snprintf(list, sizeof list, "%s", v->digests ? DIGESTS : LISTED);
    if (v->retention) {
        (void)snprintf(
            retention, sizeof retention,
            "retention: [{field: at, keep: 1 month, unreadable: %s}, {field: at2, keep: 1 month, unreadable: keep}]\n",
            unreadable[v->unreadable]);
    }
    if (v->tier_field || v->tier_list) {
        (void)snprintf(
            tiers_text, sizeof tiers_text, "tiers:\n%s%s%s%s",
            v->tier_field
                ? "  - {field: tier, allow: {none: [], all: [mail, stat, sole], some: mail, two: [mail, stat]}}\n"
                : "",
            v->tier_list ? "  - {file: \"" : "", v->tier_list ? TIER_LIST : "",
            v->tier_list ? "\", key: who, tier: tier, match: who, normalize: [trim, lower], allow: {x: [mail, stat], "
                           "y: stat, z: [mail, stat, sole]}}\n"
                         : "");
    }
    if (v->opt_outs) {
        (void)snprintf(opt_outs, sizeof opt_outs,
                       "opt_outs:\n  - {file: \"%s\", column: who, match: who, purposes: mail}\n"
                       "  - {file: \"%s\", column: who, match: who, normalize: [trim, lower]%s%s}\n",
                       LISTED, list, v->digests ? ", digest: sha256" : "", v->keeps_nobody ? ", unreadable: keep" : "");
    }
    (void)snprintf(
        text, sizeof text,
        "pare: 1\ndataset: d\nrecipient: r\ninput: {%s%s}\n"
        "purposes:\n  mail: {description: a, basis: consent, allowed_when: {field: ok, is: [\"yes\", \"1\", "
        "\"y\\\"\\\"s\"]}}\n"
        "  stat: {description: b, basis: contract}\n"
        "  sole: {description: c, basis: contract, allowed_when: {field: tier, is: [all, All]}}\n%s%s%s"
        "fields:\n  ok: {category: user, for: [mail, stat, sole], do: keep}\n"
        "  land: {category: user, for: [stat], do: {replace: {with: xx}}}\n"
        "  k: {category: user, for: [mail, sole], multiline: true, do: keep}\n"
        "  t: {category: user, for: stat, multiline: true, do: {pseudonymize: {domain: t}}}\n"
        "  s: {category: user, for: [mail, stat], %sdo: {truncate: 3}}\n"
        "  w:\n    - {category: user, for: mail, multiline: true, when: {field: land, is: DE}, do: {truncate: 3}}\n"
        "    - {category: user, for: stat, multiline: true, when: {field: land, at_least: 5}, do: keep}\n"
        "    - {category: user, for: [mail, stat, sole], multiline: true, do: [{normalize: trim}, {normalize: lower}, "
        "{truncate: 4}]}\n"
        "  f: {category: user, for: [stat, sole], multiline: true%s, do: {replace: {map: {a: b}, otherwise: %s}}}\n",
        v->dates_by_pattern ? "dates: [\"%d.%m.%Y\", \"%Y/%m/%d\"], " : "",
        v->dash_is_null ? "nulls: [\"\", \"-\"]" : "", retention, tiers_text, opt_outs,
        v->multiline ? "multiline: true, " : "",
        v->refuses && v->unreadable == 1 ? ", when: {field: land, is_not: [x]}" : "", v->refuses ? "fail" : "suppress");
    return text;
}

/* --- the model ---------------------------------------------------------------------------------------------------- */

typedef struct record {
    size_t at[IN_COLUMNS]; /* index into the column's table */
} record;

typedef struct figures {
    uint64_t read, written, verdicts[PARE_WRITE + 1], quarantined[PARE_N_FAULTS], purposes[3];
    struct {
        uint64_t released, suppressed, nulls;
    } columns[OUT_COLUMNS];
} figures;

static bool is_null(const variant *v, size_t value)
{
    return values[value].is_empty || (v->dash_is_null && values[value].is_dash);
}

static pare_verdict model_gate(const variant *v, const record *r, unsigned *allowed, pare_fault *fault)
{
    const bool dash_is_nobody = v->dash_is_null;
    *allowed = 0;
    if (v->retention) {
        date at = v->dates_by_pattern ? dates[r->at[AT]].patterns : dates[r->at[AT]].iso;
        date at2 = v->dates_by_pattern ? dates[r->at[AT2]].patterns : dates[r->at[AT2]].iso;
        if (at == NO_DATE && v->unreadable == 2) {
            *fault = PARE_FAULT_DATE;
            return PARE_QUARANTINE;
        }
        if (at == OLD || (at == NO_DATE && v->unreadable == 0)) {
            return at == OLD ? PARE_DROP_RETENTION : PARE_DROP_NO_DATE;
        }
        if (at2 == OLD) {
            return PARE_DROP_RETENTION;
        }
    }
    unsigned bits = STAT | (consents[r->at[OK]].yes ? MAIL : 0) | (tiers[r->at[TIER]].sole ? SOLE : 0);
    listed plain = people[r->at[WHO]].plain, normal = people[r->at[WHO]].normal;
    if (strcmp(people[r->at[WHO]].raw, "-") == 0 && !dash_is_nobody) {
        plain = normal = NOT_THERE;
    }
    bits &= v->tier_field ? tiers[r->at[TIER]].allows : ALL;
    bits &= v->tier_list ? people[r->at[WHO]].tier : ALL;
    if (bits == 0) {
        return PARE_DROP_NO_PURPOSE;
    }
    if (v->opt_outs) {
        bits &= plain == THERE || plain == NOBODY ? ~(unsigned)MAIL : ALL;
        bits = normal == THERE || (normal == NOBODY && !v->keeps_nobody) ? 0 : bits;
    }
    *allowed = bits;
    return bits == 0 ? PARE_DROP_OPTED_OUT : PARE_WRITE;
}

/** What stands in a column of the output; NULL: nothing, it is withheld. `made`: not as it stood. `refused`: the end.
 */
static const char *model_value(const variant *v, const record *r, size_t column, unsigned allowed, bool *made,
                               bool *null, bool *refused)
{
    static const struct {
        size_t source;
        unsigned purposes;
    } of[OUT_COLUMNS] = {{OK, ALL},        {LAND, STAT}, {K, MAIL | SOLE}, {T, STAT},
                         {S, MAIL | STAT}, {W, 0},       {F, STAT | SOLE}};
    static const unsigned rule_purposes[] = {MAIL, STAT, ALL};
    const size_t value = r->at[of[column].source];
    const int rule = lands[r->at[LAND]].rule;
    const char *raw = column == OUT_OK     ? consents[value].raw
                      : column == OUT_LAND ? lands[value].raw
                                           : values[value].raw;
    const char *text = NULL;
    unsigned purposes = column == OUT_W ? (rule < 0 ? 0 : rule_purposes[rule]) : of[column].purposes;
    *made = *refused = false;
    *null = column == OUT_OK ? raw[0] == '\0' || strcmp(raw, "\"\"") == 0 || (v->dash_is_null && strcmp(raw, "-") == 0)
            : column == OUT_LAND ? raw[0] == '\0'
                                 : is_null(v, value);
    if (column == OUT_F && v->refuses && v->unreadable == 1 && lands[r->at[LAND]].is_x) {
        purposes = 0; /* its `when` does not hold */
    }
    if ((purposes & allowed) == 0) {
        *null = false;
        return NULL;
    }
    if (*null) {
        return raw;
    }
    switch (column) {
    case OUT_LAND:
        text = "xx";
        break;
    case OUT_S:
        text = values[value].cut;
        break;
    case OUT_W:
        text = rule == 0 ? values[value].cut : rule == 1 ? NULL : values[value].chained;
        break;
    case OUT_F:
        text = values[value].looked_up;
        *refused = text == NULL && v->refuses;
        if (text == NULL) {
            return NULL;
        }
        break;
    default:
        break;
    }
    *made = text != NULL;
    return text != NULL ? text : raw;
}

/** Verdict of a record as a whole; *fault where it is quarantined. */
static pare_verdict model_record(const variant *v, const record *r, unsigned *allowed, pare_fault *fault)
{
    pare_verdict verdict = model_gate(v, r, allowed, fault);
    if (verdict != PARE_WRITE) {
        return verdict;
    }
    bool made = false, null = false, refused = false;
    if (!v->multiline && values[r->at[S]].has_break) {
        *fault = PARE_FAULT_LINE_BREAK;
        return PARE_QUARANTINE;
    }
    (void)model_value(v, r, OUT_F, *allowed, &made, &null, &refused);
    *fault = PARE_FAULT_VALUE;
    return refused ? PARE_QUARANTINE : PARE_WRITE;
}

static void model_count(const variant *v, const record *r, pare_verdict verdict, pare_fault fault, unsigned allowed,
                        figures *f)
{
    f->read++;
    f->verdicts[verdict]++;
    f->quarantined[fault] += verdict == PARE_QUARANTINE;
    for (size_t p = 0; p < 3 && verdict == PARE_WRITE; p++) {
        f->purposes[p] += allowed >> p & 1;
    }
    for (size_t c = 0; c < OUT_COLUMNS && verdict == PARE_WRITE; c++) {
        bool made = false, null = false, refused = false;
        const char *text = model_value(v, r, c, allowed, &made, &null, &refused);
        f->columns[c].nulls += null;
        f->columns[c].released += text != NULL && !null;
        f->columns[c].suppressed += text == NULL;
    }
}

/* --- comparing ---------------------------------------------------------------------------------------------------- */

static uint64_t seed;

static size_t draw(size_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (size_t)(seed >> 33) % n;
}

static void add_record(rig_table *t, record *r)
{
    static const size_t sizes[IN_COLUMNS] = {N(consents), N(dates),  N(dates),  N(people), N(tiers),  N(lands),
                                             N(values),   N(values), N(values), N(values), N(values), N(secrets)};
    const char *fields[IN_COLUMNS];
    for (size_t c = 0; c < IN_COLUMNS; c++) {
        r->at[c] = draw(sizes[c]);
        fields[c] = values[r->at[c] % N(values)].raw;
    }
    fields[OK] = consents[r->at[OK]].raw;
    fields[AT] = dates[r->at[AT]].raw;
    fields[AT2] = dates[r->at[AT2]].raw;
    fields[WHO] = people[r->at[WHO]].raw;
    fields[TIER] = tiers[r->at[TIER]].raw;
    fields[LAND] = lands[r->at[LAND]].raw;
    fields[X] = secrets[r->at[X]];
    rig_add(t, fields);
}

static char tokens[TOKENS][32];

static void check_value(const variant *v, const pare_block *block, uint32_t row, size_t column, const record *r,
                        unsigned allowed)
{
    bool made = false, null = false, refused = false;
    const char *expected = model_value(v, r, column, allowed, &made, &null, &refused);
    const pare_value value = pare_block_value(block, row, (uint32_t)column);
    pare_span text = rig_value(block, row, (uint32_t)column);
    if (column == OUT_T && expected != NULL && !null) { /* a token, the same for the same text */
        char *token = tokens[values[r->at[T]].token];
        assert_int_equal(text.len, 26);
        assert_int_equal(value.form, PARE_FORM_TEXT);
        assert_int_equal(value.flags, PARE_VALUE_PLAIN);
        if (token[0] == '\0') {
            memcpy(token, text.ptr, 26);
        }
        assert_memory_equal(text.ptr, token, 26);
        return;
    }
    assert_int_equal(value.flags, 0);
    assert_int_equal(value.form, expected == NULL ? PARE_FORM_EMPTY : made ? PARE_FORM_TEXT : PARE_FORM_RAW);
    if (expected != NULL && !pare_span_is(text, expected)) {
        fail_msg("row %u, column %zu: `%.*s`, and should be `%s`", row, column, PARE_SPAN_ARGS(text), expected);
    }
}

static void check_figures(const pare_tally *tally, const figures *f)
{
    pare_counts counts;
    pare_error err;
    pare_tally_counts(tally, &counts);
    assert_int_equal(counts.read, f->read);
    assert_int_equal(counts.written, f->verdicts[PARE_WRITE]);
    assert_int_equal(counts.dropped_retention, f->verdicts[PARE_DROP_RETENTION]);
    assert_int_equal(counts.dropped_no_date, f->verdicts[PARE_DROP_NO_DATE]);
    assert_int_equal(counts.dropped_no_purpose, f->verdicts[PARE_DROP_NO_PURPOSE]);
    assert_int_equal(counts.dropped_opted_out, f->verdicts[PARE_DROP_OPTED_OUT]);
    assert_int_equal(counts.quarantined, f->verdicts[PARE_QUARANTINE]);
    for (unsigned i = 0; i < PARE_N_FAULTS; i++) {
        assert_int_equal(pare_tally_quarantined(tally, (pare_fault)i), f->quarantined[i]);
    }
    for (size_t p = 0; p < 3; p++) {
        assert_int_equal(pare_tally_purpose(tally, p), f->purposes[p]);
    }
    for (size_t c = 0; c < OUT_COLUMNS; c++) {
        pare_column_counts column;
        pare_tally_column(tally, c, &column);
        assert_int_equal(column.released, f->columns[c].released);
        assert_int_equal(column.suppressed, f->columns[c].suppressed);
        assert_int_equal(column.null_values, f->columns[c].nulls);
        assert_int_equal(column.unreadable, 0);
    }
    assert_int_equal(pare_tally_check(tally, &err), PARE_OK);
}

/** One block; true: the run goes on. */
static bool check_block(const variant *v, rig *r, const rig_table *t, const record *records, uint32_t first, uint32_t n,
                        figures *f)
{
    pare_block block;
    pare_fault fault = PARE_FAULT_OTHER;
    unsigned allowed = 0;
    uint32_t bad = n; /* the first record that ends the run */
    for (uint32_t i = n; i-- > 0 && !v->tolerates;) {
        bad = model_record(v, &records[first + i], &allowed, &fault) == PARE_QUARANTINE ? i : bad;
    }
    pare_status status = pare_worker_apply(r->worker, &t->rows, first, n, &block, &r->err);
    if (bad < n) {
        static const char *const words[PARE_N_FAULTS] = {[PARE_FAULT_DATE] = "cannot be read",
                                                         [PARE_FAULT_LINE_BREAK] = "a line break inside column `s`",
                                                         [PARE_FAULT_VALUE] = "a value of column `f`"};
        (void)model_record(v, &records[first + bad], &allowed, &fault);
        assert_int_equal(status, PARE_E_DATA);
        assert_int_equal(r->err.record, first + bad + 1);
        assert_int_equal(r->err.byte, t->starts[first + bad]);
        assert_true(r->err.has_byte);
        assert_non_null(strstr(r->err.text, words[fault]));
        return false;
    }
    assert_int_equal(status, PARE_OK);
    assert_int_equal(block.n_records, n);
    assert_int_equal(block.n_columns, OUT_COLUMNS);
    size_t text_len = 0;
    for (uint32_t i = 0; i < n; i++) {
        pare_verdict verdict = model_record(v, &records[first + i], &allowed, &fault);
        assert_int_equal(block.verdicts[i], verdict);
        assert_true(verdict != PARE_QUARANTINE || block.faults[i] == fault);
        for (size_t c = 0; c < OUT_COLUMNS && verdict == PARE_WRITE; c++) {
            const pare_value value = pare_block_value(&block, i, (uint32_t)c);
            check_value(v, &block, i, c, &records[first + i], allowed);
            text_len += value.form == PARE_FORM_TEXT ? value.len : 0;
        }
        model_count(v, &records[first + i], verdict, fault, allowed, f);
    }
    assert_int_equal(r->worker->text.len, text_len); /* nothing else was made, and nothing of what is refused is left */
    return true;
}

static void check_variant(const variant *v)
{
    static rig_table t;
    static record records[RIG_ROWS];
    rig r = rig_make(make_policy(v), HEADER);
    figures f = {0};
    memset(tokens, 0, sizeof tokens);
    if (v->tolerates) {
        assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK);
        assert_int_equal(pare_worker_tolerate(r.worker, &r.err), PARE_OK); /* twice is once */
    }
    for (unsigned batch = 0; batch < 3; batch++) {
        const uint32_t n_rows = 1 + (uint32_t)draw(130);
        rig_clear(&t, IN_COLUMNS);
        for (uint32_t i = 0; i < n_rows; i++) {
            add_record(&t, &records[i]);
        }
        for (uint32_t first = 0, n; first < n_rows; first += n) {
            n = 1 + (uint32_t)draw(PARE_BLOCK_RECORDS);
            n = n < n_rows - first ? n : n_rows - first;
            if (!check_block(v, &r, &t, records, first, n, &f)) {
                rig_done(&r);
                r = rig_make(make_policy(v), HEADER);
                f = (figures){0};
                break;
            }
        }
    }
    if (f.read > 0) {
        check_figures(pare_worker_tally(r.worker), &f);
        pare_tally *sum = NULL;
        assert_int_equal(pare_tally_new(r.plan, &sum, &r.err), PARE_OK);
        pare_tally_add(sum, pare_worker_tally(r.worker));
        check_figures(sum, &f);
        pare_tally_free(sum);
    }
    rig_done(&r);
}

static void each_variant(void **state)
{
    (void)state;
    seed = 7;
    for (unsigned bits = 0; bits < 1u << 10; bits += 1 + (unsigned)draw(2)) {
        for (int unreadable = 0; unreadable < 3; unreadable++) {
            variant v = {.dates_by_pattern = (bits & 1) != 0,
                         .retention = (bits & 2) != 0,
                         .tier_field = (bits & 4) != 0,
                         .tier_list = (bits & 8) != 0,
                         .opt_outs = (bits & 16) != 0,
                         .digests = (bits & 32) != 0,
                         .keeps_nobody = (bits & 64) != 0,
                         .dash_is_null = (bits & 128) != 0,
                         .multiline = (bits & 256) != 0,
                         .refuses = (bits & 512) != 0,
                         .tolerates = draw(2) != 0,
                         .unreadable = unreadable};
            check_variant(&v);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_variant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
