#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * fuzz: what the fuzz targets share.
 *
 * A target is one file with LLVMFuzzerTestOneInput(); it takes the input
 * apart with the calls below, gives it to the code of the programs, and
 * asserts what must hold whatever the input is.  Nothing is kept from one
 * input to the next but what the programs keep too.
 */

struct buf;
struct faults;
struct findings;

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* libFuzzer's own way to change an input, and a target's in its place. */
size_t LLVMFuzzerMutate(uint8_t *, size_t, size_t);
size_t LLVMFuzzerCustomMutator(uint8_t *, size_t, size_t, unsigned);

/* The input under way. */
struct fuzz {
	const char *p;
	size_t n;
};

struct fuzz fuzz_input(const uint8_t *, size_t);
unsigned fuzz_byte(struct fuzz *);		/* 0 when nothing is left */

/* Up to the next line that is just "--"; the rest when there is none. */
struct fuzz fuzz_piece(struct fuzz *);

/* A copy that ends in a NUL; shorter where it has one inside.  free(3). */
char *fuzz_string(struct fuzz);
/* A copy of just these bytes, so that reading past them is seen. */
void *fuzz_copy(struct fuzz);

/* A folder of our own in memory, gone when the process ends. */
int fuzz_folder(void);
const char *fuzz_path(void);
void fuzz_folder_reset(void);			/* empty it */
void fuzz_put(const char *name, struct fuzz);	/* a file in it, replaced */

/* One descriptor, always the same, that holds the bytes from 0 on. */
int fuzz_file(struct fuzz);

/*
 * What a mutator made, with the sums of its tar headers put right: no change
 * would ever pass the first look without that.
 */
void fuzz_tar_sums(uint8_t *, size_t);

/* How many descriptors this process has open: none may leak. */
int fuzz_descriptors(void);

/*
 * No valid person number can be read in it, as eleven digits or as six and
 * five; escapes (\x01) part digits.
 */
void fuzz_no_person(const char *, size_t n);

/* At most 200, sound, and masked in every form in which they are shown. */
void fuzz_findings(const struct findings *);

/* As text, to be compared with that of another reading. */
void fuzz_tell(struct buf *, const struct findings *);

/* Every fault names a file and says something. */
void fuzz_faults(const struct faults *);

#endif
