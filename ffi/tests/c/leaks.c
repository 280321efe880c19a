/* Sessions that come and go, and messages without end, leave nothing behind: no memory, no descriptor, no
 * mapping.
 *
 * leaks ENDPOINT SESSIONS MESSAGES CALLS
 */
#include "harness.h"
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

/* By how much the heap may grow: the allocator's fragments. Were each session of 10 000, or each hundredth
 * message of 1 000 000, to leave the smallest allocation behind, it would grow by 300. */
enum { SLACK_KIB = 64 };

static atomic_ulong received, gone, completions, destroyed;

typedef struct {
    long heap_kib, mappings, descriptors;
} footprint;

static footprint footprint_now(void) {
    footprint found = {0};
    char line[256];
    malloc_trim(0);
    FILE *file = fopen("/proc/self/status", "r");
    TRUE(file);
    while (fgets(line, sizeof line, file)) {
        long kib;
        /* The heap and the stacks. Rings' pages come as they are first written, and go with their mappings. */
        if (sscanf(line, "RssAnon: %ld kB", &kib) == 1) found.heap_kib = kib;
    }
    fclose(file);
    TRUE((file = fopen("/proc/self/maps", "r")));
    for (int c; (c = fgetc(file)) != EOF;) found.mappings += c == '\n';
    fclose(file);
    for (int fd = 0; fd < 1024; fd++) found.descriptors += fcntl(fd, F_GETFD) != -1;
    return found;
}

static void counts(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)event, (void)args;
    TRUE(count == 2);
    received++;
}

static void leaves(void *user, const ringmain_web_contents *contents, uint32_t reason, int exit_code) {
    (void)user, (void)contents, (void)reason, (void)exit_code;
    gone++;
}

static void completes(void *user, ringmain_status status, ringmain_value value, const char *detail) {
    (void)user, (void)value, (void)detail;
    ANSWERS(RINGMAIN_OK, status);
    completions++;
}

static void answers(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                    ringmain_reply *reply) {
    (void)user, (void)event, (void)args, (void)count;
    OK(ringmain_reply_value(reply, NULL));
}

static void destroys(void *user) {
    (void)user;
    destroyed++;
}

static void until(atomic_ulong *word, unsigned long value) {
    while (*word < value) usleep(100);
}

/* Sessions with a listener, an owned answer and a contents each, so that all of them are given back. */
static void sessions(const char *endpoint, unsigned long count) {
    for (unsigned long i = 0; i < count; i++) {
        ringmain *renderer;
        ringmain_owned answer;
        unsigned long before = gone;
        OK(ringmain_connect(endpoint, NULL, &renderer));
        OK(ringmain_on(renderer, "x", counts, NULL, destroys, NULL));
        OK(ringmain_send_sync(renderer, "echo", NULL, -1, &answer));
        ringmain_owned_free(&answer);
        if (i % 2 == 0) OK(ringmain_close(renderer, 0));
        ringmain_free(renderer);
        until(&gone, before + 1);
    }
}

static void messages(ringmain *renderer, unsigned long count, unsigned long calls) {
    ringmain_builder *builder;
    unsigned long before = received, completed = completions;
    OK(ringmain_builder_new(&builder));
    for (unsigned long i = 0; i < count; i++) {
        OK(ringmain_begin(builder, 2));
        OK(ringmain_put_number(builder, (double)i));
        OK(ringmain_put_string(builder, "a text too long for a node", SIZE_MAX));
        OK(ringmain_send(renderer, "count", builder, -1));
    }
    for (unsigned long i = 0; i < calls; i++) {
        ringmain_owned answer, kept;
        OK(ringmain_begin(builder, 1));
        OK(ringmain_put_string(builder, "a text too long for a node", SIZE_MAX));
        OK(ringmain_send_sync(renderer, "echo", builder, -1, &answer));
        OK(ringmain_value_retain(answer.value, &kept));
        TRUE(ringmain_value_len(kept.value) == 26);
        ringmain_owned_free(&answer);
        ringmain_owned_free(&kept);
        ANSWERS(RINGMAIN_NO_REPLY, ringmain_send_sync(renderer, "nobody", builder, -1, &answer));
        if (i % 4 == 0) OK(ringmain_invoke(renderer, "answer", builder, -1, completes, NULL, destroys));
        if (i % 256 == 0) OK(ringmain_dispatch(renderer, SIZE_MAX, NULL));
    }
    while (completions < completed + (calls + 3) / 4) OK(ringmain_dispatch(renderer, SIZE_MAX, NULL));
    ringmain_builder_free(builder);
    until(&received, before + count);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv) {
    TRUE(argc == 5);
    unsigned long session_count = strtoul(argv[2], NULL, 10);
    unsigned long message_count = strtoul(argv[3], NULL, 10), calls = strtoul(argv[4], NULL, 10);
    pair both = pair_of(argv[1], NULL);
    OK(ringmain_on(both.main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_on(both.main, "count", counts, NULL, NULL, NULL));
    OK(ringmain_handle(both.main, "answer", false, answers, NULL, NULL, NULL));
    OK(ringmain_on_gone(both.main, leaves, NULL, NULL));

    sessions(argv[1], session_count / 10);
    messages(both.renderer, message_count / 10, calls / 10);
    footprint before = footprint_now();
    unsigned long destroyed_before = destroyed;
    double started = now();
    sessions(argv[1], session_count);
    double between = now();
    messages(both.renderer, message_count, calls);
    double ended = now();
    footprint after = footprint_now();

    long grown = after.heap_kib - before.heap_kib;
    printf("%lu sessions in %.1f s, %lu messages and %lu calls in %.1f s: %+ld KiB of %ld, %ld mappings, %ld descriptors\n",
           session_count, between - started, message_count, calls, ended - between, grown, before.heap_kib,
           after.mappings, after.descriptors);
    TRUE(destroyed - destroyed_before == session_count + (calls + 3) / 4);
    if (after.descriptors != before.descriptors)
        FAIL("%ld descriptors, and %ld before", after.descriptors, before.descriptors);
    end_pair(&both);
    if (getenv("CHECKED")) return 0; /* a checker of memory is loaded, which has a heap of its own */
    if (after.mappings > before.mappings + 2) FAIL("%ld mappings, and %ld before", after.mappings, before.mappings);
    if (grown > SLACK_KIB)
        FAIL("%ld KiB of heap, and %ld before", after.heap_kib, before.heap_kib);
}
