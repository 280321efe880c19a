//! The level of the C ABI, `benches/c/level.c`: compiled against the header and linked to the shared library,
//! as a C program is, when the table begins.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Where it is: beside this program.
///
/// # Errors
/// If this program does not know where it is.
pub(crate) fn path() -> Result<PathBuf> {
    Ok(built()?.join("libringmain-bench-level.so"))
}

/// Builds it, and Ringmain's library before it, both as this program was built.
///
/// # Errors
/// If cargo or the C compiler (`$CC`, or `cc`) fails.
pub(crate) fn build() -> Result<()> {
    let built = built()?;
    let ffi = Path::new(PACKAGE).join("../ffi");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut library = Command::new(cargo);
    library.args(["build", "--quiet", "--manifest-path"]).arg(ffi.join("Cargo.toml"));
    library.arg("--target-dir").arg(built.parent().unwrap_or(&built));
    if !cfg!(debug_assertions) {
        library.arg("--release");
    }
    run(library)?;
    // The loader asks for the soname.
    let soname = built.join("libringmain.so.0");
    if std::fs::read_link(&soname).is_err() {
        let linked = std::os::unix::fs::symlink("libringmain.so", &soname);
        linked.or_else(|error| if soname.exists() { Ok(()) } else { Err(error) })?;
    }
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let mut level = Command::new(compiler);
    level.args([
        "-std=c11",
        "-O2",
        "-fPIC",
        "-shared",
        "-Wall",
        "-Wextra",
        "-Wpedantic",
        "-Werror",
    ]);
    level.arg("-I").arg(ffi.join("include")).arg(Path::new(PACKAGE).join("c/level.c"));
    // Whoever loads it meanwhile sees the old file or the new one, whole.
    let fresh = built.join(format!("libringmain-bench-level.{}.so", std::process::id()));
    level.arg("-o").arg(&fresh).arg("-L").arg(&built).args(["-lringmain", "-Wl,-rpath,$ORIGIN"]);
    run(level)?;
    Ok(std::fs::rename(fresh, path()?)?)
}

fn run(mut command: Command) -> Result<()> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

/// The folder of what cargo has built for this profile.
fn built() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("a program in no folder")?;
    let is_test = folder.ends_with("deps");
    Ok(if is_test { folder.parent().unwrap_or(folder) } else { folder }.to_owned())
}
