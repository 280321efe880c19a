//! Building and running programs in C against the library, as a host's developer does.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

pub const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How long a program may take before it counts as hanging: far more than it needs.
const PATIENCE: Duration = Duration::from_secs(240);

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    Shared,
    Static,
    /// By what the flags say.
    None,
}

/// The folder that this test was built in: `target/debug`, with the library and the examples.
pub fn built() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let folder = test.parent().unwrap().parent().unwrap().to_owned();
        // The folder is that of the profile, and its parent is the target folder.
        make(&["all", "PROFILE=dev"], &folder);
        cargo(&["build", "-p", "ringmain", "--example", "main", "--example", "renderer"], &folder);
        let soname = folder.join("libringmain.so.0");
        let _ = std::os::unix::fs::symlink("libringmain.so", soname);
        folder
    });
    built.clone()
}

fn cargo(args: &[&str], built: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(args).arg("--quiet").env("CARGO_TARGET_DIR", built.parent().unwrap());
    succeeds(cargo.current_dir(ROOT));
}

/// `make -C ffi`, into the folder that tests are built in. One at a time: cargo, which it calls, takes the
/// library away for a moment when it puts another in its place.
pub fn make(args: &[&str], built: &Path) -> String {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut make = Command::new("make");
    make.arg("-C").arg(ROOT).args(args).env("CARGO_TARGET_DIR", built.parent().unwrap());
    // A make above this one would pass its flags on.
    succeeds(make.env_remove("MAKEFLAGS"))
}

/// Runs a command to its end, and returns what it printed.
pub fn succeeds(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = texts(&output);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}

fn texts(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}

/// Compiles a program of `tests/c` or `examples`, with every warning an error.
pub fn compiled(source: &str, linked: Linked, flags: &[&str]) -> PathBuf {
    let built = built();
    let is_cpp = Path::new(source).extension().is_some_and(|extension| extension == "cpp");
    let (compiler, standard) = if is_cpp { ("c++", "-std=c++17") } else { ("cc", "-std=c11") };
    // Flags may be long paths: files' names may not.
    let mut hash = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&flags, &mut hash);
    let hash = std::hash::Hasher::finish(&hash);
    let name = format!("{}-{linked:?}-{hash:x}", source.replace(['/', '.'], "-"));
    let out = built.join("ffi-tests");
    std::fs::create_dir_all(&out).unwrap();
    let program = out.join(name);
    // Written aside and moved: another test may run the same program.
    static COMPILED: AtomicU32 = AtomicU32::new(0);
    let number = COMPILED.fetch_add(1, Ordering::Relaxed);
    let fresh = program.with_extension(format!("{}-{number}", std::process::id()));
    let mut command = Command::new(compiler);
    command.current_dir(ROOT).args([standard, "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic"]);
    command.args(["-Werror", "-g", "-pthread", "-Iinclude", "-Itests/c"]);
    command.arg(source).args(flags).arg("-o").arg(&fresh);
    match linked {
        Linked::None => {}
        Linked::Shared => {
            command.arg("-L").arg(&built).arg("-lringmain");
            command.arg(format!("-Wl,-rpath,{}", built.display()));
        }
        Linked::Static => {
            command.arg(built.join("libringmain.a"));
            command.args(["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]);
        }
    }
    succeeds(&mut command);
    std::fs::rename(&fresh, &program).unwrap();
    program
}

/// An example of the engine's.
pub fn rust_example(name: &str) -> PathBuf {
    built().join("examples").join(name)
}

/// A name that no other test has.
pub fn endpoint(test: &str) -> String {
    format!("c-{test}-{}", std::process::id())
}

/// Runs a program to its end, which has to be a good one, and returns what it printed.
pub fn runs(program: &Path, args: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(args);
    ends(start(command))
}

/// Starts a program.
pub fn start(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Waits for a program's good end, and returns what it printed.
pub fn ends(mut child: Child) -> String {
    let id = child.id();
    let (done, over) = std::sync::mpsc::channel::<()>();
    // Ends a program that hangs, so that what it has printed is seen.
    let watchdog = thread::spawn(move || {
        let hangs = over
            .recv_timeout(PATIENCE)
            .is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout);
        if hangs {
            let _ = Command::new("kill").args(["-ABRT", &id.to_string()]).status();
        }
    });
    let started = Instant::now();
    let output = {
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        let read = |pipe: Option<Box<dyn std::io::Read + Send>>| {
            thread::spawn(move || {
                let mut text = Vec::new();
                if let Some(mut pipe) = pipe {
                    let _ = pipe.read_to_end(&mut text);
                }
                text
            })
        };
        let stdout = read(stdout.map(|pipe| Box::new(pipe) as _));
        let stderr = read(stderr.map(|pipe| Box::new(pipe) as _));
        let status = child.wait().unwrap();
        Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
    };
    drop(done);
    watchdog.join().unwrap();
    let text = texts(&output);
    assert!(output.status.success(), "{} after {:?}\n{text}", output.status, started.elapsed());
    text
}
