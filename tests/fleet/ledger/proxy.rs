//! Stands between a client and the database, and counts how often the client waits for an answer.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How long nothing has to happen until everything has.
const QUIET: Duration = Duration::from_millis(150);

pub struct Proxy {
    round_trips: Arc<AtomicU64>,
}

impl Proxy {
    /// A proxy before the database of this URL, and the URL by which it is reached.
    pub fn before(url: &str) -> (Proxy, String) {
        let (rest, database) = url.rsplit_once('/').expect("URLs of the devstack have one");
        let (rest, target) = rest.rsplit_once('@').expect("they have a password");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let round_trips = Arc::new(AtomicU64::new(0));
        let (target, counter) = (target.to_owned(), Arc::clone(&round_trips));
        // It ends with the process.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(&target).expect("the database is there");
                pass_on(client, server, &counter);
            }
        });
        (
            Proxy { round_trips },
            format!("{rest}@{address}/{database}"),
        )
    }

    /// How many round trips this takes, and what follows from it by itself.
    pub fn round_trips(&self, act: impl FnOnce()) -> u64 {
        let before = self.when_quiet();
        act();
        self.when_quiet() - before
    }

    fn when_quiet(&self) -> u64 {
        let now = || self.round_trips.load(Ordering::SeqCst);
        let mut last = now();
        loop {
            thread::sleep(QUIET);
            if now() == last {
                return last;
            }
            last = now();
        }
    }
}

/// Passes bytes on in both directions, and counts when the client speaks after the server did.
fn pass_on(client: TcpStream, server: TcpStream, counter: &Arc<AtomicU64>) {
    let asks = Arc::new(AtomicBool::new(false));
    let (answered, counter) = (Arc::clone(&asks), Arc::clone(counter));
    let both = |stream: &TcpStream| stream.try_clone().expect("sockets can be shared");
    let (client_end, server_end) = (both(&client), both(&server));
    thread::spawn(move || {
        copy(client, server, || {
            if !asks.swap(true, Ordering::SeqCst) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        });
    });
    thread::spawn(move || {
        copy(server_end, client_end, || {
            answered.store(false, Ordering::SeqCst);
        });
    });
}

fn copy(mut from: TcpStream, mut to: TcpStream, heard: impl Fn()) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        heard();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // It fails where the other side has hung up before.
    let _ = to.shutdown(Shutdown::Write);
}
