/* A value of every kind: built, sent, answered and read.
 *
 * values ENDPOINT        to a main in this process, which echoes
 * values ENDPOINT peer   to a main elsewhere, which also answers "known" with a value that it has built itself
 */
#include "values/classes.h"

static const value_case cases[] = {
    {"undefined", put_undefined, check_undefined},
    {"null", put_null, check_null},
    {"true", put_true, check_true},
    {"false", put_false, check_false},
    {"whole", put_whole, check_whole},
    {"broken", put_broken, check_broken},
    {"zero", put_zero, check_zero},
    {"nan", put_nan, check_nan},
    {"infinity", put_infinity, check_infinity},
    {"empty string", put_empty_string, check_empty_string},
    {"string", put_string, check_string},
    {"surrogate", put_surrogate, check_surrogate},
    {"long string", put_long_string, check_long_string},
    {"empty bytes", put_empty_bytes, check_empty_bytes},
    {"bytes", put_bytes, check_bytes},
    {"buffer", put_buffer, check_buffer},
    {"array", put_array, check_array},
    {"object", put_object, check_object},
    {"map", put_map, check_map},
    {"set", put_set, check_set},
    {"sparse", put_sparse, check_sparse},
    {"bigint", put_bigint, check_bigint},
    {"bigint zero", put_bigint_zero, check_bigint_zero},
    {"date", put_date, check_date},
    {"invalid date", put_invalid_date, check_invalid_date},
    {"regexp", put_regexp, check_regexp},
    {"bare error", put_bare_error, check_bare_error},
    {"error", put_error, check_error},
    {"boxed", put_boxed, check_boxed},
    {"views", put_views, check_views},
    {"cycle", put_cycle, check_cycle},
    {"deep", put_deep, check_deep},
};
enum { CASES = sizeof cases / sizeof *cases };

/* The accessors of other kinds say so, and write nothing. */
static void refuses_others(ringmain_value value) {
    enum { BOOL = 1, NUMBER = 2, STRING = 4, BYTES = 8, BIGINT = 16, REGEXP = 32, ERROR = 64, VIEW = 128, ANY = 255 };
    static const uint8_t readable[] = {
        [RINGMAIN_BOOL] = BOOL,     [RINGMAIN_NUMBER] = NUMBER, [RINGMAIN_STRING] = STRING,
        [RINGMAIN_BYTES] = BYTES | VIEW, [RINGMAIN_BIGINT] = BIGINT, [RINGMAIN_DATE] = NUMBER,
        [RINGMAIN_REGEXP] = REGEXP, [RINGMAIN_ERROR] = ERROR,   [RINGMAIN_BOXED] = ANY,
        [RINGMAIN_ARRAY_BUFFER] = BYTES, [RINGMAIN_VIEW] = BYTES | VIEW,
    };
    uint8_t may = readable[ringmain_value_kind(value)];
    const char *text = "untouched";
    const uint8_t *bytes = (const uint8_t *)text;
    double number = 12;
    size_t len = 12;
    uint32_t kind = 12;
    bool flag = true;
    char flags[9] = "x";
    ringmain_js_error error = {.name = 12};
    ringmain_value other;
    if (!(may & BOOL)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bool(value, &flag));
    if (!(may & NUMBER)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_number(value, &number));
    if (!(may & STRING)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_string(value, &text, &len));
    if (!(may & BYTES)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bytes(value, &bytes, &len));
    if (!(may & BIGINT)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_bigint(value, &flag, &bytes, &len));
    if (!(may & REGEXP)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_regexp(value, &text, &len, flags));
    if (!(may & ERROR)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_error(value, &error));
    if (!(may & VIEW)) ANSWERS(RINGMAIN_WRONG_KIND, ringmain_value_view(value, &kind, &other, &len));
    TRUE(number == 12 && len == 12 && kind == 12 && flag && error.name == 12 && flags[0] == 'x');
    TRUE(strcmp(text, "untouched") == 0 && bytes == (const uint8_t *)text);
}

/* A value as a text is cut off where the place ends, and its length is always that of the whole. */
static void prints(ringmain_value value) {
    size_t whole = ringmain_value_text(value, NULL, 0);
    char *text = malloc(whole + 1), cut[8] = "xxxxxxx";
    TRUE(text && ringmain_value_text(value, text, whole + 1) == whole && strlen(text) == whole);
    TRUE(ringmain_value_text(value, cut, sizeof cut) == whole);
    TRUE(strlen(cut) < sizeof cut && strncmp(cut, text, strlen(cut)) == 0);
    free(text);
}

static ringmain_owned answered_by(ringmain *renderer, const char *channel, ringmain_builder *args) {
    ringmain_owned answer;
    OK(ringmain_send_sync(renderer, channel, args, -1, &answer));
    return answer;
}

/* The answer outlives the session's messages; a copy outlives the answer, and can be sent on. */
static void try(ringmain *renderer, const value_case *tried, bool is_known) {
    ringmain_builder *builder;
    ringmain_owned answer, kept, again;
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    tried->build(builder);
    answer = answered_by(renderer, "echo", builder);
    tried->check(answer.value);
    refuses_others(answer.value);
    if (strcmp(tried->name, "string") != 0) prints(answer.value); /* C cannot see past its zero */

    OK(ringmain_value_retain(answer.value, &kept));
    ringmain_owned_free(&answer);
    TRUE(answer.memory == NULL);
    check_undefined(answer.value);
    ringmain_owned_free(&answer); /* is undefined now, so nothing */
    tried->check(kept.value);

    OK(ringmain_invoke_wait(renderer, "echo", builder, -1, &again));
    tried->check(again.value);
    ringmain_owned_free(&again);

    OK(ringmain_begin(builder, 1));
    OK(ringmain_put(builder, RINGMAIN_ARRAY, 2));
    OK(ringmain_put_value(builder, kept.value));
    OK(ringmain_put_value(builder, kept.value));
    ringmain_owned_free(&kept); /* it was copied */
    again = answered_by(renderer, "echo", builder);
    tried->check(ringmain_value_at(again.value, 0));
    tried->check(ringmain_value_at(again.value, 1));
    ringmain_owned_free(&again);

    if (is_known) {
        OK(ringmain_begin(builder, 2));
        OK(ringmain_put_string(builder, tried->name, SIZE_MAX));
        tried->build(builder);
        answer = answered_by(renderer, "known", builder);
        tried->check(answer.value);
        ringmain_owned_free(&answer);
    }
    ringmain_builder_free(builder);
}

/* All of them as arguments of one message. */
static void all_at_once(void *user, const ringmain_event *event, const ringmain_value *args, size_t count) {
    (void)event;
    TRUE(count == CASES);
    for (size_t i = 0; i < CASES; i++) cases[i].check(args[i]);
    *(int *)user += 1;
}

static void echoes(void *user, const ringmain_event *event, const ringmain_value *args, size_t count,
                   ringmain_reply *reply) {
    ringmain_builder *builder;
    (void)user, (void)event;
    TRUE(count == 1);
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 1));
    OK(ringmain_put_value(builder, args[0]));
    OK(ringmain_reply_value(reply, builder));
    ringmain_builder_free(builder);
}

static void message_of_all(ringmain_builder *builder) {
    OK(ringmain_begin(builder, CASES));
    for (size_t i = 0; i < CASES; i++) cases[i].build(builder);
}

static void in_one_process(const char *endpoint) {
    pair both = pair_of(endpoint, NULL);
    ringmain_builder *builder;
    int calls = 0;
    OK(ringmain_on(both.main, "echo", echo, NULL, NULL, NULL));
    OK(ringmain_handle(both.main, "echo", false, echoes, NULL, NULL, NULL));
    OK(ringmain_on(both.main, "all", all_at_once, &calls, NULL, NULL));
    OK(ringmain_on(both.renderer, "all", all_at_once, &calls, NULL, NULL));
    for (size_t i = 0; i < CASES; i++) try(both.renderer, &cases[i], false);

    OK(ringmain_builder_new(&builder));
    message_of_all(builder);
    OK(ringmain_send(both.renderer, "all", builder, -1));
    OK(ringmain_send_sync(both.renderer, "echo", NULL, -1, NULL)); /* the one before was delivered */
    TRUE(calls == 1);
    ringmain_web_contents *contents;
    OK(ringmain_web_contents_get(both.main, 1, &contents));
    OK(ringmain_web_contents_send(contents, "all", builder));
    while (calls == 1) OK(ringmain_dispatch(both.renderer, SIZE_MAX, NULL));
    ringmain_web_contents_free(contents);
    ringmain_builder_free(builder);
    end_pair(&both);
}

static void with_a_peer(const char *endpoint) {
    ringmain *renderer;
    ringmain_builder *builder;
    OK(ringmain_connect(endpoint, NULL, &renderer));
    for (size_t i = 0; i < CASES; i++) try(renderer, &cases[i], true);
    OK(ringmain_builder_new(&builder));
    OK(ringmain_begin(builder, 0));
    ringmain_owned answer = answered_by(renderer, "how many are known", builder);
    TRUE(is_number(answer.value, CASES)); /* none of the peer's was left out here */
    ringmain_owned_free(&answer);
    ringmain_builder_free(builder);
    ringmain_free(renderer);
}

int main(int argc, char **argv) {
    TRUE(argc == 2 || argc == 3);
    if (argc == 2) in_one_process(argv[1]);
    else with_a_peer(argv[1]);
}
