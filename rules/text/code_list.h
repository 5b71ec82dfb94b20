/* PARE_CODE(number, severity, title, explanation): see code.h. In order of number; none is ever reused. */
/* clang-format off */
/* 001-019 the document as YAML */
PARE_CODE(001, PARE_ERROR, "not readable as YAML", "The document is not YAML that pare can read. The line and column say where the reader gave up; the usual causes are a tab used for indentation, a missing blank behind a colon, or a quote that is not closed.")
/* 020-039 keys and kinds (schema.c) */
/* 040-059 the policy as a whole (policy.c, select.c, when.c) */
/* 060-079 steps (rules/step) */
/* 080-089 packs and detectors (rules/detect) */
/* 090-119 findings that warn (lint) */
/* clang-format on */
