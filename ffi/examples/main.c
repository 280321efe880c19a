/* A main that renderers find by name: main [NAME] [RENDERERS], after which it ends. */
#include <ringmain.h>
#include <stdio.h>
#include <stdlib.h>

static ringmain *handle;
static ringmain_builder *message; /* callbacks run one at a time: one builder serves all */
static long left = -1;

static void check(ringmain_status status) {
    if (status != RINGMAIN_OK) {
        fprintf(stderr, "main: %s\n", ringmain_last_error());
        exit(1);
    }
}

static void on_async(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user;
    ringmain_begin(message, 2);
    ringmain_put_string(message, "pong", SIZE_MAX);
    ringmain_put_value(message, count > 1 ? args[1] : (ringmain_value){0});
    ringmain_event_reply(event, "asynchronous-reply", message);
}

static void on_sync(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)args, (void)count;
    ringmain_begin(message, 1);
    ringmain_put_string(message, "pong", SIZE_MAX);
    ringmain_event_return(event, message);
}

static void sum(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                ringmain_reply *reply) {
    (void)user, (void)event;
    double total = 0, number = 0;
    for (size_t i = 0; i < count && ringmain_value_number(args[i], &number) == RINGMAIN_OK; i++)
        total += number;
    ringmain_begin(message, 1);
    ringmain_put_number(message, total);
    ringmain_reply_value(reply, message);
}

static void on_gone(void *user, const ringmain_web_contents *contents, uint32_t reason, int code) {
    (void)user, (void)contents, (void)code;
    printf("a renderer left: %s\n", ringmain_gone_text(reason));
    if (--left == 0) ringmain_stop(handle);
}

int main(int argc, char **argv) {
    if (argc > 2) left = atol(argv[2]);
    check(ringmain_bind(argc > 1 ? argv[1] : "demo", NULL, &handle));
    check(ringmain_builder_new(&message));
    check(ringmain_on(handle, "asynchronous-message", on_async, NULL, NULL, NULL));
    check(ringmain_on(handle, "synchronous-message", on_sync, NULL, NULL, NULL));
    check(ringmain_handle(handle, "sum", false, sum, NULL, NULL, NULL));
    check(ringmain_on_gone(handle, on_gone, NULL, NULL));
    check(ringmain_run(handle));
    ringmain_free(handle);
    ringmain_builder_free(message);
}
