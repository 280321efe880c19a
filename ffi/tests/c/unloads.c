/* The library, loaded while the program runs, and let go of.
 *
 * unloads LIBRARY ENDPOINT
 */
#include <dlfcn.h>
#include <pthread.h>
#include <ringmain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIMES = 100 };

#define TRUE(condition)                                                   \
    do {                                                                  \
        if (!(condition)) {                                               \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                      \
        }                                                                 \
    } while (0)

/* Every function has to be looked up: nothing of the library is linked. */
#define F(name) __typeof__(&ringmain_##name) name
static struct {
    F(bind);
    F(connect);
    F(run);
    F(stop);
    F(on);
    F(send_sync);
    F(send);
    F(value_text);
    F(owned_free);
    F(last_error);
    F(free);
} ring;

static void *loaded(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fprintf(stderr, "%s\n", dlerror());
    TRUE(library);
#define LOOK_UP(name) TRUE((*(void **)&ring.name = dlsym(library, "ringmain_" #name)))
    LOOK_UP(bind);
    LOOK_UP(connect);
    LOOK_UP(run);
    LOOK_UP(stop);
    LOOK_UP(on);
    LOOK_UP(send_sync);
    LOOK_UP(send);
    LOOK_UP(value_text);
    LOOK_UP(owned_free);
    LOOK_UP(last_error);
    LOOK_UP(free);
    return library;
}

static void *runs(void *main) {
    TRUE(ring.run(main) == RINGMAIN_OK);
    return NULL;
}

static void nothing(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)user, (void)event, (void)args, (void)count;
}

/* Both roles, and an error, whose text the thread keeps. */
static void uses(const char *endpoint) {
    ringmain *main, *renderer;
    ringmain_owned answer;
    pthread_t thread;
    char text[16];
    TRUE(ring.bind(endpoint, NULL, &main) == RINGMAIN_OK);
    TRUE(ring.on(main, "x", nothing, NULL, NULL, NULL) == RINGMAIN_OK);
    TRUE(pthread_create(&thread, NULL, runs, main) == 0);
    TRUE(ring.connect(endpoint, NULL, &renderer) == RINGMAIN_OK);
    TRUE(ring.send(renderer, "x", NULL, -1) == RINGMAIN_OK);
    TRUE(ring.send_sync(renderer, "x", NULL, -1, &answer) == RINGMAIN_NO_REPLY);
    TRUE(strlen(ring.last_error()) > 0);
    TRUE(ring.value_text(answer.value, text, sizeof text) == strlen("undefined"));
    ring.owned_free(&answer);
    ring.free(renderer);
    TRUE(ring.stop(main) == RINGMAIN_OK);
    TRUE(pthread_join(thread, NULL) == 0);
    ring.free(main);
}

/* A thread that has used the library ends when the program has let go of it. */

static pthread_barrier_t barrier;

static void *outlives(void *endpoint) {
    uses(endpoint);
    pthread_barrier_wait(&barrier); /* used */
    pthread_barrier_wait(&barrier); /* closed */
    return NULL;                    /* its thread locals are destroyed by the library's code */
}

static long mappings(const char *of) {
    char line[512];
    long count = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    TRUE(file);
    while (fgets(line, sizeof line, file)) count += !of || strstr(line, of) != NULL;
    fclose(file);
    return count;
}

static void *only_here(void *endpoint) {
    uses(endpoint);
    return NULL;
}

/* Nobody has anything of the library any more: were it not to stay, it would be unloaded here. */
static void closed_last(const char *path, char *endpoint) {
    pthread_t thread;
    void *library = loaded(path);
    TRUE(pthread_create(&thread, NULL, only_here, endpoint) == 0);
    TRUE(pthread_join(thread, NULL) == 0);
    TRUE(dlclose(library) == 0);
}

static void closed_before_a_thread_ends(const char *path, char *endpoint) {
    pthread_t thread;
    void *library = loaded(path);
    TRUE(pthread_barrier_init(&barrier, NULL, 2) == 0);
    TRUE(pthread_create(&thread, NULL, outlives, endpoint) == 0);
    pthread_barrier_wait(&barrier);
    uses(endpoint);
    TRUE(dlclose(library) == 0);
    pthread_barrier_wait(&barrier);
    TRUE(pthread_join(thread, NULL) == 0);
    pthread_barrier_destroy(&barrier);
}

int main(int argc, char **argv) {
    TRUE(argc == 3);
    char path[4096];
    TRUE(realpath(argv[1], path));
    TRUE(mappings(path) == 0);
    long before = 0;
    for (int time = 0; time < TIMES; time++) {
        closed_last(path, argv[2]);
        TRUE(mappings(path) > 0);
        closed_before_a_thread_ends(path, argv[2]);
        TRUE(mappings(path) > 0);
        if (time == TIMES / 10) before = mappings(NULL);
    }
    TRUE(mappings(NULL) <= before + 2); /* the allocator's */
}
