#ifndef TESTS_TORTURE_POWER_BLOCKLOG_H
#define TESTS_TORTURE_POWER_BLOCKLOG_H

#include <stdint.h>

/*
 * blocklog: what was done to a disk, in order. logdisk writes it, replay
 * reads it. A record is a head and, for a write or a mark, `size` bytes.
 */

enum blocklog_kind { BLOCKLOG_WRITE, BLOCKLOG_FLUSH, BLOCKLOG_MARK };

struct blocklog_head {
	uint64_t kind, offset, size;
};

#endif
