/*
 * The inner loops of the record reader, one set for each kind of machine. All give the same answers.
 *
 * A kernel looks at 64 bytes at a time and turns them into masks, a bit for each byte: quotes, delimiters, line ends.
 * What stands inside quotes is the prefix XOR of the quote mask, so that quotes are understood without a branch. A
 * kernel writes down where separators stand and notes *that* something is irregular, never what: csv_strict.c finds
 * that out.
 */
#ifndef PARE_FILTER_RECORD_CSV_KERNEL_H
#define PARE_FILTER_RECORD_CSV_KERNEL_H

#include "filter/record/reader.h"
#include "rules/base/vectors.h"

enum {
    PARE_CSV_BLOCK = 64,
    PARE_CSV_STRETCH = 16 << 10, /* bytes a kernel is given at a time; a multiple of the block */
    PARE_CSV_SLACK = 64          /* entries behind the last that a kernel may overwrite */
};

/** State of a scan over one batch. All bits and masks start as pare_csv_scan_init() sets them. */
typedef struct pare_csv_scan {
    const unsigned char *bytes;
    size_t len;
    unsigned char delimiter;
    uint32_t *ends;   /* separators outside quotes: room for PARE_CSV_STRETCH + PARE_CSV_SLACK more */
    uint32_t *breaks; /* CR and LF inside quotes: the same */
    size_t n_ends, n_breaks;
    uint64_t n_record_ends; /* LF outside quotes */
    uint64_t n_lines;       /* LF */
    uint64_t inside;        /* all ones: the next byte stands inside quotes */
    uint64_t may_open;      /* bit 0: a quote may open at the next byte */
    uint64_t closed;        /* bit 0: the last byte was a closing quote */
    uint64_t returned;      /* bit 0: the last byte was a CR outside quotes */
    uint64_t irregular;     /* not 0: something is wrong somewhere */
    bool wide;              /* the last block held bytes beyond ASCII */
    size_t wide_from;       /* where the blocks beyond ASCII began, while `wide` */
} pare_csv_scan;

typedef struct pare_csv_kernel {
    const char *name;
    /** pare_csv_split() for bytes[0, len) */
    size_t (*split)(const unsigned char *bytes, size_t len);
    /** Scan bytes[from, to); `from` is a multiple of 64, `to` too or it is the end. PARE_BATCH_PADDING may be read. */
    void (*index)(pare_csv_scan *scan, size_t from, size_t to);
} pare_csv_kernel;

extern const pare_csv_kernel pare_csv_kernel_portable;
#ifdef PARE_HAVE_X86
extern const pare_csv_kernel pare_csv_kernel_avx2;
extern const pare_csv_kernel pare_csv_kernel_avx512;
#endif
#ifdef PARE_HAVE_NEON
extern const pare_csv_kernel pare_csv_kernel_neon;
#endif

/**
 * The careful pass, a byte at a time: index the whole batch, and name the first thing that is wrong. The final word.
 * See pare_csv_index().
 */
PARE_NODISCARD pare_status pare_csv_strict_index(const pare_reader *reader, pare_batch *batch, pare_error *err);

#endif
