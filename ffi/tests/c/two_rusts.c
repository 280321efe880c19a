/* A host of two libraries that are made of Rust. */
#include "harness.h"

bool other_catches(void);

int main(int argc, char **argv) {
    TRUE(argc == 2);
    pair both = pair_of(argv[1], NULL);
    ringmain_owned answer;
    OK(ringmain_on(both.main, "echo", echo, NULL, NULL, NULL));
    ringmain_builder *text = text_message("text");
    TRUE(other_catches());
    OK(ringmain_send_sync(both.renderer, "echo", text, -1, &answer));
    TRUE(ringmain_value_len(answer.value) == 4);
    TRUE(other_catches());
    ringmain_owned_free(&answer);
    ringmain_builder_free(text);
    end_pair(&both);
}
