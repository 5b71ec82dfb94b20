/*
 * National and other numbers against published lists of valid and invalid ones.
 *
 * The first test reads numbers that a library of such numbers gives as examples, valid and invalid, each as the value
 * of a field of its own: what is valid must be found whole, in what is not nothing may be found. The second reads the
 * test tables of recognizers, a detector alone against each: its figures are in docs/DETECTORS.md, with the reasons for
 * what is missed. The third reads documents with planted values. The corpora are read from ../shared/data and are not
 * part of the project; without them the tests are skipped.
 */
#include "detect_corpus.h"

/* --- valid and invalid numbers -------------------------------------------------------------------------- */

static const struct number_kind {
    const char *type;     /* in the list */
    const char *detector; /* a detector's name, or a group's */
} kinds[] = {
    {"ar.cuit", "ar_cuit"},
    {"at.uid", "eu_vat"},
    {"at.vnr", "at_svnr"},
    {"au.abn", "au_abn"},
    {"au.acn", "au_acn"},
    {"au.tfn", "au_tfn"},
    {"be.bis", "be_nrn"},
    {"be.nn", "be_nrn"},
    {"be.ssn", "be_nrn"},
    {"bg.egn", "bg_egn"},
    {"bic", "bic"},
    {"bitcoin", "bitcoin"},
    {"br.cnpj", "br_cnpj"},
    {"br.cpf", "br_cpf"},
    {"ca.sin", "ca_sin"},
    {"ch.ssn", "ch_ahv"},
    {"ch.vat", "eu_vat"},
    {"cl.rut", "cl_rut"},
    {"cn.ric", "cn_id"},
    {"cz.rc", "cz_rodne_cislo"},
    {"de.idnr", "de_tax_id"},
    {"dk.cpr", "dk_cpr"},
    {"ee.ik", "ee_isikukood"},
    {"es.dni", "es_dni"},
    {"es.nie", "es_nie"},
    {"es.cif", "es_cif"},
    {"es.nif", "es_nif"},
    {"eu.vat", "eu_vat"},
    {"fi.hetu", "fi_hetu"},
    {"fr.nir", "fr_nir"},
    {"gb.nhs", "uk_nhs"},
    {"gb.utr", "uk_utr"},
    {"gr.amka", "gr_amka"},
    {"hr.oib", "hr_oib"},
    {"ie.pps", "ie_pps"},
    {"il.idnr", "il_id"},
    {"imei", "imei"},
    {"in.pan", "in_pan"},
    {"in_.pan", "in_pan"},
    {"in.aadhaar", "in_aadhaar"},
    {"in_.aadhaar", "in_aadhaar"},
    {"in.gstin", "in_gstin"},
    {"in_.gstin", "in_gstin"},
    {"is.kennitala", "is_kennitala"},
    {"is_.kennitala", "is_kennitala"},
    {"it.codicefiscale", "it_codice_fiscale"},
    {"jp.in_", "jp_my_number"},
    {"kr.rrn", "kr_rrn"},
    {"lt.asmens", "ee_isikukood"},
    {"mac", "mac"},
    {"mx.curp", "mx_curp"},
    {"mx.rfc", "mx_rfc"},
    {"nl.bsn", "nl_bsn"},
    {"no.fodselsnummer", "no_fodselsnummer"},
    {"nz.ird", "nz_ird"},
    {"pl.nip", "pl_nip"},
    {"pl.pesel", "pl_pesel"},
    {"pl.regon", "pl_regon"},
    {"pt.nif", "pt_nif"},
    {"ro.cnp", "ro_cnp"},
    {"se.orgnr", "se_organisationsnummer"},
    {"se.personnummer", "se_personnummer"},
    {"si.emso", "si_emso"},
    {"sk.rc", "cz_rodne_cislo"},
    {"tr.tckimlik", "tr_tckn"},
    {"us.ein", "us_ein"},
    {"us.itin", "us_itin"},
    {"us.rtn", "us_aba"},
    {"us.ssn", "ssn"},
    {"za.idnr", "za_id"},
    {"iban", "iban"},
    {"me.iban", "iban"},
    {"no.iban", "iban"},
    {"be.vat", "eu_vat"},
    {"bg.vat", "eu_vat"},
    {"cy.vat", "eu_vat"},
    {"cz.dic", "eu_vat"},
    {"de.stnr", "de_tax_number"},
    {"de.vat", "eu_vat"},
    {"dk.cvr", "eu_vat"},
    {"ee.kmkr", "eu_vat"},
    {"fi.alv", "eu_vat"},
    {"fr.tva", "eu_vat"},
    {"gb.vat", "eu_vat"},
    {"gr.vat", "eu_vat"},
    {"hu.anum", "eu_vat"},
    {"ie.vat", "eu_vat"},
    {"it.iva", "it_codice_fiscale"},
    {"lt.pvm", "eu_vat"},
    {"lu.tva", "eu_vat"},
    {"lv.pvn", "eu_vat"},
    {"mc.tva", "eu_vat"},
    {"mt.vat", "eu_vat"},
    {"nl.btw", "eu_vat"},
    {"no.mva", "eu_vat"},
    {"ro.cf", "eu_vat"},
    {"ro.cui", "eu_vat"},
    {"se.vat", "eu_vat"},
    {"si.ddv", "eu_vat"},
    {"sk.dph", "eu_vat"},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

/**
 * Declined on purpose: VAT numbers without the two letters of their country, which are digits that some country's check
 * accepts by chance. (Norway's has letters behind it.)
 */
static bool is_declined(const struct number_kind *kind, pare_span value)
{
    bool letters = (value.ptr[0] | 0x20) >= 'a' && (value.ptr[0] | 0x20) <= 'z';
    bool behind = value.len > 3 && memcmp(value.ptr + value.len - 3, "MVA", 3) == 0;
    return strcmp(kind->detector, "eu_vat") == 0 && !letters && !behind;
}

static void valid_numbers_are_found_and_invalid_ones_are_not(void **state)
{
    corpus *c = *state;
    score scores[N_KINDS] = {{0}};
    const pare_detector_set *sets[N_KINDS];
    size_t n = 0, wrong = 0, declined = 0;
    pare_arena arena;
    pare_arena_init(&arena, 16 << 20);
    open_corpus(c, "ids-stdnum/numbers.share.jsonl");
    for (size_t i = 0; i < N_KINDS; i++) {
        const char *const names[] = {kinds[i].detector, NULL};
        sets[i] = rig_set(&c->r, names);
    }
    for (const pare_node *doc; (doc = next_line(c, &arena)) != NULL;) {
        pare_span value = pare_span_trim(text_of(doc, "value"));
        size_t kind = 0;
        while (kind < N_KINDS && !pare_span_is(text_of(doc, "type"), kinds[kind].type)) {
            kind++;
        }
        if (kind == N_KINDS) {
            continue;
        }
        bool valid = pare_span_is(text_of(doc, "valid"), "true");
        if (valid && is_declined(&kinds[kind], value)) {
            valid = false; /* and so nothing may be found */
            declined++;
        }
        bool found = rig_scan(&c->r, sets[kind], value) == PARE_HIT;
        bool whole = found && c->r.n_hits == 1 && c->r.hits[0].from == 0 && c->r.hits[0].to == value.len;
        n++;
        if (valid ? !whole : found) {
            print_message("  %s, %s by the list: %.*s\n", kinds[kind].type, valid ? "valid" : "invalid", (int)value.len,
                          (const char *)value.ptr);
            wrong++;
        }
        scores[kind].labels += valid;
        scores[kind].negatives += !valid;
    }
    pare_arena_clear(&arena);
    size_t seen = 0, valid = 0;
    for (size_t i = 0; i < N_KINDS; i++) {
        seen += scores[i].labels + scores[i].negatives > 0;
        valid += scores[i].labels;
    }
    print_message("  %zu numbers of %zu kinds: %zu valid, %zu invalid, %zu VAT numbers without a country; %zu wrong\n",
                  n, seen, valid, n - valid - declined, declined, wrong);
    assert_true(n >= 1000 && seen >= 50);
    assert_int_equal(wrong, 0);
}

/* --- test tables of recognizers --------------------------------------------------------------------------- */

static const struct entity {
    const char *recognizer, *detector;
    double recall, precision; /* what has been reached; below it the test fails */
} entities[] = {
    {"AbaRoutingRecognizer", "us_aba", 1, 1},
    {"AuAbnRecognizer", "au_abn", 1, 1},
    {"AuAcnRecognizer", "au_acn", 1, 1},
    {"AuMedicareRecognizer", "au_medicare", 1, 1},
    {"AuTfnRecognizer", "au_tfn", 1, 1},
    {"CaSinRecognizer", "ca_sin", 1, 1},
    {"CryptoRecognizer", "bitcoin", 1, 1},
    {"DeFuehrerscheinRecognizer", "de_driving_licence", 1, 1},
    {"DeHealthInsuranceRecognizer", "de_health_insurance", 1, 1},
    {"DeIdCardRecognizer", "de_id_card", 1, 1},
    {"DeKfzRecognizer", "de_licence_plate", 1, 1},
    {"DePassportRecognizer", "de_passport", 1, 1},
    {"DeSocialSecurityRecognizer", "de_social_security", 1, 1},
    {"DeTaxIdRecognizer", "de_tax_id", 1, 1},
    {"DeTaxNumberRecognizer", "de_tax_number", 1, 1},
    {"DeVatIdRecognizer", "eu_vat", 1, 1},
    {"EsNieRecognizer", "es_nie", 1, 1},
    {"EsNifRecognizer", "es_dni", 1, 1},
    {"EsPassportRecognizer", "es_passport", 1, 1},
    {"FiPersonalIdentityCodeRecognizer", "fi_hetu", 1, 1},
    {"InAadhaarRecognizer", "in_aadhaar", 1, 1},
    {"InGstinRecognizer", "in_gstin", 1, 1},
    {"InPanRecognizer", "in_pan", 1, 1},
    {"InPassportRecognizer", "in_passport", 1, 1},
    {"InVehicleRegistrationRecognizer", "in_vehicle_registration", 1, 1},
    {"ItDriverLicenseRecognizer", "it_driving_licence", 1, 1},
    {"ItFiscalCodeRecognizer", "it_codice_fiscale", 1, 1},
    {"ItIdentityCardRecognizer", "it_id_card", 1, 1},
    {"KrDriverLicenseRecognizer", "kr_driving_licence", 1, 1},
    {"KrFrnRecognizer", "kr_frn", 1, 1},
    {"KrPassportRecognizer", "kr_passport", 1, 1},
    {"KrRrnRecognizer", "kr_rrn", 1, 1},
    {"MacAddressRecognizer", "mac", 1, 1},
    {"MedicalLicenseRecognizer", "us_dea", 1, 1},
    {"NhsRecognizer", "uk_nhs", 1, 1},
    {"PlPeselRecognizer", "pl_pesel", 1, 1},
    {"SeOrganisationsnummerRecognizer", "se_organisationsnummer", 1, 1},
    {"SePersonnummerRecognizer", "se_personnummer", 1, 1},
    {"SgFinRecognizer", "sg_nric", 1, 1},
    {"TrLicensePlateRecognizer", "tr_licence_plate", 1, 1},
    {"TrNationalIdRecognizer", "tr_tckn", 1, 1},
    {"UkDrivingLicenceRecognizer", "uk_driving_licence", 1, 1},
    {"UkNinoRecognizer", "uk_nino", 1, 1},
    {"UkPassportRecognizer", "uk_passport", 1, 1},
    {"UkVehicleRegistrationRecognizer", "uk_vehicle_registration", 1, 1},
    {"UsItinRecognizer", "us_itin", 1, 1},
    {"UsLicenseRecognizer", "us_driver_license", 1, 1},
    {"UsMbiRecognizer", "us_mbi", 1, 1},
    {"UsNpiRecognizer", "us_npi", 1, 1},
    {"UsPassportRecognizer", "us_passport", 1, 1},
    {"ZaIdNumberRecognizer", "za_id", 1, 1},
};
enum { N_ENTITIES = sizeof entities / sizeof entities[0] };

/** Texts in which labels are declined: nothing in them says what the digits are (docs/DETECTORS.md, "Measured"). */
static const char *const declined_texts[] = {
    "123456789 1234567890 12345679012 123456790123 1234567901234 1234", /* driver's licenses of the United States */
    "AA1234567 aa 1234567",                                             /* Italian identity cards */
};

static bool is_declined_text(pare_span text)
{
    for (size_t i = 0; i < sizeof declined_texts / sizeof declined_texts[0]; i++) {
        if (pare_span_is(text, declined_texts[i])) {
            return true;
        }
    }
    return false;
}

/** Nobody issues what the published check refuses: some tables have such placeholders among what they want found. */
static bool is_issued(const pare_detector *detector, pare_span label)
{
    for (size_t i = 0; i < detector->n_validators; i++) {
        if (!detector->validators[i]->accepts(label)) {
            return false;
        }
    }
    return true;
}

/**
 * Count a case: exact hits are right, others wrong; blanks around a label are not part of it. Where the table has no
 * spans, the number of hits counts. Placeholders count as negatives.
 */
static void count_case(const rig *r, const pare_detector *detector, const pare_node *doc, pare_span text, score *s)
{
    const pare_node *wanted = pare_node_get(doc, "expected_matches");
    size_t count = number_of(pare_node_get(doc, "expected_count"));
    bool listed = wanted != NULL && wanted->kind == PARE_NODE_LIST;
    if (count == 0 ||
        (!listed && count == 1 && !is_issued(detector, text))) { /* without spans, the text is the label */
        count = 0;
        s->negatives++;
        s->clean += r->n_hits == 0;
    }
    size_t found = listed ? 0 : r->n_hits < count ? r->n_hits : count;
    for (size_t i = 0; listed && i < wanted->n; i++) {
        pare_span label = pare_span_trim(wanted->items[i]->text);
        bool issued = is_issued(detector, label);
        found += issued && is_hit(r, text, label);
        count -= !issued;
        s->negatives += !issued;
        s->clean += !issued && !is_hit(r, text, label);
    }
    s->labels += count;
    s->found += found;
    s->hits += r->n_hits;
    s->right += found;
    if (found != count || r->n_hits != count) {
        print_message("    %zu of %zu, %zu hits: %.*s\n", found, count, r->n_hits, (int)text.len,
                      (const char *)text.ptr);
    }
}

static void recognizer_tables_of_numbers(void **state)
{
    corpus *c = *state;
    size_t n_declined = 0;
    score scores[N_ENTITIES] = {{0}};
    const pare_detector_set *sets[N_ENTITIES];
    pare_arena arena;
    pare_arena_init(&arena, 16 << 20);
    open_corpus(c, "pii-presidio-tests/recognizer_cases.share.jsonl");
    for (size_t i = 0; i < N_ENTITIES; i++) {
        const char *const names[] = {entities[i].detector, NULL};
        sets[i] = rig_set(&c->r, names);
    }
    for (const pare_node *doc; (doc = next_line(c, &arena)) != NULL;) {
        pare_span text = text_of(doc, "text");
        size_t entity = 0;
        while (entity < N_ENTITIES && !pare_span_is(text_of(doc, "recognizer"), entities[entity].recognizer)) {
            entity++;
        }
        if (entity < N_ENTITIES && is_declined_text(text)) {
            n_declined += number_of(pare_node_get(doc, "expected_count"));
        } else if (entity < N_ENTITIES) {
            assert_int_not_equal(rig_scan(&c->r, sets[entity], text), PARE_UNSURE);
            count_case(&c->r, pare_detector_set_get(sets[entity], 0), doc, text, &scores[entity]);
        }
    }
    pare_arena_clear(&arena);
    score all = {0};
    for (size_t i = 0; i < N_ENTITIES; i++) {
        all.labels += scores[i].labels;
        all.found += scores[i].found;
        all.hits += scores[i].hits;
        all.right += scores[i].right;
        all.negatives += scores[i].negatives;
        all.clean += scores[i].clean;
        report(entities[i].detector, &scores[i], entities[i].recall, entities[i].precision);
    }
    print_message("  %zu labels declined\n", n_declined);
    report("all", &all, 0.97, 0.97);
    assert_int_equal(all.clean, all.negatives);
}

/* --- documents -------------------------------------------------------------------------------------------- */

/* Each check's documents with the detectors it is about; a document without labels must stay without a hit. */
static void documents_with_planted_numbers(void **state)
{
    static const struct {
        const char *check, *names[4];
    } checks[] = {{"MEDICAL_ID", {"us_npi", "us_mbi", "us_dea"}},
                  {"PASSPORT", {"passport"}},
                  {"VIN", {"vin"}},
                  {"DATE_OF_BIRTH", {"birth_date"}}};
    corpus *c = *state;
    score all = {0};
    pare_arena arena;
    pare_arena_init(&arena, 16 << 20);
    open_corpus(c, "pii-ferret-score/cases.share.jsonl");
    for (const pare_node *doc; (doc = next_line(c, &arena)) != NULL;) {
        const pare_node *labels = pare_node_get(doc, "labels");
        pare_span check = pare_node_get(doc, "checks")->items[0]->text, text = text_of(doc, "input");
        for (size_t k = 0; k < sizeof checks / sizeof checks[0]; k++) {
            if (!pare_span_is(check, checks[k].check)) {
                continue;
            }
            assert_int_not_equal(rig_scan(&c->r, rig_set(&c->r, checks[k].names), text), PARE_UNSURE);
            all.hits += c->r.n_hits;
            all.negatives += labels->n == 0;
            all.clean += labels->n == 0 && c->r.n_hits == 0;
            for (size_t i = 0; i < labels->n; i++) {
                bool hit = is_hit(&c->r, text, text_of(labels->items[i], "value"));
                all.labels++;
                all.found += hit;
                all.right += hit;
            }
        }
    }
    pare_arena_clear(&arena);
    report("all", &all, 1, 1);
    assert_int_equal(all.clean, all.negatives);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, corpus_set_up, corpus_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(valid_numbers_are_found_and_invalid_ones_are_not),
        TEST(recognizer_tables_of_numbers),
        TEST(documents_with_planted_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
