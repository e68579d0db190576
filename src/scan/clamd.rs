//! What is sent to clamd, by the client library.

use super::ScanError;
use crate::config::Clamd;
use clamav_client::tokio::{Socket, Tcp, ping as ping_at, scan_file};
use std::io;
use std::path::Path;
use tokio::fs::File;

/// Bytes of a file that are sent at once; each piece has its length in front.
const PIECE_BYTES: usize = 64 * 1024;

/// Sends a file and gives the answer as it came.
///
/// # Errors
/// [`ScanError::Local`] when the file cannot be opened, [`ScanError::Unreachable`] when the connection cannot be made or
/// breaks, which clamd also does to files beyond its limits.
pub(super) async fn scan(address: &Clamd, path: &Path) -> Result<Vec<u8>, ScanError> {
    // The client opens it as well, and does not say which of the two failed.
    File::open(path).await.map_err(ScanError::Local)?;
    let answer = match address {
        Clamd::Tcp(address) => scan_file(path, tcp(address), Some(PIECE_BYTES)).await,
        Clamd::Unix(socket) => scan_file(path, unix(socket), Some(PIECE_BYTES)).await,
    };
    answer.map_err(unreachable)
}

/// Asks for a sign of life and gives the answer as it came.
///
/// # Errors
/// [`ScanError::Unreachable`].
pub(super) async fn ping(address: &Clamd) -> Result<Vec<u8>, ScanError> {
    let answer = match address {
        Clamd::Tcp(address) => ping_at(tcp(address)).await,
        Clamd::Unix(socket) => ping_at(unix(socket)).await,
    };
    answer.map_err(unreachable)
}

fn tcp(address: &str) -> Tcp<String> {
    Tcp {
        host_address: address.to_owned(),
    }
}

fn unix(socket: &Path) -> Socket<std::path::PathBuf> {
    Socket {
        socket_path: socket.to_owned(),
    }
}

fn unreachable(error: io::Error) -> ScanError {
    ScanError::Unreachable(error)
}
