//! A main that the kernel kills for waiting on a futex of another process.
#![expect(unsafe_code, reason = "installs a seccomp filter, and waits on a futex to prove it")]

use super::player::{say, told};
use super::stage::{self, Log, OVERFLOW, RING};
use ringmain::MainOptions;
use std::sync::Arc;

/// Offsets in what a filter looks at (`struct seccomp_data`).
const NUMBER: u32 = 0;
const SECOND_ARGUMENT: u32 = 24;

/// System calls that wait on futexes and are newer than libc's table.
const FUTEX_WAITV: u32 = 449;
const FUTEX_WAIT: u32 = 455;

/// The operations of `futex` that sleep. Alone they are on shared words; a private one has the bit
/// 128 besides.
const SLEEPS: [u32; 5] = [0, 6, 9, 11, 13];

/// Runs a main on this thread, which may sleep on no shared futex, until told to end. Told `maps`,
/// it says how it has mapped segments; told `descriptors`, how many it has open.
///
/// # Panics
/// If there is no main to be had.
pub fn play(endpoint: &str) {
    let options = MainOptions::new().ring_capacity(RING).overflow_limit(OVERFLOW);
    let main = options.bind(endpoint).expect("a main");
    let log = Arc::new(Log::default());
    stage::listen(&main, &log);
    let stops = main.clone();
    // Not under the filter: it was there before.
    std::thread::spawn(move || {
        while let Some(question) = told() {
            say(&match question.as_str() {
                "maps" => maps().join(" "),
                _ => descriptors().to_string(),
            });
        }
        stops.stop();
    });
    forbid_shared_waits();
    say("runs");
    main.run().expect("a main that runs");
    say("ran");
    // Joining a thread waits on a shared futex.
    std::process::exit(0);
}

/// The permissions of all mappings of segments.
fn maps() -> Vec<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("our own maps");
    let segments = maps.lines().filter(|line| line.contains("memfd:ringmain"));
    let permissions = segments.filter_map(|line| line.split_whitespace().nth(1));
    let mut permissions: Vec<_> = permissions.map(str::to_owned).collect();
    permissions.sort_unstable();
    permissions
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("our own descriptors").count()
}

/// What the filter is there to forbid. Returns only if it does not.
pub fn wait_on_a_shared_word() {
    forbid_shared_waits();
    let word = 1_u32;
    let none = std::ptr::null::<libc::timespec>();
    // SAFETY: waits while the word is 0, which it is not; a word of our own.
    unsafe { libc::syscall(libc::SYS_futex, &raw const word, libc::FUTEX_WAIT, 0, none) };
    say("waited");
}

/// From now on this thread, and those that it starts, are killed for sleeping on a shared futex.
fn forbid_shared_waits() {
    let mut program = vec![load(NUMBER)];
    program.extend([FUTEX_WAITV, FUTEX_WAIT].iter().flat_map(|number| kill_if(*number)));
    let futex = u32::try_from(libc::SYS_futex).expect("a number");
    let others = u8::try_from(2 + 2 * SLEEPS.len()).expect("a short program");
    program.push(skip_unless(futex, others));
    program.push(load(SECOND_ARGUMENT));
    program.push(statement(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0xff));
    program.extend(SLEEPS.iter().flat_map(|operation| kill_if(*operation)));
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).expect("a short program"),
        filter: program.as_mut_ptr(),
    };
    // SAFETY: sets a flag of this thread; no memory is involved.
    let flagged = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(flagged, 0, "{}", std::io::Error::last_os_error());
    let mode = libc::SECCOMP_MODE_FILTER;
    // SAFETY: the kernel copies the program that `filter` points to, which lives to the end of this
    // function.
    let filtered = unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const filter) };
    assert_eq!(filtered, 0, "{}", std::io::Error::last_os_error());
}

fn load(offset: u32) -> libc::sock_filter {
    statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset)
}

fn answer(answer: u32) -> libc::sock_filter {
    statement(libc::BPF_RET | libc::BPF_K, answer)
}

fn kill_if(value: u32) -> [libc::sock_filter; 2] {
    [skip_unless(value, 1), answer(libc::SECCOMP_RET_KILL_PROCESS)]
}

fn skip_unless(value: u32, others: u8) -> libc::sock_filter {
    let code = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    libc::sock_filter { jf: others, ..statement(code, value) }
}

fn statement(code: u32, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).expect("an opcode"), jt: 0, jf: 0, k }
}
