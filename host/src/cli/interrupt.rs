//! Ctrl-C: apart because what writes files has to leave them in a state that can be told.

use std::future::Future;

use super::failure::CommandError;

/// Run `work` until it ends or somebody presses Ctrl-C; then it is dropped, and what it cleans up
/// when it is dropped is cleaned up. `left` says what state is left.
pub(crate) async fn or<T>(
    left: &str,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    tokio::select! {
        result = work => result,
        Ok(()) = tokio::signal::ctrl_c() => Err(CommandError::Interrupted { left: left.to_owned() }),
    }
}
