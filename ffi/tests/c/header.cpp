/* Nothing but the header, twice. */
#include <ringmain.h>
#include <ringmain.h>
#include <stdio.h>

int main(void) {
    ringmain_main_options main_options = RINGMAIN_MAIN_OPTIONS_INIT;
    ringmain_renderer_options renderer_options = RINGMAIN_RENDERER_OPTIONS_INIT;
    if (ringmain_abi_version() != RINGMAIN_ABI_VERSION) return 1;
    if (main_options.size == 0 || renderer_options.size == 0) return 1;
    printf("%u %s\n", ringmain_abi_version(), ringmain_strerror(RINGMAIN_OK));
}
