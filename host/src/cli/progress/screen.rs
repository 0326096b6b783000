//! The one line of progress on the terminal: apart because whatever else is written there has to
//! take it away first, and because there is one terminal for the whole process.

use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Write something else to the terminal: the line is gone meanwhile, and comes back by itself.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let mut screen = lock();
    screen.clear();
    write()
}

/// Write data to a terminal. A line of it that is not at its end yet is not written over.
pub(crate) fn data(
    bytes: &[u8],
    write: impl FnOnce(&[u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut screen = lock();
    screen.clear();
    let written = write(bytes)?;
    if let Some(last) = bytes.get(..written).and_then(<[u8]>::last) {
        screen.is_within_line = *last != b'\n';
    }
    Ok(written)
}

/// Draw the line.
pub(super) fn draw(line: &str) {
    let mut screen = lock();
    if screen.is_within_line {
        return;
    }
    screen.is_drawn = true;
    write(&format!("\r{line}{ERASE}"));
}

/// Take the line away.
pub(super) fn clear() {
    lock().clear();
}

/// Columns of the terminal that standard error is.
pub(crate) fn columns() -> usize {
    columns_of(&io::stderr())
}

/// Columns of a terminal.
pub(crate) fn columns_of(terminal: &impl std::os::fd::AsFd) -> usize {
    let size = rustix::termios::tcgetwinsize(terminal);
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { USUAL } else { columns }
}

struct Screen {
    is_drawn: bool,
    is_within_line: bool,
}

impl Screen {
    fn clear(&mut self) {
        if std::mem::take(&mut self.is_drawn) {
            write(&format!("\r{ERASE}"));
        }
    }
}

fn write(text: &str) {
    // Where it cannot be written there is nobody to see it.
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
}

fn lock() -> MutexGuard<'static, Screen> {
    // Whoever panicked while writing left nothing in it that could be wrong.
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen {
    is_drawn: false,
    is_within_line: false,
});

const ERASE: &str = "\u{1b}[K";

const USUAL: usize = 80;
