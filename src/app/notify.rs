//! Tells systemd how a service of `Type=notify` stands: that it has started, that it lives, that it stops. Where
//! systemd does not listen, nothing is sent. The protocol is that of `sd_notify(3)`: datagrams to `$NOTIFY_SOCKET`.

use crate::telemetry::chain;
use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// systemd reads at once; a message that it does not take must not hold up a job.
const PATIENCE: Duration = Duration::from_secs(1);
/// Signs of life in the time within which systemd wants one.
const SIGNS: u32 = 2;

/// Whoever started this process, if it wants to know.
#[derive(Clone, Debug, Default)]
pub(super) struct Supervisor {
    line: Option<Arc<Line>>,
    /// A process without a sign of life for so long is killed and started again.
    watchdog: Option<Duration>,
    /// How long the end of this process may take.
    end: Option<Duration>,
}

/// Where the messages go.
#[derive(Debug)]
struct Line {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl Supervisor {
    /// Of this process, by its environment. One that cannot be told anything is a warning, never a reason not to work.
    pub fn of_process() -> Supervisor {
        let watchdog = watchdog(
            env::var("WATCHDOG_USEC").ok().as_deref(),
            env::var("WATCHDOG_PID").ok().as_deref(),
        );
        let Some(name) = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Supervisor::default();
        };
        match Line::open(&name) {
            Ok(line) => Supervisor {
                line: Some(Arc::new(line)),
                watchdog,
                end: None,
            },
            Err(error) => {
                tracing::warn!(
                    error = chain(&error),
                    ?name,
                    "systemd cannot be told how this process stands"
                );
                Supervisor::default()
            }
        }
    }

    /// Asks for as much time from SIGTERM on, should the unit allow less (`TimeoutStopSec=`).
    pub fn ending_within(self, end: Duration) -> Supervisor {
        let end = Some(end);
        Supervisor { end, ..self }
    }

    /// The service has started. From now on a task of this runtime gives the signs of life that the watchdog wants: they end
    /// when the runtime no longer gets round to it.
    pub fn ready(&self) {
        self.tell("READY=1");
        if let Some(within) = self.watchdog {
            tokio::spawn(self.clone().live(within / SIGNS));
        }
    }

    /// `shutdown`, and tells of it when it comes.
    pub fn at<F: Future<Output = ()>>(&self, shutdown: F) -> impl Future<Output = ()> + use<F> {
        let supervisor = self.clone();
        async move {
            shutdown.await;
            supervisor.stopping();
        }
    }

    fn stopping(&self) {
        match self.end {
            Some(end) => self.tell(&format!(
                "STOPPING=1\nEXTEND_TIMEOUT_USEC={}",
                end.as_micros()
            )),
            None => self.tell("STOPPING=1"),
        }
    }

    /// It goes on while the process drains, until the runtime ends.
    async fn live(self, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.tell("WATCHDOG=1");
        }
    }

    fn tell(&self, message: &str) {
        if let Some(line) = &self.line
            && let Err(error) = line.socket.send_to_addr(message.as_bytes(), &line.address)
        {
            tracing::warn!(error = chain(&error), message, "systemd was not told");
        }
    }
}

impl Line {
    fn open(name: &OsStr) -> io::Result<Line> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let address = address(name)?;
        Ok(Line { socket, address })
    }
}

/// A path, or with `@` in front a name without a file (an abstract socket).
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'/', ..] => SocketAddr::from_pathname(name),
        [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest),
        _ => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "neither a path nor an abstract socket",
        )),
    }
}

/// The watchdog's time, if it is meant for this process and not for the one that started it.
fn watchdog(usec: Option<&str>, pid: Option<&str>) -> Option<Duration> {
    let is_ours = pid.is_none_or(|pid| pid.parse::<u32>() == Ok(process::id()));
    let usec = usec?.parse::<u64>().ok().filter(|usec| *usec > 0)?;
    is_ours.then(|| Duration::from_micros(usec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;

    /// systemd's end, and a supervisor that tells it.
    fn pair(name: &OsStr, watchdog: Option<Duration>) -> (UnixDatagram, Supervisor) {
        let address = address(name).expect("the tests use good names");
        let systemd = UnixDatagram::bind_addr(&address).expect("the name is free");
        let patience = Some(Duration::from_secs(20));
        systemd.set_read_timeout(patience).expect("it is not zero");
        let line = Line::open(name).expect("the name is good");
        let supervisor = Supervisor {
            line: Some(Arc::new(line)),
            watchdog,
            end: None,
        };
        (systemd, supervisor)
    }

    fn heard(systemd: &UnixDatagram) -> io::Result<String> {
        let mut bytes = [0; 256];
        let length = systemd.recv(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes[..length]).into_owned())
    }

    fn socket_file(folder: &tempfile::TempDir) -> std::path::PathBuf {
        folder.path().join("notify")
    }

    #[tokio::test]
    async fn systemd_hears_of_the_start_and_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let (systemd, supervisor) = pair(socket_file(&folder).as_os_str(), None);
        supervisor.ready();
        assert_eq!(heard(&systemd).expect("a message"), "READY=1");
        supervisor.at(ready(())).await;
        assert_eq!(heard(&systemd).expect("a message"), "STOPPING=1");
        let patient = supervisor.ending_within(Duration::from_secs(90));
        patient.at(ready(())).await;
        assert_eq!(
            heard(&systemd).expect("a message"),
            "STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000"
        );
    }

    #[tokio::test]
    async fn a_socket_may_have_no_file() {
        let name = format!("@gildhall-notify-{}", process::id());
        let (systemd, supervisor) = pair(OsStr::new(&name), None);
        supervisor.ready();
        assert_eq!(heard(&systemd).expect("a message"), "READY=1");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_runtime_that_works_gives_signs_of_life() {
        let folder = tempfile::tempdir().expect("a folder");
        let watchdog = Some(Duration::from_millis(20));
        let (systemd, supervisor) = pair(socket_file(&folder).as_os_str(), watchdog);
        supervisor.ready();
        assert_eq!(heard(&systemd).expect("a message"), "READY=1");
        for _ in 0..3 {
            assert_eq!(heard(&systemd).expect("a message"), "WATCHDOG=1");
        }
    }

    /// The only thread of this runtime is busy with this very test.
    #[tokio::test]
    async fn a_runtime_that_is_stuck_gives_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let watchdog = Some(Duration::from_millis(20));
        let (systemd, supervisor) = pair(socket_file(&folder).as_os_str(), watchdog);
        supervisor.ready();
        assert_eq!(heard(&systemd).expect("a message"), "READY=1");
        let moment = Some(Duration::from_millis(200));
        systemd.set_read_timeout(moment).expect("it is not zero");
        let silence = heard(&systemd).expect_err("nothing runs that could send");
        assert_eq!(silence.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn the_watchdog_of_another_process_is_none_of_ours() {
        let own = process::id().to_string();
        let minute = Some(Duration::from_secs(60));
        assert_eq!(watchdog(Some("60000000"), None), minute);
        assert_eq!(watchdog(Some("60000000"), Some(&own)), minute);
        assert_eq!(watchdog(Some("60000000"), Some("0")), None);
        for bad in [None, Some(""), Some("0"), Some("soon")] {
            assert_eq!(watchdog(bad, None), None, "{bad:?}");
        }
    }

    #[test]
    fn other_kinds_of_address_are_refused() {
        for bad in ["", "notify", "vsock:2:9999"] {
            assert!(address(OsStr::new(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_systemd_nobody_is_told() {
        Supervisor::default().stopping();
    }
}
