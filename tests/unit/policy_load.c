/*
 * Policies that are right: what each key becomes in the model, and what the policy says of itself. The wrong ones are
 * in tests/cases/bad-policies.
 */
#include "rules/base/span.h"
#include "rules/policy/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char HEAD[] = "pare: 1\ndataset: weekly\nrecipient: acme\n";

/* Loads HEAD + rest, which must have no error; *warnings, if asked for. */
static pare_policy *load_with(const char *rest, const pare_fetch *fetch, size_t *warnings)
{
    char text[8192];
    int len = snprintf(text, sizeof text, "%s%s", HEAD, rest);
    assert_true(len > 0 && (size_t)len < sizeof text);
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    pare_status status = pare_policy_load(pare_span_of(text), "test.yaml", fetch, &policy, &findings, &err);
    assert_int_equal(pare_findings_errors(findings), 0);
    if (warnings != NULL) {
        *warnings = pare_findings_warnings(findings);
    }
    pare_findings_free(findings);
    assert_int_equal(status, PARE_OK);
    return policy;
}

static pare_policy *load(const char *rest)
{
    return load_with(rest, NULL, NULL);
}

static void assert_span(pare_span span, const char *expected)
{
    assert_int_equal(span.len, strlen(expected));
    assert_memory_equal(span.ptr, expected, span.len);
}

static void defaults_are_the_careful_ones(void **state)
{
    (void)state;
    size_t warnings = 0;
    pare_policy *policy = load_with("fields: {a: {do: drop}}\n", NULL, &warnings);
    pare_policy_info info;
    pare_policy_about(policy, &info);
    assert_int_equal(warnings, 1); /* nothing is released */
    assert_string_equal(info.dataset, "weekly");
    assert_string_equal(info.recipient, "acme");
    assert_string_equal(info.description, "");
    assert_false(info.needs_key || info.depends_on_date || info.has_max_quarantined || info.has_min_records);
    assert_int_equal(pare_policy_input(policy)->format, PARE_FORMAT_DETECT);
    assert_int_equal(pare_policy_input(policy)->delimiter, 0);
    assert_int_equal(pare_policy_input(policy)->encoding, PARE_ENCODING_UTF8);
    assert_true(pare_policy_input(policy)->header);
    assert_false(pare_policy_input(policy)->lenient);
    assert_int_equal(pare_policy_output(policy)->format, PARE_FORMAT_DETECT);
    assert_int_equal(policy->nulls.n, 1);
    assert_int_equal(policy->nulls.items[0].len, 0);
    assert_false(policy->unlisted_fails);
    assert_true(policy->entries[0].rules[0].drops);
    pare_policy_free(policy);
}

static void input_output_and_gates_are_read(void **state)
{
    (void)state;
    pare_policy *policy =
        load("description: what for\n"
             "input: {format: csv, delimiter: \"\\t\", encoding: windows-1252, header: false, columns: [a, '', c],\n"
             "        nulls: [NULL, ''], lenient: true, dates: ['%d/%m/%Y']}\n"
             "output: {format: tsv, columns: [c, a]}\nunlisted: fail\n"
             "gates: {max_quarantined: 0.1%, min_records: 10}\nfields: {a: {do: drop}}\n");
    const pare_input_settings *input = pare_policy_input(policy);
    pare_policy_info info;
    pare_policy_about(policy, &info);
    assert_string_equal(info.description, "what for");
    assert_int_equal(input->format, PARE_FORMAT_CSV);
    assert_int_equal(input->delimiter, '\t');
    assert_int_equal(input->encoding, PARE_ENCODING_WINDOWS1252);
    assert_false(input->header);
    assert_true(input->lenient);
    assert_int_equal(input->n_columns, 3);
    assert_span(input->columns[1], "");
    assert_span(input->columns[2], "c");
    assert_int_equal(policy->nulls.n, 2);
    assert_span(policy->date_patterns.items[0], "%d/%m/%Y");
    assert_int_equal(pare_policy_output(policy)->format, PARE_FORMAT_TSV);
    assert_int_equal(policy->n_output_columns, 2);
    assert_span(policy->output_columns[0], "c");
    assert_true(policy->unlisted_fails);
    assert_true(info.has_max_quarantined && info.has_min_records);
    assert_float_equal(info.max_quarantined, 0.001, 1e-12);
    assert_int_equal(info.min_records, 10);
    pare_policy_free(policy);
}

static void shares_are_percentages_or_fractions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double share;
    } cases[] = {{"0", 0}, {"0%", 0}, {"100%", 1}, {"1", 1}, {"0.001", 0.001}, {"2.5%", 0.025}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "gates: {max_quarantined: %s}\nfields: {a: {do: drop}}\n", cases[i].text);
        pare_policy *policy = load(text);
        assert_true(policy->has_max_quarantined);
        assert_float_equal(policy->max_quarantined, cases[i].share, 1e-12);
        pare_policy_free(policy);
    }
}

static void purposes_become_bits(void **state)
{
    (void)state;
    size_t warnings = 0;
    pare_policy *policy = load_with(
        "purposes:\n  one: {basis: contract, description: First}\n"
        "  two: {basis: consent, allowed_when: {field: c, is: [yes]}}\n  three: {basis: public_task}\n"
        "fields:\n  a: {category: user, for: [three, one], do: keep}\n  b: {category: user, for: two, do: suppress}\n",
        NULL, &warnings);
    pare_purpose_info info;
    assert_int_equal(warnings, 0);
    assert_int_equal(policy->n_purposes, 3);
    pare_policy_purpose(policy, 0, &info);
    assert_string_equal(info.name, "one");
    assert_string_equal(info.basis, "contract");
    assert_string_equal(info.description, "First");
    pare_policy_purpose(policy, 1, &info);
    assert_string_equal(info.description, "");
    assert_null(policy->purposes[0].allowed_when);
    assert_true(policy->purposes[1].allowed_when->strict_null);
    assert_int_equal(policy->entries[0].rules[0].purposes, 5);
    assert_int_equal(policy->entries[1].rules[0].purposes, 2);
    assert_int_equal(policy->entries[0].rules[0].n_steps, 0);
    assert_int_equal(policy->entries[1].rules[0].n_steps, 1);
    pare_policy_free(policy);
}

static void fields_that_are_read_are_listed_once(void **state)
{
    (void)state;
    pare_policy *policy =
        load("purposes: {p: {basis: consent, allowed_when: {all: [{field: c, is: y}, {field: '#2', is: y}]}}}\n"
             "retention: [{field: d, keep: 24 months}, {field: c, keep: 90 days, unreadable: keep}]\n"
             "fields: {a: {category: user, for: p, do: keep, when: {field: d, present: true}}}\n");
    assert_int_equal(policy->n_reads, 3);
    assert_span(policy->reads[0].name, "c");
    assert_string_equal(policy->reads[0].who, "purpose `p`");
    assert_span(policy->reads[1].name, "#2");
    assert_span(policy->reads[2].name, "d");
    assert_string_equal(policy->reads[2].who, "retention");
    assert_int_equal(policy->retentions[0].read, 2);
    assert_int_equal(policy->retentions[0].keep.count, 24);
    assert_int_equal(policy->retentions[0].keep.unit, PARE_MONTHS);
    assert_int_equal(policy->retentions[0].unreadable, PARE_UNREADABLE_DROP);
    assert_int_equal(policy->retentions[1].unreadable, PARE_UNREADABLE_KEEP);
    assert_int_equal(policy->entries[0].rules[0].when->read, 2);
    assert_false(policy->entries[0].rules[0].when->strict_null);
    assert_true(policy->depends_on_date);
    pare_policy_free(policy);
}

static void selectors_are_told_apart(void **state)
{
    (void)state;
    pare_policy *policy =
        load("fields:\n  plain: {do: drop}\n  '#12': {do: drop}\n  '#x': {do: drop}\n  utm_*: {do: drop}\n"
             "  /^a.b$/: {do: drop}\n  /: {do: drop}\n  address.city: {do: drop}\n  items[].price: {do: drop}\n");
    static const pare_selector_kind kinds[] = {PARE_SELECT_EXACT, PARE_SELECT_POSITION, PARE_SELECT_EXACT,
                                               PARE_SELECT_GLOB,  PARE_SELECT_REGEX,    PARE_SELECT_EXACT,
                                               PARE_SELECT_EXACT, PARE_SELECT_EXACT};
    assert_int_equal(policy->n_entries, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(policy->entries[i].kind, kinds[i]);
    }
    assert_int_equal(policy->entries[1].position, 12);
    assert_span(policy->entries[4].text, "^a.b$");
    assert_non_null(policy->entries[4].regex);
    pare_policy_free(policy);
}

static void rule_lists_keep_their_order_and_keys(void **state)
{
    (void)state;
    pare_policy *policy =
        load("purposes: {p: {basis: contract}}\nfields:\n  a:\n"
             "    - {category: user.x, for: p, do: [{normalize: [trim]}, {truncate: 3}], when: {field: b, is: x},\n"
             "       as: z, multiline: true, optional: true, because: needed}\n"
             "    - {category: user.x, for: p, do: keep, as: z}\n");
    const pare_entry *entry = &policy->entries[0];
    assert_int_equal(entry->n_rules, 2);
    const pare_rule *rule = &entry->rules[0];
    assert_int_equal(rule->n_steps, 2);
    assert_string_equal(rule->steps[0].type->name, "normalize");
    assert_string_equal(rule->steps[1].type->name, "truncate");
    assert_true(rule->multiline && rule->optional && !rule->drops);
    assert_span(rule->as, "z");
    assert_span(rule->because, "needed");
    assert_span(rule->category, "user.x");
    assert_non_null(rule->when);
    assert_null(entry->rules[1].when);
    assert_int_equal(entry->rules[1].n_steps, 0);
    assert_false(entry->rules[1].multiline);
    pare_policy_free(policy);
}

static void steps_with_keys_get_slots(void **state)
{
    (void)state;
    pare_policy *policy = load("purposes: {p: {basis: contract}}\nfields:\n"
                               "  a: {category: user, for: p, do: pseudonymize}\n"
                               "  'b*': {category: user, for: p, do: [{truncate: 5}, {pseudonymize: {domain: x}}]}\n");
    pare_policy_info info;
    pare_policy_about(policy, &info);
    assert_true(info.needs_key);
    assert_false(info.depends_on_date);
    assert_int_equal(policy->n_key_steps, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(policy->key_steps[i]->key_slot, i);
    }
    assert_ptr_equal(policy->key_steps[0], &policy->entries[0].rules[0].steps[0]);
    assert_ptr_equal(policy->key_steps[1], &policy->entries[1].rules[0].steps[1]);
    assert_span(policy->key_steps[0]->key_use.domain, "a"); /* the field's name */
    assert_span(policy->key_steps[1]->key_use.domain, "x");
    pare_policy_free(policy);
    policy = load("purposes: {p: {basis: contract}}\nfields: {a: {category: user, for: p, do: {pseudonymize: {rotate: "
                  "yearly}}}}\n");
    assert_true(policy->depends_on_date);
    pare_policy_free(policy);
}

static void many_keys_and_reads_fit(void **state)
{
    (void)state;
    pare_buf text;
    pare_buf_init(&text, 1 << 20);
    pare_buf_printf(&text, "%spurposes: {p: {basis: contract}}\nfields:\n", HEAD);
    for (int i = 0; i < 500; i++) {
        pare_buf_printf(&text, "  f%d: {category: user, for: p, do: pseudonymize, when: {field: r%d, matches: x%d}}\n",
                        i, i, i);
    }
    pare_policy *policy = NULL;
    pare_findings *findings = NULL;
    pare_error err;
    assert_int_equal(pare_policy_load(pare_buf_span(&text), "t", NULL, &policy, &findings, &err), PARE_OK);
    assert_int_equal(policy->n_key_steps, 500);
    assert_int_equal(policy->n_reads, 500);
    assert_int_equal(policy->n_regexes, 500);
    assert_int_equal(policy->key_steps[499]->key_slot, 499);
    assert_span(policy->reads[499].name, "r499");
    pare_findings_free(findings);
    pare_policy_free(policy);
    pare_buf_clear(&text);
}

static void packs_are_read_for_the_steps_that_ask(void **state)
{
    (void)state;
    pare_policy *policy = load("purposes: {p: {basis: contract}}\nfields: {a: {category: user, for: p, do: keep}}\n");
    assert_int_equal(policy->n_packs, 0);
    pare_policy_free(policy);
    policy = load("purposes: {p: {basis: contract}}\nfields: {a: {category: user, for: p, do: {redact: {find: [email, "
                  "phone]}}}}\n");
    assert_true(policy->n_packs > 0);
    assert_int_equal(pare_detector_set_size(policy->entries[0].rules[0].steps[0].detectors), 2);
    pare_policy_free(policy);
}

static pare_status give_table(void *context, const char *name, pare_table_row row, void *row_context,
                              pare_file_facts *facts, pare_error *err)
{
    *facts = (pare_file_facts){11, "c0ffee"};
    assert_string_equal(name, "map.csv");
    if (!*(bool *)context) {
        return pare_fail(err, PARE_E_MISSING, "no such file");
    }
    pare_span fields[2] = {pare_span_of("de"), pare_span_of("Germany")};
    return row(row_context, fields, 2) ? PARE_OK : PARE_E_DATA;
}

static void tables_come_through_the_callers_hands(void **state)
{
    (void)state;
    static const char rest[] = "purposes: {p: {basis: contract}}\n"
                               "fields: {a: {category: user, for: p, do: {replace: {map_file: map.csv}}}}\n";
    bool there = true;
    const pare_fetch fetch = {.table = give_table, .context = &there};
    pare_policy_free(load_with(rest, &fetch, NULL));
    char text[512];
    (void)snprintf(text, sizeof text, "%s%s", HEAD, rest);
    for (int i = 0; i < 2; i++) {
        pare_policy *policy = NULL;
        pare_findings *findings = NULL;
        pare_error err;
        there = false;
        assert_int_equal(pare_policy_load(pare_span_of(text), "t", i == 0 ? &fetch : NULL, &policy, &findings, &err),
                         PARE_E_POLICY);
        assert_null(policy);
        assert_int_equal(pare_findings_errors(findings), 1);
        pare_findings_free(findings);
    }
}

static void cases_are_read(void **state)
{
    (void)state;
    pare_policy *policy =
        load("fields: {a: {do: drop}}\ntests:\n"
             "  - {given: {a: x, b: ''}, expect: {c: z}, forbid: [x, y]}\n  - {given: {}, expect: dropped}\n");
    assert_int_equal(policy->n_cases, 2);
    assert_int_equal(policy->cases[0].n_given, 2);
    assert_span(policy->cases[0].given_names[1], "b");
    assert_span(policy->cases[0].given_values[1], "");
    assert_span(policy->cases[0].expect_names[0], "c");
    assert_span(policy->cases[0].expect_values[0], "z");
    assert_int_equal(policy->cases[0].n_forbid, 2);
    assert_false(policy->cases[0].expect_dropped);
    assert_true(policy->cases[1].expect_dropped);
    pare_policy_free(policy);
}

static void append(void *context, const char *text, size_t len)
{
    pare_buf_append(context, text, len);
}

static void an_explanation_names_everything(void **state)
{
    (void)state;
    static const char *const words[] = {"weekly",
                                        "acme",
                                        "why not",
                                        "measurement (basis: consent): Count",
                                        "`c` is `yes`",
                                        "`d` is more than 1 year ago",
                                        "the run stops",
                                        "utm_*",
                                        "/^addr_/",
                                        "column #4",
                                        "where `c` has a value",
                                        "written as `r2`",
                                        "otherwise: empty",
                                        "because: needed",
                                        "user.contact.email",
                                        "passes as it is",
                                        "a decision of this policy",
                                        "stops the run",
                                        "more than 2.5%",
                                        "fewer than 7 records"};
    pare_policy *policy =
        load("description: why not\nunlisted: fail\n"
             "purposes: {measurement: {basis: consent, description: Count, allowed_when: {field: c, is: yes}}}\n"
             "retention: {field: d, keep: 1 year, unreadable: fail}\ngates: {max_quarantined: 2.5%, min_records: 7}\n"
             "fields:\n  r: {category: user.location, for: measurement, do: {truncate: 3}, as: r2, when: {field: c, "
             "present: true}}\n"
             "  e: {category: user.contact.email, for: measurement, do: keep, because: needed}\n"
             "  utm_*: {do: drop}\n  /^addr_/: {do: drop}\n  '#4': {do: drop}\n");
    pare_buf out;
    pare_buf_init(&out, 1 << 20);
    pare_policy_explain(policy, append, &out);
    pare_buf_append_byte(&out, '\0');
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strstr((const char *)out.ptr, words[i]) == NULL) {
            fail_msg("not in the explanation: %s\n%s", words[i], (const char *)out.ptr);
        }
    }
    pare_buf_clear(&out);
    pare_policy_free(policy);
}

static void codes_can_be_asked_for(void **state)
{
    (void)state;
    assert_non_null(strstr(pare_explain_code("PR029"), "refused, never ignored"));
    assert_string_equal(pare_code_title("pr057"), "unkeyed hashes don't protect");
    assert_null(pare_explain_code("PR000"));
    assert_null(pare_code_title(""));
}

static void the_reference_lists_what_there_is(void **state)
{
    (void)state;
    pare_buf out;
    pare_error err;
    pare_buf_init(&out, 1 << 20);
    pare_steps_list(append, &out);
    assert_int_equal(pare_rules_list(true, append, &out, &err), PARE_OK);
    pare_buf_append_byte(&out, '\0');
    for (size_t i = 0; pare_step_types[i] != NULL; i++) {
        assert_non_null(strstr((const char *)out.ptr, pare_step_types[i]->summary));
    }
    assert_non_null(strstr((const char *)out.ptr, "Pack core"));
    pare_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_careful_ones),
        cmocka_unit_test(input_output_and_gates_are_read),
        cmocka_unit_test(shares_are_percentages_or_fractions),
        cmocka_unit_test(purposes_become_bits),
        cmocka_unit_test(fields_that_are_read_are_listed_once),
        cmocka_unit_test(selectors_are_told_apart),
        cmocka_unit_test(rule_lists_keep_their_order_and_keys),
        cmocka_unit_test(steps_with_keys_get_slots),
        cmocka_unit_test(many_keys_and_reads_fit),
        cmocka_unit_test(packs_are_read_for_the_steps_that_ask),
        cmocka_unit_test(tables_come_through_the_callers_hands),
        cmocka_unit_test(cases_are_read),
        cmocka_unit_test(an_explanation_names_everything),
        cmocka_unit_test(codes_can_be_asked_for),
        cmocka_unit_test(the_reference_lists_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
