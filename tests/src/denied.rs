//! System calls that a process may not make: what a sandbox or a limit does to it.
#![expect(unsafe_code, reason = "installs a seccomp filter")]

use std::process::Command;

/// The variable in which a test tells its programs.
const VARIABLE: &str = "RINGMAIN_TEST_DENIED";

/// Has `program`, one of ours, be denied the system call of this number.
pub fn deny(program: &mut Command, number: i64) {
    program.env(VARIABLE, number.to_string());
}

/// From now on this thread, and those that it starts, are answered `EPERM` to the system call that they were
/// denied, if any.
///
/// # Panics
/// If there is no such filter to be had.
pub fn obey_denial() {
    let Ok(number) = std::env::var(VARIABLE) else { return };
    let number: u32 = number.parse().expect("a number");
    let mut program = [
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        // As well as the newer `clone3`, without which libc takes the older one.
        libc::sock_filter {
            jt: 2,
            ..statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, number)
        },
        libc::sock_filter {
            jt: 2,
            ..statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, CLONE3)
        },
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
        errno(libc::EPERM),
        errno(libc::ENOSYS),
    ];
    let len = u16::try_from(program.len()).expect("a short program");
    let filter = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: sets a flag of this thread; no memory is involved.
    let flagged = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    assert_eq!(flagged, 0, "{}", std::io::Error::last_os_error());
    let mode = libc::SECCOMP_MODE_FILTER;
    // SAFETY: the kernel copies the program, which lives to the end of this function.
    let filtered = unsafe { libc::prctl(libc::PR_SET_SECCOMP, mode, &raw const filter) };
    assert_eq!(filtered, 0, "{}", std::io::Error::last_os_error());
}

const CLONE3: u32 = 435;

fn errno(errno: i32) -> libc::sock_filter {
    let answer = libc::SECCOMP_RET_ERRNO | errno.cast_unsigned();
    statement(libc::BPF_RET | libc::BPF_K, answer)
}

fn statement(code: u32, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: u16::try_from(code).expect("an opcode"), jt: 0, jf: 0, k }
}
