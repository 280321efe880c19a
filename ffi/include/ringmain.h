/*
 * Ringmain: Electron's ipcMain and ipcRenderer for any host that can call C. Linux on x86-64.
 *
 * GLOSSARY
 *   main        the process that has listeners and handlers, and any number of renderers
 *   renderer    a process that is attached to one main
 *   contents    a renderer, as main knows it (Electron's webContents)
 *   endpoint    the name under which a main can be found
 *   channel     the name that a listener or handler is registered under; UTF-8
 *   to dispatch to run the callbacks for what has arrived: nothing runs in between, and no thread does it
 *               behind the host's back
 *
 * RESULTS
 *   Calls that can fail return a ringmain_status. What its numbers do not say, ringmain_last_error() does.
 *   Results come through pointers, which are the last parameters and written only on OK, unless a comment
 *   says otherwise. `@returns` names the statuses that a call has of its own, without RINGMAIN_; besides,
 *   every call answers INVALID_ARGUMENT for a pointer that is NULL and must not be, and PANIC for what
 *   should never happen.
 *
 * POINTERS
 *   Every pointer is NULL or valid for as long as its comment says; no other can be told. Texts end with a
 *   zero, or come with their length in bytes. Structs that may grow begin with their size.
 *
 * OWNERSHIP
 *   What a call gives through a pointer to a pointer is the caller's, until the function that its comment
 *   names gives it back. What a callback is called with is the library's, and valid during the call. No
 *   argument is kept after the call that it was given to, but for user data.
 *
 * CALLBACKS
 *   Listeners, handlers, completions and hooks run inside ringmain_run, ringmain_dispatch and
 *   ringmain_invoke_wait, one at a time for each handle; ringmain_on_diagnostic's and the log in any thread.
 *   Each comes with user data and a destructor, which is called once, when the callback is not called any
 *   more. After ringmain_off, ringmain_off_all or ringmain_close has returned, no callback that it took
 *   away is called: they wait for one that runs in another thread, and not for those that they are called
 *   from, whose destructors run when these return. A callback must not unwind: no C++ exception, no longjmp.
 *
 * THREADS AND BLOCKING
 *   Handles and contents may be used by any threads at once, builders and claims by one at a time. Calls do
 *   not block unless their comments say so. `timeout_ms` is in milliseconds: 0 does not wait, -1 for ever.
 *
 * PROCESSES
 *   In a forked child, calls on inherited handles answer FORKED and leave the parent's sessions alone. The
 *   library sets no signal handler, raises no SIGPIPE, and writes nothing to stdout or stderr: see
 *   ringmain_set_log. In a process with sessions it has one thread, which blocks all signals and sleeps until
 *   the process ends: when the kernel ends it, it marks the sessions, and their peers know.
 *
 * LOADING AND LINKING
 *   libringmain.so may be loaded by dlopen; dlclose leaves it loaded (-z nodelete), so that threads which
 *   have used it can end later. A plugin that libringmain.a is linked into needs that flag itself.
 *   Two static libraries made of Rust may both define what Rust's runtime consists of, and then do not link.
 *   Use libringmain.so beside another, or hide in libringmain.a what is not of this header:
 *     ld -r --whole-archive libringmain.a -o ringmain.o
 *     objcopy --wildcard --keep-global-symbol='ringmain_*' --keep-global-symbol='DW.ref.*' ringmain.o
 */


#ifndef RINGMAIN_H
#define RINGMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What options begin with: the defaults. */
#define RINGMAIN_MAIN_OPTIONS_INIT { sizeof(ringmain_main_options), 0, 0, 0, 0, 0, 0, 0, 0, 0 }
#define RINGMAIN_RENDERER_OPTIONS_INIT { sizeof(ringmain_renderer_options), 0, 0, 0 }

/* The handle's short name. In C++ it is that of ringmain.hpp's namespace. */
#ifndef __cplusplus
typedef struct ringmain_ipc ringmain;
#endif


/**
 * The version of this header's interface.
 */
#define RINGMAIN_ABI_VERSION 0

/**
 * What a call answers. Numbers never change their meaning; new ones may come.
 */
typedef enum {
    /**
     * Done.
     */
    RINGMAIN_OK = 0,
    /**
     * A pointer is NULL, a number is out of range, or a text is not UTF-8.
     */
    RINGMAIN_INVALID_ARGUMENT = 1,
    /**
     * The call is for mains, and this is a renderer; or the other way round.
     */
    RINGMAIN_WRONG_ROLE = 2,
    /**
     * The value is of another kind.
     */
    RINGMAIN_WRONG_KIND = 3,
    /**
     * There is none: no such renderer, callback, or element.
     */
    RINGMAIN_NOT_FOUND = 4,
    /**
     * A builder has too many values or too few, or values that cannot be where they are.
     */
    RINGMAIN_MALFORMED = 5,
    /**
     * Something failed that never should. What is told of it is the text of a Rust panic.
     */
    RINGMAIN_PANIC = 6,
    /**
     * No main is bound to the endpoint.
     */
    RINGMAIN_NO_MAIN = 10,
    /**
     * Main has ended or dropped the session. Told to the calls that were under way or were the first to
     * notice; `ringmain_reconnect` goes on with the next main.
     */
    RINGMAIN_MAIN_GONE = 11,
    /**
     * The renderer has ended, crashed or was cut off.
     */
    RINGMAIN_RENDERER_GONE = 12,
    /**
     * The handle was closed before this call, or its session was over: see MAIN_GONE. Electron's text for
     * both.
     */
    RINGMAIN_DISCONNECTED = 13,
    /**
     * Nobody answered, and nobody can any more.
     */
    RINGMAIN_NO_REPLY = 14,
    /**
     * The channel has no handler.
     */
    RINGMAIN_NO_HANDLER = 15,
    /**
     * The channel has a handler already.
     */
    RINGMAIN_DUPLICATE_HANDLER = 16,
    /**
     * The handler has failed; its text is in the detail.
     */
    RINGMAIN_HANDLER_FAILED = 17,
    /**
     * A value cannot be sent to another process.
     */
    RINGMAIN_NOT_CLONEABLE = 18,
    /**
     * The peer does not read fast enough, and nothing was sent. The same call may pass later.
     */
    RINGMAIN_BACKPRESSURE = 19,
    /**
     * The time has passed. What was to be sent was not, unless the call waits for an answer: main may have
     * got that.
     */
    RINGMAIN_DEADLINE = 20,
    /**
     * The message is larger than what can be sent, or than what can be sent in this way.
     */
    RINGMAIN_TOO_LARGE = 21,
    /**
     * The channel's name is too long.
     */
    RINGMAIN_CHANNEL_NAME = 22,
    /**
     * Too many invokes of this renderer wait for their answers.
     */
    RINGMAIN_TOO_MANY_PENDING = 23,
    /**
     * This thread holds a claim of the same session, which has to end first.
     */
    RINGMAIN_CLAIM_HELD = 24,
    /**
     * The channel carries a Rust type, not values.
     */
    RINGMAIN_TYPE_MISMATCH = 25,
    /**
     * To wait inside a callback would never end.
     */
    RINGMAIN_WOULD_DEADLOCK = 26,
    /**
     * The handle belongs to the process that this one was forked from.
     */
    RINGMAIN_FORKED = 27,
    /**
     * A living main is bound to the endpoint.
     */
    RINGMAIN_ENDPOINT_IN_USE = 28,
    /**
     * Not a name that an endpoint can have: 1 to 64 of `[A-Za-z0-9._-]`.
     */
    RINGMAIN_ENDPOINT_NAME = 29,
    /**
     * Something exists and is not safe to use, or the peer is another user.
     */
    RINGMAIN_PERMISSION_DENIED = 30,
    /**
     * The session's memory would have a name, which the renderer refuses.
     */
    RINGMAIN_SEGMENTS_REFUSED = 31,
    /**
     * The two sides speak different versions of the protocol.
     */
    RINGMAIN_VERSION_MISMATCH = 32,
    /**
     * The two sides lay shared memory out differently.
     */
    RINGMAIN_LAYOUT_MISMATCH = 33,
    /**
     * No main has spawned this process, or its one session was used already.
     */
    RINGMAIN_NOT_SPAWNED = 34,
    /**
     * The peer wrote what no peer of ours writes. The session is over.
     */
    RINGMAIN_CORRUPT = 35,
    /**
     * The process or the machine has run out of something.
     */
    RINGMAIN_EXHAUSTED = 36,
    /**
     * The kernel refused a call.
     */
    RINGMAIN_SYSTEM = 37,
} ringmain_status;

/**
 * The classes of errors.
 */
typedef enum {
    /**
     * `Error`
     */
    RINGMAIN_ERROR_ERROR = 0,
    /**
     * `EvalError`
     */
    RINGMAIN_ERROR_EVAL = 1,
    /**
     * `RangeError`
     */
    RINGMAIN_ERROR_RANGE = 2,
    /**
     * `ReferenceError`
     */
    RINGMAIN_ERROR_REFERENCE = 3,
    /**
     * `SyntaxError`
     */
    RINGMAIN_ERROR_SYNTAX = 4,
    /**
     * `TypeError`
     */
    RINGMAIN_ERROR_TYPE = 5,
    /**
     * `URIError`
     */
    RINGMAIN_ERROR_URI = 6,
} ringmain_error_name;

/**
 * Why a renderer is gone.
 */
typedef enum {
    /**
     * Its process exited with status 0.
     */
    RINGMAIN_GONE_CLEAN_EXIT = 0,
    /**
     * Its process exited with another status.
     */
    RINGMAIN_GONE_ABNORMAL_EXIT = 1,
    /**
     * Its process was killed by a signal that others send.
     */
    RINGMAIN_GONE_KILLED = 2,
    /**
     * Its process was killed by a signal that faults raise.
     */
    RINGMAIN_GONE_CRASHED = 3,
    /**
     * It closed its session, was cut off, or is no child of main, of which no more can be known.
     */
    RINGMAIN_GONE_DISCONNECTED = 4,
} ringmain_gone_reason;

/**
 * What a value is.
 */
typedef enum {
    /**
     * JavaScript's `undefined`, and whatever is not there.
     */
    RINGMAIN_UNDEFINED = 0,
    /**
     * `null`
     */
    RINGMAIN_NULL = 1,
    /**
     * A boolean.
     */
    RINGMAIN_BOOL = 2,
    /**
     * A number, whole or not.
     */
    RINGMAIN_NUMBER = 3,
    /**
     * A string.
     */
    RINGMAIN_STRING = 4,
    /**
     * Bytes: what a Node `Buffer` or a Rust `&[u8]` is.
     */
    RINGMAIN_BYTES = 5,
    /**
     * An array.
     */
    RINGMAIN_ARRAY = 6,
    /**
     * An object.
     */
    RINGMAIN_OBJECT = 7,
    /**
     * A bigint.
     */
    RINGMAIN_BIGINT = 8,
    /**
     * A date.
     */
    RINGMAIN_DATE = 9,
    /**
     * A regular expression.
     */
    RINGMAIN_REGEXP = 10,
    /**
     * An error.
     */
    RINGMAIN_ERROR = 11,
    /**
     * A boolean, number, bigint or string in an object of its own.
     */
    RINGMAIN_BOXED = 12,
    /**
     * A map.
     */
    RINGMAIN_MAP = 13,
    /**
     * A set.
     */
    RINGMAIN_SET = 14,
    /**
     * An array with holes, or with other properties.
     */
    RINGMAIN_SPARSE_ARRAY = 15,
    /**
     * An `ArrayBuffer`.
     */
    RINGMAIN_ARRAY_BUFFER = 16,
    /**
     * A view of one.
     */
    RINGMAIN_VIEW = 17,
} ringmain_kind;

/**
 * The types of views.
 */
typedef enum {
    /**
     * `Int8Array`
     */
    RINGMAIN_INT8_ARRAY = 0,
    /**
     * `Uint8Array`
     */
    RINGMAIN_UINT8_ARRAY = 1,
    /**
     * `Uint8ClampedArray`
     */
    RINGMAIN_UINT8_CLAMPED_ARRAY = 2,
    /**
     * `Int16Array`
     */
    RINGMAIN_INT16_ARRAY = 3,
    /**
     * `Uint16Array`
     */
    RINGMAIN_UINT16_ARRAY = 4,
    /**
     * `Int32Array`
     */
    RINGMAIN_INT32_ARRAY = 5,
    /**
     * `Uint32Array`
     */
    RINGMAIN_UINT32_ARRAY = 6,
    /**
     * `Float16Array`
     */
    RINGMAIN_FLOAT16_ARRAY = 7,
    /**
     * `Float32Array`
     */
    RINGMAIN_FLOAT32_ARRAY = 8,
    /**
     * `Float64Array`
     */
    RINGMAIN_FLOAT64_ARRAY = 9,
    /**
     * `BigInt64Array`
     */
    RINGMAIN_BIGINT64_ARRAY = 10,
    /**
     * `BigUint64Array`
     */
    RINGMAIN_BIGUINT64_ARRAY = 11,
    /**
     * `DataView`
     */
    RINGMAIN_DATA_VIEW = 12,
} ringmain_view_kind;

/**
 * How a side waits before it sleeps.
 */
typedef enum {
    /**
     * Polls as long as that has paid lately, 50 microseconds at most, then sleeps. The default.
     */
    RINGMAIN_WAIT_ADAPTIVE = 0,
    /**
     * Sleeps at once.
     */
    RINGMAIN_WAIT_PARK = 1,
    /**
     * Polls for ever, on a CPU of its own.
     */
    RINGMAIN_WAIT_SPIN = 2,
} ringmain_wait_policy;

/**
 * A main or a renderer. Usable from any thread, by several at once; `ringmain_free` ends that.
 */
typedef struct ringmain_ipc ringmain_ipc;

/**
 * Builds the values of a message. Of one thread at a time. Its content stays until it is begun anew, so it
 * can be sent several times.
 */
typedef struct ringmain_builder ringmain_builder;

/**
 * The right to answer one `sendSync` or `invoke`. Whoever has it ends it once, from any thread, with a value,
 * an error, or neither.
 */
typedef struct ringmain_reply ringmain_reply;

/**
 * A renderer, as main knows it: Electron's `webContents`. Usable from any thread. What an event or a hook
 * has is valid during the call; what `ringmain_web_contents_get` and `ringmain_spawn` give, until
 * `ringmain_web_contents_free`.
 */
typedef struct ringmain_web_contents ringmain_web_contents;

/**
 * What learns of everything that no caller can be told.
 *
 * @param user what `ringmain_set_log` was given
 * @param text valid during the call
 */
typedef void (*ringmain_log)(void *user, const char *text);

/**
 * Called once, when the callback that it was given with is not called any more.
 */
typedef void (*ringmain_destroy)(void *user);

/**
 * What a main is made with. Begin with `RINGMAIN_MAIN_OPTIONS_INIT`; zero is the default of each, which its
 * comment names.
 */
typedef struct {
    /**
     * sizeof(ringmain_main_options)
     */
    size_t size;
    /**
     * Bytes of each of a session's three rings: 1 MiB. Rounded up to a power of two; less than 64 KiB counts
     * as that, more than 64 MiB too.
     */
    size_t ring_capacity;
    /**
     * Bytes kept for one renderer that does not read: 8 MiB.
     */
    size_t overflow_limit;
    /**
     * Bytes of the largest message, both ways, with what its values take beside their contents (12 at
     * least): 1 GiB. More than 2 GiB less one counts as that.
     */
    size_t message_limit;
    /**
     * Bytes of messages that arrive in parts, of all renderers together: 2 GiB.
     */
    size_t gather_limit;
    /**
     * Sessions that a monitor is shown: 4,096, and no more.
     */
    size_t monitored_sessions;
    /**
     * A ringmain_wait_policy.
     */
    uint32_t wait_policy;
    /**
     * 1: renderers never write what they have sent, and messages are read where they lie. A promise: one
     * that breaks it can make main do anything.
     */
    uint32_t trust_in_place;
    /**
     * 1: sessions' memory has names in /dev/shm. For renderers that cannot be passed descriptors. A
     * promise that no process of this user touches it: one that does can end main, or make it do anything.
     */
    uint32_t named_segments;
    /**
     * Not used, zero.
     */
    uint32_t reserved;
} ringmain_main_options;

/**
 * What a renderer attaches with. Begin with `RINGMAIN_RENDERER_OPTIONS_INIT`; zero is the default of each.
 */
typedef struct {
    /**
     * sizeof(ringmain_renderer_options)
     */
    size_t size;
    /**
     * How long to wait for a main that is not there: 0 not at all, -1 for ever.
     */
    int64_t wait_ms;
    /**
     * A ringmain_wait_policy.
     */
    uint32_t wait_policy;
    /**
     * 1: attaches to no main whose segments have names.
     */
    uint32_t refuse_named_segments;
} ringmain_renderer_options;

/**
 * A message that is being delivered. The library's: valid during the callback.
 */
typedef struct {
    /**
     * The channel, without a zero behind it.
     */
    const char *channel;
    /**
     * Its bytes.
     */
    size_t channel_len;
    /**
     * In main: who sent it. In a renderer NULL.
     */
    const ringmain_web_contents *sender;
    /**
     * In main: the sender's id. In a renderer 0.
     */
    uint32_t sender_id;
    /**
     * Whether the sender waits for a return value (`sendSync`).
     */
    bool is_sync;
    /**
     * The library's own.
     */
    const void *inner;
} ringmain_event;

/**
 * A value where it lies: to be passed on by value. Valid as long as what it was read from: the callback's
 * call, or until `ringmain_owned_free`. Two with equal members are the same object. All zero is undefined.
 */
typedef struct {
    /**
     * The library's own.
     */
    const void *archive;
    /**
     * The library's own.
     */
    uint64_t node;
} ringmain_value;

/**
 * Called with a message, where its endpoint dispatches.
 *
 * @param user what it was given with
 * @param args count values, valid during the call
 */
typedef void (*ringmain_listener)(void *user,
                                  const ringmain_event *event,
                                  const ringmain_value *args,
                                  size_t count);

/**
 * Called with a request, where main dispatches. It must not block: whoever wants to take time keeps the
 * reply and answers later, from any thread.
 *
 * @param user what it was given with
 * @param args count values, valid during the call
 * @param reply the callee's: to be ended, once, by `ringmain_reply_value`, `ringmain_reply_error` or
 *        `ringmain_reply_free`
 */
typedef void (*ringmain_handler)(void *user,
                                 const ringmain_event *event,
                                 const ringmain_value *args,
                                 size_t count,
                                 ringmain_reply *reply);

/**
 * Called with a renderer that has attached, before its first message.
 */
typedef void (*ringmain_attached)(void *user, const ringmain_web_contents *contents);

/**
 * Called with a renderer that is gone, after its last message: Electron's `render-process-gone`.
 *
 * @param reason a ringmain_gone_reason
 * @param exit_code the exit status, or the signal's number negated; 0 if neither is known
 */
typedef void (*ringmain_gone)(void *user,
                              const ringmain_web_contents *contents,
                              uint32_t reason,
                              int exit_code);

/**
 * Called with the text of what Electron would print to the console.
 */
typedef void (*ringmain_diagnostic)(void *user, const char *text);

/**
 * A value of the caller's own.
 */
typedef struct {
    /**
     * To be read until `ringmain_owned_free`.
     */
    ringmain_value value;
    /**
     * The library's own.
     */
    void *memory;
} ringmain_owned;

/**
 * Called with what an `invoke` came to, where its renderer dispatches; or where it is closed.
 *
 * @param status OK, or as for `ringmain_invoke_wait`
 * @param value the answer, valid during the call; undefined unless the status is OK
 * @param detail what `ringmain_last_error` has for the status; empty for OK
 */
typedef void (*ringmain_completion)(void *user,
                                    ringmain_status status,
                                    ringmain_value value,
                                    const char *detail);

/**
 * Bytes of a message that is being written in place: fill `bytes`, then `ringmain_commit`. It is the
 * caller's memory, need not be set, and may be moved to another place, but not copied. One thread's, from the
 * claim to its end; meanwhile this thread can send nothing else in this session, and the handle, the renderer
 * and the channel's name have to stay valid. Other threads of a renderer that send wait for the end of the
 * claim; what those of main send to the renderer, and answers, follow it. A claim that never ends leaves them
 * waiting, in main up to a bound: commit or abort every claim.
 */
typedef struct {
    /**
     * Where to write. What is in it is left from earlier messages.
     */
    uint8_t *bytes;
    /**
     * How many bytes there are.
     */
    size_t len;
    /**
     * The library's own.
     */
    uint64_t inner[32];
} ringmain_claimed;

/**
 * A session, as one side sees it. Set `size` first; what the library does not know stays as it is.
 */
typedef struct {
    /**
     * sizeof(ringmain_info)
     */
    size_t size;
    /**
     * The id of the renderer's `webContents`.
     */
    uint32_t id;
    /**
     * The peer's process.
     */
    uint32_t process_id;
    /**
     * Bytes that wait in main because the renderer does not read. 0 in a renderer.
     */
    uint64_t queued_bytes;
    /**
     * Messages sent, calls and answers among them.
     */
    uint64_t sent;
    /**
     * Their bytes.
     */
    uint64_t sent_bytes;
    /**
     * Messages received.
     */
    uint64_t received;
    /**
     * Their bytes.
     */
    uint64_t received_bytes;
    /**
     * Times the peer slept and was woken.
     */
    uint64_t wakes;
    /**
     * Times this side slept inside a call that blocks.
     */
    uint64_t sleeps;
    /**
     * Times a ring was too full for a message.
     */
    uint64_t stalls;
    /**
     * Answers that came when nobody waited for them any more.
     */
    uint64_t late_answers;
    /**
     * Packets on the socket that no peer of ours sends.
     */
    uint64_t foreign_packets;
    /**
     * Whether the session is over. In a renderer always false: its calls say so.
     */
    bool is_gone;
} ringmain_info;

/**
 * An error, taken apart.
 */
typedef struct {
    /**
     * A ringmain_error_name.
     */
    uint32_t name;
    /**
     * Not used.
     */
    uint32_t reserved;
    /**
     * NULL if it has none; as long as the value, without a zero behind it.
     */
    const char *message;
    /**
     * Its bytes.
     */
    size_t message_len;
    /**
     * NULL if it has none; as long as the value, without a zero behind it.
     */
    const char *stack;
    /**
     * Its bytes.
     */
    size_t stack_len;
    /**
     * Undefined if it has none.
     */
    ringmain_value cause;
} ringmain_js_error;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of this interface: two programs that were built against the same one may exchange the
 * library. `RINGMAIN_ABI_VERSION` is what the header is of.
 */
uint32_t ringmain_abi_version(void);

/**
 * A status in words, for any number. Valid for ever.
 */
const char *ringmain_strerror(uint32_t status);

/**
 * What the last call of this thread that failed had to say: with names and numbers, where
 * `ringmain_strerror` has none. Empty if none has failed. Valid until the thread's next call that fails.
 */
const char *ringmain_last_error(void);

/**
 * Sets what learns of everything that no caller can be told: in place of stderr, to which the library
 * writes nothing. Mains' diagnostics and renderers' failed listeners come here unless they have a hook of
 * their own (`ringmain_on_diagnostic`), and so does the text of a panic. One for the process; NULL for
 * none. May be called from any thread, and calls from any thread; not from inside the log itself.
 */
void ringmain_set_log(ringmain_log log,
                      void *user,
                      ringmain_destroy destroy);

/**
 * Makes a main, and gives its handle.
 *
 * @param endpoint the name that renderers find it by: 1 to 64 of [A-Za-z0-9._-]; or NULL for a main whose
 *        renderers are only those that it spawns
 * @param options NULL for the defaults
 * @returns INVALID_ARGUMENT; ENDPOINT_NAME; ENDPOINT_IN_USE while a living main has the name;
 *          PERMISSION_DENIED if the directory for endpoints is not this user's alone; EXHAUSTED; SYSTEM
 */
ringmain_status ringmain_bind(const char *endpoint,
                              const ringmain_main_options *options,
                              ringmain_ipc **handle);

/**
 * Makes a renderer, attached to the main that is bound to `endpoint`. Blocks until main has answered, five
 * seconds at most, and for a main to appear as long as the options say.
 *
 * @param options NULL for the defaults
 * @returns INVALID_ARGUMENT; NO_MAIN; ENDPOINT_NAME; PERMISSION_DENIED; VERSION_MISMATCH; LAYOUT_MISMATCH;
 *          SEGMENTS_REFUSED; MAIN_GONE; EXHAUSTED; DEADLINE; SYSTEM
 */
ringmain_status ringmain_connect(const char *endpoint,
                                 const ringmain_renderer_options *options,
                                 ringmain_ipc **handle);

/**
 * Makes a renderer, attached to the main that has spawned this process. Works once.
 *
 * @param options NULL for the defaults
 * @returns NOT_SPAWNED; else as `ringmain_connect`
 */
ringmain_status ringmain_from_env(const ringmain_renderer_options *options, ringmain_ipc **handle);

/**
 * Starts a program as a renderer of this main; there, `ringmain_from_env` attaches. Messages may be sent to
 * it at once. It inherits the environment, and what this process has as stdin, stdout and stderr.
 *
 * @param argv the program, found as a shell finds it, its arguments, and NULL
 * @param contents NULL, or a place for the renderer; `ringmain_web_contents_free` gives it back
 * @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED; FORKED; EXHAUSTED; SYSTEM if it cannot be started
 */
ringmain_status ringmain_spawn(const ringmain_ipc *handle,
                               const char *const *argv,
                               ringmain_web_contents **contents);

/**
 * Attaches a renderer to the main that is bound to its endpoint now, and keeps listeners: what to do after
 * MAIN_GONE. The session is a new one; calls that waited for the old one answer MAIN_GONE.
 *
 * @param timeout_ms how long to wait for a main: 0 not at all, -1 for ever
 * @returns as `ringmain_connect`; NOT_SPAWNED if this renderer was spawned, and its one session is used;
 *          DISCONNECTED after a close; WOULD_DEADLOCK inside a callback; CLAIM_HELD; WRONG_ROLE
 */
ringmain_status ringmain_reconnect(const ringmain_ipc *handle,
                                   int64_t timeout_ms);

/**
 * Ends all sessions, gives a main's endpoint up, and takes all callbacks away: none is called after this
 * has returned, but those further up on this thread's stack go on. Every later call but `ringmain_free`
 * answers DISCONNECTED. To close twice is no error.
 *
 * @param timeout_ms what waits in main because renderers do not read: 0 loses it, more waits as long for
 *        them, -1 for ever. Callbacks run meanwhile. Of no meaning for renderers, whose messages are in
 *        shared memory once they are sent
 * @returns DEADLINE if something was lost; WOULD_DEADLOCK inside a callback, unless it loses it, and then
 *          nothing was closed; CLAIM_HELD; FORKED
 */
ringmain_status ringmain_close(const ringmain_ipc *handle,
                               int64_t timeout_ms);

/**
 * Gives a handle back, and closes it first if it is open. No other call may use it any more, not even one
 * that goes on; not inside its own callbacks. NULL is ignored. In a forked child, what an inherited handle
 * holds stays until the child ends, and no destructor is called.
 */
void ringmain_free(ringmain_ipc *handle);

/**
 * A descriptor that is readable while there is something to dispatch: for poll, epoll and the like. It is
 * the handle's: valid until `ringmain_free`, not to be read, written or closed.
 *
 * @returns -1 if the handle is NULL, closed, or another process's
 */
int ringmain_fd(const ringmain_ipc *handle);

/**
 * Delivers what is there, and never blocks. Callbacks run inside this call.
 *
 * @param budget messages at most; SIZE_MAX for all
 * @param delivered NULL, or a place for their number
 * @returns MAIN_GONE once main is gone and all it had sent is delivered; WOULD_DEADLOCK inside a callback;
 *          CORRUPT; DISCONNECTED; FORKED; SYSTEM. OK and 0 while another thread dispatches
 */
ringmain_status ringmain_dispatch(const ringmain_ipc *handle,
                                  size_t budget,
                                  size_t *delivered);

/**
 * Delivers until `ringmain_stop`, sleeping while there is nothing. Callbacks run inside this call.
 *
 * @returns as `ringmain_dispatch`
 */
ringmain_status ringmain_run(const ringmain_ipc *handle);

/**
 * Ends `ringmain_run`, from any thread or callback; the next one if none runs now.
 *
 * @returns INVALID_ARGUMENT; DISCONNECTED
 */
ringmain_status ringmain_stop(const ringmain_ipc *handle);

/**
 * Answers a `sendSync`: Electron's `event.returnValue = value`. The first value wins; later ones, and one
 * for a message that is no `sendSync`, are ignored. Never blocks.
 *
 * @param value a builder that was begun for one value; NULL for undefined
 * @returns MALFORMED; TOO_LARGE: another value may be set; BACKPRESSURE if the renderer reads no replies;
 *          RENDERER_GONE; WRONG_ROLE
 */
ringmain_status ringmain_event_return(const ringmain_event *event,
                                      ringmain_builder *value);

/**
 * Sends a message back to its sender, as `ringmain_web_contents_send` does.
 *
 * @returns as there; WRONG_ROLE
 */
ringmain_status ringmain_event_reply(const ringmain_event *event,
                                     const char *channel,
                                     ringmain_builder *args);

/**
 * Keeps the right to answer a `sendSync` after the callback has returned, for any thread.
 *
 * @param reply a place for it; `ringmain_reply_value`, `ringmain_reply_error` or `ringmain_reply_free` ends it
 * @returns NOT_FOUND if the message is no `sendSync`, or was answered; WRONG_ROLE
 */
ringmain_status ringmain_event_keep(const ringmain_event *event,
                                    ringmain_reply **reply);

/**
 * Says that the listener has failed: what a throw is in Electron. Later listeners of the message are
 * skipped, and the text goes to `ringmain_on_diagnostic` or the log. In a handler, its caller gets the
 * text, unless it was answered.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_event_fail(const ringmain_event *event,
                                    const char *why);

/**
 * Adds a listener behind those that the channel has.
 *
 * @param user passed to every call
 * @param destroy NULL, or called once with `user` when the listener is not called any more; also if
 *        this call fails
 * @param number NULL, or a place for what `ringmain_off` takes
 * @returns INVALID_ARGUMENT; DISCONNECTED
 */
ringmain_status ringmain_on(const ringmain_ipc *handle,
                            const char *channel,
                            ringmain_listener listener,
                            void *user,
                            ringmain_destroy destroy,
                            uint64_t *number);

/**
 * The same for one call at most.
 *
 * @returns as `ringmain_on`
 */
ringmain_status ringmain_once(const ringmain_ipc *handle,
                              const char *channel,
                              ringmain_listener listener,
                              void *user,
                              ringmain_destroy destroy,
                              uint64_t *number);

/**
 * Takes a callback of any kind away. None of its calls begins after this has returned, and none goes on but
 * one that this is called from. Waits for one that goes on in another thread.
 *
 * @param number what `ringmain_on` and its like have given
 * @returns NOT_FOUND if it was taken away, or was called once and is over; INVALID_ARGUMENT; DISCONNECTED
 */
ringmain_status ringmain_off(const ringmain_ipc *handle,
                             uint64_t number);

/**
 * Takes all listeners of a channel away, or of all channels; handlers and hooks stay.
 *
 * @param channel NULL for all
 * @returns INVALID_ARGUMENT; DISCONNECTED
 */
ringmain_status ringmain_off_all(const ringmain_ipc *handle, const char *channel);

/**
 * Sets what answers `invoke` on a channel, of which there is one.
 *
 * @param once for one request only
 * @param user passed to every call
 * @param destroy as for `ringmain_on`
 * @param number NULL, or a place for what `ringmain_off` takes
 * @returns DUPLICATE_HANDLER; INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
 */
ringmain_status ringmain_handle(const ringmain_ipc *handle,
                                const char *channel,
                                bool once,
                                ringmain_handler handler,
                                void *user,
                                ringmain_destroy destroy,
                                uint64_t *number);

/**
 * Answers with a value. The reply is over if this returns OK, and stays the caller's if not.
 *
 * @param value a builder that was begun for one value; NULL for undefined
 * @returns MALFORMED; TOO_LARGE; BACKPRESSURE; RENDERER_GONE; FORKED
 */
ringmain_status ringmain_reply_value(ringmain_reply *reply, ringmain_builder *value);

/**
 * Answers with an error: the caller of an `invoke` gets its text, that of a `sendSync` NO_REPLY. The reply is
 * over if this returns OK.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_reply_error(ringmain_reply *reply,
                                     const char *why);

/**
 * Gives the right to answer back: the caller gets NO_REPLY, or that text. NULL is ignored.
 */
void ringmain_reply_free(ringmain_reply *reply);

/**
 * Electron's word for why a renderer is gone: `clean-exit` and so on. Never NULL, and for ever valid.
 *
 * @param reason a ringmain_gone_reason
 */
const char *ringmain_gone_text(uint32_t reason);

/**
 * Sets what is called when a renderer has attached, in place of the one before. NULL for nothing.
 *
 * @param destroy as for `ringmain_on`
 * @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
 */
ringmain_status ringmain_on_attached(const ringmain_ipc *handle,
                                     ringmain_attached hook,
                                     void *user,
                                     ringmain_destroy destroy);

/**
 * Sets what is called when a renderer is gone, in place of the one before. NULL for nothing.
 *
 * @param destroy as for `ringmain_on`
 * @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
 */
ringmain_status ringmain_on_gone(const ringmain_ipc *handle,
                                 ringmain_gone hook,
                                 void *user,
                                 ringmain_destroy destroy);

/**
 * Sets what is told of everything that no caller can be told, of either role, in place of the one before and
 * of the log (`ringmain_set_log`). NULL for the log. Called from any thread.
 *
 * @param destroy as for `ringmain_on`
 * @returns INVALID_ARGUMENT; DISCONNECTED
 */
ringmain_status ringmain_on_diagnostic(const ringmain_ipc *handle,
                                       ringmain_diagnostic hook,
                                       void *user,
                                       ringmain_destroy destroy);

/**
 * Sends a message. It is in shared memory when this returns OK; nobody waits for main to read it, but for
 * space if the ring is full. On a channel that nobody in main listens to it is dropped, as in Electron.
 *
 * @param args a builder that was begun for its arguments; NULL for none
 * @param timeout_ms how long to wait for space: -1 for ever, 0 not at all. With 0 a message has to fit into the
 *        empty ring at once, else it is TOO_LARGE
 * @returns BACKPRESSURE and DEADLINE: it was not sent; MALFORMED; MAIN_GONE; DISCONNECTED; FORKED;
 *          CHANNEL_NAME; TOO_LARGE; CLAIM_HELD; WRONG_ROLE
 */
ringmain_status ringmain_send(const ringmain_ipc *handle,
                              const char *channel,
                              ringmain_builder *args,
                              int64_t timeout_ms);

/**
 * Sends a message and blocks this thread until a listener in main answers it. Several threads may call at
 * once. Callbacks do not run meanwhile.
 *
 * @param args as for `ringmain_send`
 * @param timeout_ms how long to wait, for space and for the answer: -1 for ever
 * @param answer NULL, or a place for it; `ringmain_owned_free` gives it back. Undefined after a failure
 * @returns NO_REPLY if nobody answered, and nobody can any more; DEADLINE: main may have got the message, or
 *          get it yet; MALFORMED; MAIN_GONE; DISCONNECTED; FORKED; CHANNEL_NAME; TOO_LARGE; CLAIM_HELD;
 *          WRONG_ROLE; EXHAUSTED if there is no memory for the answer, here or in main
 */
ringmain_status ringmain_send_sync(const ringmain_ipc *handle,
                                   const char *channel,
                                   ringmain_builder *args,
                                   int64_t timeout_ms,
                                   ringmain_owned *answer);

/**
 * Sends a request to the channel's handler in main, and has `completion` called with the answer: once, and
 * then `destroy`. It may be called before this returns, if nothing could be sent. Does not wait for the
 * answer, but for space if the ring is full.
 *
 * @param args as for `ringmain_send`
 * @param timeout_ms how long to wait for space: -1 for ever, 0 not at all. `completion` gets DEADLINE, or
 *        BACKPRESSURE, if there was none: it was not sent then
 * @param completion NULL if nobody is interested in the answer
 * @param destroy as for `ringmain_on`
 * @returns what kept the request from being made up: INVALID_ARGUMENT; MALFORMED; WRONG_ROLE, and
 *          `completion` is not called then. All else comes through `completion`
 */
ringmain_status ringmain_invoke(const ringmain_ipc *handle,
                                const char *channel,
                                ringmain_builder *args,
                                int64_t timeout_ms,
                                ringmain_completion completion,
                                void *user,
                                ringmain_destroy destroy);

/**
 * The same, blocking until the answer is there: callbacks run inside this call, unless another thread
 * dispatches.
 *
 * @param timeout_ms how long to wait, for space and for the answer: -1 for ever
 * @param answer as for `ringmain_send_sync`
 * @returns HANDLER_FAILED, also if the handler dropped its reply; NO_HANDLER; TOO_MANY_PENDING; WOULD_DEADLOCK
 *          inside a callback; else as `ringmain_send_sync`
 */
ringmain_status ringmain_invoke_wait(const ringmain_ipc *handle,
                                     const char *channel,
                                     ringmain_builder *args,
                                     int64_t timeout_ms,
                                     ringmain_owned *answer);

/**
 * Reserves `len` bytes of a message from a renderer. Main's listeners get one value of the kind BYTES. Waits
 * for space if the ring is full; what the ring cannot hold at once is written in a buffer.
 *
 * @param timeout_ms how long to wait for space: as for `ringmain_send`, also when what is in a buffer is
 *        committed
 * @param claim a place for it
 * @returns CLAIM_HELD; else as `ringmain_send`; the claim is over then
 */
ringmain_status ringmain_claim(const ringmain_ipc *handle,
                               const char *channel,
                               size_t len,
                               int64_t timeout_ms,
                               ringmain_claimed *claim);

/**
 * The same for a message from main to a renderer. Never blocks: what the ring has no room for, or another
 * thread's claim is in the way of, is written in a buffer, and waits in main.
 *
 * @returns CLAIM_HELD; else as `ringmain_web_contents_send`; the claim is over then
 */
ringmain_status ringmain_web_contents_claim(const ringmain_web_contents *contents,
                                            const char *channel,
                                            size_t len,
                                            ringmain_claimed *claim);

/**
 * Sends the first `len` bytes of a claim, which is over then, whatever this returns.
 *
 * @returns INVALID_ARGUMENT if that is more than was claimed; NOT_FOUND if it is over; else as the claim
 */
ringmain_status ringmain_commit(ringmain_claimed *claim,
                                size_t len);

/**
 * Ends a claim without sending anything. One that is over is left as it is.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_abort(ringmain_claimed *claim);

/**
 * The renderer with this id.
 *
 * @param contents a place for it; `ringmain_web_contents_free` gives it back
 * @returns NOT_FOUND if there is none, or no more; INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
 */
ringmain_status ringmain_web_contents_get(const ringmain_ipc *handle,
                                          uint32_t id,
                                          ringmain_web_contents **contents);

/**
 * The ids of all renderers, in their order.
 *
 * @param ids place for `capacity` of them; NULL if that is 0
 * @param count a place for how many there are, which may be more than `capacity`
 * @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
 */
ringmain_status ringmain_web_contents_ids(const ringmain_ipc *handle,
                                          uint32_t *ids,
                                          size_t capacity,
                                          size_t *count);

/**
 * Sends a message to the renderer. Never blocks: what does not fit the ring waits in main, up to a bound. On
 * a channel that the renderer does not listen to it is dropped, as in Electron.
 *
 * @param args a builder that was begun for its arguments; NULL for none
 * @returns MALFORMED; RENDERER_GONE; BACKPRESSURE; CHANNEL_NAME; TOO_LARGE; FORKED; CLAIM_HELD; CORRUPT
 */
ringmain_status ringmain_web_contents_send(const ringmain_web_contents *contents,
                                           const char *channel,
                                           ringmain_builder *args);

/**
 * Ends the session. The renderer's process is not touched.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_web_contents_close(const ringmain_web_contents *contents);

/**
 * Gives back what `ringmain_web_contents_get` or `ringmain_spawn` gave. The session goes on. NULL is
 * ignored.
 */
void ringmain_web_contents_free(ringmain_web_contents *contents);

/**
 * What a renderer is and has done.
 *
 * @returns INVALID_ARGUMENT; WRONG_ROLE
 */
ringmain_status ringmain_renderer_info(const ringmain_ipc *handle, ringmain_info *info);

/**
 * What a renderer is, and what main's side of its session has done.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_web_contents_info(const ringmain_web_contents *contents,
                                           ringmain_info *info);

/**
 * Makes a builder, which has to be begun.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_builder_new(ringmain_builder **builder);

/**
 * Begins a message of `count` values, and forgets the one before.
 *
 * @returns INVALID_ARGUMENT
 */
ringmain_status ringmain_begin(ringmain_builder *builder, size_t count);

/**
 * Gives a builder back. NULL is ignored.
 */
void ringmain_builder_free(ringmain_builder *builder);

/**
 * Puts a value that has nothing but its kind, or begins a container: the values that are put next are those
 * in it.
 *
 * @param kind UNDEFINED, NULL; ARRAY and SET with `count` values; OBJECT and MAP with `count` pairs of key
 *        and value; SPARSE_ARRAY with its length, a number, and `count` pairs whose keys are indices or
 *        names; BOXED with one boolean, number, bigint or string
 * @param count 0 for UNDEFINED, NULL and BOXED
 * @returns INVALID_ARGUMENT for another kind; MALFORMED
 */
ringmain_status ringmain_put(ringmain_builder *builder,
                             uint32_t kind,
                             size_t count);

/**
 * Puts a boolean.
 *
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_bool(ringmain_builder *builder, bool value);

/**
 * Puts a number.
 *
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_number(ringmain_builder *builder, double value);

/**
 * Puts a bigint: a sign, and its magnitude.
 *
 * @param magnitude len bytes, the lowest first
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_bigint(ringmain_builder *builder,
                                    bool negative,
                                    const uint8_t *magnitude,
                                    size_t len);

/**
 * Puts a string.
 *
 * @param text UTF-8, or with lone surrogates as WTF-8 has them
 * @param len its bytes; SIZE_MAX if a zero ends it
 * @returns INVALID_ARGUMENT if it is not UTF-8; MALFORMED
 */
ringmain_status ringmain_put_string(ringmain_builder *builder, const char *text, size_t len);

/**
 * Puts bytes, which are copied.
 *
 * @param kind BYTES, or ARRAY_BUFFER for a buffer that views show
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_bytes(ringmain_builder *builder,
                                   uint32_t kind,
                                   const void *data,
                                   size_t len);

/**
 * Puts a date.
 *
 * @param ms milliseconds since 1970; NaN for an invalid date
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_date(ringmain_builder *builder, double ms);

/**
 * Puts a regular expression.
 *
 * @param source as for `ringmain_put_string`
 * @param flags of "dgimsuvy", each once at most, and a zero
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_regexp(ringmain_builder *builder,
                                    const char *source,
                                    size_t len,
                                    const char *flags);

/**
 * Puts an error.
 *
 * @param name a ringmain_error_name
 * @param message NULL for none; `message_len` bytes, or SIZE_MAX if a zero ends it
 * @param stack the same
 * @param has_cause whether the value that is put next is its cause
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_error(ringmain_builder *builder,
                                   uint32_t name,
                                   const char *message,
                                   size_t message_len,
                                   const char *stack,
                                   size_t stack_len,
                                   bool has_cause);

/**
 * Puts a value that was received, with everything in it.
 *
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_put_value(ringmain_builder *builder, ringmain_value value);

/**
 * Marks the value that is put next, so that it can be put again: the same object, as in JavaScript, not
 * another one that is equal. It may be put inside itself.
 *
 * @param mark a place for its mark, in this message
 * @returns INVALID_ARGUMENT; MALFORMED
 */
ringmain_status ringmain_mark(ringmain_builder *builder,
                              uint32_t *mark);

/**
 * Puts a value that was marked once more, inside a container.
 *
 * @returns NOT_FOUND if nothing was marked so; MALFORMED if it would be an argument itself, or a key
 */
ringmain_status ringmain_put_marked(ringmain_builder *builder,
                                    uint32_t mark);

/**
 * Puts a view of a buffer.
 *
 * @param kind a ringmain_view_kind
 * @param buffer the mark of an array buffer that was put before
 * @param offset bytes from its start, a multiple of an element's size
 * @param len bytes, likewise
 * @returns INVALID_ARGUMENT; NOT_FOUND if the mark is of no array buffer; MALFORMED
 */
ringmain_status ringmain_put_view(ringmain_builder *builder,
                                  uint32_t kind,
                                  uint32_t buffer,
                                  size_t offset,
                                  size_t len);

/**
 * What a value is, a ringmain_kind. Never fails.
 */
uint32_t ringmain_value_kind(ringmain_value value);

/**
 * How many values are in it: the elements of an array (its length, if it is sparse) or set, the pairs of an
 * object or map; the bytes of strings, bytes, array buffers and views; 0 for others. Never fails.
 */
size_t ringmain_value_len(ringmain_value value);

/**
 * Copies a value, with everything in it, to keep it.
 *
 * @param owned a place for it; `ringmain_owned_free` gives it back
 * @returns INVALID_ARGUMENT; EXHAUSTED if there is no memory for it
 */
ringmain_status ringmain_value_retain(ringmain_value value, ringmain_owned *owned);

/**
 * Gives a value of the caller's back, and makes it undefined. NULL, and one that is all zero, are ignored.
 */
void ringmain_owned_free(ringmain_owned *owned);

/**
 * A boolean, boxed or not.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_bool(ringmain_value value, bool *found);

/**
 * A number, boxed or not, or the milliseconds of a date.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_number(ringmain_value value, double *found);

/**
 * The text of a string, boxed or not: UTF-8, or WTF-8 if it has lone surrogates; without a zero behind it.
 * Valid as long as the value.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_string(ringmain_value value,
                                      const char **text,
                                      size_t *len);

/**
 * A bigint, boxed or not: its sign, and the bytes of its magnitude, the lowest first, as long as the value.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_bigint(ringmain_value value,
                                      bool *negative,
                                      const uint8_t **magnitude,
                                      size_t *len);

/**
 * A value as a text for people, as JavaScript's console would print it. Cut off where the place ends; a zero
 * is behind it.
 *
 * @param text place for `capacity` bytes; NULL if that is 0
 * @returns how many bytes the whole text has, without the zero
 */
size_t ringmain_value_text(ringmain_value value,
                           char *text,
                           size_t capacity);

/**
 * The bytes of bytes, of an array buffer, or those that a view shows. Valid as long as the value.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_bytes(ringmain_value value, const uint8_t **data, size_t *len);

/**
 * A view: what it is of, and where it begins there. Its bytes are `ringmain_value_bytes`.
 *
 * @param kind a place for a ringmain_view_kind
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_view(ringmain_value value,
                                    uint32_t *kind,
                                    ringmain_value *buffer,
                                    size_t *offset);

/**
 * An element of an array or set, or what is boxed; undefined if it is not there. Never fails. In a sparse
 * array it looks at the entries one by one.
 */
ringmain_value ringmain_value_at(ringmain_value value,
                                 size_t position);

/**
 * The value under a key of an object, or of a sparse array's other properties; undefined if there is none.
 * Never fails. Looks at the entries one by one.
 *
 * @param key UTF-8, with a zero behind it; one that is not finds nothing
 */
ringmain_value ringmain_value_get(ringmain_value value,
                                  const char *key);

/**
 * Key and value of a pair of an object, a map or a sparse array, whose elements' keys are numbers.
 *
 * @param position from 0
 * @returns NOT_FOUND past the last; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_pair(ringmain_value value,
                                    size_t position,
                                    ringmain_value *key,
                                    ringmain_value *found);

/**
 * An error.
 *
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_error(ringmain_value value, ringmain_js_error *found);

/**
 * A regular expression: its source, as long as the value, and its flags with a zero behind them.
 *
 * @param flags place for 9 bytes
 * @returns WRONG_KIND; INVALID_ARGUMENT
 */
ringmain_status ringmain_value_regexp(ringmain_value value,
                                      const char **source,
                                      size_t *len,
                                      char *flags);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* RINGMAIN_H */
