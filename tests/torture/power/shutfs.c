/*
 * shutfs: cut a file system off, as if the power went: nothing more reaches
 * the disk, and what is only in memory is gone.  ext4 and XFS can do that.
 *
 * usage: shutfs FOLDER [MICROSECONDS]      (after so long)
 */

#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN are the same. */
#define SHUTDOWN _IOR('X', 125, uint32_t)

enum { NOLOGFLUSH = 2 };

int
main(int argc, char **argv)
{
	uint32_t how = NOLOGFLUSH;
	int fd;

	if (argc != 2 && argc != 3)
		errx(64, "usage: shutfs FOLDER [MICROSECONDS]");
	fd = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		err(1, "%s", argv[1]);
	if (argc == 3)
		usleep((useconds_t)strtoul(argv[2], NULL, 10));
	if (ioctl(fd, SHUTDOWN, &how) == -1)
		err(1, "shut down %s", argv[1]);
	return 0;
}
