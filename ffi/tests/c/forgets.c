/* Gives nothing back. */
#include "harness.h"

int main(void) {
    ringmain_builder *volatile forgotten = text_message("text");
    forgotten = NULL;
    (void)forgotten;
}
