/*
 * The table of validators, and the short ones. Longer ones have files of their own: validate_card.c, validate_iban.c,
 * validate_phone.c.
 *
 * A validator sees the bytes of one match, separators included, and is a pure function of them: no locale, no clock, no
 * memory. It accepts what the standard allows and refuses the rest; what it refuses was no hit.
 */
#include "rules/detect/validator.h"

#include "rules/base/span.h"
#include "rules/detect/validate.h"
#include "rules/detect/validate_numbers.h"

#include <arpa/inet.h>

size_t pare_digits_of(pare_span match, unsigned char *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < match.len; i++) {
        if (match.ptr[i] >= '0' && match.ptr[i] <= '9') {
            if (n < max) {
                out[n] = (unsigned char)(match.ptr[i] - '0');
            }
            n++;
        }
    }
    return n;
}

/** A decimal number of 1 to 3 digits up to `max` that is the whole of `text`. */
static bool is_small_number(pare_span text, unsigned max)
{
    unsigned value = 0;
    if (text.len < 1 || text.len > 3) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return value <= max;
}

/** Cut what follows the last `mark` off `text` into `rest`; false if the mark does not occur. */
static bool cut_behind(pare_span *text, unsigned char mark, pare_span *rest)
{
    for (size_t i = text->len; i-- > 0;) {
        if (text->ptr[i] == mark) {
            *rest = pare_span_after(*text, i + 1);
            text->len = i;
            return true;
        }
    }
    return false;
}

/* Dotted quad (RFC 791) with an optional prefix length (RFC 4632). Leading zeros are read as decimal. */
static bool is_ipv4(pare_span match)
{
    pare_span part;
    if (cut_behind(&match, '/', &part) && !is_small_number(part, 32)) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (!cut_behind(&match, '.', &part) || !is_small_number(part, 255)) {
            return false;
        }
    }
    return is_small_number(match, 255);
}

/* RFC 4291 section 2.2, with an optional zone (RFC 4007 section 11) and prefix length. `::` alone is nobody's address.
 */
static bool is_ipv6(pare_span match)
{
    pare_span part;
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    const bool has_prefix = cut_behind(&match, '/', &part);
    if (has_prefix && !is_small_number(part, 128)) {
        return false;
    }
    if (cut_behind(&match, '%', &part) && part.len == 0) {
        return false;
    }
    if ((match.len <= 2 && !has_prefix) || match.len >= sizeof text) { /* `::` alone is a mark in other texts */
        return false;
    }
    memcpy(text, match.ptr, match.len);
    text[match.len] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1;
}

/*
 * Area not 000, 666 or 9xx, group not 00, serial not 0000 (SSA, POMS RM 10201.035); and neither of the two numbers that
 * advertisements made so many people use that SSA voided them (SSA, "Social Security cards issued by Woolworth").
 */
static bool is_ssn_us(pare_span match)
{
    unsigned char digit[9];
    if (pare_digits_of(match, digit, sizeof digit) != 9) {
        return false;
    }
    int area = digit[0] * 100 + digit[1] * 10 + digit[2];
    int group = digit[3] * 10 + digit[4];
    int serial = digit[5] * 1000 + digit[6] * 100 + digit[7] * 10 + digit[8];
    bool voided = (area == 78 && group == 5 && serial == 1120) || (area == 219 && group == 9 && serial == 9999);
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !voided;
}

static bool is_letter(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

/**
 * The last label of a domain: two characters at least, and the first a letter, which tells it from a number and admits
 * A-labels (RFC 5890). The pattern is stricter where the address stands within a text.
 */
static bool is_top_label(pare_span label)
{
    return label.len >= 2 && is_letter(label.ptr[0]);
}

/*
 * Lengths of RFC 5321 section 4.5.3.1 (local part 64, address 254) and RFC 1035 section 2.3.4 (label 63). Letters
 * beyond ASCII are counted as their UTF-8 bytes, as RFC 6531 does.
 */
static bool is_email(pare_span match)
{
    pare_span domain, label;
    if (match.len > 254 || !cut_behind(&match, '@', &domain) || match.len < 1 || match.len > 64) {
        return false;
    }
    if (domain.len > 2 && domain.ptr[0] == '[' && domain.ptr[domain.len - 1] == ']') {
        return true; /* an address literal: its pattern has read it */
    }
    bool last = true;
    while (cut_behind(&domain, '.', &label)) {
        if (label.len < 1 || label.len > 63 || (last && !is_top_label(label))) {
            return false;
        }
        last = false;
    }
    return domain.len >= 1 && domain.len <= 63 && (!last || is_top_label(domain));
}

const pare_validator pare_validators[] = {
    {"luhn", pare_is_luhn, "The digits end in a check digit by the Luhn formula (ISO/IEC 7812-1 annex B).", NULL},
    {"card_issuer", pare_is_card_issuer, "The digits begin and are as many as some card scheme issues (ISO/IEC 7812).",
     NULL},
    {"iban", pare_is_iban,
     "Country, length and structure are in the SWIFT IBAN registry and the check digits hold (ISO 13616, ISO 7064 MOD "
     "97-10).",
     NULL},
    {"ssn_us", is_ssn_us,
     "Area not 000, 666 or 9xx, group not 00, serial not 0000, not voided (US Social Security Administration).", NULL},
    {"ipv4", is_ipv4, "Four numbers up to 255 and an optional prefix length up to 32 (RFC 791, RFC 4632).", NULL},
    {"ipv6", is_ipv6,
     "An address of RFC 4291 section 2.2, with an optional zone and prefix length; `::` alone is none.", NULL},
    {"email", is_email, "The lengths of RFC 5321, and a top-level label that begins with a letter.", NULL},
    {"phone", pare_is_phone,
     "6 to 15 digits (ITU-T E.164) that are no date, dotted quad, span of years or US Social Security number; where "
     "the "
     "region is known, by its numbering plan.",
     pare_phone_in},
    {"de_tax_id", pare_is_de_tax_id,
     "German tax identification number: MOD 11,10, at most one repeated digit (AO section 139b).", NULL},
    {"de_social_security", pare_is_de_social_security,
     "German pension insurance number: day, month, check digit (VKVV section 2).", NULL},
    {"de_health_insurance", pare_is_de_health_insurance,
     "German health insurance number: a letter, nine digits, check digit (SGB V section 290).", NULL},
    {"de_document", pare_is_de_document,
     "German identity card or passport: a check digit over the nine symbols, or the ninth over eight (ICAO Doc 9303).",
     NULL},
    {"fr_nir", pare_is_fr_nir, "French social security number with its key, 97 less the remainder (INSEE).", NULL},
    {"es_dni", pare_is_es_dni, "Spanish identity number: the letter is the remainder by 23 (Real Decreto 1553/2005).",
     NULL},
    {"es_nie", pare_is_es_nie, "Spanish number of foreigners: X, Y or Z before, otherwise as es_dni.", NULL},
    {"es_cif", pare_is_es_cif,
     "Spanish number of legal persons: check digit or letter by the kind (Orden EHA/451/2008).", NULL},
    {"it_codice_fiscale", pare_is_it_codice_fiscale,
     "Italian tax code: date, month letter, check letter, letters for digits (DM 12 March 1974).", NULL},
    {"nl_bsn", pare_is_nl_bsn, "Dutch citizen service number: the eleven-test.", NULL},
    {"be_nrn", pare_is_be_nrn,
     "Belgian national register number: date, 97 less the remainder (Royal Decree of 3 April 1984).", NULL},
    {"pt_nif", pare_is_pt_nif, "Portuguese tax number: check digit modulo 11 (Decreto-Lei 14/2013).", NULL},
    {"at_svnr", pare_is_at_svnr, "Austrian social security number: date, check digit modulo 11.", NULL},
    {"ch_ahv", pare_is_ch_ahv, "Swiss OASI number: 756 and an EAN-13 check digit (AHVV article 133bis).", NULL},
    {"ie_pps", pare_is_ie_pps, "Irish personal public service number: check letter modulo 23.", NULL},
    {"uk_nino", pare_is_uk_nino,
     "UK national insurance number: prefixes that are given out, suffix A to D (HMRC NIM39110).", NULL},
    {"uk_nhs", pare_is_uk_nhs, "NHS number: modulus 11 (NHS Data Dictionary).", NULL},
    {"uk_utr", pare_is_uk_utr, "UK unique taxpayer reference: the first digit checks the others (HMRC).", NULL},
    {"se_personnummer", pare_is_se_personnummer,
     "Swedish personal number: date, Luhn over the last ten digits (Skatteverket SKV 704).", NULL},
    {"se_organisationsnummer", pare_is_se_organisationsnummer,
     "Swedish organisation number: third digit 2 or more, Luhn.", NULL},
    {"no_fodselsnummer", pare_is_no_fodselsnummer,
     "Norwegian birth number or D number: date, two check digits modulo 11.", NULL},
    {"dk_cpr", pare_is_dk_cpr, "Danish CPR number: date and century go together; no check digit since 2007.", NULL},
    {"fi_hetu", pare_is_fi_hetu,
     "Finnish personal identity code: date, century sign, check letter modulo 31 (decree 690/2022).", NULL},
    {"is_kennitala", pare_is_is_kennitala, "Icelandic identification number: date, check digit modulo 11, century.",
     NULL},
    {"pl_pesel", pare_is_pl_pesel, "Polish PESEL: date with the century in the month, weights 1 3 7 9.", NULL},
    {"pl_nip", pare_is_pl_nip, "Polish tax number: weights modulo 11.", NULL},
    {"pl_regon", pare_is_pl_regon, "Polish business register number of 9 or 14 digits: weights modulo 11.", NULL},
    {"cz_rodne_cislo", pare_is_cz_rodne_cislo,
     "Czech or Slovak birth number: date, multiple of 11 (9 digits until 1953).", NULL},
    {"ro_cnp", pare_is_ro_cnp, "Romanian personal numeric code: century, date, check digit modulo 11.", NULL},
    {"bg_egn", pare_is_bg_egn, "Bulgarian civil number: date with the century in the month, check digit modulo 11.",
     NULL},
    {"hr_oib", pare_is_hr_oib, "Croatian personal identification number: MOD 11,10.", NULL},
    {"si_emso", pare_is_si_emso, "Slovenian EMSO and the JMBG of its neighbours: date, check digit modulo 11.", NULL},
    {"gr_amka", pare_is_gr_amka, "Greek social security number: date, Luhn.", NULL},
    {"ee_isikukood", pare_is_ee_isikukood,
     "Estonian or Lithuanian personal code: century, date, two rounds of weights modulo 11.", NULL},
    {"eu_vat", pare_is_eu_vat,
     "VAT number with a country's prefix and that country's check (EU, UK, Norway, Switzerland).", NULL},
    {"us_itin", pare_is_us_itin, "US individual taxpayer number: 9, and a group that is issued (IRS Publication 4757).",
     NULL},
    {"us_ein", pare_is_us_ein, "US employer number: a prefix that is issued (IRS).", NULL},
    {"us_aba", pare_is_us_aba, "US routing number: Federal Reserve range, weights 3 7 1 (ABA).", NULL},
    {"us_npi", pare_is_us_npi, "US provider number: Luhn with the prefix 80840 (45 CFR 162.406).", NULL},
    {"us_dea", pare_is_us_dea, "US DEA registration: class of registrant, check digit.", NULL},
    {"ca_sin", pare_is_ca_sin, "Canadian social insurance number: Luhn, not 0 or 8 at the front.", NULL},
    {"br_cpf", pare_is_br_cpf, "Brazilian CPF: two check digits modulo 11.", NULL},
    {"br_cnpj", pare_is_br_cnpj, "Brazilian CNPJ, also with letters (IN RFB 2229/2024): two check digits modulo 11.",
     NULL},
    {"mx_curp", pare_is_mx_curp, "Mexican CURP: date, sex, state, check digit.", NULL},
    {"mx_rfc", pare_is_mx_rfc, "Mexican RFC: a date behind three or four letters.", NULL},
    {"ar_cuit", pare_is_ar_cuit, "Argentine CUIT or CUIL: kind of holder, check digit modulo 11.", NULL},
    {"cl_rut", pare_is_cl_rut, "Chilean RUT: check digit or K modulo 11.", NULL},
    {"in_aadhaar", pare_is_in_aadhaar, "Indian Aadhaar: not 0 or 1 at the front, Verhoeff.", NULL},
    {"in_pan", pare_is_in_pan, "Indian PAN: the fourth letter is a kind of holder.", NULL},
    {"in_gstin", pare_is_in_gstin, "Indian GSTIN: state, Z, check symbol in base 36.", NULL},
    {"sg_nric", pare_is_sg_nric, "Singaporean NRIC or FIN: check letter of its series.", NULL},
    {"kr_rrn", pare_is_kr_rrn, "Korean resident registration number: date and century; no check digit since 2020.",
     NULL},
    {"jp_my_number", pare_is_jp_my_number, "Japanese My Number: check digit modulo 11.", NULL},
    {"cn_id", pare_is_cn_id, "Chinese identity number: date, MOD 11-2 (GB 11643-1999).", NULL},
    {"tr_tckn", pare_is_tr_tckn, "Turkish identity number: two check digits.", NULL},
    {"il_id", pare_is_il_id, "Israeli identity number: Luhn.", NULL},
    {"za_id", pare_is_za_id, "South African identity number: date, citizenship, Luhn.", NULL},
    {"au_tfn", pare_is_au_tfn, "Australian tax file number: modulo 11.", NULL},
    {"au_abn", pare_is_au_abn, "Australian business number: modulo 89.", NULL},
    {"au_acn", pare_is_au_acn, "Australian company number: weights 8 to 1 modulo 10.", NULL},
    {"au_medicare", pare_is_au_medicare, "Australian Medicare card number: first digit 2 to 6, check digit.", NULL},
    {"nz_ird", pare_is_nz_ird, "New Zealand IRD number: range, two rounds of weights modulo 11.", NULL},
    {"bitcoin", pare_is_bitcoin, "Bitcoin address: Base58Check, Bech32 (BIP 173) or Bech32m (BIP 350).", NULL},
    {"altcoin", pare_is_altcoin, "Address of Litecoin, Dogecoin, Dash or Tron: Base58Check, Bech32.", NULL},
    {"mac", pare_is_mac, "MAC address that is not all zeros or all ones (IEEE 802).", NULL},
    {"imei", pare_is_imei, "IMEI with its Luhn digit, or 16 digits with the software version (3GPP TS 23.003).", NULL},
    {"vin", pare_is_vin,
     "Vehicle identification number: check digit, where the region asks for it (ISO 3779, 49 CFR 565).", NULL},
    {"bic", pare_is_bic, "Business identifier code with a country of ISO 3166-1 (ISO 9362).", NULL},
    {NULL, NULL, NULL, NULL},
};

const pare_validator *pare_validator_find(pare_span name)
{
    for (const pare_validator *validator = pare_validators; validator->name != NULL; validator++) {
        if (pare_span_is(name, validator->name)) {
            return validator;
        }
    }
    return NULL;
}
