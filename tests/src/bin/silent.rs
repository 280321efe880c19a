//! A process that stands in a main's door: it connects to the socket in the first argument as often as the
//! second one says, says nothing, and comes again as often as the third one says, whether it was shown out or
//! not.

use ringmain_tests::{Watchdog, until_eof};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::error::Error;
use std::os::fd::OwnedFd;

/// A connection, if there is room to wait for one.
fn connection(address: &SocketAddrUnix) -> Result<Option<OwnedFd>, Box<dyn Error>> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    Ok(rustix::net::connect(&socket, address).ok().map(|()| socket))
}

fn main() -> Result<(), Box<dyn Error>> {
    let _watchdog = Watchdog::new();
    let words: Vec<_> = std::env::args().skip(1).collect();
    let address = SocketAddrUnix::new(&*words[0])?;
    let (at_once, again): (usize, usize) = (words[1].parse()?, words[2].parse()?);
    let mut silent = Vec::new();
    for number in 0..at_once + again {
        let connection = connection(&address)?;
        if silent.len() < at_once {
            silent.extend(connection);
        } else if let Some(connection) = connection {
            silent[number % at_once] = connection;
        }
        if number + 1 == at_once {
            println!("ready");
        }
    }
    until_eof();
    Ok(())
}
