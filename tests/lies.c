#include "tests/lies.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/arena.h"
#include "spool/buf.h"
#include "spool/err.h"
#include "spool/fsx.h"
#include "spool/mem.h"

#define OTHER_GUID "00000000-1111-4222-8333-444444444444"

enum { DEEP = 200, RAW = 8192, END_RECORD = 5 };

void
lies_must(int rc)
{
	if (rc == -1)
		_exit(99);
}

static struct made *
made(struct tale *t)
{
	return &t->a.made[0];
}

/* Whatever the list is now, unless just that is the lie. */
static void
fit_content(struct tale *t)
{
	for (size_t i = 0; i < t->a.n_made; i++)
		if (t->a.made[i].content[0] == '\0')
			answer_content(t->a.made[i].files,
			    t->a.made[i].n_files, t->a.made[i].content);
}

void
lies_say(struct tale *t, uint32_t item)
{
	struct err e;

	fit_content(t);
	lies_must(wire_send_answer(WIRE_SOCKET, item, &t->a, &e));
}

/* The bytes of the answer as they go over the wire. */
static size_t
raw(struct tale *t, char *room, size_t most)
{
	struct err e;
	int pair[2];
	ssize_t n;

	fit_content(t);
	lies_must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair));
	lies_must(wire_send_answer(pair[0], t->job->item, &t->a, &e));
	n = recv(pair[1], room, most, 0);
	lies_must((int)n);
	close(pair[0]);
	close(pair[1]);
	return (size_t)n;
}

static void
send_raw(const void *p, size_t n)
{
	if (send(WIRE_SOCKET, p, n, MSG_NOSIGNAL) == -1)
		_exit(1);
}

static void
send_with_fds(const void *p, size_t n)
{
	enum { N = 3 };
	const int fds[N] = { 0, 0, 0 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof fds)];
	} control = { .room = { 0 } };
	struct iovec io = { (void *)p, n };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control, .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(c), fds, sizeof fds);
	if (sendmsg(WIRE_SOCKET, &m, MSG_NOSIGNAL) == -1)
		_exit(1);
}

void
lies_sleep(void)
{
	for (;;)
		pause();
}

/* ------------------------------------------------ lies about the package */

static void
lie_sum(struct tale *t)
{
	memcpy(t->a.sha256, LIES_OTHER_SUM, sizeof t->a.sha256);
}

static void
lie_size(struct tale *t)
{
	t->a.size++;
}

/* As if it were the package before it, which is published already. */
static void
lie_copycat(struct tale *t)
{
	memcpy(t->a.sha256, t->last_sum, sizeof t->last_sum);
	memcpy(t->a.guid, t->last_guid, sizeof t->last_guid);
	t->a.size = t->last_size;
	made(t)->key = arena_fmt(&t->a.arena, "%s.rute", t->last_guid);
}

static void
lie_guid(struct tale *t)
{
	if (t->a.n_made == 0)		/* the truth, while it is checked */
		return;
	memcpy(t->a.guid, OTHER_GUID, sizeof OTHER_GUID);
	made(t)->key = OTHER_GUID ".rute";
}

static void
lie_app(struct tale *t)
{
	if (t->a.n_made > 0)
		snprintf(t->a.app, sizeof t->a.app, "ttd/annen-app");
}

static void
refuse(struct tale *t, enum finding_code code)
{
	t->a.n_made = 0;
	findings_add(&t->a.findings, code, NULL, 0, NULL, "so it says");
}

static void
lie_conflict(struct tale *t)
{
	refuse(t, F_CONFLICT);
}

static void
lie_unreadable(struct tale *t)
{
	refuse(t, F_IO_ERROR);
}

static void
lie_both(struct tale *t)
{
	findings_add(&t->a.findings, F_XSD, NULL, 0, NULL, "refused, and yet");
}

static void
lie_empty(struct tale *t)
{
	t->a.n_made = 0;
}

/* ------------------------------------------------------ lies about the list */

static void
lie_owner(struct tale *t)
{
	made(t)->owner = "org-310000028";
}

static void
lie_target(struct tale *t)
{
	made(t)->app = "ttd/annen-app";
}

static void
lie_route(struct tale *t)
{
	made(t)->key = arena_fmt(&t->a.arena, "%s.omvei", t->a.guid);
}

static void
lie_key(struct tale *t)
{
	made(t)->key = OTHER_GUID ".rute";
}

/* Only what is made again has a generation. */
static void
lie_generation(struct tale *t)
{
	made(t)->key = arena_fmt(&t->a.arena, "%s.rute~2", t->a.guid);
}

static void
lie_content(struct tale *t)
{
	memcpy(made(t)->content, LIES_OTHER_SUM, sizeof LIES_OTHER_SUM);
}

static void
lie_zip(struct tale *t)
{
	made(t)->zip = true;
	made(t)->n_files = 1;
}

static void
lie_outside(struct tale *t)
{
	made(t)->from = "../../ledger";
}

static void
lie_dots(struct tale *t)
{
	made(t)->from = "..";
}

static void
lie_file_outside(struct tale *t)
{
	made(t)->files[1].name = "../../../../flerapp.conf";
}

static void
lie_elsewhere(struct tale *t)
{
	made(t)->from = "finnes-ikke";
}

static void
lie_file_size(struct tale *t)
{
	made(t)->files[1].size++;
}

static void
lie_file_sum(struct tale *t)
{
	memcpy(made(t)->files[1].sha256, LIES_OTHER_SUM, sizeof LIES_OTHER_SUM);
}

static void
lie_fewer(struct tale *t)
{
	made(t)->files[1] = made(t)->files[2];
	made(t)->files[2] = made(t)->files[3];
	made(t)->n_files--;
}

static void
lie_same_name(struct tale *t)
{
	made(t)->files[1] = made(t)->files[0];
}

static void
lie_twice_made(struct tale *t)
{
	t->a.made[1] = t->a.made[0];
	t->a.n_made = 2;
}

/* ---------------------------------------------------- lies in the folder */

static void
overwrite(struct tale *t, const char *name, const char *text)
{
	struct err e;

	lies_must(unlinkat(t->dir, name, 0));
	lies_must(fsx_put(t->dir, name, text, strlen(text), &e));
}

static void
lie_other_bytes(struct tale *t)
{
	char text[128];

	snprintf(text, sizeof text, "%s", made(t)->key);
	text[0] = text[0] == 'x' ? 'y' : 'x';
	overwrite(t, "mottak.xml", text);
}

/* Sums that check, but not those of the list. */
static void
lie_sums(struct tale *t)
{
	struct made_file *f = &made(t)->files[3];
	static const char text[] = LIES_OTHER_SUM "  mottak.xml\n";

	f->size = strlen(text);
	digest_hex_of(text, strlen(text), f->sha256);
	overwrite(t, "SHA256SUMS", text);
}

static void
lie_more(struct tale *t)
{
	struct err e;

	lies_must(fsx_put(t->dir, ".skjult", "x", 1, &e));
}

static void
lie_symlink(struct tale *t)
{
	lies_must(unlinkat(t->dir, "mottak.xml", 0));
	lies_must(symlinkat("/etc/hostname", t->dir, "mottak.xml"));
}

static void
lie_fifo(struct tale *t)
{
	lies_must(unlinkat(t->dir, "mottak.xml", 0));
	lies_must(mkfifoat(t->dir, "mottak.xml", 0640));
	made(t)->files[1].size = 0;
}

static void
lie_subfolder(struct tale *t)
{
	lies_must(unlinkat(t->dir, "mottak.xml", 0));
	lies_must(mkdirat(t->dir, "mottak.xml", 0750));
}

static void
lie_second_name(struct tale *t)
{
	lies_must(linkat(t->dir, "mottak.xml", WIRE_WORK, "til-senere", 0));
}

static void
lie_setuid(struct tale *t)
{
	lies_must(fchmodat(t->dir, "mottak.xml", 04755, 0));
}

static void
lie_folder_link(struct tale *t)
{
	made(t)->from = "lenke";
	lies_must(symlinkat("/etc", WIRE_WORK, "lenke"));
}

static void
lie_locked(struct tale *t)
{
	lies_must(fchmodat(WIRE_WORK, made(t)->from, 0, 0));
}

/* It could write to the file when it is published. */
static void
lie_keep_file(struct tale *t)
{
	lies_must(openat(t->dir, "mottak.xml", O_WRONLY));
}

/* And to the folder, if the sandbox let it. */
static void
lie_keep_folder(struct tale *t)
{
	t->kept = t->dir;
	t->dir = -1;
}

/* Nothing to see, but a heap that is hard to clear away. */
static void
lie_heap(struct tale *t)
{
	int dir = openat(WIRE_WORK, ".", O_PATH | O_DIRECTORY), next;

	(void)t;
	for (int i = 0; i < DEEP; i++) {
		lies_must(mkdirat(dir, "dypere", 0750));
		next = openat(dir, "dypere", O_PATH | O_DIRECTORY);
		lies_must(next);
		close(dir);
		dir = next;
	}
	lies_must(mkdirat(dir, "bunn", 0750));
	lies_must(mkdirat(dir, "bunn/fil", 0));
	lies_must(fchmodat(dir, "bunn", 0, 0));
	close(dir);
	_exit(1);
}

/* ----------------------------------------------------- lies on the wire */

static void
lie_other_item(struct tale *t)
{
	lies_say(t, t->job->item + 1000);
	t->quiet = true;
}

static void
lie_answer_twice(struct tale *t)
{
	lies_say(t, t->job->item);
}

void
lies_garbage(void)
{
	static const char words[] = "\x09\xff\xff\xff\xff hva er dette?";

	send_raw(words, sizeof words);
	lies_sleep();
}

static void
lie_garbage(struct tale *t)
{
	(void)t;
	lies_garbage();
}

static void
lie_truncated(struct tale *t)
{
	char room[RAW];

	send_raw(room, raw(t, room, sizeof room) - 3);
	lies_sleep();
}

static void
lie_unfinished(struct tale *t)
{
	char room[RAW];

	/* A whole record less: its end is still to come. */
	send_raw(room, raw(t, room, sizeof room) - END_RECORD);
	lies_sleep();
}

static void
lie_oversized(struct tale *t)
{
	char *room = mem_alloc(3 * WIRE_MESSAGE_MAX / 2);

	raw(t, room, RAW);
	send_raw(room, 3 * WIRE_MESSAGE_MAX / 2);
	lies_sleep();
}

static void
lie_descriptors(struct tale *t)
{
	char room[RAW];

	send_with_fds(room, raw(t, room, sizeof room));
	lies_sleep();
}

static void
add_text(struct buf *b, const char *s)
{
	uint16_t n = (uint16_t)strlen(s);

	buf_add(b, &n, sizeof n);
	buf_add(b, s, n);
}

/* The same message, for ever. */
static void
flood(const struct buf *b)
{
	for (;;)
		send_raw(b->p, b->len);
}

/* An answer that begins and gets more and more findings. */
static void
lie_flood_findings(struct tale *t)
{
	static const char absent[] = "\xff\xff\xff\xff", line[8] = { 0 };
	struct buf b = { 0 };
	uint32_t code = F_XSD;
	char room[RAW];

	t->a.n_made = 0;
	send_raw(room, raw(t, room, sizeof room) - END_RECORD);
	buf_char(&b, 5);
	buf_add(&b, &code, sizeof code);
	add_text(&b, "en til");
	buf_add(&b, absent, 4);
	buf_add(&b, line, sizeof line);
	flood(&b);
}

/* An answer that begins and gets more and more instances. */
static void
lie_flood_made(struct tale *t)
{
	const uint32_t one = 1;
	struct buf b = { 0 };
	char room[RAW];

	t->a.n_made = 0;
	send_raw(room, raw(t, room, sizeof room) - END_RECORD);
	buf_char(&b, 6);
	for (int i = 0; i < 4; i++)
		add_text(&b, "x");
	buf_char(&b, 0);
	add_text(&b, LIES_OTHER_SUM);
	buf_add(&b, &one, sizeof one);
	buf_char(&b, 7);
	add_text(&b, "x");
	buf_add(&b, "\1\0\0\0\0\0\0\0", 8);
	add_text(&b, LIES_OTHER_SUM);
	while (b.len < WIRE_MESSAGE_MAX / 4)
		buf_add(&b, mem_dupn(b.p, b.len), b.len);
	flood(&b);
}

static void
lie_flood_answers(struct tale *t)
{
	for (;;)
		lies_say(t, t->job->item);
}

static void
lie_ready_again(struct tale *t)
{
	struct err e;

	(void)t;
	lies_must(wire_send_ready(WIRE_SOCKET, LIES_OTHER_SUM, &e));
	lies_sleep();
}

void
lies_trouble(enum err_kind kind, const char *text)
{
	struct err e;

	err_set(&e, kind, "%s", text);
	lies_must(wire_send_trouble(WIRE_SOCKET, &e));
	lies_sleep();
}

static void
lie_no_space(struct tale *t)
{
	(void)t;
	lies_trouble(ERR_SPACE, "create 15867210064.xml: No space left on device");
}

static void
lie_no_disk(struct tale *t)
{
	(void)t;
	lies_trouble(ERR_IO, "write: Input/output error");
}

static void
lie_no_config(struct tale *t)
{
	(void)t;
	lies_trouble(ERR_CONFIG, "\x1b[2Jnew configuration");
}

/* ---------------------------------------------------------------- ends */

static void
lie_stall(struct tale *t)
{
	(void)t;
	lies_sleep();
}

static void
lie_hang_up(struct tale *t)
{
	(void)t;
	close(WIRE_SOCKET);
	lies_sleep();
}

static void
lie_exit(struct tale *t)
{
	(void)t;
	_exit(0);
}

static void
lie_memory(struct tale *t)
{
	(void)t;
	mem_exhausted();
}

static void
lie_signal(struct tale *t)
{
	(void)t;
	raise(SIGKILL);
}

static void
lie_cpu(struct tale *t)
{
	(void)t;
	raise(SIGXCPU);
}

/* ---------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*lie)(struct tale *);
} lies[] = {
	{ "sum", lie_sum }, { "size", lie_size }, { "copycat", lie_copycat },
	{ "guid", lie_guid }, { "app", lie_app },
	{ "conflict", lie_conflict }, { "unreadable", lie_unreadable },
	{ "both", lie_both }, { "empty", lie_empty }, { "owner", lie_owner },
	{ "target", lie_target }, { "route", lie_route }, { "key", lie_key },
	{ "generation", lie_generation }, { "content", lie_content },
	{ "zip", lie_zip }, { "outside", lie_outside }, { "dots", lie_dots },
	{ "file-outside", lie_file_outside }, { "elsewhere", lie_elsewhere },
	{ "file-size", lie_file_size }, { "file-sum", lie_file_sum },
	{ "fewer", lie_fewer }, { "same-name", lie_same_name },
	{ "twice-made", lie_twice_made }, { "other-bytes", lie_other_bytes },
	{ "sums", lie_sums }, { "more", lie_more },
	{ "symlink", lie_symlink }, { "fifo", lie_fifo },
	{ "subfolder", lie_subfolder }, { "second-name", lie_second_name },
	{ "setuid", lie_setuid }, { "folder-link", lie_folder_link },
	{ "locked", lie_locked }, { "keep-file", lie_keep_file },
	{ "keep-folder", lie_keep_folder }, { "heap", lie_heap },
	{ "other-item", lie_other_item },
	{ "answer-twice", lie_answer_twice }, { "garbage", lie_garbage },
	{ "truncated", lie_truncated }, { "unfinished", lie_unfinished },
	{ "oversized", lie_oversized }, { "descriptors", lie_descriptors },
	{ "flood-findings", lie_flood_findings },
	{ "flood-made", lie_flood_made },
	{ "flood-answers", lie_flood_answers },
	{ "ready-again", lie_ready_again }, { "no-space", lie_no_space },
	{ "no-disk", lie_no_disk }, { "no-config", lie_no_config },
	{ "stall", lie_stall }, { "hang-up", lie_hang_up },
	{ "exit", lie_exit }, { "memory", lie_memory },
	{ "signal", lie_signal }, { "cpu", lie_cpu },
};

void
lies_tell(struct tale *t)
{
	const char *name = strchr(t->job->name, '.');
	size_t n = name != NULL ? strcspn(++name, ".") : 0;

	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
		if (n > 0 && strlen(lies[i].name) == n &&
		    memcmp(lies[i].name, name, n) == 0)
			lies[i].lie(t);
}

