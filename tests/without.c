#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * without: run a program as on a kernel that has not got these calls.
 *
 * usage: without CALL... -- PROGRAM [ARGUMENT...]
 */

/* prctl(2) is the older way to the same. */
static int
refuse_older(scmp_filter_ctx ctx)
{
	struct scmp_arg_cmp older = { .op = SCMP_CMP_EQ,
	    .datum_a = PR_SET_SECCOMP };

	return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EINVAL),
	    SCMP_SYS(prctl), 1, &older);
}

static int
refuse(scmp_filter_ctx ctx, const char *name)
{
	int call = seccomp_syscall_resolve_name(name);

	if (call == __NR_SCMP_ERROR)
		return -EINVAL;
	if (strcmp(name, "seccomp") == 0 && refuse_older(ctx) != 0)
		return -EINVAL;
	return seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), call, 0);
}

int
main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	int i = 1;

	if (ctx == NULL)
		return 126;
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (refuse(ctx, argv[i]) != 0) {
			fprintf(stderr, "without: no call %s\n", argv[i]);
			return 126;
		}
	if (i + 1 >= argc || seccomp_load(ctx) != 0)
		return 126;
	seccomp_release(ctx);
	execv(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
