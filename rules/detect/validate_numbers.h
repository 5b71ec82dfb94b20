/* The validators of numbers that states, banks and makers of things give out, for the table in validator.c. */
#ifndef PARE_RULES_DETECT_VALIDATE_NUMBERS_H
#define PARE_RULES_DETECT_VALIDATE_NUMBERS_H

#include "pare/types.h"

/* validate_documents.c */
bool pare_is_de_document(pare_span match);

/* validate_europe.c */
bool pare_is_de_tax_id(pare_span match);
bool pare_is_de_social_security(pare_span match);
bool pare_is_de_health_insurance(pare_span match);
bool pare_is_fr_nir(pare_span match);
bool pare_is_es_dni(pare_span match);
bool pare_is_es_nie(pare_span match);
bool pare_is_es_cif(pare_span match);
bool pare_is_it_codice_fiscale(pare_span match);
bool pare_is_nl_bsn(pare_span match);
bool pare_is_be_nrn(pare_span match);
bool pare_is_pt_nif(pare_span match);
bool pare_is_at_svnr(pare_span match);
bool pare_is_ch_ahv(pare_span match);
bool pare_is_ie_pps(pare_span match);
bool pare_is_uk_nino(pare_span match);
bool pare_is_uk_nhs(pare_span match);
bool pare_is_uk_utr(pare_span match);

/* validate_europe_north.c */
bool pare_is_se_personnummer(pare_span match);
bool pare_is_se_organisationsnummer(pare_span match);
bool pare_is_no_fodselsnummer(pare_span match);
bool pare_is_dk_cpr(pare_span match);
bool pare_is_fi_hetu(pare_span match);
bool pare_is_is_kennitala(pare_span match);
bool pare_is_pl_pesel(pare_span match);
bool pare_is_pl_nip(pare_span match);
bool pare_is_pl_regon(pare_span match);
bool pare_is_cz_rodne_cislo(pare_span match);
bool pare_is_ro_cnp(pare_span match);
bool pare_is_bg_egn(pare_span match);
bool pare_is_hr_oib(pare_span match);
bool pare_is_si_emso(pare_span match);
bool pare_is_gr_amka(pare_span match);
bool pare_is_ee_isikukood(pare_span match);

/* validate_vat.c */
bool pare_is_eu_vat(pare_span match);

/* validate_america.c */
bool pare_is_us_itin(pare_span match);
bool pare_is_us_ein(pare_span match);
bool pare_is_us_aba(pare_span match);
bool pare_is_us_npi(pare_span match);
bool pare_is_us_dea(pare_span match);
bool pare_is_ca_sin(pare_span match);
bool pare_is_br_cpf(pare_span match);
bool pare_is_br_cnpj(pare_span match);
bool pare_is_mx_curp(pare_span match);
bool pare_is_mx_rfc(pare_span match);
bool pare_is_ar_cuit(pare_span match);
bool pare_is_cl_rut(pare_span match);

/* validate_asia.c */
bool pare_is_in_aadhaar(pare_span match);
bool pare_is_in_pan(pare_span match);
bool pare_is_in_gstin(pare_span match);
bool pare_is_sg_nric(pare_span match);
bool pare_is_kr_rrn(pare_span match);
bool pare_is_jp_my_number(pare_span match);
bool pare_is_cn_id(pare_span match);
bool pare_is_tr_tckn(pare_span match);
bool pare_is_il_id(pare_span match);
bool pare_is_za_id(pare_span match);
bool pare_is_au_tfn(pare_span match);
bool pare_is_au_abn(pare_span match);
bool pare_is_au_acn(pare_span match);
bool pare_is_au_medicare(pare_span match);
bool pare_is_nz_ird(pare_span match);

/* validate_chain.c */
bool pare_is_altcoin(pare_span match);
bool pare_is_bitcoin(pare_span match);

/* validate_device.c */
bool pare_is_mac(pare_span match);
bool pare_is_imei(pare_span match);
bool pare_is_vin(pare_span match);
bool pare_is_bic(pare_span match);

#endif
