#include "watcher/wake.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/err.h"
#include "spool/mem.h"

enum { POLL_MS = 2000, EVENTS = 64 * 1024 };

/* A link(2) into the folder shows as IN_CREATE and nothing else. */
#define LOOK_FOR (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | \
	IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct wake {
	char dir[PATH_MAX];
	dev_t device;			/* which folder that was; 0 0: none */
	ino_t inode;
	bool always_poll;
	int inotify, watch;		/* -1: polls */
	int signals;
	sigset_t before;
	unsigned pending;		/* signals that were read ahead */
	wake_note_fn *note;
	void *arg;
};

static const struct {
	int64_t type;
	const char *name;
} network[] = {
	{ 0x6969, "nfs" }, { 0xff534d42, "cifs" }, { 0xfe534d42, "smb2" },
	{ 0x517b, "smb" }, { 0x00c36400, "ceph" }, { 0x65735546, "fuse" },
	{ 0x01021997, "9p" }, { 0x5346414f, "afs" }, { 0x6b414653, "kafs" },
	{ 0x73757245, "coda" }, { 0x0bd00bd0, "lustre" },
	{ 0x01161970, "gfs2" }, { 0x7461636f, "ocfs2" },
	{ 0x47504653, "gpfs" }, { 0x19830326, "beegfs" },
	{ 0x786f4256, "vboxsf" }, { 0x564c, "ncp" },
};

bool
wake_is_network(int64_t type)
{
	for (size_t i = 0; i < sizeof network / sizeof *network; i++)
		if (network[i].type == (type & 0xffffffff))
			return true;
	return false;
}

static void
note(const struct wake *w, const char *what, const char *why)
{
	struct buf b = { 0 };

	buf_fmt(&b, "%s (%s%s%s)", what, w->dir, *why != '\0' ? ": " : "",
	    why);
	w->note(w->arg, buf_text(&b));
	buf_free(&b);
}

static void
forget_watch(struct wake *w)
{
	if (w->inotify != -1)
		close(w->inotify);
	w->inotify = w->watch = -1;
}

/* A new inotify each time: nothing of the old folder can be left in it. */
static bool
set_watch(struct wake *w)
{
	int sys;

	forget_watch(w);
	w->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->inotify != -1)
		w->watch = inotify_add_watch(w->inotify, w->dir, LOOK_FOR);
	if (w->watch != -1)
		return true;
	sys = errno;
	forget_watch(w);
	errno = sys;
	return false;
}

/* inotify sees no mount that covers the folder, and a poll sees no move. */
static bool
is_same_folder(const struct wake *w)
{
	struct stat st;

	return stat(w->dir, &st) == 0 && st.st_dev == w->device &&
	    st.st_ino == w->inode;
}

void
wake_watch(struct wake *w, const char *dir, enum conf_poll how)
{
	struct stat st = { .st_ino = 0 };
	struct statfs fs;

	forget_watch(w);
	snprintf(w->dir, sizeof w->dir, "%s", dir);
	(void)stat(dir, &st);
	w->device = st.st_dev;
	w->inode = st.st_ino;
	w->always_poll = how == POLL_YES;
	if (how == POLL_AUTO && statfs(dir, &fs) == 0 &&
	    wake_is_network((int64_t)fs.f_type)) {
		w->always_poll = true;
		note(w, "a network file system: polling every 2 s", "");
	} else if (!w->always_poll && !set_watch(w)) {
		note(w, "inotify cannot watch: polling every 2 s",
		    strerror(errno));
	}
}

static int
take_signals(struct wake *w, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, &w->before) == -1)
		return err_sys(e, "block signals");
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signals != -1)
		return 0;
	err_sys(e, "wait for signals");
	sigprocmask(SIG_SETMASK, &w->before, NULL);
	return -1;
}

struct wake *
wake_new(wake_note_fn *fn, void *arg, struct err *e)
{
	struct wake *w = mem_alloc(sizeof *w);

	*w = (struct wake){ .inotify = -1, .watch = -1, .signals = -1,
	    .note = fn, .arg = arg };
	if (take_signals(w, e) == -1) {
		free(w);
		return NULL;
	}
	return w;
}

void
wake_free(struct wake *w)
{
	if (w == NULL)
		return;
	forget_watch(w);
	close(w->signals);
	sigprocmask(SIG_SETMASK, &w->before, NULL);
	free(w);
}

/* ------------------------------------------------------------- reading */

static void
read_signals(struct wake *w)
{
	struct signalfd_siginfo s;

	while (read(w->signals, &s, sizeof s) == (ssize_t)sizeof s)
		w->pending |= s.ssi_signo == SIGHUP ? WAKE_RELOAD : WAKE_STOP;
}

static unsigned
judge_event(const struct wake *w, const struct inotify_event *v)
{
	if ((v->mask & IN_Q_OVERFLOW) != 0) {
		note(w, "inotify lost events: everything is looked at", "");
		return WAKE_FILES;
	}
	if ((v->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT |
	    IN_IGNORED)) != 0)
		return WAKE_LOST;
	return WAKE_FILES;
}

static unsigned
read_events(struct wake *w)
{
	_Alignas(struct inotify_event) char b[EVENTS];
	struct inotify_event v;
	unsigned why = 0;
	ssize_t n;

	while ((n = read(w->inotify, b, sizeof b)) > 0)
		for (const char *p = b; p < b + n; p += sizeof v + v.len) {
			memcpy(&v, p, sizeof v);
			why |= judge_event(w, &v);
		}
	return why;
}

/* A tick of the clock, in place of an event. */
static unsigned
tick(struct wake *w, bool early)
{
	if (w->inode != 0 && !is_same_folder(w))
		return WAKE_LOST;
	if (w->watch == -1 && !w->always_poll && w->inode != 0 &&
	    set_watch(w))
		note(w, "inotify watches again", "");
	return early ? WAKE_FILES : 0;
}

static unsigned
poll_once(struct wake *w, int64_t ms)
{
	const bool polls = w->watch == -1, early = polls && ms > POLL_MS;
	const int wait = (int)(early ? POLL_MS : ms < INT_MAX ? ms : INT_MAX);
	struct pollfd p[2] = {
		{ .fd = w->signals, .events = POLLIN },
		{ .fd = w->inotify, .events = POLLIN },
	};
	int n;

	do
		n = poll(p, polls ? 1 : 2, wait > 0 ? wait : 0);
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		return tick(w, early);
	return !polls && p[1].revents != 0 ? read_events(w) : 0;
}

unsigned
wake_wait(struct wake *w, int64_t ms)
{
	unsigned why = 0;

	if (w->pending == 0)
		why = poll_once(w, ms);
	read_signals(w);
	if ((why & WAKE_LOST) != 0) {
		forget_watch(w);
		w->device = 0;
		w->inode = 0;
	}
	why |= w->pending;
	w->pending = 0;
	return why;
}

bool
wake_stopping(struct wake *w)
{
	read_signals(w);
	return (w->pending & WAKE_STOP) != 0;
}

bool
wake_polls(const struct wake *w)
{
	return w->watch == -1;
}
