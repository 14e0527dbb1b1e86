/* LD_PRELOAD library: makes every flush to disk take FSYNC_DELAY_US microseconds longer, so that a test meets on a fast disk
   what happens on a slow one. Files opened with O_SYNC or O_DSYNC flush in write() and are not slowed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct timespec delay;

__attribute__((constructor)) static void read_delay(void)
{
    const char *text = getenv("FSYNC_DELAY_US");
    long long microseconds = text ? atoll(text) : 0;
    if (microseconds > 0) {
        delay.tv_sec = microseconds / 1000000;
        delay.tv_nsec = microseconds % 1000000 * 1000;
    }
}

/* Sleeps the whole delay: .NET's runtime interrupts its threads with signals. */
static void wait_delay(void)
{
    struct timespec left = delay;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) { }
}

int fsync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_delay();
    return real(file);
}

int fdatasync(int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_delay();
    return real(file);
}

int msync(void *address, size_t length, int flags)
{
    int (*real)(void *, size_t, int) = (int (*)(void *, size_t, int))dlsym(RTLD_NEXT, "msync");
    wait_delay();
    return real(address, length, flags);
}
