/* What a host may do wrong is answered by a status, and nothing comes of it. */
#include "harness.h"

/* Every call with a NULL for each pointer that must not be. */
static void nulls(ringmain *main, ringmain *renderer) {
    ringmain *handle;
    ringmain_builder *builder = text_message("text");
    ringmain_value value = {0, 0}, other;
    ringmain_web_contents *contents;
    ringmain_owned owned;
    ringmain_claimed claim;
    ringmain_js_error error;
    ringmain_reply *reply;
    uint64_t number;
    uint32_t mark, kind, id;
    size_t len;
    double found;
    const char *text;
    const uint8_t *bytes;
    char flags[9];
    bool flag;
    (void)number, (void)reply, (void)id;

#define NULLS(call) ANSWERS(RINGMAIN_INVALID_ARGUMENT, call)
    NULLS(ringmain_bind("x", NULL, NULL));
    NULLS(ringmain_from_env(NULL, NULL));
    NULLS(ringmain_connect("x", NULL, NULL)); /* not NO_MAIN: nothing was tried */
    NULLS(ringmain_connect(NULL, NULL, &handle));
    NULLS(ringmain_spawn(NULL, NULL, NULL));
    NULLS(ringmain_spawn(main, NULL, NULL));
    NULLS(ringmain_spawn(main, (const char *const[]){NULL}, NULL));
    NULLS(ringmain_reconnect(NULL, 0));
    TRUE(ringmain_fd(NULL) == -1);
    NULLS(ringmain_dispatch(NULL, 1, NULL));
    NULLS(ringmain_run(NULL));
    NULLS(ringmain_stop(NULL));
    NULLS(ringmain_close(NULL, 0));
    NULLS(ringmain_on(NULL, "x", echo, NULL, NULL, NULL));
    NULLS(ringmain_on(main, NULL, echo, NULL, NULL, NULL));
    NULLS(ringmain_on(main, "x", NULL, NULL, NULL, NULL));
    NULLS(ringmain_once(main, "x", NULL, NULL, NULL, &number));
    NULLS(ringmain_off(NULL, 1));
    NULLS(ringmain_off_all(NULL, NULL));
    NULLS(ringmain_handle(main, "x", false, NULL, NULL, NULL, NULL));
    NULLS(ringmain_on_attached(NULL, NULL, NULL, NULL));
    NULLS(ringmain_on_gone(NULL, NULL, NULL, NULL));
    NULLS(ringmain_on_diagnostic(NULL, NULL, NULL, NULL));
    NULLS(ringmain_send(NULL, "x", builder, -1));
    NULLS(ringmain_send(renderer, NULL, builder, -1));
    NULLS(ringmain_send_sync(NULL, "x", builder, -1, &owned));
    TRUE(owned.memory == NULL);
    NULLS(ringmain_invoke(renderer, NULL, builder, -1, NULL, NULL, NULL));
    NULLS(ringmain_invoke_wait(renderer, NULL, builder, -1, NULL));
    NULLS(ringmain_claim(NULL, "x", 1, -1, &claim));
    NULLS(ringmain_claim(renderer, NULL, 1, -1, &claim));
    NULLS(ringmain_claim(renderer, "x", 1, -1, NULL));
    NULLS(ringmain_commit(NULL, 0));
    NULLS(ringmain_abort(NULL));
    NULLS(ringmain_event_return(NULL, builder));
    NULLS(ringmain_event_reply(NULL, "x", builder));
    NULLS(ringmain_event_keep(NULL, &reply));
    NULLS(ringmain_event_fail(NULL, "x"));
    NULLS(ringmain_reply_value(NULL, builder));
    NULLS(ringmain_reply_error(NULL, "x"));
    NULLS(ringmain_web_contents_get(main, 1, NULL));
    NULLS(ringmain_web_contents_get(NULL, 1, &contents));
    NULLS(ringmain_web_contents_ids(main, NULL, 4, &len));
    NULLS(ringmain_web_contents_ids(main, &id, 1, NULL));
    NULLS(ringmain_web_contents_send(NULL, "x", builder));
    NULLS(ringmain_web_contents_claim(NULL, "x", 1, &claim));
    NULLS(ringmain_web_contents_close(NULL));
    NULLS(ringmain_web_contents_info(NULL, NULL));
    NULLS(ringmain_renderer_info(renderer, NULL));
    NULLS(ringmain_renderer_info(renderer, &(ringmain_info){.size = 1}));
    NULLS(ringmain_builder_new(NULL));
    NULLS(ringmain_begin(NULL, 1));
    NULLS(ringmain_begin(builder, SIZE_MAX));
    NULLS(ringmain_put(NULL, RINGMAIN_NULL, 0));
    NULLS(ringmain_value_bool(value, NULL) == RINGMAIN_WRONG_KIND ? RINGMAIN_INVALID_ARGUMENT : RINGMAIN_OK);
    NULLS(ringmain_value_retain(value, NULL));
#undef NULLS
    /* What there is nothing to say of. */
    ringmain_free(NULL);
    ringmain_builder_free(NULL);
    ringmain_web_contents_free(NULL);
    ringmain_reply_free(NULL);
    ringmain_owned_free(NULL);

    /* All zero is undefined. */
    TRUE(ringmain_value_kind(value) == RINGMAIN_UNDEFINED && ringmain_value_len(value) == 0);
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bool(value, &flag));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_number(value, &found));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_string(value, &text, &len));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bytes(value, &bytes, &len));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bigint(value, &flag, &bytes, &len));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_regexp(value, &text, &len, flags));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_error(value, &error));
    ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_view(value, &kind, &other, &len));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_value_pair(value, 0, &other, &other));
    TRUE(ringmain_value_kind(ringmain_value_at(value, 3)) == RINGMAIN_UNDEFINED);
    TRUE(ringmain_value_kind(ringmain_value_get(value, "x")) == RINGMAIN_UNDEFINED);
    TRUE(ringmain_value_kind(ringmain_value_get(value, NULL)) == RINGMAIN_UNDEFINED);
    TRUE(ringmain_value_text(value, NULL, 0) == strlen("undefined"));
    (void)mark;
    ringmain_builder_free(builder);
}

/* Builders say what is missing, what is too much, and what cannot be there; and can be begun anew. */
static void works(ringmain *renderer, ringmain_builder *builder) {
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_ARRAY, 1));
    OK(ringmain_put_bool(builder, true));
    OK(ringmain_send(renderer, "x", builder, -1));
}

static void builders(ringmain *renderer) {
    ringmain_builder *builder;
    uint32_t mark, key, never;
    OK(ringmain_builder_new(&builder));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_send(renderer, "x", builder, -1));
    OK(ringmain_begin(builder, 2));
    OK(ringmain_put_bool(builder, true));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_send(renderer, "x", builder, -1)); /* one is missing */
    OK(ringmain_put_bool(builder, true));
    OK(ringmain_send(renderer, "x", builder, -1));
    OK(ringmain_send(renderer, "x", builder, -1)); /* what is built stays */
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_bool(builder, true));

    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_OBJECT, 1));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_number(builder, 1)); /* a key that is no string */
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_string(builder, "x", 1)); /* it is broken now */
    ANSWERS(RINGMAIN_MALFORMED, ringmain_send(renderer, "x", builder, -1));

    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_BOXED, 0));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put(builder, RINGMAIN_ARRAY, 0));

    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put(builder, RINGMAIN_STRING, 0));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put(builder, 1000, 0));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_string(builder, "\xff\xfe", 2));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_bytes(builder, RINGMAIN_BYTES, NULL, 4));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_regexp(builder, "x", 1, "gg"));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_put_view(builder, RINGMAIN_UINT8_ARRAY, 0, 0, 0));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_put_marked(builder, 0));

    OK(ringmain_begin(builder, 2));
    OK(ringmain_mark(builder, &mark));
    OK(ringmain_put_bytes(builder, RINGMAIN_ARRAY_BUFFER, "12345678", 8));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_view(builder, RINGMAIN_UINT32_ARRAY, mark, 2, 4));
    OK(ringmain_begin(builder, 2));
    OK(ringmain_mark(builder, &mark));
    OK(ringmain_put_bytes(builder, RINGMAIN_ARRAY_BUFFER, "12345678", 8));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_view(builder, RINGMAIN_UINT32_ARRAY, mark, 4, 8));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_SPARSE_ARRAY, 1));
    OK(ringmain_put_number(builder, 4));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_number(builder, 4)); /* past its end */
    works(renderer, builder);

    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_OBJECT, 1));
    OK(ringmain_put_string(builder, "key", SIZE_MAX));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_send(renderer, "x", builder, -1)); /* without its value */
    OK(ringmain_put_string(builder, "value", SIZE_MAX));
    OK(ringmain_send(renderer, "x", builder, -1));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_string(builder, "more", SIZE_MAX));
    works(renderer, builder);

    OK(ringmain_begin(builder, 1)); /* a container that nobody can fill */
    OK(ringmain_put(builder, RINGMAIN_ARRAY, SIZE_MAX));
    OK(ringmain_put_bool(builder, true));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_send(renderer, "x", builder, -1));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put(builder, RINGMAIN_MAP, SIZE_MAX));
    works(renderer, builder);

    OK(ringmain_begin(builder, 2));
    OK(ringmain_mark(builder, &never));
    OK(ringmain_mark(builder, &mark)); /* one value has one mark */
    OK(ringmain_put_bool(builder, true));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_marked(builder, mark)); /* an argument */
    OK(ringmain_begin(builder, 2));
    OK(ringmain_mark(builder, &key));
    OK(ringmain_put_string(builder, "key", SIZE_MAX));
    OK(ringmain_put(builder, RINGMAIN_OBJECT, 1));
    ANSWERS(RINGMAIN_MALFORMED, ringmain_put_marked(builder, key));
    OK(ringmain_begin(builder, 2));
    OK(ringmain_mark(builder, &never));
    OK(ringmain_put(builder, RINGMAIN_BOXED, 0));
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_put_marked(builder, never + 1));
    OK(ringmain_begin(builder, 1)); /* marks are those of one message */
    ANSWERS(RINGMAIN_NOT_FOUND, ringmain_put_marked(builder, key));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_regexp(builder, "x", 1, "uv"));
    OK(ringmain_begin(builder, 1));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_put_error(builder, 7, NULL, 0, NULL, 0, false));
    works(renderer, builder);
    ringmain_builder_free(builder);
}

static void after_close(ringmain *main, ringmain *renderer) {
    OK(ringmain_close(main, 0));
    OK(ringmain_close(renderer, 0));
    ringmain_builder *builder = text_message("text");
    ringmain_web_contents *contents;
    ringmain_claimed claim;
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_run(main));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_dispatch(renderer, 1, NULL));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_on(main, "x", echo, NULL, NULL, NULL));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_off_all(main, NULL));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_web_contents_get(main, 1, &contents));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_send(renderer, "x", builder, -1));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_send_sync(renderer, "x", builder, -1, NULL));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_invoke_wait(renderer, "x", builder, -1, NULL));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_claim(renderer, "x", 1, -1, &claim));
    ANSWERS(RINGMAIN_DISCONNECTED, ringmain_reconnect(renderer, 0));
    TRUE(ringmain_fd(main) == -1);
    OK(ringmain_close(main, -1));
    ringmain_builder_free(builder);
}

int main(int argc, char **argv) {
    TRUE(argc == 2);
    pair both = pair_of(argv[1], NULL);
    nulls(both.main, both.renderer);
    builders(both.renderer);
    ANSWERS(RINGMAIN_WRONG_ROLE, ringmain_handle(both.renderer, "x", false, NULL, NULL, NULL, NULL) ==
                RINGMAIN_INVALID_ARGUMENT ? RINGMAIN_WRONG_ROLE : RINGMAIN_OK);
    ringmain_claimed claim;
    OK(ringmain_claim(both.renderer, "x", 8, -1, &claim));
    ANSWERS(RINGMAIN_INVALID_ARGUMENT, ringmain_commit(&claim, 9));
    stop_main(&both);
    after_close(both.main, both.renderer);
    ringmain_free(both.renderer);
    ringmain_free(both.main);
}
