//! The HTTP server around the routes: connections, their limits, and their end. What is no HTTP it refuses by itself, with a
//! bare 400, 414 or 431, and closes the connection.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::Seat;
use super::stall::Patient;
use super::{ApiState, router};
use crate::telemetry::chain;

/// Most connections at a time; further ones wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 4096;
/// Largest request line with all headers, in bytes. (There may be 100 headers: hyper's own limit.)
const MAX_HEADER_BYTES: usize = 16 * 1024;
/// How long a client may take for its headers, and keep an idle connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take nothing of an answer that waits for it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way may take after the shutdown began.
const DRAIN: Duration = Duration::from_secs(25);
/// A rest where the system has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the API until `shutdown`, then takes no further connection, ends the event streams, and gives what is under way
/// 25 s.
pub async fn run(listener: TcpListener, state: ApiState, shutdown: impl Future<Output = ()>) {
    let routes = router(Arc::clone(&state));
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer, place) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            connection = accept(&listener, &places) => connection,
        };
        // Whoever holds enough connections is hung up on, so that others find a place.
        let Some(seat) = state.addresses.seat(peer.ip()) else {
            tracing::debug!(%peer, "the address holds too many connections");
            continue;
        };
        let taken = (seat, place);
        let connection = serve(stream, peer, routes.clone(), connections.watcher(), taken);
        tokio::spawn(connection);
    }
    drop(listener);
    state.end_streams();
    if tokio::time::timeout(DRAIN, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way when the server ended");
    }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            // The client was gone before we came to it.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(error = chain(&error), "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    watcher: Watcher,
    _taken: (Seat, OwnedSemaphorePermit),
) {
    // Answers are small: none waits for the next one.
    let _ = stream.set_nodelay(true);
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_header_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(Patient::new(stream, ANSWER_TIMEOUT)), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::trace!(error = chain(&error), "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_beyond_the_last_place_waits_for_one() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let places = Arc::new(Semaphore::new(2));
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(TcpStream::connect(address).await.expect("it listens"));
        }
        let first = accept(&listener, &places).await;
        let _second = accept(&listener, &places).await;
        assert_eq!(places.available_permits(), 0);
        let third = accept(&listener, &places);
        let mut third = pin!(third);
        let moment = Duration::from_millis(50);
        let waits = tokio::time::timeout(moment, &mut third).await;
        assert!(waits.is_err(), "there is no third place");
        drop(first);
        let (_, peer, _) = third.await;
        assert_eq!(peer, clients[2].local_addr().expect("it is connected"));
    }
}
