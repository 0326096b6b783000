//! Ctrl-C, and being asked to end: apart because every command ends within a second, whatever it is
//! doing, and says what state it left.
//!
//! The command is dropped where it waits, and cleans up what it cleans up when it is dropped. Where
//! it does not get there in time, or the signal comes again, the process ends without it.

use std::borrow::Cow;
use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::watch;

use super::exit::Exit;
use super::explain;
use super::failure::CommandError;
use super::output::Output;

/// What somebody sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: whoever runs the machine wants it to end.
    Terminate,
}

impl Signal {
    /// The exit status that shells expect of it.
    pub(crate) fn exit(self) -> Exit {
        match self {
            Self::Interrupt => Exit::INTERRUPTED,
            Self::Terminate => Exit::TERMINATED,
        }
    }
}

/// What a command leaves behind if it is ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Left {
    /// The state, for people.
    pub(crate) what: Cow<'static, str>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Left {
    /// A state that needs nothing to be done.
    pub(crate) fn new(what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            what: what.into(),
            hint: None,
        }
    }

    /// The state of a command that only reads, and of one that has not begun to write.
    pub(crate) const NOTHING: Self = Self {
        what: Cow::Borrowed("nothing was changed"),
        hint: None,
    };

    /// The state of a command that has only to tell what it did.
    pub(crate) const DONE: Self = Self {
        what: Cow::Borrowed("it was after the work was done"),
        hint: None,
    };
}

/// Whom a signal concerns, and what has to be done before the end.
#[derive(Debug)]
enum Doing {
    /// The command, which is dropped.
    Work,
    /// Nobody: the command waits for a person or a pipe, and cannot be dropped.
    Waiting,
    /// The editor, where it is Ctrl-C. The file goes with the process.
    Editing(PathBuf),
}

struct Present {
    left: Left,
    doing: Doing,
}

/// Signals are the process's, and so is what it leaves.
static PRESENT: Mutex<Present> = Mutex::new(Present {
    left: Left::NOTHING,
    doing: Doing::Work,
});

fn present() -> MutexGuard<'static, Present> {
    // Each field is right by itself, whoever panicked.
    PRESENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on, this is what is left.
pub(crate) fn set_left(left: Left) {
    present().left = left;
}

/// While `work` runs, `left` is what it leaves if it is ended.
pub(crate) async fn leaving<T>(
    left: impl Into<Cow<'static, str>>,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    leaving_as(Left::new(left), work).await
}

/// The same where something can be done about it.
pub(crate) async fn leaving_as<T>(
    left: Left,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    set_left(left);
    let result = work.await;
    set_left(if result.is_ok() {
        Left::DONE
    } else {
        Left::NOTHING
    });
    result
}

/// Wait for a person or a pipe, in a way that a signal cannot end by itself.
pub(crate) fn waiting<T>(wait: impl FnOnce() -> T) -> T {
    doing(Doing::Waiting, wait)
}

/// Let a person edit a file that nobody else is to see.
pub(crate) fn editing<T>(file: &Path, edit: impl FnOnce() -> T) -> T {
    doing(Doing::Editing(file.to_owned()), edit)
}

fn doing<T>(doing: Doing, run: impl FnOnce() -> T) -> T {
    present().doing = doing;
    let result = run();
    present().doing = Doing::Work;
    result
}

/// Run a command until it ends or somebody wants it to.
pub(super) async fn or<T>(
    mut signals: Signals,
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    tokio::select! {
        // What is done is done, and told as that.
        biased;
        result = work => result,
        error = signals.next() => Err(error),
    }
}

/// The signals of the process, as the command sees them.
pub(super) struct Signals(watch::Receiver<Option<(Signal, Left)>>);

impl Signals {
    /// Begin to watch. A thread of its own does so, because the others may be busy.
    pub(super) fn watch(json: bool) -> Self {
        let (sender, receiver) = watch::channel(None);
        let (ready, is_ready) = mpsc::channel();
        let watching = std::thread::Builder::new().name("signals".into());
        // Where there can be no thread, signals end the process as they always do.
        let _ = watching.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                // Where they cannot be watched, they end the process as they always do.
                let _ = runtime.block_on(until_the_end(&sender, json, ready));
            }
        });
        // Not before they are watched: a prompt that a signal killed would leave its terminal as it is.
        // Where they cannot be, the other end is gone, and that is no reason to wait either.
        let _ = is_ready.recv();
        Self(receiver)
    }

    async fn next(&mut self) -> CommandError {
        let sent = match self.0.wait_for(Option::is_some).await {
            Ok(sent) => sent.clone(),
            Err(_) => None,
        };
        match sent {
            Some((signal, left)) => CommandError::Ended { signal, left },
            // Nobody watches, so that there is nothing to wait for.
            None => std::future::pending().await,
        }
    }
}

async fn until_the_end(
    sender: &watch::Sender<Option<(Signal, Left)>>,
    json: bool,
    ready: mpsc::Sender<()>,
) -> io::Result<()> {
    let mut source = Source::new()?;
    let terminal = Terminal::now();
    drop(ready);
    let signal = loop {
        let signal = source.next().await;
        let is_the_editors = matches!(present().doing, Doing::Editing(_));
        if signal == Signal::Terminate || !is_the_editors {
            break signal;
        }
    };
    // Only the first one counts.
    let _ = SENT.set(signal);
    end_anyway(signal);
    // What is left is what was so when the signal came.
    let left = present().left.clone();
    if io::stderr().is_terminal() {
        // The terminal shows Ctrl-C in the line where the cursor is.
        within(PATIENCE / 5, || super::notes::write("\n"));
    }
    let _ = sender.send(Some((signal, left.clone())));
    if matches!(present().doing, Doing::Work) {
        tokio::select! {
            () = tokio::time::sleep(PATIENCE) => (),
            _ = source.next() => (),
        }
    }
    if let Doing::Editing(file) = &present().doing {
        let _ = std::fs::remove_file(file);
    }
    terminal.restore();
    if TOLD.load(Ordering::Relaxed) {
        // The command says it just now.
        std::thread::sleep(PATIENCE / 2);
    } else {
        tell(CommandError::Ended { signal, left }, json);
    }
    std::process::exit(signal.exit().number.into())
}

/// What somebody sent, if so.
pub(crate) fn sent() -> Option<Signal> {
    SENT.get().copied()
}

static SENT: OnceLock<Signal> = OnceLock::new();

/// Whether nobody has told yet that a signal ended the command.
pub(super) fn is_first_to_tell() -> bool {
    !TOLD.swap(true, Ordering::Relaxed)
}

/// Leave it to whoever tells already, and ends the process then: what returns first would end it
/// before it is told.
pub(super) fn let_it_be_told() {
    std::thread::sleep(PATIENCE);
}

static TOLD: AtomicBool = AtomicBool::new(false);

/// Say it in the place of a command that cannot.
fn tell(error: CommandError, json: bool) {
    within(PATIENCE / 2, move || {
        // What was begun cannot be closed from here.
        let mut output = Output::stdout(json && !Output::has_begun());
        explain::show(&error, &mut output);
    });
}

/// Write something that may not get there: a terminal that takes no bytes, or a pipe that nobody
/// reads, does not keep the process for longer than this.
fn within(limit: Duration, write: impl FnOnce() + Send + 'static) {
    let (said, done) = mpsc::channel();
    let saying = std::thread::Builder::new().spawn(move || {
        write();
        let _ = said.send(());
    });
    if saying.is_ok() {
        let _ = done.recv_timeout(limit);
    }
}

/// End the process after a second, whatever holds it: the command may be told to end, and then not
/// come to its end because nobody takes what it says last.
fn end_anyway(signal: Signal) {
    // Where there can be no thread, the usual way is the only one.
    let _ = std::thread::Builder::new().spawn(move || {
        std::thread::sleep(LONGEST);
        std::process::exit(signal.exit().number.into())
    });
}

/// Where signals come from.
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Source {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
    }
}

/// How the terminal was when the command began: a prompt that is ended leaves it otherwise.
struct Terminal(Option<rustix::termios::Termios>);

impl Terminal {
    fn now() -> Self {
        Self(rustix::termios::tcgetattr(io::stdin()).ok())
    }

    fn restore(&self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(attributes) = &self.0 {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, attributes);
        }
    }
}

/// How long a command has to clean up: a second is promised, and something has to be said in it.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is promised, less what ending itself takes.
const LONGEST: Duration = Duration::from_millis(900);
