// Nothing but the C++ header, twice, behind the C one. With an argument: asks for a main that is not there.
#include <ringmain.h>
#include <ringmain.hpp>
#include <ringmain.hpp>

int main(int argc, char **argv) {
    if (argc > 1) (void)ringmain::IpcRenderer::connect(argv[1]).value();
    if (ringmain::IpcRenderer::connect("").status() != ringmain::Status::EndpointName) return 1;
    std::printf("%u %s\n", ringmain::abi_version(), ringmain::strerror(ringmain::Status::Ok));
}
