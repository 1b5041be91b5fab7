#include "tests/torture/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>

/*
 * From the pages of section 2, and what file systems answer besides them: a
 * disk that fails (IO), is full or at its quota (SPACE), no memory (MEMORY),
 * no descriptor (FILES), a signal (SIGNAL).
 */
enum {
	CHANGES = 1, IO = 2, SPACE = 4, MEMORY = 8, FILES = 16, SIGNAL = 32,
	SHORT = 64,
	IF_CREATES = 128,		/* CHANGES, SPACE: with O_CREAT */
	IF_DUP = 256,			/* FILES: F_DUPFD */
	IF_GROWS = 512,			/* MEMORY: brk(0) asks */
};

#define MOVES (CHANGES | IO | SPACE | MEMORY)

static const struct call calls[] = {
	{ SYS_read, "read", IO | SIGNAL | SHORT, 2, false },
	{ SYS_pread64, "pread", IO | SIGNAL | SHORT, 2, false },
	{ SYS_write, "write", CHANGES | IO | SPACE | SIGNAL | SHORT, 2,
	    false },
	{ SYS_pwrite64, "pwrite", CHANGES | IO | SPACE | SIGNAL | SHORT, 2,
	    false },
	{ SYS_writev, "writev", CHANGES | IO | SPACE | SIGNAL, 0, false },
	{ SYS_copy_file_range, "copy_file_range", MOVES | SIGNAL | SHORT, 4,
	    false },
	{ SYS_openat, "openat", CHANGES | IO | SPACE | MEMORY | FILES |
	    SIGNAL | IF_CREATES, 0, false },
	{ SYS_close, "close", IO | SPACE | SIGNAL, 0, true },
	{ SYS_renameat, "renameat", MOVES, 0, false },
	{ SYS_renameat2, "renameat2", MOVES, 0, false },
	{ SYS_linkat, "linkat", MOVES, 0, false },
	{ SYS_unlinkat, "unlinkat", MOVES, 0, false },
	{ SYS_mkdirat, "mkdirat", MOVES, 0, false },
	{ SYS_fchmodat, "fchmodat", MOVES, 0, false },
	{ SYS_ftruncate, "ftruncate", CHANGES | IO | SPACE | SIGNAL, 0,
	    false },
	{ SYS_fsync, "fsync", CHANGES | IO | SPACE | SIGNAL, 0, false },
	{ SYS_fdatasync, "fdatasync", CHANGES | IO | SPACE | SIGNAL, 0,
	    false },
	{ SYS_syncfs, "syncfs", CHANGES | IO | SPACE, 0, false },
	{ SYS_newfstatat, "newfstatat", IO | MEMORY, 0, false },
	{ SYS_fstat, "fstat", IO | MEMORY, 0, false },
	{ SYS_statx, "statx", IO | MEMORY, 0, false },
	{ SYS_fstatfs, "fstatfs", IO | MEMORY | SIGNAL, 0, false },
	{ SYS_getdents64, "getdents64", IO | MEMORY, 0, false },
	{ SYS_faccessat2, "faccessat2", IO | MEMORY, 0, false },
	{ SYS_readlinkat, "readlinkat", IO | MEMORY, 0, false },
	{ SYS_flock, "flock", MEMORY | SIGNAL, 0, false },
	{ SYS_fcntl, "fcntl", FILES | IF_DUP, 0, false },
	{ SYS_socketpair, "socketpair", CHANGES | MEMORY | FILES, 0, false },
	{ SYS_sendmsg, "sendmsg", CHANGES | MEMORY | SIGNAL, 0, false },
	{ SYS_recvmsg, "recvmsg", CHANGES | MEMORY | SIGNAL, 0, false },
	{ SYS_wait4, "wait4", SIGNAL, 0, false },
	{ SYS_clone, "clone", MEMORY, 0, false },
	{ SYS_clone3, "clone3", MEMORY, 0, false },
	{ SYS_execve, "execve", IO | MEMORY, 0, false },
	{ SYS_mmap, "mmap", MEMORY, 0, false },
	{ SYS_mremap, "mremap", MEMORY, 0, false },
	{ SYS_mprotect, "mprotect", MEMORY, 0, false },
	{ SYS_brk, "brk", MEMORY | IF_GROWS, 0, false },
	{ SYS_clock_nanosleep, "clock_nanosleep", SIGNAL, 0, false },
#ifdef SYS_rename
	{ SYS_rename, "rename", MOVES, 0, false },
	{ SYS_unlink, "unlink", MOVES, 0, false },
	{ SYS_rmdir, "rmdir", MOVES, 0, false },
	{ SYS_mkdir, "mkdir", MOVES, 0, false },
	{ SYS_readlink, "readlink", IO | MEMORY, 0, false },
	{ SYS_access, "access", IO | MEMORY, 0, false },
	{ SYS_poll, "poll", MEMORY | SIGNAL, 0, false },
#endif
	{ SYS_ppoll, "ppoll", MEMORY | SIGNAL, 0, false },
};

static const struct {
	int error;
	unsigned trait;
} errors[] = {
	{ EIO, IO }, { ENOSPC, SPACE }, { EDQUOT, SPACE }, { ENOMEM, MEMORY },
	{ EMFILE, FILES }, { EINTR, SIGNAL },
};

const struct call *
call_find(long nr)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].nr == nr)
			return &calls[i];
	return NULL;
}

const struct call *
call_row(size_t i)
{
	return i < sizeof calls / sizeof *calls ? &calls[i] : NULL;
}

static unsigned
trait_of(int error)
{
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (errors[i].error == error)
			return errors[i].trait;
	return 0;
}

bool
call_might(const struct call *c, int error)
{
	unsigned trait = error == 0 ? SHORT : error == -1 ? CHANGES :
	    trait_of(error);

	return (c->traits & trait) != 0;
}

static bool
has(const struct call *c, const uint64_t args[6], unsigned trait)
{
	if (c == NULL || (c->traits & trait) == 0)
		return false;
	if ((c->traits & IF_CREATES) != 0 && (trait & (CHANGES | SPACE)) != 0)
		return (args[2] & O_CREAT) != 0;
	if ((c->traits & IF_DUP) != 0)
		return args[1] == F_DUPFD || args[1] == F_DUPFD_CLOEXEC;
	if ((c->traits & IF_GROWS) != 0)
		return args[0] != 0;
	return true;
}

bool
call_changes(const struct call *c, const uint64_t args[6])
{
	return has(c, args, CHANGES);
}

bool
call_may_fail(const struct call *c, const uint64_t args[6], int error)
{
	return has(c, args, trait_of(error));
}

bool
call_may_be_short(const struct call *c, const uint64_t args[6])
{
	return has(c, args, SHORT) && args[c->length] > 1;
}
