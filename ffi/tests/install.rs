//! `make install` as packagers use it, and what is found there by pkg-config and CMake.
//!
//! Where pkg-config is missing its tests say so and do nothing; with `RINGMAIN_REQUIRE` set they fail.
//! CMake is taken from `PATH`, or else out of the Python package of that name, into the target folder; where
//! there is neither, its tests say so and do nothing, even then.

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::{ROOT, built, endpoint, ends, make, start, succeeds};

/// The package of CMake's that is used where there is none.
const CMAKE: &str = "cmake==4.1.2";

/// Files of one installation; removed at its end.
struct Installed {
    /// Where the host finds them.
    prefix: PathBuf,
    /// What packagers move to `/` later.
    folder: PathBuf,
}

impl Installed {
    /// Installs into a new folder, which is the prefix.
    fn new(test: &str) -> Self {
        let folder = built().join("ffi-installed").join(endpoint(test));
        let prefix = folder.join("usr");
        make(&["install", "PROFILE=dev", &format!("PREFIX={}", prefix.display())], &built());
        Self { prefix, folder }
    }

    /// Installs for `/opt/ringmain`, staged in a new folder.
    fn staged(test: &str) -> Self {
        let folder = built().join("ffi-installed").join(endpoint(test));
        let destination = format!("DESTDIR={}", folder.display());
        make(&["install", "PROFILE=dev", "PREFIX=/opt/ringmain", &destination], &built());
        Self { prefix: folder.join("opt/ringmain"), folder }
    }

    fn lib(&self) -> PathBuf {
        self.prefix.join("lib")
    }

    /// What pkg-config answers, in words.
    fn pkg_config(&self, args: &[&str]) -> Vec<String> {
        let mut command = Command::new("pkg-config");
        command.args(args).arg("ringmain");
        command.env("PKG_CONFIG_LIBDIR", self.lib().join("pkgconfig"));
        succeeds(&mut command).split_whitespace().map(str::to_owned).collect()
    }

    /// Compiles an example with flags that somebody else knows, and puts it into the folder.
    fn compiled(&self, role: &str, extension: &str, flags: &[String]) -> PathBuf {
        let program = self.folder.join(format!("{role}-{extension}"));
        let mut command = Command::new(if extension == "cpp" { "c++" } else { "cc" });
        let source = Path::new(ROOT).join(format!("examples/{role}.{extension}"));
        command.args(["-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(source).args(flags);
        if extension == "cpp" {
            command.arg("-std=c++17");
        }
        succeeds(&mut command);
        program
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Whether a program can be run.
fn is_there(program: impl AsRef<std::ffi::OsStr>) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Whether there is pkg-config, which has to be if everything has to.
fn has_pkg_config() -> bool {
    let is_there = is_there("pkg-config");
    if !is_there {
        assert!(std::env::var_os("RINGMAIN_REQUIRE").is_none(), "pkg-config is not installed");
        eprintln!("skipped: pkg-config is not installed");
    }
    is_there
}

/// CMake, of this machine or of the target folder.
fn cmake() -> Option<OsString> {
    static FOUND: OnceLock<Option<OsString>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        if is_there("cmake") {
            return Some("cmake".into());
        }
        let folder = built().join("ffi-cmake").join(CMAKE);
        let cmake = folder.join("bin/cmake");
        if !is_there(&cmake) {
            let _ = Command::new("python3").args(["-m", "venv"]).arg(&folder).output();
            let pip = folder.join("bin/pip");
            let _ = Command::new(pip).args(["install", "--quiet", CMAKE]).output();
        }
        is_there(&cmake).then(|| cmake.into_os_string())
    });
    if found.is_none() {
        eprintln!("skipped: there is no cmake, and no {CMAKE} to be had from Python");
    }
    found.clone()
}

/// Whether a program asks the loader for the library.
fn asks_for_the_library(program: &Path) -> bool {
    succeeds(Command::new("readelf").arg("-d").arg(program)).contains("[libringmain.so.0]")
}

/// Runs an installed pair, where the library is found only if its folder is named.
fn talks(main: &Path, renderer: &Path, library: Option<&Path>, test: &str) {
    let name = endpoint(test);
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.arg(&name).env_remove("LD_LIBRARY_PATH");
        command.envs(library.map(|folder| ("LD_LIBRARY_PATH", folder)));
        command
    };
    let mut main = command(main);
    main.arg("1");
    let main = start(main);
    let heard = ends(start(command(renderer)));
    assert!(heard.ends_with("invoke returned 42\n"), "{heard}");
    ends(main);
}

#[test]
fn the_files_are_where_they_belong_and_name_no_other_place() {
    let installed = Installed::staged("files");
    let mut files = Vec::new();
    let mut folders = vec![installed.folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                files.push(path.strip_prefix(&installed.prefix).unwrap().display().to_string());
            }
        }
    }
    files.retain(|file| !file.starts_with("include/ringmain/"));
    files.sort();
    let version = env!("CARGO_PKG_VERSION");
    let expected = [
        "include/ringmain.h",
        "include/ringmain.hpp",
        "lib/cmake/Ringmain/RingmainConfig.cmake",
        "lib/cmake/Ringmain/RingmainConfigVersion.cmake",
        "lib/libringmain.a",
        "lib/libringmain.so",
        "lib/libringmain.so.0",
        &format!("lib/libringmain.so.{version}"),
        "lib/pkgconfig/ringmain.pc",
    ];
    assert_eq!(files, expected);
    for file in files.iter().filter(|file| file.ends_with(".cmake") || file.ends_with(".pc")) {
        let text = std::fs::read_to_string(installed.prefix.join(file)).unwrap();
        assert!(!text.contains(&*installed.folder.to_string_lossy()), "{file}: {text}");
        // Nothing was left to be filled in.
        assert!(!text.contains('@'), "{file}: {text}");
    }
    let pc = std::fs::read_to_string(installed.lib().join("pkgconfig/ringmain.pc")).unwrap();
    assert!(pc.starts_with("prefix=/opt/ringmain\n"), "{pc}");
}

#[test]
fn every_part_of_the_cpp_header_is_installed() {
    let installed = Installed::new("parts");
    let parts = |folder: &Path| {
        let entries = std::fs::read_dir(folder.join("include/ringmain")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(parts(&installed.prefix), parts(Path::new(ROOT)));
}

#[test]
fn the_library_names_itself_by_its_major_version() {
    let installed = Installed::new("soname");
    let library = installed.lib().join("libringmain.so");
    let names = succeeds(Command::new("readelf").arg("-d").arg(library));
    assert!(names.contains("Library soname: [libringmain.so.0]"), "{names}");
}

#[test]
fn the_library_for_static_linking_needs_what_the_packages_say() {
    let mut rustc = Command::new(env!("CARGO"));
    rustc.current_dir(ROOT).env("CARGO_TARGET_DIR", built().parent().unwrap());
    rustc.args(["rustc", "--lib", "--", "--print", "native-static-libs"]);
    let said = succeeds(&mut rustc);
    let (_, needed) = said.split_once("native-static-libs: ").expect(&said);
    let needed = needed.lines().next().unwrap();
    let makefile = std::fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let named = makefile.lines().find_map(|line| line.strip_prefix("private := ")).unwrap();
    let sorted = |libraries: &str| {
        let mut libraries: Vec<_> = libraries.split(' ').map(str::to_owned).collect();
        libraries.sort();
        libraries.dedup();
        libraries
    };
    assert_eq!(sorted(named), sorted(needed));
}

#[test]
fn pkg_config_finds_the_shared_library() {
    if !has_pkg_config() {
        return;
    }
    let installed = Installed::new("pc");
    let flags = installed.pkg_config(&["--cflags", "--libs"]);
    let version = installed.pkg_config(&["--modversion"]);
    assert_eq!(version, [env!("CARGO_PKG_VERSION")]);
    for extension in ["c", "cpp"] {
        let main = installed.compiled("main", extension, &flags);
        let renderer = installed.compiled("renderer", extension, &flags);
        assert!(asks_for_the_library(&main) && asks_for_the_library(&renderer));
        talks(&main, &renderer, Some(&installed.lib()), &format!("pc-{extension}"));
    }
}

#[test]
fn pkg_config_finds_the_static_library() {
    if !has_pkg_config() {
        return;
    }
    let installed = Installed::new("pc-static");
    // `--static` names what the library needs; which library is taken is the linker's choice.
    let mut flags = installed.pkg_config(&["--static", "--cflags", "--libs"]);
    let place = flags.iter().position(|flag| flag == "-lringmain").unwrap();
    flags[place] = "-l:libringmain.a".to_owned();
    let main = installed.compiled("main", "c", &flags);
    let renderer = installed.compiled("renderer", "c", &flags);
    assert!(!asks_for_the_library(&main) && !asks_for_the_library(&renderer));
    talks(&main, &renderer, None, "pc-static");
}

/// A project that asks for a version, and has an example for each of both libraries.
fn project(version: &str) -> String {
    format!(
        "cmake_minimum_required(VERSION 3.16)
project(host C)
find_package(Ringmain {version} REQUIRED)
foreach(role main renderer)
  add_executable(${{role}}-shared {ROOT}/examples/${{role}}.c)
  target_link_libraries(${{role}}-shared PRIVATE Ringmain::ringmain)
  add_executable(${{role}}-static {ROOT}/examples/${{role}}.c)
  target_link_libraries(${{role}}-static PRIVATE Ringmain::ringmain_static)
endforeach()
"
    )
}

/// Configures a project against an installation.
fn configured(installed: &Installed, cmake: &OsString, version: &str) -> Command {
    let host = installed.folder.join(format!("host-{version}"));
    std::fs::create_dir_all(&host).unwrap();
    std::fs::write(host.join("CMakeLists.txt"), project(version)).unwrap();
    let mut command = Command::new(cmake);
    command.arg("-S").arg(&host).arg("-B").arg(host.join("build"));
    command.arg(format!("-DCMAKE_PREFIX_PATH={}", installed.prefix.display()));
    command
}

#[test]
fn cmake_finds_both_libraries() {
    let Some(cmake) = cmake() else { return };
    let installed = Installed::new("cmake");
    let version = env!("CARGO_PKG_VERSION");
    succeeds(&mut configured(&installed, &cmake, version));
    let build = installed.folder.join(format!("host-{version}/build"));
    succeeds(Command::new(&cmake).arg("--build").arg(&build));
    for linked in ["shared", "static"] {
        let main = build.join(format!("main-{linked}"));
        let renderer = build.join(format!("renderer-{linked}"));
        assert_eq!(asks_for_the_library(&main), linked == "shared");
        // CMake has told programs where the library is.
        talks(&main, &renderer, None, &format!("cmake-{linked}"));
    }
}

#[test]
fn cmake_refuses_another_series() {
    let Some(cmake) = cmake() else { return };
    let installed = Installed::new("cmake-version");
    for version in ["99.0", "0.99"] {
        let output = configured(&installed, &cmake, version).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("compatible"), "{version}: {said}");
    }
    succeeds(&mut configured(&installed, &cmake, ""));
}

#[test]
fn the_example_is_one_command_away() {
    for (target, language) in [("hello", "C"), ("hello-cpp", "C++")] {
        let said = make(&[target, "PROFILE=dev"], &built());
        assert!(said.contains("invoke returned 42\n"), "{language}: {said}");
    }
}
