//! Peers of Ringmain that take long to build, as contenders for the table of `ringmain-bench`.

mod aeron;
mod directory;
mod fan;
mod iceoryx2_node;
mod publish_subscribe;
mod request_response;

use std::process::ExitCode;

fn main() -> ExitCode {
    ringmain_bench::lab::program(&[
        &aeron::Aeron,
        &publish_subscribe::PublishSubscribe,
        &request_response::RequestResponse,
    ])
}
