/* Ringmain through its C ABI, as a C program uses it: `sendSync`, and bytes written in place. The harness
 * around it makes and checks every payload, takes the time, and knows which message is the last. */
#include <ringmain.h>
#include <stdlib.h>

/* The harness's side of a level: the same struct stands in c_abi.rs. */
struct harness {
    void *traffic;
    /* Of each message. */
    size_t len;
    uint32_t wait_policy;
};

/* Takes a message, and writes the answer if there is a place for it. Whether it was the last. */
bool harness_exchange(void *traffic, const uint8_t *bytes, size_t len, uint8_t *answer, size_t answer_len);
void harness_fail(void *traffic, const char *why);

struct level {
    struct harness harness;
    ringmain *handle;
    ringmain_builder *message;
    ringmain_claimed claim;
    ringmain_owned answer;
    uint8_t *payload;
};

static const char CHANNEL[] = "message";

static void stop(void *level, const ringmain_web_contents *contents) {
    (void)contents;
    ringmain_stop(((struct level *)level)->handle);
}

static void on_diagnostic(void *user, const char *text) {
    struct level *level = user;
    harness_fail(level->harness.traffic, text);
    ringmain_stop(level->handle);
}

/* The payload, as the one value of a message. */
static ringmain_status build(struct level *level) {
    ringmain_status status = ringmain_begin(level->message, 1);
    if (status != RINGMAIN_OK) return status;
    return ringmain_put_bytes(level->message, RINGMAIN_BYTES, level->payload, level->harness.len);
}

static void on_message(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    struct level *level = user;
    const struct harness *harness = &level->harness;
    const uint8_t *bytes = NULL;
    size_t len = 0;
    if (count == 1) ringmain_value_bytes(args[0], &bytes, &len);
    uint8_t *answer = event->is_sync ? level->payload : NULL;
    if (harness_exchange(harness->traffic, bytes, len, answer, harness->len)) ringmain_stop(level->handle);
    if (answer == NULL) return;
    if (build(level) != RINGMAIN_OK || ringmain_event_return(event, level->message) != RINGMAIN_OK)
        ringmain_event_fail(event, ringmain_last_error());
}

void level_close(struct level *level) {
    if (level->handle != NULL) {
        ringmain_close(level->handle, 0);
        ringmain_free(level->handle);
    }
    ringmain_owned_free(&level->answer);
    ringmain_builder_free(level->message);
    free(level->payload);
    free(level);
}

static struct level *level_new(const struct harness *harness) {
    struct level *level = calloc(1, sizeof *level);
    if (level == NULL) return NULL;
    level->harness = *harness;
    level->payload = calloc(1, harness->len + 1);
    if (level->payload != NULL && ringmain_builder_new(&level->message) == RINGMAIN_OK) return level;
    level_close(level);
    return NULL;
}

/* A main, once a renderer has attached. */
struct level *level_main(const char *endpoint, size_t ring_capacity, const struct harness *harness) {
    struct level *level = level_new(harness);
    if (level == NULL) return NULL;
    ringmain_main_options options = RINGMAIN_MAIN_OPTIONS_INIT;
    options.ring_capacity = ring_capacity;
    options.wait_policy = harness->wait_policy;
    if (ringmain_bind(endpoint, &options, &level->handle) == RINGMAIN_OK &&
        ringmain_on_diagnostic(level->handle, on_diagnostic, level, NULL) == RINGMAIN_OK &&
        ringmain_on(level->handle, CHANNEL, on_message, level, NULL, NULL) == RINGMAIN_OK &&
        ringmain_on_attached(level->handle, stop, level, NULL) == RINGMAIN_OK &&
        ringmain_run(level->handle) == RINGMAIN_OK)
        return level;
    level_close(level);
    return NULL;
}

struct level *level_renderer(const char *endpoint, const struct harness *harness) {
    struct level *level = level_new(harness);
    if (level == NULL) return NULL;
    ringmain_renderer_options options = RINGMAIN_RENDERER_OPTIONS_INIT;
    options.wait_ms = 10000;
    options.wait_policy = harness->wait_policy;
    if (ringmain_connect(endpoint, &options, &level->handle) == RINGMAIN_OK) return level;
    level_close(level);
    return NULL;
}

/* Dispatches until the last message. */
ringmain_status level_run(struct level *level) {
    return ringmain_run(level->handle);
}

/* Where the harness writes what is sent next. */
uint8_t *level_payload(struct level *level) {
    return level->payload;
}

/* Sends the payload. The answer stays until the next call. */
ringmain_status level_call(struct level *level, const uint8_t **bytes, size_t *len) {
    ringmain_owned_free(&level->answer);
    ringmain_status status = build(level);
    if (status != RINGMAIN_OK) return status;
    status = ringmain_send_sync(level->handle, CHANNEL, level->message, -1, &level->answer);
    if (status != RINGMAIN_OK) return status;
    return ringmain_value_bytes(level->answer.value, bytes, len);
}

/* A place for what is sent next, in place of the payload; NULL if there is none. */
uint8_t *level_claim(struct level *level) {
    ringmain_status status = ringmain_claim(level->handle, CHANNEL, level->harness.len, -1, &level->claim);
    return status == RINGMAIN_OK ? level->claim.bytes : NULL;
}

ringmain_status level_commit(struct level *level) {
    return ringmain_commit(&level->claim, level->claim.len);
}
