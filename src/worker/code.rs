//! What failed, in stable words for programs. Renders that end in order have words of their own (`RenderError::code`).

use gildhall_proto::{Failure, FailureClass};

/// Why a job or an attempt failed, as far as its render did not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// An asset has too many bytes.
    AssetTooLarge,
    /// The scanner found something in an asset.
    AssetRefused,
    /// An asset has other bytes than it was released with.
    AssetAltered,
    /// This release cannot read what was submitted.
    UnreadableJob,
    /// The ledger would not take the end of the job.
    RefusedByLedger,
    /// The render did what only one does that was taken over.
    SandboxViolation,
    /// The render said more than it may.
    OutputLimit,
    /// The store refused, or broke off.
    Storage,
    /// The ledger refused to tell the job's assets.
    Ledger,
    /// The disk of the worker.
    Workspace,
    /// The render could not be started, or was lost.
    RenderNotRun,
    /// The render failed for a reason that is no word.
    RenderFailed,
    /// Somebody stopped the attempt.
    Stopped,
    /// The render took too long.
    TimeLimit,
    /// The render took too much memory.
    MemoryLimit,
    /// The render took too much time of the processors.
    CpuLimit,
    /// The render had too many threads.
    ThreadLimit,
    /// The render wrote too much.
    DiskLimit,
    /// The render wrote too large a file.
    FileSizeLimit,
    /// The render was killed, or broke down.
    RenderKilled,
    /// Worker after worker was lost with the job. It is the ledger that says so (`ledger.poison`).
    WorkerKilled,
}

impl Code {
    /// Every code.
    pub const ALL: [Code; 21] = [
        Code::AssetTooLarge,
        Code::AssetRefused,
        Code::AssetAltered,
        Code::UnreadableJob,
        Code::RefusedByLedger,
        Code::SandboxViolation,
        Code::OutputLimit,
        Code::Storage,
        Code::Ledger,
        Code::Workspace,
        Code::RenderNotRun,
        Code::RenderFailed,
        Code::Stopped,
        Code::TimeLimit,
        Code::MemoryLimit,
        Code::CpuLimit,
        Code::ThreadLimit,
        Code::DiskLimit,
        Code::FileSizeLimit,
        Code::RenderKilled,
        Code::WorkerKilled,
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::AssetTooLarge => "asset_too_large",
            Code::AssetRefused => "asset_refused",
            Code::AssetAltered => "asset_altered",
            Code::UnreadableJob => "unreadable_job",
            Code::RefusedByLedger => "refused_by_ledger",
            Code::SandboxViolation => "sandbox_violation",
            Code::OutputLimit => "output_limit",
            Code::Storage => "storage",
            Code::Ledger => "ledger",
            Code::Workspace => "workspace",
            Code::RenderNotRun => "render_not_run",
            Code::RenderFailed => "render_failed",
            Code::Stopped => "stopped",
            Code::TimeLimit => "time_limit",
            Code::MemoryLimit => "memory_limit",
            Code::CpuLimit => "cpu_limit",
            Code::ThreadLimit => "thread_limit",
            Code::DiskLimit => "disk_limit",
            Code::FileSizeLimit => "file_size_limit",
            Code::RenderKilled => "render_killed",
            Code::WorkerKilled => "worker_killed",
        }
    }

    /// What follows from it. Too much for the limits of a render may be less at reduced quality; whoever runs against its
    /// sandbox would do so again.
    pub const fn class(self) -> FailureClass {
        match self {
            Code::AssetTooLarge
            | Code::AssetRefused
            | Code::AssetAltered
            | Code::UnreadableJob
            | Code::RefusedByLedger
            | Code::SandboxViolation
            | Code::OutputLimit => FailureClass::Rejected,
            Code::Storage
            | Code::Ledger
            | Code::Workspace
            | Code::RenderNotRun
            | Code::RenderFailed
            | Code::Stopped => FailureClass::Recoverable,
            Code::TimeLimit
            | Code::MemoryLimit
            | Code::CpuLimit
            | Code::ThreadLimit
            | Code::DiskLimit
            | Code::FileSizeLimit
            | Code::RenderKilled => FailureClass::Resource,
            Code::WorkerKilled => FailureClass::Poison,
        }
    }

    /// A failure of this kind.
    pub fn failure(self, message: impl Into<String>) -> Failure {
        Failure::new(self.class(), self.as_str(), message)
    }
}
