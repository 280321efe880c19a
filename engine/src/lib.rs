//! Electron's `ipcMain` and `ipcRenderer` for native processes, over lock-free rings in shared
//! memory. For Linux on x86-64.
//!
//! A **main** has listeners and handlers, and any number of **renderers**, which are other
//! processes. Both find each other by name ([`IpcMain::bind`], [`IpcRenderer::connect`]) or by birth
//! ([`IpcMain::spawn`], [`IpcRenderer::from_env`]). Messages carry [`Value`]s on named channels, and
//! names, order, errors and their texts are Electron's.
//!
//! ```text
//!    main process                                       renderer process (one of many)
//!  ┌──────────────────────────┐   UNIX socket, one per  ┌──────────────────────────┐
//!  │ IpcMain                  │   session: handshake,   │ IpcRenderer              │
//!  │  listeners, handlers     │◄── liveness, nudge ────►│  listeners, pending calls│
//!  │  WebContents per session │                         │                          │
//!  │ main's segment     (RW) ─┼── memfd, seals ────────►│ main's segment      (RO) │
//!  │ renderer's segment (RO) ─┼── memfd, seals ────────►│ renderer's segment  (RW) │
//!  └──────────────────────────┘                         └──────────────────────────┘
//!       each process writes its own segment only; every shared word has one writer
//! ```
//!
//! # Examples
//! Main:
//! ```no_run
//! use ringmain::{IpcMain, args};
//!
//! let main = IpcMain::bind("demo")?;
//! main.on("asynchronous-message", |event, args| {
//!     println!("{}", args.get(0)); // ping
//!     event.reply("asynchronous-reply", args!["pong"])
//! });
//! main.on("synchronous-message", |event, _args| event.set_return_value("pong"));
//! main.handle("length", |_event, args| async move {
//!     let text = args.get(0).as_str().ok_or("a string, please")?;
//!     Ok(text.len())
//! })?;
//! main.run()?;
//! # Ok::<(), ringmain::Error>(())
//! ```
//! A renderer, in another process:
//! ```no_run
//! use ringmain::{IpcRenderer, args};
//!
//! let renderer = IpcRenderer::connect("demo")?;
//! renderer.on("asynchronous-reply", |_event, args| println!("{}", args.get(0))); // pong
//! renderer.send("asynchronous-message", args!["ping"])?;
//! assert_eq!(renderer.send_sync("synchronous-message", args!["ping"])?, "pong");
//! assert_eq!(renderer.invoke("length", args!["ringmain"]).wait()?, 8);
//! # Ok::<(), ringmain::Error>(())
//! ```
//! The examples `hello` (one program, two processes), `main` and `renderer` do the same at length.
//!
//! # Guarantees
//! * **At most once.** No message is delivered twice, torn, or changed on the way. The arguments are
//!   copied when the call is made.
//! * **In order.** Main gets what one renderer calls (`send`, `send_sync`, `invoke`) in the order of
//!   the calls. A renderer gets `WebContents::send` and answers to `invoke` in the order in which
//!   main made them.
//! * **What was committed outlives its sender.** A message that is in the ring is delivered even if
//!   its sender is killed right after; one that it had not finished is never seen. A renderer's
//!   `send` returns once the message is there. Main's may have put it into its own queue
//!   ([`WebContents::queued_bytes`]), which dies with main.
//! * **Nothing is dropped in silence.** A renderer's `send` waits for space, or fails, or uses a
//!   deadline. Main's never blocks: what does not fit waits in a bounded queue, and past the bound
//!   the caller gets [`Error::Backpressure`]. Except for what Electron drops, too: a `send` on a channel
//!   that nobody listens to.
//! * **An `Ok` is for what can arrive.** A message whose session was closed, exchanged or cut off is an error,
//!   also if it was claimed before; so is one to a peer whose death anybody can know of: whose process was waited for, or
//!   whose pidfd is readable. An error can be for a message that did arrive, if the session ends just then.
//! * **Nobody in main waits for a claim.** What other threads send to the renderer meanwhile, and answers to its
//!   invokes, are delivered behind it.
//! * **Any size.** A message of up to [1 GiB](limits::MESSAGE_LIMIT), or what main's options say, arrives
//!   whole. What does not fit half a ring travels in fragments; main reads those of one renderer in
//!   turn with the messages of the others, and gathers them in memory that grows with what arrived.
//! * **Nobody waits for the dead.** A blocked call ends with [`Error::MainGone`] some
//!   milliseconds after main's death; main learns of a renderer's from the kernel, and how it went.
//! * **Main is safe from its renderers.** It reads each shared word once and checks it, copies a
//!   message before it looks at it, does bounded work per renderer and round, and never waits for one.
//!   No bytes that a renderer writes make it fault or block.
//! * **Nothing runs behind your back.** Listeners and handlers run inside [`IpcMain::run`],
//!   [`IpcMain::dispatch`], [`IpcRenderer::run`], [`IpcRenderer::dispatch`] and [`Invoke::wait`], one
//!   at a time per endpoint. The library installs no signal handler and writes nothing to stdout or stderr.
//! * **One thread, asleep.** A process with sessions has one thread of the library's, `ringmain-life`, from its
//!   first session to its end. It blocks all signals and runs nothing after its start: the kernel, which ends it
//!   with its process, marks the sessions then, and so their peers know. What a process may do only as
//!   long as it has one thread (`unshare` of the user namespace, `setns`) it has to do before.
//!
//! # Non-guarantees
//! * **No acknowledgement.** `send` says that the message is in shared memory, not that anybody read
//!   it. What a dead reader left unread is lost.
//! * **No order between renderers**, nor between threads of one process that call at the same time.
//!   An answer to `send_sync` overtakes messages that main sent before it: they are delivered by the
//!   next dispatch, as in Electron.
//! * **No memory for ever.** What a peer sends may be more than the process can have. Then its session or its
//!   call ends by name, and a host's own copies fail or panic, with [some](limits::HEADROOM) left for
//!   everything else; what the host's code allocates by itself can still end the process.
//! * **No preemption.** A listener that blocks holds up its whole endpoint.
//! * **No bound on your own work.** Handlers whose futures are not done are kept until they are, up to
//!   [a number](limits::PENDING_INVOKES) and [a size of their arguments](limits::PENDING_BYTES) per
//!   renderer; of renderers that are gone, up to [fewer](limits::LEFT_INVOKES) for all of them together, of
//!   which the oldest are dropped. A message is checked in one go: one of a gigabyte in small values holds main up for as
//!   long as its listener takes to look at it, or longer.
//! * **No protection of a renderer from main**, which made its memory and may end it; messages from
//!   main are read where they lie.
//! * **No sandbox.** Processes of one user can open each other's memory and kill each other through
//!   the kernel. What a compromised renderer does *outside* its session is its sandbox's work.
//!
//! # Waiting
//! Who waits polls first, because an answer often comes within a microsecond and a sleep costs tens
//! of them: for [50 µs](limits::SPIN_MAX) at most, for less where that has not paid lately, and not
//! at all while the peer last ran on this very CPU, which it then needs ([`WaitPolicy::Adaptive`];
//! [`Park`](WaitPolicy::Park) never polls, [`Spin`](WaitPolicy::Spin) never sleeps). Then it
//! announces its sleep in shared memory, looks once more, and sleeps: on a futex if it is a renderer
//! blocked in `send` or `send_sync`, in epoll otherwise. Who publishes looks for that announcement
//! and makes one system call per sleep, and none if nobody sleeps. The argument that this loses no
//! wake-up is in [`wait`]; models of it run in the tests. An event loop of your own uses the
//! descriptor of [`AsFd`](std::os::fd::AsFd) and the non-blocking `dispatch`, on both sides.
//!
//! # Platform
//! Linux on x86-64.
//!
//! | Linux | for | before that |
//! |---|---|---|
//! | 5.1 | `F_SEAL_FUTURE_WRITE`: a renderer cannot write main's segment | required: no session |
//! | 5.3 | `pidfd_open`: a peer's death, whatever holds its socket open | required: no session |
//! | 6.5 | `SO_PEERPIDFD`: the peer's process without a race | it is opened by its id; if that was given out again meanwhile, only the socket's hang-up tells of the death, and peers of other pid namespaces are refused |
//! | 6.16 | `SO_PASSRIGHTS`: main's sockets take no descriptors | a hostile renderer can send some whose closing stalls main, for seconds at worst |
//!
//! A process that may not start a thread, or not call `set_robust_list` or `mremap`, has sessions all the same, and so has
//! one with more than 2048 of them. But its death leaves no mark: who sends to it looks once a tick of the kernel's
//! (4 ms), and what is sent in between can be lost with an `Ok`. A sandbox that kills for such calls comes after
//! the first session.
//!
//! # Modules
//! Programs need the names at the root and in [`value`] only. What they are built of is public for those
//! who build on it or check it:
//!
//! | module | |
//! |---|---|
//! | [`value`] | the dynamic values of a message, in one archive |
//! | [`typed`] | channels of one type, whose messages are its own rkyv archives |
//! | [`monitor`] | looking into a main from outside |
//! | [`emitter`] | Electron's rules of listeners and handlers |
//! | [`wire`] | what a record's content means |
//! | [`lanes`], [`lane`] | a session's rings and the words to wait on them |
//! | [`ring`] | records from one writer to one reader |
//! | [`wait`] | who sleeps, and who wakes whom |
//! | [`layout`] | every byte of shared memory |
//! | [`limits`] | every default and bound |
//! | [`error`] | every way in which a call can fail |
//! | [`sync`] | atomics and the futex, the machine's or the model's |
//!
//! # Features
//! `serde`, off by default: types that [serde](https://docs.rs/serde) knows can be sent
//! (`args![Serde(&config)]`, `to_value`) and read (`from_value`); see `value::serde`, which these pages
//! have if they were made with `--all-features`.
//!
//! `tokio`, off by default: `IpcMain::run_async` and `IpcRenderer::run_async` drive an endpoint inside
//! tokio. Without it, any runtime that can wait for a descriptor will do: wait until
//! [`AsFd`](std::os::fd::AsFd) is readable, then `dispatch`. [`Invoke`] is a future of no runtime in
//! particular.
//!
//! `tracing`, off by default: spans and events for [tracing](https://docs.rs/tracing), with the target
//! `ringmain`. `renderer` is the id of the [`WebContents`]. Nothing of a message's content is told.
//!
//! | | level | name | fields |
//! |---|---|---|---|
//! | span | debug | `send_sync`, `invoke`: from the call to its answer | `channel` |
//! | span | debug | `handler`: an `invoke` in main, entered whenever its future is polled | `channel`, `renderer` |
//! | span | trace | `turn`: messages of one renderer | `renderer` |
//! | span | trace | `listeners`: those of one message, or of several in a row that are alike | `channel`; in main `renderer` |
//! | event | info | a session begins, ends, or goes on with the next main | `renderer`, `pid`, `reason`, `exit_code` |
//! | event | debug | a monitor comes or goes | `pid` |
//! | event | warn | what [`Diagnostic`]s and [`IpcRenderer::on_uncaught`] say | `text`; in a renderer `channel` |
//!
//! `cli`, off by default: the program `ringmain`, which looks into mains, and `upkeep`, on which it is
//! built. `cargo install --path engine --features cli`, in Ringmain's sources, installs it.

#![cfg_attr(
    all(loom, not(test)),
    expect(dead_code, unused_imports, reason = "under loom only models make rings and lanes")
)]

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
compile_error!("Ringmain runs on Linux on x86-64 only");

#[cfg(not(loom))]
pub(crate) mod buffer;
pub(crate) mod copy;
pub mod error;
pub mod lane;
pub mod layout;
pub mod limits;
pub mod ring;
#[cfg(not(loom))]
pub(crate) mod room;
pub mod sync;
pub mod wait;

#[cfg(not(loom))]
pub(crate) mod board;
#[cfg(all(feature = "tokio", not(loom)))]
mod driver;
#[cfg(not(loom))]
pub mod emitter;
#[cfg(not(loom))]
pub(crate) mod fork;
#[cfg(not(loom))]
mod ipc_main;
#[cfg(not(loom))]
mod ipc_renderer;
#[cfg(not(loom))]
pub mod monitor;
#[cfg(not(loom))]
pub(crate) mod rendezvous;
#[cfg(not(loom))]
pub(crate) mod segment;
#[cfg(not(loom))]
pub(crate) mod session;
#[cfg(not(loom))]
mod trace;
#[cfg(not(loom))]
pub mod typed;
#[cfg(all(feature = "cli", not(loom)))]
pub mod upkeep;
#[cfg(not(loom))]
pub mod value;
#[cfg(not(loom))]
pub mod wire;

#[cfg(not(loom))]
pub use emitter::{BoxError, ListenerId, Outcome};
pub use error::{Corrupt, Error, NoMemory};
#[cfg(not(loom))]
pub use ipc_main::{
    Diagnostic, Event, GoneDetails, GoneReason, InvokeEvent, Ipc, IpcMain, MainOptions,
    ReturnValue, Trust, WebContents, WebContentsBurst, WebContentsClaim, WebFrame,
};
#[cfg(not(loom))]
pub use ipc_renderer::{
    Invoke, IpcRenderer, RendererBurst, RendererClaim, RendererEvent, RendererOptions,
};
#[cfg(not(loom))]
pub use monitor::Monitor;
#[cfg(not(loom))]
pub use rendezvous::peer::Credentials;
#[cfg(not(loom))]
pub use rkyv;
// For the C ABI, which makes lists of what a peer sent.
#[cfg(not(loom))]
#[doc(hidden)]
pub use room::promise as has_room;
#[cfg(not(loom))]
pub use segment::{Segments, leftovers};
#[cfg(not(loom))]
pub use session::counters::Counters;
#[cfg(not(loom))]
pub use session::geometry::Geometry;
#[cfg(not(loom))]
pub use session::lanes;
#[cfg(not(loom))]
pub use session::renderer_sends::WhenFull;
#[cfg(not(loom))]
pub use typed::{Channel, Schema};
#[cfg(all(feature = "serde", not(loom)))]
pub use value::serde::{Serde, from_value, to_value};
#[cfg(not(loom))]
pub use value::{
    Args, ArgsRef, Arguments, Builder, Bytes, FromValue, Kind, ToValue, Value, ValueRef, WrongKind,
};
pub use wait::WaitPolicy;

// Sources that tests share with the package `tests` name the crate as that does.
#[cfg(all(test, not(loom)))]
extern crate self as ringmain;

/// Compiles the README's examples.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
