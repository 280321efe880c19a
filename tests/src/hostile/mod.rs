//! A renderer that cheats, and the stage on which it is watched.
//!
//! ```text
//!   test process                           good process       hostile process
//!   Stage: an IpcMain that runs  ◄────────── IpcRenderer
//!          its diagnostics, in a log ◄───────────────────────── Client: a socket, two mappings,
//!          a watchdog                                           and no engine
//! ```
//! The hostile process is a program of its own (`bin/hostile_peer.rs`) that plays one script. It uses
//! nothing of the engine but the layout's constants and the bytes of values: what it writes, a
//! compromised renderer can write. The good one asks main for answers before, during and after, and
//! checks each.

pub mod client;
pub mod filter;
pub mod good;
pub mod lies;
pub mod map;
pub mod player;
pub mod scripts;
pub mod stage;

/// The socket of the endpoint `name`, where the engine puts it.
#[must_use]
pub fn socket_path(name: &str) -> std::path::PathBuf {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    let folder = match runtime.filter(|path| path.is_absolute()) {
        Some(runtime) => runtime.join("ringmain"),
        None => {
            let uid = rustix::process::geteuid().as_raw();
            std::env::temp_dir().join(format!("ringmain-{uid}"))
        }
    };
    folder.join(format!("{name}.sock"))
}

/// Numbers that look random and are the same in every run (splitmix64).
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next one.
    #[must_use]
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}
