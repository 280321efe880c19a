/* A host that forks: the child's calls on what it has inherited say so, whatever the child does with it, and
 * the parent does not notice. */
#include "harness.h"
#include <stdatomic.h>
#include <sys/wait.h>

static atomic_int calls, gone, destroyed;

static void counts(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)event, (void)args, (void)count;
    calls++;
}

static void leaves(void *user, const ringmain_web_contents *contents, uint32_t reason, int exit_code) {
    (void)user, (void)contents, (void)reason, (void)exit_code;
    gone++;
}

static void destroys(void *user) {
    (void)user;
    destroyed++;
}

static void completes(void *user, ringmain_status status, ringmain_value value, const char *detail) {
    (void)value, (void)detail;
    *(ringmain_status *)user = status;
}

static const char *endpoint;

/* Everything that a child may try on the parent's handles. */
static void inherits(pair *both, ringmain_web_contents *contents, bool gives_back) {
    ringmain *main = both->main, *renderer = both->renderer;
    ringmain_builder *text = text_message("from the child");
    ringmain_claimed claim;
    ringmain_owned answer;
    ringmain_status completed = RINGMAIN_OK;
    const char *argv[] = {"true", NULL};
    ringmain_web_contents *other;
    size_t count;
#define FORKED(call) ANSWERS(RINGMAIN_FORKED, call)
    FORKED(ringmain_send(renderer, "count", text, -1));
    FORKED(ringmain_send(renderer, "count", text, 0));
    FORKED(ringmain_send_sync(renderer, "echo", text, -1, &answer));
    FORKED(ringmain_invoke_wait(renderer, "echo", text, -1, &answer));
    OK(ringmain_invoke(renderer, "echo", text, -1, completes, &completed, NULL));
    FORKED(completed);
    FORKED(ringmain_claim(renderer, "count", 8, -1, &claim));
    FORKED(ringmain_dispatch(renderer, SIZE_MAX, NULL));
    FORKED(ringmain_run(renderer));
    FORKED(ringmain_dispatch(main, SIZE_MAX, NULL));
    FORKED(ringmain_run(main));
    FORKED(ringmain_spawn(main, argv, NULL));
    FORKED(ringmain_web_contents_send(contents, "count", text));
    FORKED(ringmain_web_contents_claim(contents, "count", 8, &claim));
    FORKED(ringmain_web_contents_get(main, 1, &other));
    FORKED(ringmain_web_contents_ids(main, NULL, 0, &count));
    FORKED(ringmain_on(main, "more", counts, NULL, NULL, NULL));
    FORKED(ringmain_once(renderer, "more", counts, NULL, NULL, NULL));
    FORKED(ringmain_on_gone(main, leaves, NULL, NULL));
    FORKED(ringmain_on_diagnostic(renderer, NULL, NULL, NULL));
    FORKED(ringmain_off(main, 1));
    FORKED(ringmain_off_all(renderer, NULL));
    FORKED(ringmain_stop(main));
    FORKED(ringmain_reconnect(renderer, 0));
    FORKED(ringmain_close(renderer, 0));
    FORKED(ringmain_close(main, -1));
#undef FORKED
    TRUE(ringmain_fd(main) == -1 && ringmain_fd(renderer) == -1);
    if (gives_back) {
        ringmain_web_contents_free(contents);
        ringmain_free(renderer);
        ringmain_free(main);
        TRUE(destroyed == 0); /* the data is the parent's */
    }
    /* A handle of its own is as good as any, and the parent is its main. */
    ringmain *own;
    OK(ringmain_connect(endpoint, NULL, &own));
    OK(ringmain_send_sync(own, "echo", text, -1, &answer));
    TRUE(ringmain_value_len(answer.value) == strlen("from the child"));
    ringmain_owned_free(&answer);
    ringmain_free(own);
    ringmain_builder_free(text);
}

/* The session is as it was: messages of both directions, calls, and the count of those that came. */
static void goes_on(pair *both, ringmain_web_contents *contents, int so_far) {
    ringmain_owned answer;
    ringmain_builder *text = text_message("text");
    size_t delivered = 0;
    TRUE(calls == so_far);
    OK(ringmain_send(both->renderer, "count", text, -1));
    OK(ringmain_send_sync(both->renderer, "echo", text, -1, &answer));
    TRUE(ringmain_value_len(answer.value) == 4 && calls == so_far + 1);
    ringmain_owned_free(&answer);
    OK(ringmain_web_contents_send(contents, "count", text));
    while (delivered == 0) OK(ringmain_dispatch(both->renderer, SIZE_MAX, &delivered));
    TRUE(delivered == 1 && calls == so_far + 2 && destroyed == 0);
    ringmain_builder_free(text);
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    endpoint = argv[1];
    pair both = pair_of(endpoint, NULL);
    ringmain_web_contents *contents;
    OK(ringmain_on(both.main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_on(both.main, "count", counts, NULL, destroys, NULL));
    OK(ringmain_on(both.renderer, "count", counts, NULL, destroys, NULL));
    OK(ringmain_on_gone(both.main, leaves, NULL, NULL));
    OK(ringmain_send_sync(both.renderer, "echo", NULL, -1, NULL)); /* main knows it now */
    OK(ringmain_web_contents_get(both.main, 1, &contents));
    goes_on(&both, contents, 0);
    enum { FORKS = 20 };
    for (int forks = 1; forks <= FORKS; forks++) {
        pid_t child = fork();
        TRUE(child >= 0);
        if (child == 0) {
            if (forks % 4 == 0) exit(0); /* by way of the C library's destructors */
            if (forks % 4 == 1) end_child(); /* by another program, which has none of it */
            inherits(&both, contents, forks % 2 == 0);
            end_child();
        }
        int status;
        TRUE(waitpid(child, &status, 0) == child && status == 0);
        goes_on(&both, contents, 2 * forks);
    }
    while (gone < FORKS / 2) usleep(100); /* the children's own renderers */
    ringmain_web_contents_free(contents);
    end_pair(&both);
    TRUE(destroyed == 2);
}
