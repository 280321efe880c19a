/* A renderer that finds its main by name: renderer [NAME]. */
#include <ringmain.h>
#include <stdio.h>
#include <stdlib.h>

static ringmain *handle;
static int received;

static void check(ringmain_status status) {
    if (status != RINGMAIN_OK) {
        fprintf(stderr, "renderer: %s\n", ringmain_last_error());
        exit(1);
    }
}

static void print(const char *what, ringmain_value value) {
    char text[64];
    ringmain_value_text(value, text, sizeof text);
    printf("%s %s\n", what, text);
}

static void on_reply(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)event;
    for (size_t i = 0; i < count; i++) print("received", args[i]);
    if (++received == 5) ringmain_stop(handle);
}

int main(int argc, char **argv) {
    ringmain_renderer_options options = RINGMAIN_RENDERER_OPTIONS_INIT;
    options.wait_ms = 10000;
    ringmain_builder *message;
    ringmain_owned answer;

    check(ringmain_connect(argc > 1 ? argv[1] : "demo", &options, &handle));
    check(ringmain_builder_new(&message));
    check(ringmain_on(handle, "asynchronous-reply", on_reply, NULL, NULL, NULL));

    ringmain_begin(message, 1);
    ringmain_put_string(message, "ping", SIZE_MAX);
    check(ringmain_send_sync(handle, "synchronous-message", message, -1, &answer));
    print("sendSync returned", answer.value);
    ringmain_owned_free(&answer);

    for (int number = 1; number <= 5; number++) {
        ringmain_begin(message, 2);
        ringmain_put_string(message, "ping", SIZE_MAX);
        ringmain_put_number(message, number);
        check(ringmain_send(handle, "asynchronous-message", message, -1));
    }
    check(ringmain_run(handle));

    ringmain_begin(message, 3);
    for (int number = 1; number <= 3; number++) ringmain_put_number(message, 14 * number - 14);
    check(ringmain_invoke_wait(handle, "sum", message, -1, &answer));
    print("invoke returned", answer.value);
    ringmain_owned_free(&answer);
    ringmain_builder_free(message);
    ringmain_free(handle);
}
