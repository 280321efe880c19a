/*
 * Ringmain for C++17: Electron's ipcMain and ipcRenderer over shared memory. Nothing but headers over the C
 * interface, ringmain.h, which says what each call does; names are those of the Rust crate.
 *
 *   auto main = ringmain::IpcMain::bind("demo").value();
 *   main.on("ping", [](const ringmain::Event &event) { return event.set_return_value("pong"); }).value();
 *   main.handle("half", [](const ringmain::Event &, ringmain::Args args) { return *args.to<double>(0) / 2; }).value();
 *   main.run().value();
 *
 *   auto renderer = ringmain::IpcRenderer::connect("demo").value();
 *   renderer.send("log", "text", 1, true, std::vector{1, 2}, ringmain::object("key", nullptr)).value();
 *   double half = renderer.invoke_wait("half", 84).value().to<double>().value();
 *
 * RESULTS
 *   Calls return a Result: a value or an Error, with status() and what(). value() gives the value, and throws
 *   the Error; without exceptions it prints it and aborts. No call throws by itself, but for memory.
 *
 * OWNERSHIP
 *   IpcMain, IpcRenderer, WebContents, OwnedValue, Reply, Claim and Builder own what they stand for: they
 *   can be moved, not copied, and give it back at their end. Event, Args, Value, WebContentsRef, Bytes and
 *   string views belong to somebody else: those that a callback gets are valid during its call.
 *
 * CALLBACKS
 *   Any callable, move-only ones too. It is destroyed once, when it is not called any more: inside off() and
 *   its like, or when the callback returns that they were called from. What a listener throws fails its
 *   event, what a handler throws is the answer of its caller. Hooks, completions and logs must not throw:
 *   that ends the program. Without exceptions, a Result that is returned does the same.
 *
 * THREADS AND BLOCKING
 *   IpcMain, IpcRenderer and WebContents may be used by any threads at once, all else by one at a time. The
 *   calls that block are connect, run, send_sync and invoke_wait; send, invoke and claim of a renderer while
 *   its ring is full; reconnect and close with a timeout. Callbacks run inside run, dispatch and invoke_wait.
 *
 * Builds with -fno-exceptions and -fno-rtti; code with and without may be linked into one program.
 */
#ifndef RINGMAIN_HPP
#define RINGMAIN_HPP

#include "ringmain/ipc_main.hpp"
#include "ringmain/ipc_renderer.hpp"

static_assert(RINGMAIN_ABI_VERSION == 0, "ringmain.h and ringmain.hpp are of different releases");

#endif
