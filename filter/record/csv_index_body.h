/*
 * The loops of a kernel, included by each kernel's file once, so that they are compiled for that machine with its
 * primitives inlined. The file defines before:
 *
 * - KERNEL: attributes of each function
 * - masks: what load() fills: quote, delimiter, lf, cr, odd (NUL), wide (beyond ASCII: any value but 0)
 * - load(at, delimiter, &masks): masks of the 64 bytes at `at`
 * - load_split(at, &quote, &lf): only two masks
 * - prefix_xor(bits): bit i is the XOR of bits 0 to i
 * - count_few(bits): how many are set
 * - write_positions(to, base, bits): writes base + i for each bit i that is set, and says how many; may write
 *   PARE_CSV_SLACK entries beyond
 * - utf8_bad(bytes, at): not 0: bytes[at, at + 64) holds an ill-formed character, or one cut before it; absent where
 *   VALIDATES_RUNS is defined: then runs are handed to rules/base/utf8.h
 */

/** Rules of RFC 4180 section 2 about quotes and line ends, for one block. `valid`: bits of bytes that exist. */
KERNEL static inline void check_and_write(pare_csv_scan *scan, const masks *block, size_t at, uint64_t valid)
{
    uint64_t inside = prefix_xor(block->quote) ^ scan->inside;
    uint64_t separators = (block->delimiter | block->lf) & ~inside;
    uint64_t opening = block->quote & inside, closing = block->quote & ~inside;
    uint64_t may_precede = separators | closing;
    uint64_t may_follow = block->delimiter | block->lf | block->cr | block->quote;
    uint64_t returns = block->cr & ~inside;
    uint64_t record_ends = block->lf & ~inside;

    uint64_t bad = opening & ~(may_precede << 1 | scan->may_open);
    bad |= (closing << 1 | scan->closed) & ~may_follow;
    bad |= (returns << 1 | scan->returned) & ~block->lf;
    scan->irregular |= (bad | block->odd) & valid;

    scan->inside = (uint64_t)((int64_t)inside >> 63);
    scan->may_open = may_precede >> 63;
    scan->closed = closing >> 63;
    scan->returned = returns >> 63;

    scan->n_lines += count_few(block->lf);
    scan->n_record_ends += count_few(record_ends);
    scan->n_ends += write_positions(scan->ends + scan->n_ends, (uint32_t)at, separators);
    uint64_t breaks = (block->lf | block->cr) & inside;
    while (breaks != 0) { /* rare */
        scan->breaks[scan->n_breaks++] = (uint32_t)(at + (size_t)__builtin_ctzll(breaks));
        breaks &= breaks - 1;
    }
}

/** Well-formed UTF-8, looked at only where there is more than ASCII. */
KERNEL static inline void check_wide(pare_csv_scan *scan, bool wide, size_t at)
{
#ifdef VALIDATES_RUNS
    if (wide && !scan->wide) {
        scan->wide_from = at;
    } else if (!wide && scan->wide) { /* a run begins behind ASCII and ends before it, so it holds whole characters */
        pare_span run = {scan->bytes + scan->wide_from, at - scan->wide_from};
        scan->irregular |= pare_utf8_valid(run) ? 0 : 1;
    }
#else
    if (wide || scan->wide) { /* behind a wide block: its last character may have been cut */
        scan->irregular |= utf8_bad(scan->bytes, at);
    }
#endif
    scan->wide = wide;
}

KERNEL static void index_stretch(pare_csv_scan *scan, size_t from, size_t to)
{
    pare_csv_scan state = *scan; /* a copy that nothing points at lives in registers */
    size_t whole = from + (to - from) / PARE_CSV_BLOCK * PARE_CSV_BLOCK, at = from;
    masks block;
    for (; at < whole; at += PARE_CSV_BLOCK) {
        load(state.bytes + at, state.delimiter, &block);
        check_and_write(&state, &block, at, ~UINT64_C(0));
        if (__builtin_expect(block.wide != 0 || state.wide, 0)) {
            check_wide(&state, block.wide != 0, at);
        }
    }
    if (at < to) {
        uint64_t valid = (UINT64_C(1) << (to - at)) - 1;
        load(state.bytes + at, state.delimiter, &block); /* padding is zero: no mark but NUL is set there */
        check_and_write(&state, &block, at, valid);
        check_wide(&state, block.wide != 0, at);
    }
    if (to == state.len) { /* a character cut by the end */
        check_wide(&state, false, to);
    }
    *scan = state;
}

/** All ones where an odd number of bits is set. */
KERNEL static inline uint64_t odd_parity(uint64_t bits)
{
    return (uint64_t) - (int64_t)(__builtin_popcountll(bits) & 1);
}

/** The two masks of the block at `at` of bytes[0, len); what stands behind may be anything. */
KERNEL static inline void load_split_within(const unsigned char *bytes, size_t len, size_t at, uint64_t *quote,
                                            uint64_t *lf)
{
    load_split(bytes + at, quote, lf);
    if (len - at < PARE_CSV_BLOCK) {
        uint64_t valid = (UINT64_C(1) << (len - at)) - 1;
        *quote &= valid;
        *lf &= valid;
    }
}

/**
 * Whether the end stands inside quotes is the parity of all quotes, which is all that the way there asks for. The last
 * line end outside them is near the end, nearly always: it is looked for from there.
 */
KERNEL static size_t split_whole(const unsigned char *bytes, size_t len)
{
    uint64_t quotes = 0, quote, lf;
    for (size_t at = 0; at < len; at += PARE_CSV_BLOCK) {
        load_split_within(bytes, len, at, &quote, &lf);
        quotes ^= quote;
    }
    uint64_t inside = odd_parity(quotes); /* behind the block at work */
    for (size_t at = (len + PARE_CSV_BLOCK - 1) / PARE_CSV_BLOCK * PARE_CSV_BLOCK; at > 0;) {
        at -= PARE_CSV_BLOCK;
        load_split_within(bytes, len, at, &quote, &lf);
        inside ^= odd_parity(quote); /* before it */
        lf &= ~(prefix_xor(quote) ^ inside);
        if (lf != 0) {
            return at + PARE_CSV_BLOCK - (size_t)__builtin_clzll(lf);
        }
    }
    return 0;
}
