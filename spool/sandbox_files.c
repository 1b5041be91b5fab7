#include "spool/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "spool/err.h"

/*
 * The kernel's numbers never change, and the headers we are built with may
 * know less than the kernel we run on.
 */
enum {
	FILE_EXECUTE = 1 << 0, FILE_WRITE = 1 << 1, FILE_READ = 1 << 2,
	DIR_READ = 1 << 3, MAKE_DIR = 1 << 7, MAKE_FILE = 1 << 8,
	ALL_OF_FIRST = (1 << 13) - 1, REFER = 1 << 13, TRUNCATE = 1 << 14,
	IOCTL_DEVICE = 1 << 15,
	NET_BIND = 1 << 0, NET_CONNECT = 1 << 1,
	SCOPE_SOCKET = 1 << 0, SCOPE_SIGNAL = 1 << 1,
};

struct ruleset {
	uint64_t files, net, scope;
};

/* What each version of Landlock can forbid beside the one before. */
static const struct {
	int abi;
	struct ruleset can;
} versions[] = {
	{ 1, { .files = ALL_OF_FIRST } },
	{ 2, { .files = REFER } },
	{ 3, { .files = TRUNCATE } },
	{ 4, { .net = NET_BIND | NET_CONNECT } },
	{ 5, { .files = IOCTL_DEVICE } },
	{ 6, { .scope = SCOPE_SOCKET | SCOPE_SIGNAL } },
};

/* What the sanitizers must do at any time. */
static const uint64_t sanitizers = FILE_EXECUTE | FILE_READ | DIR_READ;

static struct ruleset
all_of(int abi)
{
	struct ruleset all = { 0 };

	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (versions[i].abi > abi)
			break;
		all.files |= versions[i].can.files;
		all.net |= versions[i].can.net;
		all.scope |= versions[i].can.scope;
	}
	if (!sandbox_whole())
		all.files &= ~sanitizers;
	return all;
}

static int
allow_making(int rules, int work, struct err *e)
{
	struct landlock_path_beneath_attr beneath = { .parent_fd = work,
	    .allowed_access = MAKE_DIR | MAKE_FILE | FILE_WRITE };

	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &beneath, 0) == -1)
		return err_sys(e, "give a worker its folder");
	return 0;
}

int
sandbox_files(int work, struct err *e)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset all = all_of((int)abi);
	int rules, rc = -1;

	if (abi < 1)
		return err_set(e, ERR_SYSTEM, "this kernel has no Landlock, so "
		    "workers have no sandbox (Linux 5.13 or later, with "
		    "landlock in lsm=; or [workers] sandbox = open)");
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	if (rules == -1)
		return err_sys(e, "make a worker's Landlock rules");
	if (work != -1 && allow_making(rules, work, e) == -1)
		goto out;
	if (syscall(SYS_landlock_restrict_self, rules, 0) == -1) {
		err_sys(e, "close a worker's Landlock");
		goto out;
	}
	rc = 0;
out:
	close(rules);
	return rc;
}
