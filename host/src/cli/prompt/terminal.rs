//! The terminal that somebody sits at: apart because what is changed in it has to be put back,
//! however the command ends.

use std::io::{self, IsTerminal as _};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Duration, timeout};
use zeroize::Zeroizing;

use super::key::{Decoder, Key, PIECE};

/// Whether somebody sits at a terminal.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the terminal obeys the usual sequences.
pub(super) fn can_be_drawn_on() -> bool {
    std::env::var_os("TERM").is_some_and(|name| name != "dumb")
}

/// A terminal that echoes nothing, and hands on each key at once.
pub(super) struct Terminal {
    pieces: UnboundedReceiver<Zeroizing<Vec<u8>>>,
    decoder: Decoder,
    _modes: Modes,
}

impl Terminal {
    pub(super) fn start() -> io::Result<Self> {
        let modes = Modes::change()?;
        let (sender, pieces) = unbounded_channel();
        // It reads until the process ends; nothing else of the process reads from there any more.
        std::thread::Builder::new().spawn(move || read(&sender))?;
        Ok(Self {
            pieces,
            decoder: Decoder::new(),
            _modes: modes,
        })
    }

    /// Whether something was typed that no key was made of yet.
    pub(super) fn has_more(&self) -> bool {
        self.decoder.is_undecided() || !self.pieces.is_empty()
    }

    /// The next key; nothing when the terminal is gone.
    pub(super) async fn key(&mut self) -> Option<Key> {
        let mut is_late = false;
        loop {
            if let Some(key) = self.decoder.next(is_late) {
                return Some(key);
            }
            let piece = piece(&mut self.pieces, self.decoder.is_undecided()).await;
            match piece {
                Some(Some(bytes)) => self.decoder.feed(&bytes),
                Some(None) => return None,
                None => is_late = true,
            }
        }
    }
}

/// What was typed. Where a key may be half there, nothing after a while.
async fn piece(
    pieces: &mut UnboundedReceiver<Zeroizing<Vec<u8>>>,
    is_undecided: bool,
) -> Option<Option<Zeroizing<Vec<u8>>>> {
    if is_undecided {
        timeout(REST_OF_A_KEY, pieces.recv()).await.ok()
    } else {
        Some(pieces.recv().await)
    }
}

fn read(sender: &UnboundedSender<Zeroizing<Vec<u8>>>) {
    let mut buffer = Zeroizing::new([0; PIECE]);
    loop {
        match rustix::io::read(io::stdin(), &mut buffer[..]) {
            Ok(0) => return,
            Ok(length) => {
                let piece = Zeroizing::new(buffer[..length].to_vec());
                if sender.send(piece).is_err() {
                    return;
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// The terminal's modes; put back when this is dropped.
struct Modes(Termios);

impl Modes {
    fn change() -> io::Result<Self> {
        let before = rustix::termios::tcgetattr(io::stdin())?;
        // Ctrl-C stays a signal: it counts while a request is under way as it does in a question.
        let mut modes = before.clone();
        modes
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        // A shell that the command is stopped for makes the terminal show what is typed, and it would
        // go on to do so afterwards; and what Ctrl-\ leaves of the process would hold the token.
        modes.special_codes[SpecialCodeIndex::VSUSP] = DISABLED;
        modes.special_codes[SpecialCodeIndex::VQUIT] = DISABLED;
        rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
        Ok(Self(before))
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing put back, and one that is stopped is not waited for.
        let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// How long the rest of a key that begins with Escape may take to come, over a slow line too.
const REST_OF_A_KEY: Duration = Duration::from_millis(200);

/// In the place of a character: that there is none.
const DISABLED: u8 = if cfg!(target_vendor = "apple") {
    0xff
} else {
    0
};
