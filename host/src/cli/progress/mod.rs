//! Work that takes a while, and how far it is: apart because every command shows it in the same
//! way, and only people at a terminal see it.
//!
//! - `line`: what is said
//! - `screen`: where it stands, and how other text gets past it

mod line;
mod screen;

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(crate) use self::screen::{aside, columns, columns_of, data};

use self::line::{Looks, State};
use super::notes::Notes;
use crate::report::Report;
use crate::sync::{Progress, ProgressEvent};

/// How far some work is, drawn on standard error until it is dropped. Nothing is drawn of work
/// that is done at once.
pub(crate) struct Meter {
    shared: Arc<Shared>,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
    notes: Notes,
}

struct Shared {
    work: Mutex<Work>,
    begun: Instant,
}

struct Work {
    state: State,
    /// Since when the present phase counts.
    counted: Instant,
}

impl Meter {
    /// Work that is called `what`, such as "listing the branches".
    pub(crate) fn new(notes: Notes, what: impl Into<String>) -> Self {
        let work = Work::new(what.into());
        let shared = Arc::new(Shared {
            begun: work.counted,
            work: Mutex::new(work),
        });
        let drawing = notes.shows_progress().then(|| draw(&shared)).flatten();
        Self {
            shared,
            drawing,
            notes,
        }
    }

    /// Show a call that nothing is known of until its answer is there, such as "asking for the
    /// commit".
    pub(crate) async fn during<T>(
        notes: Notes,
        what: impl Into<String>,
        call: impl Future<Output = T>,
    ) -> T {
        let _meter = Self::new(notes, what);
        call.await
    }

    /// Go on with work of another name.
    pub(crate) fn now(&self, what: &'static str) {
        self.phase(what, |_| ());
    }

    /// So many bytes so far, of so many if that is known.
    pub(crate) fn bytes(&self, done: u64, total: Option<u64>) {
        let state = &mut self.shared.lock().state;
        (state.done, state.total, state.is_bytes) = (done, total, true);
    }

    /// So many things so far, of so many if that is known.
    pub(crate) fn items(&self, done: u64, total: Option<u64>) {
        let state = &mut self.shared.lock().state;
        (state.done, state.total, state.is_bytes) = (done, total, false);
    }

    /// Go on with other work.
    fn phase(&self, what: &'static str, count: impl FnOnce(&mut State)) {
        let mut work = self.shared.lock();
        if work.state.what != what {
            *work = Work::new(what.to_owned());
        }
        count(&mut work.state);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some((stop, drawing)) = self.drawing.take() {
            drop(stop);
            // It draws no more, whatever became of it.
            let _ = drawing.join();
            screen::clear();
        }
    }
}

impl Progress for Meter {
    fn event(&self, event: &ProgressEvent) {
        match *event {
            ProgressEvent::Comparing => self.phase("comparing with the last commit", |_| ()),
            ProgressEvent::Downloading { bytes, files } => self.phase("downloading", |state| {
                (state.done, state.is_bytes) = (bytes, true);
                state.more = Some(format!("{files} files"));
            }),
            ProgressEvent::Fetching { done, total } => self.phase("fetching files", |state| {
                (state.done, state.total) = (done, Some(total));
            }),
            ProgressEvent::Resolving => self.phase("resolving", |_| ()),
            ProgressEvent::Swapping => self.phase("swapping in", |_| ()),
            ProgressEvent::Verifying { directories } => {
                self.phase("verifying directories", |state| state.done = directories);
            }
        }
    }

    fn call(&self, report: &Report) {
        self.notes.report(report);
    }
}

impl Work {
    fn new(what: String) -> Self {
        Self {
            state: State {
                what,
                ..State::default()
            },
            counted: Instant::now(),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        // Each field is right by itself, whoever panicked.
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, frame: usize) -> String {
        let looks = Looks {
            columns: columns(),
            is_unicode: super::charset::is_unicode(),
            frame,
        };
        let work = self.lock();
        let counting = work.counted.elapsed();
        work.state.line(self.begun.elapsed(), counting, looks)
    }
}

/// Draw in a thread of its own: the work may keep the one that it runs in.
fn draw(shared: &Arc<Shared>) -> Option<(Sender<()>, JoinHandle<()>)> {
    let shared = Arc::clone(shared);
    let (stop, stopped) = mpsc::channel();
    let drawing = std::thread::Builder::new()
        .name("progress".into())
        .spawn(move || {
            let mut wait = PATIENCE;
            for frame in 0.. {
                match stopped.recv_timeout(wait) {
                    Err(RecvTimeoutError::Timeout) => screen::draw(&shared.line(frame)),
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
                }
                wait = TICK;
            }
        });
    // Whoever cannot have another thread goes without.
    Some((stop, drawing.ok()?))
}

/// Nobody wants to see what is over by then.
const PATIENCE: Duration = Duration::from_millis(300);

const TICK: Duration = Duration::from_millis(100);
