#ifndef WATCHER_CRC_H
#define WATCHER_CRC_H

#include <stddef.h>
#include <stdint.h>

/*
 * crc: the CRC-32 of gzip, because libarchive does not look at gzip's.
 */

enum { CRC_TABLE = 256 };

void crc_table(uint32_t table[CRC_TABLE]);

/* Of what went before and n more bytes; 0 is that of nothing. */
uint32_t crc_add(const uint32_t table[CRC_TABLE], uint32_t crc, const void *,
    size_t n);

#endif
