/* Every status that a host can meet, provoked. Prints those that were answered. */
#include "harness.h"
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

static char name[64], other[64];

static void fails(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                  ringmain_reply *reply) {
    (void)user, (void)args, (void)count;
    OK(ringmain_event_fail(event, "no such file"));
    ringmain_reply_free(reply);
}

static void keeps(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                  ringmain_reply *reply) {
    (void)event, (void)args, (void)count;
    *(ringmain_reply **)user = reply;
}

static void inside(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    ANSWERS(RINGMAIN_WOULD_DEADLOCK, ringmain_run(user));
    ANSWERS(RINGMAIN_WOULD_DEADLOCK, ringmain_dispatch(user, 1, NULL));
    ringmain_reply *reply;
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_event_keep(event, &reply)); /* nobody waits */
    (void)args, (void)count;
}

static void usage(void) {
    ringmain *handle;
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_run(NULL));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_connect(NULL, NULL, &handle));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_connect("\xff", NULL, &handle));
    ANSWERS(RINGMAIN_ENDPOINT_NAME, ringmain_bind("no/slashes", NULL, &handle));
    ANSWERS(RINGMAIN_NO_MAIN, ringmain_connect("nobody-is-here", NULL, &handle));
    TRUE(strstr(ringmain_last_error(), "nobody-is-here"));
    ANSWERS(RINGMAIN_NOT_SPAWNED, ringmain_from_env(NULL, &handle));
    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.wait_policy = 9;
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_bind(name, &options, &handle));
    ringmain_builder *builder;
    OK(ringmain_builder_new(&builder));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_bool(builder, true)); /* was not begun */
    ringmain_builder_free(builder);
}

static void calls(void) {
    pair both = pair_of(name, NULL);
    ringmain *second, *main = both.main, *renderer = both.renderer;
    ringmain_owned answer;
    double number;
    ringmain_reply *kept = NULL;

    ANSWERS(RINGMAIN_ENDPOINT_IN_USE, ringmain_bind(name, NULL, &second));
    ANSWERS(RINGMAIN_WRONG_ROLE, ringmain_send(main, "x", NULL, -1));
    ANSWERS(RINGMAIN_WRONG_ROLE, ringmain_web_contents_ids(renderer, NULL, 0, &(size_t){0}));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_off(renderer, 12345));

    OK(ringmain_on(main, "echo", echo, NULL, NULL, NULL));
    ringmain_builder *text = text_message("text");
    OK(ringmain_send_sync(renderer, "echo", text, -1, &answer));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_number(answer.value, &number));
    ringmain_owned_free(&answer);
    ANSWERS(RINGMAIN_NO_REPLY, ringmain_send_sync(renderer, "nobody-listens", text, -1, &answer));
    ANSWERS(RINGMAIN_NO_HANDLER, ringmain_invoke_wait(renderer, "nothing", text, -1, &answer));
    OK(ringmain_handle(main, "fails", false, fails, NULL, NULL, NULL));
    ANSWERS(RINGMAIN_DUPLICATE_HANDLER, ringmain_handle(main, "fails", false, fails, NULL, NULL, NULL));
    ANSWERS(RINGMAIN_HANDLER_FAILED, ringmain_invoke_wait(renderer, "fails", text, -1, &answer));
    TRUE(strstr(ringmain_last_error(), "no such file"));
    OK(ringmain_handle(main, "keeps", false, keeps, &kept, NULL, NULL));
    ANSWERS(RINGMAIN_DEADLINE, ringmain_invoke_wait(renderer, "keeps", text, 20, &answer));
    OK(ringmain_on(main, "inside", inside, main, NULL, NULL));
    OK(ringmain_send(renderer, "inside", NULL, -1));
    OK(ringmain_send_sync(renderer, "echo", text, -1, NULL)); /* the one before was delivered */

    char long_name[400];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    ANSWERS(RINGMAIN_CHANNEL_NAME, ringmain_send(renderer, long_name, text, -1));
    ringmain_claimed claim, again;
    OK(ringmain_claim(renderer, "bytes", 8, -1, &claim));
    ANSWERS(RINGMAIN_CLAIM_HELD, ringmain_send(renderer, "x", text, -1));
    ANSWERS(RINGMAIN_CLAIM_HELD, ringmain_claim(renderer, "bytes", 8, -1, &again));
    OK(ringmain_abort(&claim));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_commit(&claim, 8));

    pid_t child = fork();
    if (child == 0) {
        ANSWERS(RINGMAIN_FORKED, ringmain_send(renderer, "x", text, -1));
        ANSWERS(RINGMAIN_FORKED, ringmain_dispatch(main, 1, NULL));
        end_child();
    }
    int status;
    TRUE(waitpid(child, &status, 0) == child && status == 0);
    answered[RINGMAIN_FORKED] = true;

    ringmain_web_contents *contents;
    OK(ringmain_web_contents_get(main, 1, &contents));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_web_contents_get(main, 7, &contents));
    ringmain_reply_free(kept);
    OK(ringmain_close(renderer, 0));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_send(renderer, "x", text, -1));
    OK(ringmain_close(renderer, 0));
    ringmain_info info = {.size = sizeof info};
    do OK(ringmain_web_contents_info(contents, &info));
    while (!info.is_gone);
    ANSWERS(RINGMAIN_RENDERER_GONE, ringmain_web_contents_send(contents, "x", text));
    ringmain_web_contents_free(contents);
    end_pair(&both);
    ringmain_builder_free(text);
}

/* A main that nobody runs. */
static void came_to(void *user, ringmain_status status, ringmain_value value, const char *detail) {
    (void)value, (void)detail;
    *(ringmain_status *)user = status;
}

/* A ring without room for a message keeps nobody longer than he wants to wait. */
static void full_for_others(ringmain_ipc *renderer, ringmain_builder *message) {
    ringmain_status came = RINGMAIN_OK;
    ringmain_claimed claim;
    ringmain_owned answer;
    OK(ringmain_invoke(renderer, "x", message, 0, came_to, &came, NULL));
    ANSWERS(RINGMAIN_BACKPRESSURE, came);
    OK(ringmain_invoke(renderer, "x", message, 10, came_to, &came, NULL));
    ANSWERS(RINGMAIN_DEADLINE, came);
    ANSWERS(RINGMAIN_DEADLINE, ringmain_invoke_wait(renderer, "x", message, 0, &answer));
    ANSWERS(RINGMAIN_DEADLINE, ringmain_invoke_wait(renderer, "x", message, 10, &answer));
    ANSWERS(RINGMAIN_DEADLINE, ringmain_send_sync(renderer, "x", message, 10, &answer));
    ANSWERS(RINGMAIN_BACKPRESSURE, ringmain_claim(renderer, "x", 4000, 0, &claim));
    ANSWERS(RINGMAIN_DEADLINE, ringmain_claim(renderer, "x", 4000, 10, &claim));
}

static void pressure(void) {
    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.ring_capacity = 64 << 10;
    options.overflow_limit = 64 << 10;
    options.message_limit = 1 << 20;
    pair both = pair_of(name, &options);
    stop_main(&both);
    ringmain_builder *large;
    static char bytes[2 << 20];
    OK(ringmain_builder_new(&large));
    OK(ringmain_begin(large, 1));
    OK(ringmain_put_bytes(large, RINGMAIN_BYTES, bytes, sizeof bytes));
    ANSWERS(RINGMAIN_TOO_LARGE, ringmain_send(both.renderer, "x", large, -1));
    OK(ringmain_begin(large, 1));
    OK(ringmain_put_bytes(large, RINGMAIN_BYTES, bytes, 4000));
    ringmain_status status;
    while ((status = ringmain_send(both.renderer, "x", large, 0)) == RINGMAIN_OK) {}
    ANSWERS(RINGMAIN_BACKPRESSURE, status);
    ANSWERS(RINGMAIN_DEADLINE, ringmain_send(both.renderer, "x", large, 10));
    full_for_others(both.renderer, large);
    ringmain_builder_free(large);

    ringmain_free(both.main);
    ANSWERS(RINGMAIN_MAIN_GONE, ringmain_run(both.renderer));
    ringmain_free(both.renderer);
}

static void completed(void *user, ringmain_status status, ringmain_value value, const char *detail) {
    (void)value, (void)detail;
    if (status == RINGMAIN_TOO_MANY_PENDING) answered[status] = *(bool *)user = true;
}

static void too_many_pending(void) {
    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.ring_capacity = 64 << 20;
    pair both = pair_of(name, &options);
    stop_main(&both);
    bool refused = false;
    for (int sent = 0; sent < 66000 && !refused; sent++)
        OK(ringmain_invoke(both.renderer, "x", NULL, -1, completed, &refused, NULL));
    TRUE(refused);
    ringmain_free(both.main);
    ringmain_free(both.renderer);
}

/* A socket at an endpoint, behind which is no main of ours: it answers as one of another release would. */
static void impostor(unsigned char version, unsigned char refusal, unsigned char layout, uint32_t expected) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/ringmain/%s.sock", getenv("XDG_RUNTIME_DIR"), other);
    unlink(address.sun_path);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    TRUE(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    TRUE(listen(listener, 4) == 0);
    pid_t child = fork();
    if (child == 0) {
        unsigned char hello[256], welcome[96] = {0};
        int peer = accept(listener, NULL, NULL);
        TRUE(recv(peer, hello, sizeof hello, 0) == 64);
        memcpy(welcome, hello, 32); /* magic, version, role, features, fingerprint */
        memcpy(welcome, "RINGWELC", 8);
        welcome[8] ^= version;
        memset(welcome + 12, 0, 4);
        welcome[12] = refusal;
        welcome[24] ^= layout;
        TRUE(send(peer, welcome, sizeof welcome, 0) == sizeof welcome);
        (void)!recv(peer, hello, sizeof hello, 0); /* until the renderer has left */
        end_child();
    }
    close(listener);
    ringmain *handle;
    ANSWERS(expected, ringmain_connect(other, NULL, &handle));
    int status;
    TRUE(waitpid(child, &status, 0) == child && status == 0);
    unlink(address.sun_path);
}

static void machine(void) {
    ringmain *handle;
    const char *nothing[] = {"/no/such/program", NULL};
    OK(ringmain_bind(other, NULL, &handle));
    ANSWERS(RINGMAIN_SYSTEM, ringmain_spawn(handle, nothing, NULL));
    ringmain_free(handle);
    struct rlimit before, none;
    TRUE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    none = (struct rlimit){.rlim_cur = 4, .rlim_max = before.rlim_max};
    TRUE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    ANSWERS(RINGMAIN_EXHAUSTED, ringmain_bind(other, NULL, &handle));
    TRUE(setrlimit(RLIMIT_NOFILE, &before) == 0);

    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.named_segments = 1;
    pthread_t thread;
    OK(ringmain_bind(other, &options, &handle));
    TRUE(pthread_create(&thread, NULL, run_main, handle) == 0);
    ringmain_renderer_options picky = RINGMAIN_RENDERER_OPTIONS_INIT;
    picky.refuse_named_segments = 1;
    ringmain *renderer;
    ANSWERS(RINGMAIN_SEGMENTS_REFUSED, ringmain_connect(other, &picky, &renderer));
    OK(ringmain_stop(handle));
    TRUE(pthread_join(thread, NULL) == 0);
    ringmain_free(handle);
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    snprintf(name, sizeof name, "%s", argv[1]);
    snprintf(other, sizeof other, "%.50s-other", argv[1]);
    usage();
    calls();
    pressure();
    too_many_pending();
    machine();
    impostor(1, 0, 0, RINGMAIN_VERSION_MISMATCH);
    impostor(0, 2, 1, RINGMAIN_LAYOUT_MISMATCH);
    impostor(0, 3, 0, RINGMAIN_PERMISSION_DENIED);
    impostor(0, 99, 0, RINGMAIN_CORRUPT);
    for (uint32_t status = 0; status < 64; status++)
        if (answered[status]) printf("%u %s\n", status, ringmain_strerror(status));
}
