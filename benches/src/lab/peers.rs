//! The contenders of this package, one to a file. A new one is a file here and a line in [`ALL`].

mod array_queue;
mod byte_stream;
mod crossbeam_channel;
mod futex;
mod in_process;
mod interprocess;
mod ipc_channel;
mod one_line;
mod pipe;
mod ringmain;
mod room;
mod rtrb;
mod shmem_ipc;
mod slots;
mod socket_buffers;
mod star;
mod unix_seqpacket;
mod unix_stream;

use ringmain::{Messages, To};

use super::Contender;

/// What a ring has room for four times.
const RAW_MAX: usize = 16 << 20;
/// As long as any case asks.
const ANY_MAX: usize = 64 << 20;

/// Floors, Ringmain from the bottom up, its peers, references within one process.
pub(crate) static ALL: &[&dyn Contender] = &[
    &one_line::OneLine,
    &slots::Slots { name: "a line each way", slots: 1, round_trip: true },
    &slots::Slots { name: "copy", slots: 16, round_trip: false },
    &futex::Futex,
    &ringmain::Ring,
    &Messages {
        name: "ringmain claim to renderer",
        level: ringmain::Claim,
        to: To::Renderer,
        len_max: RAW_MAX,
    },
    &Messages {
        name: "ringmain claim to main",
        level: ringmain::Claim,
        to: To::Main,
        len_max: RAW_MAX,
    },
    &ringmain::Bursts { name: "ringmain typed bursts to renderer", to: To::Renderer },
    &ringmain::Bursts { name: "ringmain typed bursts to main", to: To::Main },
    &ringmain::Typed { name: "ringmain typed to renderer", to: To::Renderer },
    &ringmain::Typed { name: "ringmain typed to main", to: To::Main },
    &Messages {
        name: "ringmain send to renderer",
        level: ringmain::Send,
        to: To::Renderer,
        len_max: ANY_MAX,
    },
    &Messages {
        name: "ringmain send to main",
        level: ringmain::Send,
        to: To::Main,
        len_max: ANY_MAX,
    },
    &ringmain::SendSync,
    &ringmain::CAbi::SendSync,
    &ringmain::CAbi::Claim,
    &shmem_ipc::ShmemIpc,
    &pipe::Pipe,
    &unix_stream::UnixStream,
    &unix_seqpacket::UnixSeqpacket,
    &ipc_channel::IpcChannel,
    &interprocess::Interprocess,
    &rtrb::Rtrb,
    &crossbeam_channel::CrossbeamChannel,
    &array_queue::ArrayQueue,
];
