/* When callbacks run, when they do not any more, and when their data is destroyed. */
#include "harness.h"
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

typedef struct {
    atomic_int calls, destroyed;
    ringmain *handle;
    uint64_t number;
    atomic_bool hold, inside;
} state;

static void counts(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    state *self = user;
    (void)event, (void)args, (void)count;
    TRUE(self->destroyed == 0);
    self->calls++;
}

static void destroys(void *user) { ((state *)user)->destroyed++; }

static void removes_itself(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    state *self = user;
    counts(user, event, args, count);
    OK(ringmain_off(self->handle, self->number));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_off(self->handle, self->number));
    TRUE(self->destroyed == 0); /* not while it runs */
}

static void waits(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    state *self = user;
    counts(user, event, args, count);
    self->inside = true;
    while (self->hold) usleep(100);
    TRUE(self->destroyed == 0);
    self->inside = false;
}

static void *lets_go(void *user) {
    state *self = user;
    usleep(20000);
    TRUE(self->destroyed == 0);
    self->hold = false;
    return NULL;
}

static void sync_with(ringmain *renderer) {
    OK(ringmain_send_sync(renderer, "echo", NULL, -1, NULL));
}

static void listeners(pair *both) {
    state plain = {.handle = both->main}, once = plain, self = plain, slow = plain;
    OK(ringmain_on(both->main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_on(both->main, "x", counts, &plain, destroys, &plain.number));
    OK(ringmain_once(both->main, "x", counts, &once, destroys, &once.number));
    OK(ringmain_on(both->main, "x", removes_itself, &self, destroys, &self.number));
    for (int i = 0; i < 3; i++) OK(ringmain_send(both->renderer, "x", NULL, -1));
    sync_with(both->renderer);
    TRUE(plain.calls == 3 && once.calls == 1 && self.calls == 1);
    TRUE(plain.destroyed == 0 && once.destroyed == 1 && self.destroyed == 1);
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_off(both->main, once.number));
    OK(ringmain_off(both->main, plain.number));
    TRUE(plain.destroyed == 1);
    OK(ringmain_send(both->renderer, "x", NULL, -1));
    sync_with(both->renderer);
    TRUE(plain.calls == 3);

    /* Taking one away waits for its call in the other thread. */
    slow.hold = true;
    OK(ringmain_on(both->main, "slow", waits, &slow, destroys, &slow.number));
    OK(ringmain_send(both->renderer, "slow", NULL, -1));
    while (!slow.inside) usleep(100);
    pthread_t thread;
    TRUE(pthread_create(&thread, NULL, lets_go, &slow) == 0);
    OK(ringmain_off(both->main, slow.number));
    TRUE(!slow.inside && slow.destroyed == 1 && slow.calls == 1);
    TRUE(pthread_join(thread, NULL) == 0);

    /* What could not be added is destroyed at once. */
    state never = plain;
    never.destroyed = 0;
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_on(both->main, NULL, counts, &never, destroys, NULL));
    TRUE(never.destroyed == 1);

    state all = {.handle = both->main}, also = all;
    OK(ringmain_on(both->main, "all", counts, &all, destroys, NULL));
    OK(ringmain_on(both->main, "other", counts, &also, destroys, NULL));
    OK(ringmain_off_all(both->main, "all"));
    TRUE(all.destroyed == 1 && also.destroyed == 0);
    OK(ringmain_off_all(both->main, NULL));
    TRUE(also.destroyed == 1);
}

static void attached(void *user, const ringmain_web_contents *contents) {
    ringmain_info info = {.size = sizeof info};
    OK(ringmain_web_contents_info(contents, &info));
    TRUE(info.id == 1 && (pid_t)info.process_id == getpid());
    ((state *)user)->calls++;
}

static void gone(void *user, const ringmain_web_contents *contents, uint32_t reason, int exit_code) {
    (void)contents;
    TRUE(reason == RINGMAIN_GONE_DISCONNECTED && exit_code == 0);
    TRUE(strcmp(ringmain_gone_text(reason), "disconnected") == 0 && *ringmain_gone_text(99) != 0);
    ((state *)user)->calls++;
    OK(ringmain_stop(((state *)user)->handle));
}

static void diagnostic(void *user, const char *text) {
    TRUE(strstr(text, "'fails': went wrong"));
    ((state *)user)->calls++;
}

static void fails(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)args, (void)count;
    OK(ringmain_event_fail(event, "went wrong"));
}

/* A main in a poll loop of its own, beside a timer. */
static void poll_loop(const char *endpoint) {
    state seen = {0}, left = {0}, told = {0};
    ringmain *main, *renderer;
    OK(ringmain_bind(endpoint, NULL, &main));
    left.handle = main;
    OK(ringmain_on_attached(main, attached, &seen, destroys));
    OK(ringmain_on_gone(main, gone, &left, destroys));
    OK(ringmain_on_diagnostic(main, diagnostic, &told, destroys));
    OK(ringmain_on(main, "fails", fails, NULL, NULL, NULL));
    OK(ringmain_on(main, "fails", counts, &told, NULL, NULL)); /* is skipped */
    int ticks = 0;
    /* Connecting waits for main, so another thread runs it that long. */
    pthread_t helper;
    TRUE(pthread_create(&helper, NULL, run_main, main) == 0);
    OK(ringmain_connect(endpoint, NULL, &renderer));
    OK(ringmain_stop(main));
    TRUE(pthread_join(helper, NULL) == 0);
    TRUE(seen.calls == 1);
    OK(ringmain_send(renderer, "fails", NULL, -1));
    struct pollfd waited = {.fd = ringmain_fd(main), .events = POLLIN};
    while (told.calls == 0) {
        if (poll(&waited, 1, 5) == 0) ticks++;
        size_t delivered = 99;
        OK(ringmain_dispatch(main, 16, &delivered));
        TRUE(delivered <= 16);
    }
    /* Idle: only the timer. */
    for (ticks = 0; ticks < 3;) {
        if (poll(&waited, 1, 2) == 0) ticks++;
        else OK(ringmain_dispatch(main, 16, NULL));
    }
    OK(ringmain_close(renderer, 0));
    while (left.calls == 0) {
        TRUE(poll(&waited, 1, 10000) == 1);
        OK(ringmain_dispatch(main, SIZE_MAX, NULL));
    }
    ringmain_free(renderer);
    ringmain_free(main);
    TRUE(seen.destroyed == 1 && left.destroyed == 1 && told.destroyed == 1 && told.calls == 1);
}

typedef struct {
    atomic_int calls, destroyed;
    ringmain_status status;
    double number;
} outcome;

static void completed(void *user, ringmain_status status, ringmain_value value, const char *detail) {
    outcome *self = user;
    self->calls++;
    self->status = status;
    TRUE((status == RINGMAIN_OK) == (*detail == 0));
    if (status == RINGMAIN_OK) OK(ringmain_value_number(value, &self->number));
}

static void outcome_destroys(void *user) { ((outcome *)user)->destroyed++; }

static void *answers_later(void *user) {
    usleep(1000);
    ringmain_builder *builder;
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put_number(builder, 42));
    OK(ringmain_reply_value(user, builder));
    ringmain_builder_free(builder);
    return NULL;
}

static pthread_t later[2];

static void later_by_handler(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                             ringmain_reply *reply) {
    (void)user, (void)event, (void)args, (void)count;
    TRUE(pthread_create(&later[0], NULL, answers_later, reply) == 0);
}

static void later_by_listener(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)args, (void)count;
    TRUE(event->is_sync && event->channel_len == 5 && memcmp(event->channel, "later", 5) == 0);
    ringmain_reply *reply;
    OK(ringmain_event_keep(event, &reply));
    TRUE(pthread_create(&later[1], NULL, answers_later, reply) == 0);
}

static void answers(const char *endpoint) {
    pair both = pair_of(endpoint, NULL);
    OK(ringmain_handle(both.main, "later", false, later_by_handler, NULL, NULL, NULL));
    OK(ringmain_on(both.main, "later", later_by_listener, NULL, NULL, NULL));
    outcome good = {0}, bad = {0}, pending = {0};
    OK(ringmain_invoke(both.renderer, "later", NULL, -1, completed, &good, outcome_destroys));
    OK(ringmain_invoke(both.renderer, "nothing", NULL, -1, completed, &bad, outcome_destroys));
    while (good.calls + bad.calls < 2) {
        struct pollfd waited = {.fd = ringmain_fd(both.renderer), .events = POLLIN};
        TRUE(poll(&waited, 1, 10000) == 1);
        OK(ringmain_dispatch(both.renderer, SIZE_MAX, NULL));
    }
    TRUE(pthread_join(later[0], NULL) == 0);
    TRUE(good.status == RINGMAIN_OK && good.number == 42 && good.destroyed == 1);
    TRUE(bad.status == RINGMAIN_NO_HANDLER && bad.destroyed == 1);
    ringmain_owned answer;
    double number;
    OK(ringmain_send_sync(both.renderer, "later", NULL, -1, &answer));
    OK(ringmain_value_number(answer.value, &number));
    TRUE(number == 42);
    ringmain_owned_free(&answer);
    TRUE(answer.memory == NULL && ringmain_value_kind(answer.value) == RINGMAIN_UNDEFINED);
    TRUE(pthread_join(later[1], NULL) == 0);

    /* One that waits is ended by the close. */
    stop_main(&both);
    OK(ringmain_invoke(both.renderer, "later", NULL, -1, completed, &pending, outcome_destroys));
    TRUE(pending.calls == 0);
    OK(ringmain_close(both.renderer, 0));
    TRUE(pending.calls == 1 && pending.destroyed == 1 && pending.status == RINGMAIN_DISCONNECTED);
    ringmain_free(both.renderer);
    ringmain_free(both.main);
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    pair both = pair_of(argv[1], NULL);
    listeners(&both);
    end_pair(&both);
    poll_loop(argv[1]);
    answers(argv[1]);
}
