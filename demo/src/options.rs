//! The command line.

use std::path::PathBuf;

/// Runs RabbitMQ, PostgreSQL, an S3 server, clamd, Gildhall's API and two workers on free ports of this machine, makes the
/// video of a sample job with them, and stops everything.
#[derive(Debug, clap::Parser)]
#[command(name = "gildhall-demo", version)]
pub struct Options {
    /// Keep running until Ctrl-C, and tell how to use it, instead of making the sample video.
    #[arg(long)]
    pub up: bool,
    /// Keep the services' data in this folder and go on with it the next time [default: a temporary folder].
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Where the results and the logs go.
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
    /// The job to run. Its assets are keys relative to the folder of assets.
    #[arg(long, value_name = "FILE", default_value = "assets/job.json")]
    pub job: PathBuf,
    /// The folder of assets.
    #[arg(long, value_name = "DIR", default_value = "assets")]
    pub assets: PathBuf,
    /// The API's port on 127.0.0.1 [default: 8080, or the next one that is free].
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
}

impl Options {
    /// The folder of logs.
    pub fn logs(&self) -> PathBuf {
        self.out.join("logs")
    }

    /// A file among the results.
    pub fn result(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// The file of an asset by its key, which the contract keeps from leaving the folder.
    pub fn asset(&self, key: &str) -> PathBuf {
        self.assets.join(key)
    }
}
