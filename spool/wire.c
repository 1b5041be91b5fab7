#include "spool/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "spool/buf.h"
#include "spool/mem.h"

enum record {
	REC_JOB = 1, REC_READY, REC_TROUBLE, REC_BEGIN, REC_FINDING, REC_MADE,
	REC_FILE, REC_END
};

enum {
	TEXT_MAX = 4 * 1024,
	FLUSH_AT = WIRE_MESSAGE_MAX - 4 * TEXT_MAX,
	ABSENT = 0xffff,		/* the length of a text that is NULL */
};

/* -------------------------------------------------------------- writing */

static void
put_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof v);	/* both ends are one machine */
}

static void
put_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof v);
}

static void
put_text(struct buf *b, const char *s)
{
	size_t len = s != NULL ? strnlen(s, TEXT_MAX) : ABSENT;
	uint16_t n = (uint16_t)len;

	buf_add(b, &n, sizeof n);
	if (s != NULL)
		buf_add(b, s, len);
}

static int
send_message(int sock, const struct buf *b, const int *fds, size_t n,
    struct err *e)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control;
	struct iovec io = { .iov_base = b->p, .iov_len = b->len };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t sent;

	if (n > 0) {
		memset(&control, 0, sizeof control);
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	do {
		sent = sendmsg(sock, &m, MSG_NOSIGNAL);
	} while (sent == -1 && errno == EINTR);
	return sent == -1 ? err_sys(e, "talk to a worker") : 0;
}

static int
flush(int sock, struct buf *b, struct err *e)
{
	int rc = b->len > 0 ? send_message(sock, b, NULL, 0, e) : 0;

	buf_reset(b);
	return rc;
}

int
wire_send_jobs(int sock, const struct wire_job *v, size_t n, struct err *e)
{
	struct buf b = { 0 };
	int fds[WIRE_FDS_MAX], rc = 0;
	size_t n_fds = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		buf_char(&b, REC_JOB);
		put_u32(&b, v[i].item);
		buf_char(&b, (char)v[i].mode);
		buf_char(&b, v[i].replay ? 1 : 0);
		put_text(&b, v[i].name);
		put_text(&b, v[i].sha256);
		fds[n_fds++] = v[i].fd;
		if (v[i].replay)
			fds[n_fds++] = v[i].earlier;
		if (b.len > FLUSH_AT || i + 1 == n) {
			rc = send_message(sock, &b, fds, n_fds, e);
			buf_reset(&b);
			n_fds = 0;
		}
	}
	buf_free(&b);
	return rc;
}

int
wire_send_ready(int sock, const char sha256[DIGEST_HEX + 1], struct err *e)
{
	struct buf b = { 0 };
	int rc;

	buf_char(&b, REC_READY);
	put_text(&b, sha256);
	rc = flush(sock, &b, e);
	buf_free(&b);
	return rc;
}

int
wire_send_trouble(int sock, const struct err *trouble)
{
	struct buf b = { 0 };
	struct err e;
	int rc;

	buf_char(&b, REC_TROUBLE);
	put_u32(&b, (uint32_t)trouble->kind);
	put_text(&b, trouble->text);
	rc = flush(sock, &b, &e);
	buf_free(&b);
	return rc;
}

static int
send_made(int sock, struct buf *b, const struct made *m, struct err *e)
{
	int rc = 0;

	buf_char(b, REC_MADE);
	put_text(b, m->app);
	put_text(b, m->owner);
	put_text(b, m->key);
	put_text(b, m->from);
	buf_char(b, m->zip ? 1 : 0);
	put_text(b, m->content);
	put_u32(b, (uint32_t)m->n_files);
	for (size_t i = 0; i < m->n_files && rc == 0; i++) {
		buf_char(b, REC_FILE);
		put_text(b, m->files[i].name);
		put_u64(b, m->files[i].size);
		put_text(b, m->files[i].sha256);
		if (b->len > FLUSH_AT)
			rc = flush(sock, b, e);
	}
	return rc;
}

int
wire_send_answer(int sock, uint32_t item, const struct answer *a,
    struct err *e)
{
	struct buf b = { 0 };
	int rc = 0;

	buf_char(&b, REC_BEGIN);
	put_u32(&b, item);
	put_text(&b, a->sha256);
	put_u64(&b, a->size);
	put_text(&b, a->guid);
	put_text(&b, a->app);
	for (size_t i = 0; i < a->findings.n && rc == 0; i++) {
		const struct finding *f = &a->findings.v[i];

		buf_char(&b, REC_FINDING);
		put_u32(&b, (uint32_t)f->code);
		put_text(&b, f->message);
		put_text(&b, f->file);
		put_text(&b, f->path);
		put_u64(&b, (uint64_t)f->line);
		if (b.len > FLUSH_AT)
			rc = flush(sock, &b, e);
	}
	for (size_t i = 0; i < a->n_made && rc == 0; i++)
		rc = send_made(sock, &b, &a->made[i], e);
	buf_char(&b, REC_END);
	put_u32(&b, (uint32_t)a->findings.left_out);
	if (rc == 0)
		rc = flush(sock, &b, e);
	buf_free(&b);
	return rc;
}

/* -------------------------------------------------------------- reading */

struct cursor {
	const char *p, *end;
	bool bad;
};

static void
get(struct cursor *c, void *to, size_t n)
{
	if (c->bad || (size_t)(c->end - c->p) < n) {
		c->bad = true;
		memset(to, 0, n);
		return;
	}
	memcpy(to, c->p, n);
	c->p += n;
}

static uint8_t
get_u8(struct cursor *c)
{
	uint8_t v;

	get(c, &v, sizeof v);
	return v;
}

static uint32_t
get_u32(struct cursor *c)
{
	uint32_t v;

	get(c, &v, sizeof v);
	return v;
}

static uint64_t
get_u64(struct cursor *c)
{
	uint64_t v;

	get(c, &v, sizeof v);
	return v;
}

/* A text into the arena; NULL when it is absent (or bad). */
static const char *
get_text(struct cursor *c, struct arena *arena)
{
	uint16_t n;
	const char *s;

	get(c, &n, sizeof n);
	if (c->bad || n == ABSENT)
		return NULL;
	if ((size_t)(c->end - c->p) < n || memchr(c->p, '\0', n) != NULL) {
		c->bad = true;
		return NULL;
	}
	s = arena_dupn(arena, c->p, n);
	c->p += n;
	return s;
}

/* A text that must be there and fit. */
static void
get_fixed(struct cursor *c, char *to, size_t room)
{
	uint16_t n;

	get(c, &n, sizeof n);
	if (c->bad || n >= room || (size_t)(c->end - c->p) < n) {
		c->bad = true;
		to[0] = '\0';
		return;
	}
	memcpy(to, c->p, n);
	to[n] = '\0';
	c->p += n;
}

static const char *
get_must(struct cursor *c, struct arena *arena)
{
	const char *s = get_text(c, arena);

	if (s == NULL)
		c->bad = true;
	return s != NULL ? s : "";
}

/* The descriptors of a message; more than wanted are closed. */
static size_t
take_fds(struct msghdr *m, int *fds, size_t most)
{
	size_t n = 0, k;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	    c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		k = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < k; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if (n < most)
				fds[n++] = fd;
			else
				close(fd);
		}
	}
	return n;
}

/*
 * Bytes of one message; 0 the end, -1 an error or (no wait) nothing.  Who
 * wants no descriptors (*n_fds is 0) gives them no room: what is sent all the
 * same never comes to be open here.
 */
static ssize_t
receive(int sock, char *room, int *fds, size_t *n_fds, int flags)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(WIRE_FDS_MAX * sizeof(int))];
	} control;
	struct iovec io = { .iov_base = room, .iov_len = WIRE_MESSAGE_MAX };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
	    .msg_control = &control };
	size_t most = *n_fds;
	ssize_t n;

	m.msg_controllen = most > 0 ? sizeof control : 0;
	do {
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | flags);
		/* Told once, before what lies unread is handed over. */
	} while (n == -1 && (errno == EINTR || errno == ECONNRESET));
	*n_fds = n >= 0 ? take_fds(&m, fds, most) : 0;
	if (n > 0 && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		errno = EMSGSIZE;
		n = -1;
	}
	return n;
}

static void
take_job(struct cursor *c, struct wire_job *j)
{
	uint8_t replay;

	c->bad = get_u8(c) != REC_JOB;
	j->item = get_u32(c);
	j->mode = get_u8(c);
	replay = get_u8(c);
	j->replay = replay == 1;
	get_fixed(c, j->name, sizeof j->name);
	get_fixed(c, j->sha256, sizeof j->sha256);
	if (replay > 1)
		c->bad = true;
}

int
wire_recv_jobs(int sock, struct wire_job *v, struct err *e)
{
	char *room = mem_alloc(WIRE_MESSAGE_MAX);
	int fds[WIRE_FDS_MAX];
	size_t n_fds = WIRE_FDS_MAX, n = 0, used = 0;
	ssize_t len = receive(sock, room, fds, &n_fds, 0);
	struct cursor c = { .p = room, .end = room + (len > 0 ? len : 0) };
	bool whole;

	while (!c.bad && c.p < c.end && n < WIRE_JOBS_MAX) {
		take_job(&c, &v[n]);
		if (used + 1 + v[n].replay > n_fds) {
			c.bad = true;
			break;
		}
		v[n].fd = fds[used++];
		v[n].earlier = v[n].replay ? fds[used++] : -1;
		n++;
	}
	whole = !c.bad && c.p == c.end && used == n_fds;
	for (size_t i = 0; !whole && i < n_fds; i++)
		close(fds[i]);
	free(room);
	if (len == -1)
		return err_sys(e, "listen to the coordinator");
	if (!whole)
		return err_set(e, ERR_BUG, "a message of jobs is malformed");
	return (int)n;
}

void
wire_job_done(const struct wire_job *j)
{
	close(j->fd);
	if (j->replay)
		close(j->earlier);
}

static void
take_begin(struct cursor *c, struct wire_reader *r)
{
	if (r->answer != NULL) {
		c->bad = true;
		return;
	}
	r->answer = mem_alloc(sizeof *r->answer);
	findings_init(&r->answer->findings, &r->answer->arena);
	r->made_cap = r->files_left = 0;
	r->item = get_u32(c);
	get_fixed(c, r->answer->sha256, sizeof r->answer->sha256);
	r->answer->size = get_u64(c);
	get_fixed(c, r->answer->guid, sizeof r->answer->guid);
	get_fixed(c, r->answer->app, sizeof r->answer->app);
}

static void
take_finding(struct cursor *c, struct answer *a)
{
	uint32_t code = get_u32(c);
	const char *message = get_must(c, &a->arena);
	const char *file = get_text(c, &a->arena);
	const char *path = get_text(c, &a->arena);
	uint64_t line = get_u64(c);

	if (c->bad || code >= F_COUNT || line > INT32_MAX ||
	    a->findings.n == FINDINGS_MAX) {
		c->bad = true;
		return;
	}
	findings_add(&a->findings, (enum finding_code)code, file, (long)line,
	    path, "%s", message);
}

static struct made *
new_made(struct wire_reader *r)
{
	struct answer *a = r->answer;

	if (a->n_made == r->made_cap) {
		size_t cap = r->made_cap > 0 ? 2 * r->made_cap : 4;
		struct made *v = arena_take(&a->arena, cap * sizeof *v);

		if (a->n_made > 0)
			memcpy(v, a->made, a->n_made * sizeof *v);
		a->made = v;
		r->made_cap = cap;
	}
	return &a->made[a->n_made++];
}

static void
take_made(struct cursor *c, struct wire_reader *r)
{
	struct answer *a = r->answer;
	struct made m = { .app = get_must(c, &a->arena) };
	uint32_t n;

	m.owner = get_must(c, &a->arena);
	m.key = get_must(c, &a->arena);
	m.from = get_must(c, &a->arena);
	m.zip = get_u8(c) == 1;
	get_fixed(c, m.content, sizeof m.content);
	n = get_u32(c);
	if (c->bad || n == 0 || n > ANSWER_FILES_MAX || r->files_left > 0 ||
	    a->n_made == ANSWER_MADE_MAX) {
		c->bad = true;
		return;
	}
	m.files = arena_zero(&a->arena, n * sizeof *m.files);
	*new_made(r) = m;
	r->files_left = n;
}

static void
take_file(struct cursor *c, struct wire_reader *r)
{
	struct answer *a = r->answer;
	struct made *m;
	struct made_file *f;

	if (r->files_left == 0 || a->n_made == 0) {
		c->bad = true;
		return;
	}
	m = &a->made[a->n_made - 1];
	f = &m->files[m->n_files++];
	f->name = get_must(c, &a->arena);
	f->size = get_u64(c);
	get_fixed(c, f->sha256, sizeof f->sha256);
	r->files_left--;
}

static enum wire_event
take_end(struct cursor *c, struct wire_reader *r, struct wire_news *news)
{
	struct err e;

	r->answer->findings.left_out = get_u32(c);
	if (c->bad || r->files_left > 0 || c->p != c->end ||
	    answer_ok(r->answer, &e) == -1)
		return WIRE_NONSENSE;
	news->item = r->item;
	news->answer = r->answer;
	r->answer = NULL;
	return WIRE_ANSWER;
}

static enum wire_event
take_ready(struct cursor *c, struct wire_news *news)
{
	get_fixed(c, news->config_sha256, sizeof news->config_sha256);
	return c->bad || !id_hex_ok(news->config_sha256, DIGEST_HEX) ?
	    WIRE_NONSENSE : WIRE_READY;
}

static enum wire_event
take_trouble(struct cursor *c, struct wire_news *news)
{
	enum err_kind kind = (enum err_kind)get_u32(c);

	get_fixed(c, news->trouble.text, sizeof news->trouble.text);
	news->trouble.kind = kind == ERR_SPACE || kind == ERR_IO ||
	    kind == ERR_RIGHTS || kind == ERR_CONFIG ? kind : ERR_SYSTEM;
	return c->bad ? WIRE_NONSENSE : WIRE_TROUBLE;
}

static enum wire_event
take_record(struct cursor *c, struct wire_reader *r, struct wire_news *news)
{
	uint8_t kind = get_u8(c);

	if (kind == REC_READY && r->answer == NULL && !r->ready) {
		r->ready = true;
		return take_ready(c, news);
	}
	if (kind == REC_TROUBLE)
		return take_trouble(c, news);
	if (kind == REC_BEGIN) {
		take_begin(c, r);
		return c->bad ? WIRE_NONSENSE : WIRE_NOTHING;
	}
	if (r->answer == NULL)
		return WIRE_NONSENSE;
	if (kind == REC_END)
		return take_end(c, r, news);
	if (kind == REC_FINDING)
		take_finding(c, r->answer);
	else if (kind == REC_MADE)
		take_made(c, r);
	else if (kind == REC_FILE)
		take_file(c, r);
	else
		c->bad = true;
	if (r->answer->arena.total > ANSWER_BYTES_MAX)
		c->bad = true;
	return c->bad ? WIRE_NONSENSE : WIRE_NOTHING;
}

enum wire_event
wire_recv(int sock, struct wire_reader *r, struct wire_news *news)
{
	char *room = mem_resize(NULL, WIRE_MESSAGE_MAX);
	int none[1];
	size_t n_fds = 0;
	ssize_t n = receive(sock, room, none, &n_fds, MSG_DONTWAIT);
	struct cursor c = { .p = room, .end = room + (n > 0 ? n : 0) };
	enum wire_event event = WIRE_NOTHING;

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EMSGSIZE))
		event = WIRE_GONE;
	else if (n == -1 && errno == EMSGSIZE)
		event = WIRE_NONSENSE;
	while (event == WIRE_NOTHING && c.p < c.end)
		event = take_record(&c, r, news);
	free(room);
	return event;
}

void
wire_reader_done(struct wire_reader *r)
{
	if (r->answer != NULL) {
		answer_free(r->answer);
		free(r->answer);
	}
	*r = (struct wire_reader){ .answer = NULL };
}
