/* What the test programs share. */
#ifndef HARNESS_H
#define HARNESS_H
#include <ringmain.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAIL(...)                                                         \
    do {                                                                  \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                   \
        fprintf(stderr, __VA_ARGS__);                                     \
        fprintf(stderr, "\n");                                            \
        abort();                                                          \
    } while (0)

#define TRUE(condition)                                                   \
    do {                                                                  \
        if (!(condition)) FAIL("not so: %s", #condition);                 \
    } while (0)

/* The call answers this status. Statuses that were answered are noted for the list at the end. */
#define ANSWERS(expected, call)                                           \
    do {                                                                  \
        uint32_t found_ = (uint32_t)(call);                               \
        if (found_ != (uint32_t)(expected))                               \
            FAIL("%s answers %u (%s; %s)", #call, found_, ringmain_strerror(found_), ringmain_last_error()); \
        answered[found_] = true;                                          \
    } while (0)

#define OK(call) ANSWERS(RINGMAIN_OK, call)

static bool answered[64];

/* A main that another thread runs, and a renderer of it, in one process. */
typedef struct {
    ringmain *main, *renderer;
    pthread_t thread;
} pair;

static inline void *run_main(void *handle) {
    OK(ringmain_run(handle));
    return NULL;
}

static inline pair pair_of(const char *endpoint, const ringmain_main_options *options) {
    pair both;
    OK(ringmain_bind(endpoint, options, &both.main));
    TRUE(pthread_create(&both.thread, NULL, run_main, both.main) == 0);
    OK(ringmain_connect(endpoint, NULL, &both.renderer));
    return both;
}

static inline void stop_main(pair *both) {
    OK(ringmain_stop(both->main));
    TRUE(pthread_join(both->thread, NULL) == 0);
}

static inline void end_pair(pair *both) {
    ringmain_free(both->renderer);
    stop_main(both);
    ringmain_free(both->main);
}

static inline ringmain_builder *text_message(const char *text) {
    ringmain_builder *builder;
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put_string(builder, text, SIZE_MAX));
    return builder;
}

/* Ends a forked child well. Not by _exit, where valgrind looks for leaks: what the parent's other threads hold
 * is nobody's in the child. */
static inline void end_child(void) {
    execlp("true", "true", (char *)NULL);
    _exit(1);
}

static inline void echo(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user;
    ringmain_builder *builder;
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put_value(builder, count > 0 ? args[0] : (ringmain_value){0, 0}));
    OK(ringmain_event_return(event, builder));
    ringmain_builder_free(builder);
}
#endif
