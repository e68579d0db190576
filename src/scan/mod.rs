//! Whether a file may be used: clamd is asked, over its own protocol (`INSTREAM`). The only room that knows it.
//!
//! What clamd did not call clean in so many words is not clean: a broken connection, an answer that is none, a limit of
//! clamd's own, silence. Start at [`Scanner`].

mod answer;
mod clamd;
mod error;

pub use error::ScanError;

// For the fuzzer (`fuzz/`) alone.
#[cfg(any(fuzzing, test))]
pub use answer::{is_alive, verdict};

use crate::breaker::Breaker;
use crate::config;
use crate::config::ScanMode;
use crate::telemetry::names;
use std::path::Path;
use std::time::Duration;
use tokio::time::timeout;

/// How long clamd may take to say that it is there. It is asked before each scan, so that a host that swallows packets costs
/// an upload this long, and not as long as a scan may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is to be thought of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found in it.
    Clean,
    /// Something was found in it.
    Infected {
        /// What, by the scanner's name for it.
        signature: String,
    },
    /// Scanning is turned off: nobody looked.
    Unscanned,
}

/// Asks clamd, or says that nobody is to be asked.
#[derive(Debug)]
pub struct Scanner {
    /// None: scanning is turned off.
    clamd: Option<config::Clamd>,
    within: Duration,
    breaker: Breaker,
}

impl Scanner {
    /// A scanner; it connects when it is first used.
    pub fn new(config: &config::Scan) -> Scanner {
        // A zero for each before the first.
        for verdict in ["clean", "infected", "failed"] {
            scans(verdict).increment(0);
        }
        Scanner {
            clamd: (config.mode == ScanMode::Required).then(|| config.clamd.clone()),
            within: Duration::from_millis(config.timeout_ms.into()),
            breaker: Breaker::new("clamd"),
        }
    }

    /// Whether files are scanned at all.
    pub fn is_on(&self) -> bool {
        self.clamd.is_some()
    }

    /// How long a scan may take.
    pub fn within(&self) -> Duration {
        self.within
    }

    /// Scans a file. Where the scanner failed five times in a row it is not asked until it has answered a probe.
    ///
    /// # Errors
    /// [`ScanError`]: nothing is known of the file.
    pub async fn scan(&self, path: &Path) -> Result<Verdict, ScanError> {
        let Some(clamd) = &self.clamd else {
            return Ok(Verdict::Unscanned);
        };
        let scanned = match self.breaker.is_open() {
            true => Err(ScanError::Away),
            false => {
                let work = self.ask(clamd, path);
                self.breaker.watch(ScanError::is_outage, work).await
            }
        };
        let verdict = match &scanned {
            Ok(Verdict::Infected { .. }) => "infected",
            Ok(_) => "clean",
            Err(_) => "failed",
        };
        scans(verdict).increment(1);
        scanned
    }

    async fn ask(&self, address: &config::Clamd, path: &Path) -> Result<Verdict, ScanError> {
        Self::ping_at(address).await?;
        let answer = timeout(self.within, clamd::scan(address, path)).await;
        let answer = answer.map_err(|_| ScanError::Late(self.within))??;
        answer::verdict(&answer)
    }

    /// Asks the scanner for a sign of life; where scanning is turned off there is nobody to give one, and none is missed.
    ///
    /// # Errors
    /// [`ScanError`] where there is none within 3 s.
    pub async fn ping(&self) -> Result<(), ScanError> {
        match &self.clamd {
            Some(address) => Self::ping_at(address).await,
            None => Ok(()),
        }
    }

    async fn ping_at(address: &config::Clamd) -> Result<(), ScanError> {
        let answer = timeout(PATIENCE, clamd::ping(address)).await;
        let answer = answer.map_err(|_| ScanError::Late(PATIENCE))??;
        answer::is_alive(&answer)
    }

    /// Whether the scanner is not asked at this moment, because it failed time after time.
    pub fn is_away(&self) -> bool {
        self.breaker.is_open()
    }

    /// Probes the scanner while it is away, so that it is asked again once it is back; never ends.
    pub async fn look_out(&self) {
        self.breaker.probe(|| self.ping()).await;
    }
}

fn scans(verdict: &'static str) -> metrics::Counter {
    metrics::counter!(names::SCANS, "verdict" => verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A clamd that answers `PONG` to every ping, and this to every file. Both ends of a connection close it.
    async fn pretend(answer: &'static [u8]) -> config::Clamd {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut command = [0; 6];
                if stream.read_exact(&mut command).await.is_err() {
                    continue;
                }
                if &command == b"zPING\0" {
                    let _ = stream.write_all(b"PONG\0").await;
                    continue;
                }
                let mut rest = Vec::new();
                let mut buffer = [0; 4096];
                // An empty piece ends the file; its content is short here, and has no four zeros.
                while !rest.ends_with(&[0; 4]) {
                    match stream.read(&mut buffer).await {
                        Ok(0) | Err(_) => break,
                        Ok(length) => rest.extend_from_slice(&buffer[..length]),
                    }
                }
                let _ = stream.write_all(answer).await;
            }
        });
        config::Clamd::Tcp(address.to_string())
    }

    fn scanner(mode: ScanMode, clamd: config::Clamd) -> Scanner {
        Scanner::new(&config::Scan {
            mode,
            clamd,
            timeout_ms: 5000,
        })
    }

    fn file() -> NamedTempFile {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(b"bytes").expect("room");
        file
    }

    #[tokio::test]
    async fn a_file_is_what_the_scanner_says_and_else_unknown() {
        let file = file();
        let found = Verdict::Infected {
            signature: "Bad.Thing".to_owned(),
        };
        for (answer, verdict) in [
            (&b"stream: OK\0"[..], Some(Verdict::Clean)),
            (b"stream: Bad.Thing FOUND\0", Some(found)),
            (b"INSTREAM size limit exceeded. ERROR\0", None),
            (b"stream: OK", None),
            (b"", None),
        ] {
            let scanner = scanner(ScanMode::Required, pretend(answer).await);
            assert_eq!(scanner.scan(file.path()).await.ok(), verdict, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn a_scanner_that_is_away_is_not_asked_until_it_answers_a_probe() {
        let file = file();
        let nobody = config::Clamd::Unix("/nowhere/clamd.ctl".into());
        let away = scanner(ScanMode::Required, nobody);
        for _ in 0..5 {
            assert!(!away.is_away());
            let failed = away.scan(file.path()).await;
            assert!(
                matches!(failed, Err(ScanError::Unreachable(_))),
                "{failed:?}"
            );
        }
        assert!(away.is_away());
        let failed = away.scan(file.path()).await;
        assert!(matches!(failed, Err(ScanError::Away)), "{failed:?}");

        let back = Scanner {
            clamd: Some(pretend(b"stream: OK\0").await),
            ..away
        };
        tokio::select! {
            () = back.look_out() => unreachable!("it never ends"),
            () = back.breaker.closed() => {}
        }
        let scanned = back.scan(file.path()).await;
        assert_eq!(scanned.ok(), Some(Verdict::Clean));
    }

    #[tokio::test]
    async fn where_scanning_is_off_nobody_is_asked() {
        let nobody = config::Clamd::Unix("/nowhere/clamd.ctl".into());
        let off = scanner(ScanMode::Off, nobody);
        let verdict = off.scan(Path::new("/nowhere/file")).await;
        assert_eq!(verdict.ok(), Some(Verdict::Unscanned));
        assert!(off.ping().await.is_ok() && !off.is_on());
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_no_fault_of_the_scanner() {
        let scanner = scanner(ScanMode::Required, pretend(b"stream: OK\0").await);
        for _ in 0..6 {
            let failed = scanner.scan(Path::new("/nowhere/file")).await;
            assert!(matches!(failed, Err(ScanError::Local(_))), "{failed:?}");
        }
        assert!(!scanner.is_away());
    }
}
