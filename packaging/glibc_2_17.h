/* Included in front of every source of a wheel (make wheels): GNU/Linux from glibc 2.17 on runs it.
 *
 * glibc 2.34 gave the threads' functions a new version when it took them in from libpthread. They
 * are the functions that they were, and the old version is still there. */
#ifndef SBNN_PACKAGING_GLIBC_2_17_H
#define SBNN_PACKAGING_GLIBC_2_17_H

#if defined(__x86_64__)
#define SBNN_FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define SBNN_FIRST_GLIBC "GLIBC_2.17"
#else
#error "found another processor, wanted x86-64 or 64-bit ARM"
#endif

__asm__(".symver pthread_create, pthread_create@" SBNN_FIRST_GLIBC);
__asm__(".symver pthread_join, pthread_join@" SBNN_FIRST_GLIBC);

#endif
