//! What differs between services.

use std::path::Path;
use std::time::Duration;

use crate::error::DevstackError;
use crate::keeper::Keeper;
use crate::keeper::protocol::Sign;

/// How one kind of service is started, asked and stopped. Its main process bears [`Recipe::name`] with the keeper.
pub(crate) trait Recipe: Send + Sync {
    /// Its name in errors and with the keeper.
    fn name(&self) -> &'static str;
    /// Its main port.
    fn port(&self) -> u16;
    /// Where its output goes.
    fn log(&self) -> &Path;
    /// How long it may take from launch to readiness, on a slow and busy machine.
    fn patience(&self) -> Duration;
    /// Starts its processes, and makes its data first where there is none.
    fn launch(&self, keeper: &Keeper) -> Result<(), DevstackError>;
    /// Whether it serves requests now. Answers within about two seconds.
    fn is_ready(&self) -> bool;
    /// Done each time it has become ready; must be repeatable.
    fn settle(&self) -> Result<(), DevstackError>;
    /// Asks it to end in order.
    fn stop_sign(&self) -> Sign;
    /// Ends it at once; what it leaves behind in the system should go with it, since its data is thrown away.
    fn discard_sign(&self) -> Sign;
    /// Removes its data. It is not running.
    fn forget(&self) -> Result<(), DevstackError>;
}
