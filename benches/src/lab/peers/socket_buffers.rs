//! The buffers of a socket.

use std::os::fd::AsFd;

use rustix::net::sockopt;

use crate::Result;

/// More than any system allows: the kernel takes what it allows instead.
const WANTED: usize = 1 << 30;

/// Makes the socket's buffers as large as a process without privileges may.
pub(super) fn raise(socket: impl AsFd) -> Result<()> {
    sockopt::set_socket_send_buffer_size(&socket, WANTED)?;
    sockopt::set_socket_recv_buffer_size(&socket, WANTED)?;
    Ok(())
}
