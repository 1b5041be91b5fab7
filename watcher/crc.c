#include "watcher/crc.h"

#define POLYNOMIAL 0xedb88320u

void
crc_table(uint32_t table[CRC_TABLE])
{
	for (uint32_t i = 0; i < CRC_TABLE; i++) {
		uint32_t v = i;

		for (int bit = 0; bit < 8; bit++)
			v = v >> 1 ^ ((v & 1) != 0 ? POLYNOMIAL : 0);
		table[i] = v;
	}
}

uint32_t
crc_add(const uint32_t table[CRC_TABLE], uint32_t crc, const void *data,
    size_t n)
{
	const unsigned char *p = data;

	crc = ~crc;
	for (size_t i = 0; i < n; i++)
		crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
	return ~crc;
}
