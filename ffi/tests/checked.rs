//! The C programs under checkers of memory, which also see what the library allocates: it takes memory by
//! `malloc`, as its host does.
//!
//! None of them needs a suppression. Whoever adds one says which call of whose gives the false alarm.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};
use support::{Linked, compiled, endpoint, ends, start, succeeds};

const SANITIZED: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/// Whether the compiler has the sanitizers' libraries. If not it says so, and with `RINGMAIN_REQUIRE` fails.
fn can_sanitize() -> bool {
    let mut cc = Command::new("cc");
    cc.args(SANITIZED).args(["-x", "c", "-", "-o", "/dev/null"]);
    let can = compiles(cc, b"int main(void) { return 0; }");
    if !can {
        assert!(std::env::var_os("RINGMAIN_REQUIRE").is_none(), "cc has no sanitizers");
        eprintln!("skipped: cc has no sanitizers");
    }
    can
}

fn compiles(mut command: Command, input: &[u8]) -> bool {
    command.stdin(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait().unwrap().success()
}

/// Whether valgrind is there. If not it says so: no contributor has to have it.
fn has_valgrind() -> bool {
    let has = Command::new("valgrind").arg("--version").output().is_ok();
    if !has {
        eprintln!("skipped: no valgrind");
    }
    has
}

/// Runs a program with a directory of endpoints of its own.
fn checks(mut command: Command, name: &str, args: &[&str]) {
    let name = endpoint(name);
    let directory = std::env::temp_dir().join(&name);
    std::fs::create_dir(&directory).unwrap();
    succeeds(Command::new("chmod").arg("700").arg(&directory));
    command.arg(&name).args(args).env("XDG_RUNTIME_DIR", &directory).env("CHECKED", "1");
    ends(start(command));
    std::fs::remove_dir_all(directory).unwrap();
}

fn sanitized(source: &str, args: &[&str]) {
    if can_sanitize() {
        let flags = [&SANITIZED[..], &["-lm", "-DDEPTH=1000"]].concat();
        let program = compiled(&format!("tests/c/{source}.c"), Linked::Shared, &flags);
        checks(Command::new(program), &format!("asan-{source}"), args);
    }
}

/// Threads run one at a time under it, by turns that are fair: one that polls would else keep the others out.
fn valgrind(source: &str, args: &[&str]) {
    if has_valgrind() {
        let flags = ["-lm", "-DDEPTH=1000"];
        let program = compiled(&format!("tests/c/{source}.c"), Linked::Shared, &flags);
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--error-exitcode=99", "--fair-sched=yes", "--leak-check=full"]);
        command.args(["--show-leak-kinds=definite,indirect,possible"]);
        command.arg(concat!(
            "--suppressions=",
            env!("CARGO_MANIFEST_DIR"),
            "/tests/c/valgrind.supp"
        ));
        command.args(["--errors-for-leak-kinds=definite,indirect,possible"]).arg(program);
        checks(command, &format!("valgrind-{source}"), args);
    }
}

#[test]
fn misuse_sanitized() {
    sanitized("misuse", &[]);
}

#[test]
fn callbacks_sanitized() {
    sanitized("callbacks", &[]);
}

#[test]
fn statuses_sanitized() {
    sanitized("statuses", &[]);
}

#[test]
fn values_sanitized() {
    sanitized("values", &[]);
}

#[test]
fn sessions_and_messages_sanitized() {
    sanitized("leaks", &["300", "30000", "3000"]);
}

#[test]
fn misuse_in_valgrind() {
    valgrind("misuse", &[]);
}

#[test]
fn callbacks_in_valgrind() {
    valgrind("callbacks", &[]);
}

#[test]
fn statuses_in_valgrind() {
    valgrind("statuses", &[]);
}

#[test]
fn values_in_valgrind() {
    valgrind("values", &[]);
}

#[test]
fn sessions_and_messages_in_valgrind() {
    valgrind("leaks", &["100", "5000", "500"]);
}

/// A checker that finds nothing in anything would let all of these pass.
#[test]
fn the_checkers_see_what_is_not_given_back() {
    if can_sanitize() {
        let program = compiled("tests/c/forgets.c", Linked::Shared, &SANITIZED);
        let output = Command::new(program).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("forgets.c"), "{said}");
    }
}
