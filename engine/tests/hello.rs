//! The examples as users run them: real processes, judged by what they print and how they end.

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// In seconds. A machine with other work on it needs some for `hello`.
const PATIENCE_S: i64 = 120;

/// What `hello` printed, in a run that every test here looks at.
static HELLO: LazyLock<String> = LazyLock::new(|| Running::start("hello", &[]).finish());

#[test]
fn hello_runs_in_two_processes() {
    let main: u32 = number_behind(&HELLO, "main      pid ");
    let renderer: u32 = number_behind(&HELLO, "renderer  pid ");
    assert_ne!(main, renderer);
    assert!(HELLO.contains(&format!("renderer  pid {renderer}, main is {main}\n")), "{}", *HELLO);
}

#[test]
fn hello_sends_and_gets_a_reply() {
    assert_in_order(&HELLO, &["main      received ping", "renderer  received pong"]);
}

#[test]
fn hello_gets_a_return_value_while_it_waits() {
    let waits = "main      received ping, and the renderer waits";
    assert_in_order(&HELLO, &[waits, "renderer  sendSync returned pong"]);
}

#[test]
fn hello_invokes_and_gets_a_result_or_an_error() {
    let failed = "renderer  invoke failed as it should: Error invoking remote method 'sum': ";
    assert_in_order(&HELLO, &["renderer  invoke returned 42", failed]);
    let failed = "Error occurred in handler for 'sum': one is no number (for WebContents #1)";
    assert!(HELLO.contains(&format!("main      {failed}\n")), "{}", *HELLO);
}

#[test]
fn hello_gets_what_main_sends_by_itself_before_later_answers() {
    let greeting = "renderer  received hello from main";
    assert_in_order(&HELLO, &[greeting, "renderer  invoke returned 42"]);
}

#[test]
fn hello_ends_with_a_clean_exit_of_its_renderer() {
    assert_in_order(&HELLO, &["renderer  sent ", "main      renderer 1 is gone: clean-exit"]);
}

#[test]
fn hello_counts_the_same_on_both_sides() {
    let (sent, received) = sent_and_received(&HELLO, "renderer  sent ", " and received ");
    assert_eq!(sent_and_received(&HELLO, "main      sent ", " and received "), (received, sent));
    assert!(sent > 100_000, "{}", *HELLO);
}

#[test]
fn renderers_wait_for_a_main_and_share_it() {
    let endpoint = format!("hello-{}", std::process::id());
    let renderers = [(); 2].map(|()| Running::start("renderer", &[&endpoint]));
    let main = Running::start("main", &[&endpoint, "--renderers", "2"]);
    let said = renderers.map(Running::finish);
    let main = main.finish();

    assert!(main.contains(": 2 now\n"), "they were not attached at once:\n{main}");
    let mut ids = said.each_ref().map(|said| {
        let id: u32 = number_behind(said, "received hello from main as renderer ");
        let pid: u32 = number_behind(said, "pid ");
        assert!(main.contains(&format!("renderer {id} attached, pid {pid}: ")), "{main}");
        assert_in_order(said, &["sendSync returned pong", "received pong 1", "received pong 5"]);
        assert!(said.contains("invoke returned 42\n"), "{said}");

        let counted = said.lines().last().expect("it said something");
        let (sent, received) = sent_and_received(counted, "", " sent, ");
        let left = format!("renderer {id} left, disconnected: ");
        assert_eq!(sent_and_received(&main, &left, " sent, "), (received, sent));
        id
    });
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
}

#[test]
fn a_second_main_of_the_same_name_is_refused() {
    let endpoint = format!("twice-{}", std::process::id());
    let _first = Running::start_and_read_a_line("main", &[&endpoint]);
    let (status, _, complaint) = Running::start("main", &[&endpoint]).end();
    assert_eq!(status, Some(1));
    assert_eq!(complaint, format!("main: endpoint '{endpoint}' is in use\n"));
}

/// A running example. It is killed if the test fails before it has ended.
struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    fn start(name: &'static str, args: &[&str]) -> Self {
        let mut command = Command::new(example(name));
        command.args(args).env("XDG_RUNTIME_DIR", env!("CARGO_TARGET_TMPDIR"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, child }
    }

    /// Starts an example and waits until it has said something.
    fn start_and_read_a_line(name: &'static str, args: &[&str]) -> Self {
        use std::io::Read;
        let mut running = Self::start(name, args);
        let stdout = running.child.stdout.as_mut().expect("it is piped");
        let read = stdout.read(&mut [0; 256]).unwrap();
        assert!(read > 0, "{name} said nothing");
        running
    }

    /// What it printed, once it has ended with status 0.
    fn finish(self) -> String {
        let name = self.name;
        let (status, said, complaint) = self.end();
        assert_eq!(status, Some(0), "{name} failed.\n{said}{complaint}");
        said
    }

    /// Its exit status, and what it wrote to stdout and stderr. Both fit a pipe.
    fn end(mut self) -> (Option<i32>, String, String) {
        let pid = Pid::from_child(&self.child);
        let process = pidfd_open(pid, PidfdFlags::empty()).unwrap();
        let patience = Timespec { tv_sec: PATIENCE_S, tv_nsec: 0 };
        if rustix::event::poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience))
            == Ok(0)
        {
            self.child.kill().unwrap();
        }
        let status = self.child.wait().unwrap();
        let read = |from: &mut dyn std::io::Read| std::io::read_to_string(from).unwrap();
        let said = read(self.child.stdout.as_mut().expect("it is piped"));
        let complaint = read(self.child.stderr.as_mut().expect("it is piped"));
        (status.code(), said, complaint)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed or wants it to go.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example's program, which cargo puts beside the directory of this test's own.
fn example(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let profile = this.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let path = profile.join("examples").join(name);
    assert!(path.exists(), "no {}: `cargo build --examples` makes it", path.display());
    path
}

#[track_caller]
fn number_behind<N: std::str::FromStr>(text: &str, label: &str) -> N {
    let (_, behind) = text.split_once(label).unwrap_or_else(|| panic!("no '{label}' in:\n{text}"));
    let digits = behind.split(|at: char| !at.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or_else(|_| panic!("no number behind '{label}' in:\n{text}"))
}

/// The two numbers behind `label` and `between`.
#[track_caller]
fn sent_and_received(text: &str, label: &str, between: &str) -> (u64, u64) {
    let (_, behind) = text.split_once(label).unwrap_or_else(|| panic!("no '{label}' in:\n{text}"));
    (number_behind(behind, ""), number_behind(behind, between))
}

/// Each of `lines` begins a line of `text`, the next one behind the one before.
#[track_caller]
fn assert_in_order(text: &str, lines: &[&str]) {
    let mut rest = text.lines();
    for line in lines {
        assert!(rest.any(|at| at.starts_with(line)), "no '{line}' where it belongs in:\n{text}");
    }
}
