//! What a command is given to work with: apart because every command's `run` takes it.

use super::arguments::GlobalArguments;
use super::failure::CommandError;
use super::notes::Notes;
use super::output::Output;
use super::progress::Meter;
use super::repository::{Connected, RepositoryArgument, connect, recorded};
use super::session::Session;
use crate::sync::Directory;

/// What a command is given to work with.
pub(crate) struct Context {
    pub(crate) output: Output,
    pub(crate) notes: Notes,
    pub(crate) options: GlobalArguments,
}

impl Context {
    /// Open the connection.
    pub(crate) fn open(&self) -> Result<Session, CommandError> {
        Session::open(&self.options, self.notes)
    }

    /// Open the connection, and connect a repository.
    pub(crate) async fn repository(
        &self,
        argument: &RepositoryArgument,
    ) -> Result<Connected, CommandError> {
        self.connected(&self.open()?, argument).await
    }

    async fn connected(
        &self,
        session: &Session,
        argument: &RepositoryArgument,
    ) -> Result<Connected, CommandError> {
        let call = connect(session, argument);
        Meter::during(self.notes, "asking for the repository", call).await
    }

    /// The same for a directory that an earlier run filled: the repository that it holds need not
    /// be asked for again.
    pub(crate) async fn repository_of(
        &self,
        argument: &RepositoryArgument,
        directory: &Directory,
    ) -> Result<Connected, CommandError> {
        let session = self.open()?;
        match recorded(&session, argument, directory)? {
            Some(connected) => Ok(connected),
            None => self.connected(&session, argument).await,
        }
    }
}
