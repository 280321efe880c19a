//! System calls of a pair, counted by the kernel: both ends run under ptrace(2), and what they
//! call between two [`mark`]s counts, whatever thread calls it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use libc::{c_int, c_uint, c_void, pid_t};
use rustix::process::{Pid, Signal};

use crate::Result;

/// Begins this process's counted section, and then ends it: one system call that no
/// process of a pair makes otherwise.
pub(crate) fn mark() {
    std::hint::black_box(rustix::process::getsid(None)).ok();
}

const MARK: u64 = libc::SYS_getsid as u64;

/// What one process has called.
#[derive(Debug, Default, Clone, Copy)]
struct Section {
    marks: u32,
    calls: u64,
}

/// Traces two processes and all their threads. If the tracer dies, they do.
#[derive(Debug)]
pub(crate) struct Tracer {
    /// By process.
    sections: HashMap<pid_t, Section>,
    /// Each traced thread's process.
    threads: HashMap<pid_t, pid_t>,
    reaped: HashMap<pid_t, ExitStatus>,
}

/// What a stopped thread stopped for.
enum Stop {
    SystemCall,
    Clone,
    /// Something that happened to it, or that only tracing made visible.
    Other,
    Signal(c_int),
}

impl Tracer {
    /// Seizes processes that have one thread yet.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub(crate) fn seize(processes: [u32; 2]) -> Result<Self> {
        let mut tracer =
            Self { sections: HashMap::new(), threads: HashMap::new(), reaped: HashMap::new() };
        for process in processes.map(u32::cast_signed) {
            let options =
                libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_EXITKILL;
            request(libc::PTRACE_SEIZE, process, 0, options as usize)?;
            // A seized thread runs on: stop it once, so that it can be told to stop at calls.
            request(libc::PTRACE_INTERRUPT, process, 0, 0)?;
            tracer.threads.insert(process, process);
            tracer.sections.insert(process, Section::default());
        }
        Ok(tracer)
    }

    /// Follows both processes to their ends. Returns the calls between their marks.
    ///
    /// # Errors
    /// If one fails (the other is killed then), leaves a section open, or if none has a section.
    pub(crate) fn run(&mut self) -> Result<u64> {
        if let Err(error) = self.follow() {
            self.kill()?;
            return Err(error);
        }
        if self.sections.values().any(|section| !matches!(section.marks, 0 | 2)) {
            return Err("an end did not mark the beginning and the end of one section".into());
        }
        if self.sections.values().all(|section| section.marks == 0) {
            return Err("neither end marked a section".into());
        }
        Ok(self.sections.values().map(|section| section.calls).sum())
    }

    fn follow(&mut self) -> Result<()> {
        while self.reaped.len() < self.sections.len() {
            let (thread, status) = wait()?;
            if libc::WIFSTOPPED(status) {
                self.stopped(thread, status)?;
            } else {
                self.ended(thread, status)?;
            }
        }
        Ok(())
    }

    /// Ends what is left. A process is not waited for by name: it is not over before its traced
    /// threads were waited for as well.
    fn kill(&mut self) -> Result<()> {
        for process in self.sections.keys().filter(|process| !self.reaped.contains_key(process)) {
            if let Some(process) = Pid::from_raw(*process) {
                rustix::process::kill_process(process, Signal::KILL)?;
            }
        }
        while self.reaped.len() < self.sections.len() {
            let (thread, status) = wait()?;
            if !libc::WIFSTOPPED(status) {
                let _ = self.ended(thread, status); // that it failed is what we wanted
            }
        }
        Ok(())
    }

    /// How a process ended, if this tracer waited for it: nobody else can then.
    pub(crate) fn reaped(&self, process: u32) -> Option<ExitStatus> {
        self.reaped.get(&process.cast_signed()).copied()
    }

    fn stopped(&mut self, thread: pid_t, status: c_int) -> Result<()> {
        let process = self.process_of(thread)?;
        match self.heed(process, thread, stop(status)) {
            // Killed while it was stopped, as by another thread's exit: its end is the next thing to be seen.
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Takes what a stop tells, and has the thread go on.
    fn heed(&mut self, process: pid_t, thread: pid_t, stop: Stop) -> std::io::Result<()> {
        let mut signal = 0;
        match stop {
            Stop::SystemCall => {
                if let Some(number) = entered_call(thread)? {
                    self.sections.entry(process).or_default().count(number);
                }
            }
            Stop::Clone => {
                // Perhaps before its own first stop: it must not be forgotten till then.
                self.threads.insert(cloned(thread)?, process);
            }
            Stop::Signal(number) => signal = number,
            Stop::Other => {}
        }
        request(libc::PTRACE_SYSCALL, thread, 0, signal as usize)
    }

    fn ended(&mut self, thread: pid_t, status: c_int) -> Result<()> {
        self.threads.remove(&thread);
        if !self.sections.contains_key(&thread) {
            return Ok(()); // a thread, not a process
        }
        let status = ExitStatus::from_raw(status);
        self.reaped.insert(thread, status);
        if status.success() { Ok(()) } else { Err(format!("an end failed ({status})").into()) }
    }

    /// A new thread's first stop may be seen before its parent's.
    fn process_of(&mut self, thread: pid_t) -> Result<pid_t> {
        match self.threads.entry(thread) {
            Entry::Occupied(known) => Ok(*known.get()),
            Entry::Vacant(new) => {
                let status = std::fs::read_to_string(format!("/proc/{thread}/status"))?;
                let process = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
                Ok(*new.insert(process.ok_or("a thread without a process")?.trim().parse()?))
            }
        }
    }
}

impl Section {
    fn count(&mut self, call: u64) {
        match self.marks {
            _ if call == MARK => self.marks += 1,
            1 => self.calls += 1,
            _ => {}
        }
    }
}

fn stop(status: c_int) -> Stop {
    let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
    match (event, signal) {
        (0, signal) if signal == libc::SIGTRAP | 0x80 => Stop::SystemCall,
        (libc::PTRACE_EVENT_CLONE, _) => Stop::Clone,
        (0, signal) => Stop::Signal(signal),
        _ => Stop::Other,
    }
}

/// The number of the call that a thread is about to make; `None` when it is back from one.
#[expect(unsafe_code, reason = "the kernel fills a struct of ptrace's")]
fn entered_call(thread: pid_t) -> std::io::Result<Option<u64>> {
    // SAFETY: integers all through; zeroes are a value of each.
    let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
    let len = size_of_val(&info);
    request(libc::PTRACE_GET_SYSCALL_INFO, thread, len, (&raw mut info).addr())?;
    if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
        return Ok(None);
    }
    // SAFETY: `op` says which member the kernel wrote, and all of them are integers.
    Ok(Some(unsafe { info.u.entry }.nr))
}

/// The thread that a thread has just started.
fn cloned(thread: pid_t) -> std::io::Result<pid_t> {
    let mut started: libc::c_ulong = 0;
    request(libc::PTRACE_GETEVENTMSG, thread, 0, (&raw mut started).addr())?;
    pid_t::try_from(started).map_err(std::io::Error::other)
}

#[expect(unsafe_code, reason = "no safe crate in use has ptrace(2)")]
fn request(what: c_uint, thread: pid_t, address: usize, data: usize) -> std::io::Result<()> {
    let (address, data) = (address as *mut c_void, data as *mut c_void);
    // SAFETY: of the requests made here only GET_SYSCALL_INFO and GETEVENTMSG write through
    // `data`, and their callers, just above, pass a local of the size these write.
    match unsafe { libc::ptrace(what, thread, address, data) } {
        -1 => Err(std::io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// The next thing that happens to any traced thread.
#[expect(unsafe_code, reason = "rustix has no waitpid for other processes' threads")]
fn wait() -> Result<(pid_t, c_int)> {
    let mut status = 0;
    // SAFETY: `status` is a local that outlives the call.
    match unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL) } {
        -1 => Err(std::io::Error::last_os_error().into()),
        thread => Ok((thread, status)),
    }
}
