/* Copies of what a peer sent, in a process without memory for them: a status, and the process goes on.
 *
 * exhausted ENDPOINT
 */
#include "harness.h"
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LARGE = 64 << 20 };

static atomic_int retained = -1;
static struct rlimit before;

/* As much address space as there is now, and so many bytes more. */
static void limit(size_t more) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    TRUE(file && fscanf(file, "%lu", &pages) == 1);
    fclose(file);
    struct rlimit now = {pages * (size_t)sysconf(_SC_PAGESIZE) + more, before.rlim_max};
    TRUE(setrlimit(RLIMIT_AS, &now) == 0);
}

static void keep(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user;
    TRUE(count == 2);
    ringmain_owned owned = {0};
    limit(LARGE / 2);
    atomic_store(&retained, (int)ringmain_value_retain(args[0], &owned));
    OK(ringmain_value_retain(args[1], &owned));
    TRUE(setrlimit(RLIMIT_AS, &before) == 0);
    ringmain_owned_free(&owned);
    OK(ringmain_event_return(event, NULL));
}

int main(int count, char **words) {
    TRUE(count == 2);
    TRUE(getrlimit(RLIMIT_AS, &before) == 0);
    pair both = pair_of(words[1], NULL);
    OK(ringmain_on(both.main, "keep", keep, NULL, NULL, NULL));
    char *bytes = calloc(1, LARGE);
    ringmain_builder *message;
    OK(ringmain_builder_new(&message));
    OK(ringmain_begin(message, 2));
    OK(ringmain_put_bytes(message, RINGMAIN_BYTES, bytes, LARGE));
    OK(ringmain_put_bool(message, true));
    ringmain_owned answer = {0};
    OK(ringmain_send_sync(both.renderer, "keep", message, -1, &answer));
    TRUE(atomic_load(&retained) == RINGMAIN_EXHAUSTED);
    ringmain_owned_free(&answer);
    ringmain_builder_free(message);
    free(bytes);
    end_pair(&both);
    return 0;
}
