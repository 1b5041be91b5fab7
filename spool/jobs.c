#include "spool/jobs.h"

#include <stdio.h>
#include <stdlib.h>

#include "spool/answer.h"
#include "spool/mem.h"

struct job *
job_new(const struct crew_job *given)
{
	struct job *j = mem_alloc(sizeof *j);

	j->item = given->item;
	j->mode = given->mode;
	j->name = mem_dup(given->name);
	j->fd = given->fd;
	snprintf(j->guid, sizeof j->guid, "%s", given->guid != NULL ?
	    given->guid : "");
	snprintf(j->app, sizeof j->app, "%s", given->app != NULL ?
	    given->app : "");
	j->replay = given->replay;
	j->earlier = given->earlier;
	return j;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	if (j->answer != NULL)
		answer_free(j->answer);
	free(j->answer);
	free(j->name);
	free(j);
}

void
jobs_push(struct jobs *q, struct job *j)
{
	if (q->head == NULL)
		q->tail = &q->head;
	j->next = NULL;
	*q->tail = j;
	q->tail = &j->next;
	q->n++;
}

struct job *
jobs_pop(struct jobs *q)
{
	struct job *j = q->head;

	if (j != NULL) {
		q->head = j->next;
		q->n--;
		if (q->head == NULL)
			q->tail = &q->head;
	}
	return j;
}

void
jobs_put_before(struct jobs *q, struct jobs *first)
{
	if (first->head == NULL)
		return;
	*first->tail = q->head;
	if (q->head == NULL)
		q->tail = first->tail;
	q->head = first->head;
	q->n += first->n;
	*first = (struct jobs){ .n = 0 };
}

void
jobs_free(struct jobs *q)
{
	struct job *j;

	while ((j = jobs_pop(q)) != NULL)
		job_free(j);
}
