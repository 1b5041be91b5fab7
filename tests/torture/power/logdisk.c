/*
 * logdisk: a disk that remembers what was done to it.
 *
 * A FUSE folder with two files: `disk` is an image, every write and flush of
 * which goes into a log; what is written to `mark` goes into the log alone.
 * It answers one request after the other, so that the log has the order in
 * which the kernel was told that a thing was done.  It speaks to /dev/fuse
 * itself: nothing needs to be installed.
 *
 * usage: logdisk IMAGE LOG FOLDER     (ends when FOLDER is unmounted)
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/torture/power/blocklog.h"

enum { MOST = 128 * 1024, ROOM = MOST + 8192, ATTR_SECONDS = 3600 };
enum { ROOT = FUSE_ROOT_ID, DISK, MARK, NODES };

struct disk {
	int fuse, image, log;
	uint64_t size;
	char in[ROOM], out[MOST];
};

static const char *const names[NODES] = { [DISK] = "disk", [MARK] = "mark" };

static void
reply(const struct disk *d, uint64_t unique, int error, const void *data,
    size_t n)
{
	struct fuse_out_header h = { .unique = unique, .error = -error,
	    .len = (uint32_t)(sizeof h + n) };
	struct iovec v[] = { { &h, sizeof h }, { (void *)data, n } };

	/* ENOENT: the one who asked is gone. */
	if (writev(d->fuse, v, n > 0 ? 2 : 1) == -1 && errno != ENOENT)
		err(1, "answer");
}

static void
note(const struct disk *d, enum blocklog_kind kind, uint64_t offset,
    const void *data, size_t n)
{
	struct blocklog_head h = { kind, offset, n };
	struct iovec v[] = { { &h, sizeof h }, { (void *)data, n } };

	if (writev(d->log, v, n > 0 ? 2 : 1) != (ssize_t)(sizeof h + n))
		err(1, "write the log");
}

static void
attributes(const struct disk *d, uint64_t node, struct fuse_attr *a)
{
	*a = (struct fuse_attr){ .ino = node, .nlink = 1, .blksize = 4096,
	    .mode = node == ROOT ? S_IFDIR | 0700 : S_IFREG | 0600,
	    .size = node == DISK ? d->size : 0 };
}

/* ------------------------------------------------------------- requests */

typedef void handler(struct disk *, const struct fuse_in_header *,
    const void *);

static void
begin(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	const struct fuse_init_in *asked = in;
	struct fuse_init_out o = { .major = FUSE_KERNEL_VERSION,
	    .minor = FUSE_KERNEL_MINOR_VERSION, .max_write = MOST,
	    .max_readahead = asked->max_readahead };

	reply(d, h->unique, 0, &o, sizeof o);
}

static void
look_up(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	struct fuse_entry_out o = { .attr_valid = ATTR_SECONDS,
	    .entry_valid = ATTR_SECONDS };

	for (uint64_t node = DISK; node < NODES; node++)
		if (strcmp(in, names[node]) == 0)
			o.nodeid = node;
	attributes(d, o.nodeid, &o.attr);
	reply(d, h->unique, o.nodeid == 0 ? ENOENT : 0, &o,
	    o.nodeid == 0 ? 0 : sizeof o);
}

/* Setting them as well: a truncated `mark` is as good as before. */
static void
tell_attributes(struct disk *d, const struct fuse_in_header *h,
    const void *in)
{
	struct fuse_attr_out o = { .attr_valid = ATTR_SECONDS };

	(void)in;
	attributes(d, h->nodeid, &o.attr);
	reply(d, h->unique, 0, &o, sizeof o);
}

static void
open_it(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	struct fuse_open_out o = { .open_flags = h->nodeid == ROOT ? 0 :
	    FOPEN_DIRECT_IO };

	(void)in;
	reply(d, h->unique, 0, &o, sizeof o);
}

static void
give(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	const struct fuse_read_in *r = in;
	ssize_t n = 0;

	if (h->nodeid == DISK)
		n = pread(d->image, d->out, r->size < MOST ? r->size : MOST,
		    (off_t)r->offset);
	reply(d, h->unique, n == -1 ? errno : 0, d->out,
	    n > 0 ? (size_t)n : 0);
}

static void
take(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	const struct fuse_write_in *w = in;
	struct fuse_write_out o = { .size = w->size };
	const void *data = w + 1;
	int error = 0;

	if (h->nodeid == MARK)
		note(d, BLOCKLOG_MARK, 0, data, w->size);
	else if (pwrite(d->image, data, w->size, (off_t)w->offset) !=
	    (ssize_t)w->size)
		error = EIO;
	else
		note(d, BLOCKLOG_WRITE, w->offset, data, w->size);
	reply(d, h->unique, error, &o, error != 0 ? 0 : sizeof o);
}

static void
flush(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	(void)in;
	if (h->nodeid == DISK)
		note(d, BLOCKLOG_FLUSH, 0, NULL, 0);
	reply(d, h->unique, 0, NULL, 0);
}

static void
tell_space(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	struct fuse_statfs_out o = { .st = { .bsize = 4096, .frsize = 4096,
	    .namelen = 255 } };

	(void)in;
	reply(d, h->unique, 0, &o, sizeof o);
}

static void
well(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	(void)in;
	reply(d, h->unique, 0, NULL, 0);
}

static void
silence(struct disk *d, const struct fuse_in_header *h, const void *in)
{
	(void)d;
	(void)h;
	(void)in;
}

/* The rest is ENOSYS; of that the kernel makes "cannot" (discard, too). */
static handler *const handlers[] = {
	[FUSE_INIT] = begin, [FUSE_LOOKUP] = look_up,
	[FUSE_GETATTR] = tell_attributes, [FUSE_SETATTR] = tell_attributes,
	[FUSE_OPEN] = open_it, [FUSE_OPENDIR] = open_it,
	[FUSE_READ] = give, [FUSE_READDIR] = give, [FUSE_WRITE] = take,
	[FUSE_FSYNC] = flush, [FUSE_STATFS] = tell_space,
	[FUSE_FLUSH] = well, [FUSE_RELEASE] = well, [FUSE_RELEASEDIR] = well,
	[FUSE_ACCESS] = well, [FUSE_DESTROY] = well,
	[FUSE_FORGET] = silence, [FUSE_BATCH_FORGET] = silence,
	[FUSE_INTERRUPT] = silence,
};

static void
serve(struct disk *d)
{
	const struct fuse_in_header *h = (const void *)d->in;
	ssize_t n;

	for (;;) {
		n = read(d->fuse, d->in, sizeof d->in);
		if (n == -1 && (errno == EINTR || errno == ENOENT))
			continue;
		if (n == -1 && (errno == ENODEV || errno == EBADF))
			return;		/* unmounted, or let go */
		if (n < (ssize_t)sizeof *h)
			err(1, "read a request");
		if (h->opcode < sizeof handlers / sizeof *handlers &&
		    handlers[h->opcode] != NULL)
			handlers[h->opcode](d, h, h + 1);
		else
			reply(d, h->unique, ENOSYS, NULL, 0);
	}
}

static int let_go;

static void
on_signal(int sig)
{
	(void)sig;
	close(let_go);
}

/*
 * When the one who started us is gone, we are the last in its mount
 * namespace: the file system on the disk would be unmounted by our own end,
 * and wait for our answers for ever, were /dev/fuse not closed before.
 */
static void
end_with_parent(int fuse)
{
	struct sigaction action = { .sa_handler = on_signal };

	let_go = fuse;
	sigaction(SIGTERM, &action, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

int
main(int argc, char **argv)
{
	static struct disk d;
	struct stat st;
	char how[128];

	if (argc != 4)
		errx(64, "usage: logdisk IMAGE LOG FOLDER");
	d.image = open(argv[1], O_RDWR | O_CLOEXEC);
	if (d.image == -1 || fstat(d.image, &st) == -1)
		err(1, "%s", argv[1]);
	d.size = (uint64_t)st.st_size;
	d.log = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (d.log == -1)
		err(1, "%s", argv[2]);
	d.fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (d.fuse == -1)
		err(77, "/dev/fuse");
	snprintf(how, sizeof how,
	    "fd=%d,rootmode=40000,user_id=0,group_id=0", d.fuse);
	if (mount("logdisk", argv[3], "fuse.logdisk", MS_NOSUID | MS_NODEV,
	    how) == -1)
		err(77, "mount %s", argv[3]);
	end_with_parent(d.fuse);
	serve(&d);
	return 0;
}
