/*
 * Which vector instructions this build may choose at run time. Each use has a portable version beside it, with the same
 * results; PARE_WITHOUT_VECTORS (cmake -DPARE_VECTORS=OFF) leaves only that one.
 */
#ifndef PARE_RULES_BASE_VECTORS_H
#define PARE_RULES_BASE_VECTORS_H

#if !defined(PARE_WITHOUT_VECTORS) && defined(__GNUC__)
#if defined(__x86_64__)
#define PARE_HAVE_X86 1 /* AVX2 and AVX-512, where the processor has them */
#endif
#if defined(__aarch64__)
#define PARE_HAVE_NEON 1
#endif
#endif

#endif
