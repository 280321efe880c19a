/* Processes that are killed amid their traffic, and what is left of it.
 *
 * kill renderers ENDPOINT   a main here, whose renderers are killed
 * kill mains ENDPOINT       a renderer here, whose mains are killed
 */
#include "harness.h"
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILLS = 50 };

static const char *program;

/* A moment that is not the same each time: some hundred messages and some microseconds on. */
static uint32_t chance(uint32_t below) {
    static uint32_t state = 2463534242;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state % below;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void spin(double seconds) {
    for (double end = now() + seconds; now() < end;) {}
}

static int descriptors(void) {
    int count = 0;
    for (int fd = 0; fd < 1024; fd++) count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static pid_t another(const char *role, const char *endpoint) {
    pid_t child = fork();
    TRUE(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(program, program, role, endpoint, (char *)NULL);
        _exit(1);
    }
    return child;
}

static void ends_well(pid_t child) {
    int status;
    TRUE(waitpid(child, &status, 0) == child);
    if (status != 0) FAIL("the other process ended with %x", status);
}

/* Renderers, which have no end of things to say. */

static void talks(ringmain *handle) {
    ringmain_builder *text = text_message("text"), *bytes;
    static char data[40000]; /* more than a record: it travels in parts */
    OK(ringmain_builder_new(&bytes));
    OK(ringmain_begin(bytes, 1));
    OK(ringmain_put_bytes(bytes, RINGMAIN_BYTES, data, sizeof data));
    for (uint32_t number = 0;; number++) {
        ringmain_status status = RINGMAIN_OK;
        if (number % 8 == 0) status = ringmain_send_sync(handle, "echo", text, -1, NULL);
        else if (number % 8 == 1) status = ringmain_invoke_wait(handle, "echo", text, -1, NULL);
        else if (number % 8 == 2) status = ringmain_send(handle, "note", bytes, -1);
        else status = ringmain_send(handle, "note", text, -1);
        if (status == RINGMAIN_MAIN_GONE || status == RINGMAIN_DISCONNECTED) break;
        OK(status);
    }
    ringmain_builder_free(text);
    ringmain_builder_free(bytes);
}

static void spawned(void) {
    ringmain *handle;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    OK(ringmain_from_env(NULL, &handle));
    talks(handle);
    ringmain_free(handle);
}

static void connected(const char *endpoint) {
    ringmain *handle;
    OK(ringmain_connect(endpoint, NULL, &handle));
    talks(handle);
    ringmain_free(handle);
}

/* A main that counts what the renderers say. */

static struct {
    ringmain *main;
    atomic_uint heard[1 << 12];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t attached, gone, reason;
    int exit_code;
} here = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void notes(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user;
    size_t len = ringmain_value_len(args[0]);
    TRUE(count == 1 && (len == 4 || len == 40000));
    here.heard[event->sender_id]++;
}

static void echoes(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                   ringmain_reply *reply) {
    (void)user, (void)event, (void)args, (void)count;
    OK(ringmain_reply_value(reply, NULL));
}

static void attached(void *user, const ringmain_web_contents *contents) {
    ringmain_info info = {.size = sizeof info};
    (void)user;
    OK(ringmain_web_contents_info(contents, &info));
    pthread_mutex_lock(&here.lock);
    here.attached = info.id;
    pthread_cond_broadcast(&here.changed);
    pthread_mutex_unlock(&here.lock);
}

static void gone(void *user, const ringmain_web_contents *contents, uint32_t reason, int exit_code) {
    ringmain_info info = {.size = sizeof info};
    (void)user;
    OK(ringmain_web_contents_info(contents, &info));
    TRUE(info.is_gone);
    ANSWERS(RINGMAIN_RENDERER_GONE, ringmain_web_contents_send(contents, "x", NULL));
    pthread_mutex_lock(&here.lock);
    here.gone = info.id;
    here.reason = reason;
    here.exit_code = exit_code;
    pthread_cond_broadcast(&here.changed);
    pthread_mutex_unlock(&here.lock);
}

static void until(const uint32_t *word, uint32_t value) {
    pthread_mutex_lock(&here.lock);
    while (*word != value) pthread_cond_wait(&here.changed, &here.lock);
    pthread_mutex_unlock(&here.lock);
}

static void hears(uint32_t id, uint32_t more) {
    for (uint32_t before = here.heard[id]; here.heard[id] - before < more;) usleep(50);
}

static void bind_main(const char *endpoint) {
    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.ring_capacity = 64 << 10; /* soon full: some are killed waiting for space */
    OK(ringmain_bind(endpoint, &options, &here.main));
    OK(ringmain_on(here.main, "note", notes, NULL, NULL, NULL));
    OK(ringmain_on(here.main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_handle(here.main, "echo", false, echoes, NULL, NULL, NULL));
}

static void renderers(const char *endpoint) {
    const char *argv[] = {program, "spawned", endpoint, NULL};
    pthread_t thread;
    bind_main(endpoint);
    OK(ringmain_on_attached(here.main, attached, NULL, NULL));
    OK(ringmain_on_gone(here.main, gone, NULL, NULL));
    TRUE(pthread_create(&thread, NULL, run_main, here.main) == 0);
    uint32_t id = 1; /* goes on all the time */
    pid_t steady = another("connected", endpoint);
    until(&here.attached, id);
    hears(1, 1);
    int before = 0;

    for (int kill_number = 0; kill_number < KILLS; kill_number++) {
        ringmain_web_contents *contents = NULL;
        pid_t victim;
        bool is_child = kill_number % 2 == 0;
        id++;
        if (is_child) {
            ringmain_info info = {.size = sizeof info};
            OK(ringmain_spawn(here.main, argv, &contents));
            OK(ringmain_web_contents_info(contents, &info));
            TRUE(info.id == id);
            victim = (pid_t)info.process_id;
        } else {
            victim = another("connected", endpoint);
            until(&here.attached, id);
        }
        if (kill_number % 5 != 0) hears(id, 1 + chance(300)); /* else: perhaps before it has attached */
        spin(1e-6 * chance(1000));
        TRUE(kill(victim, SIGKILL) == 0);
        until(&here.gone, id);
        if (is_child) {
            if (here.reason != RINGMAIN_GONE_KILLED || here.exit_code != -SIGKILL)
                FAIL("killed, and gone because of %u, %d", here.reason, here.exit_code);
        } else {
            TRUE(here.reason == RINGMAIN_GONE_DISCONNECTED && here.exit_code == 0); /* no child of the library's */
            TRUE(waitpid(victim, NULL, 0) == victim);
        }
        ringmain_web_contents_free(contents);
        hears(1, 10); /* the other one goes on */
        size_t count;
        OK(ringmain_web_contents_ids(here.main, NULL, 0, &count));
        TRUE(count == 1);
        if (kill_number == 3) before = descriptors();
    }
    int after = descriptors();
    if (after != before) FAIL("%d descriptors, and %d before", after, before);
    OK(ringmain_stop(here.main));
    TRUE(pthread_join(thread, NULL) == 0);
    ringmain_free(here.main);
    ends_well(steady); /* it was told */
}

/* A renderer whose mains are killed. */

static ringmain *renderer;
static atomic_uint answers;

static void serves(const char *endpoint) {
    bind_main(endpoint);
    OK(ringmain_run(here.main));
}

static bool is_over(ringmain_status status) {
    return status == RINGMAIN_MAIN_GONE || status == RINGMAIN_DISCONNECTED;
}

/* Each of these is in a call that blocks when main dies, or is about to be. */

static void *sends_sync(void *gone_at) {
    ringmain_builder *text = text_message("text");
    ringmain_owned answer;
    ringmain_status status;
    while ((status = ringmain_send_sync(renderer, "echo", text, -1, &answer)) == RINGMAIN_OK) {
        TRUE(ringmain_value_len(answer.value) == 4);
        ringmain_owned_free(&answer);
        answers++;
    }
    TRUE(is_over(status) && answer.memory == NULL);
    *(double *)gone_at = now();
    ringmain_builder_free(text);
    return NULL;
}

static void *invokes(void *gone_at) {
    ringmain_status status;
    while ((status = ringmain_invoke_wait(renderer, "echo", NULL, -1, NULL)) == RINGMAIN_OK) answers++;
    if (!is_over(status)) ANSWERS(RINGMAIN_MAIN_GONE, status);
    *(double *)gone_at = now();
    return NULL;
}

static void *sends(void *gone_at) {
    ringmain_builder *text = text_message("text");
    ringmain_status status;
    while ((status = ringmain_send(renderer, "note", text, -1)) == RINGMAIN_OK) {}
    if (!is_over(status)) ANSWERS(RINGMAIN_MAIN_GONE, status);
    *(double *)gone_at = now();
    ringmain_builder_free(text);
    return NULL;
}

static void *runs(void *gone_at) {
    ANSWERS(RINGMAIN_MAIN_GONE, ringmain_run(renderer));
    *(double *)gone_at = now();
    return NULL;
}

/* Seconds within which a dead main is noticed: far more than it takes, and far less than for ever. */
#define NOTICED 20

static void mains(const char *endpoint) {
    static void *(*const workers[])(void *) = {sends_sync, sends_sync, invokes, sends, runs};
    enum { WORKERS = sizeof workers / sizeof *workers };
    ringmain_renderer_options options = RINGMAIN_RENDERER_OPTIONS_INIT;
    options.wait_ms = -1;
    double longest = 0;
    int before = 0;
    pid_t main = another("serves", endpoint);
    OK(ringmain_connect(endpoint, &options, &renderer));
    for (int kill_number = 0; kill_number < KILLS; kill_number++) {
        pthread_t threads[WORKERS];
        double gone_at[WORKERS];
        uint32_t answered_before = answers, wanted = 1 + chance(200);
        for (int i = 0; i < WORKERS; i++) TRUE(pthread_create(&threads[i], NULL, workers[i], &gone_at[i]) == 0);
        while (answers - answered_before < wanted) usleep(50);
        spin(1e-6 * chance(1000));
        double killed_at = now();
        TRUE(kill(main, SIGKILL) == 0);
        for (int i = 0; i < WORKERS; i++) {
            TRUE(pthread_join(threads[i], NULL) == 0);
            if (gone_at[i] - killed_at > longest) longest = gone_at[i] - killed_at;
        }
        TRUE(longest < NOTICED);
        ANSWERS(RINGMAIN_DISCONNECTED, ringmain_send(renderer, "note", NULL, -1));
        ANSWERS(RINGMAIN_MAIN_GONE, ringmain_dispatch(renderer, 1, NULL));
        ANSWERS(RINGMAIN_NO_MAIN, ringmain_reconnect(renderer, 0));
        TRUE(waitpid(main, NULL, 0) == main);
        main = another("serves", endpoint); /* the name is free */
        OK(ringmain_reconnect(renderer, -1));
        OK(ringmain_send_sync(renderer, "echo", NULL, -1, NULL));
        if (kill_number == 3) before = descriptors();
    }
    int after = descriptors();
    if (after != before) FAIL("%d descriptors, and %d before", after, before);
    ringmain_free(renderer);
    kill(main, SIGKILL);
    waitpid(main, NULL, 0);
    printf("%d mains killed; noticed within %.1f ms\n", KILLS, 1e3 * longest);
}

int main(int argc, char **argv) {
    TRUE(argc == 3);
    program = argv[0];
    const struct {
        const char *name;
        void (*run)(const char *endpoint);
    } roles[] = {{"renderers", renderers}, {"mains", mains}, {"connected", connected}, {"serves", serves}};
    if (strcmp(argv[1], "spawned") == 0) return spawned(), 0;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(argv[1], roles[i].name) == 0) return roles[i].run(argv[2]), 0;
    FAIL("no such role: %s", argv[1]);
}
