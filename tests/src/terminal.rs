//! A terminal with the `code-source` command on it, used as a person does: apart from [`Runner`],
//! which only waits for the end, because here somebody looks at the screen and types.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use vt100::Parser;

use crate::rig::SEARCH;
use crate::runner::Runner;

/// A terminal of a certain size, and the command that runs on it.
///
/// When it is dropped, the command is ended, and whatever it wrote is searched for tokens.
pub struct Terminal {
    shell: Child,
    pty: Arc<Pty>,
    seen: Arc<Seen>,
    reader: Option<JoinHandle<()>>,
}

/// A key that is no character, as terminals send it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// Removes the character before the cursor.
    Backspace,
    /// Interrupts.
    CtrlC,
    /// Ends the input.
    CtrlD,
    /// Removes the whole line.
    CtrlU,
    /// An arrow.
    Down,
    /// Gives an answer.
    Enter,
    /// Gives up.
    Escape,
    /// An arrow.
    Left,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// An arrow.
    Right,
    /// The tabulator.
    Tab,
    /// An arrow.
    Up,
}

impl Terminal {
    /// Start the command with these arguments on a terminal of so many columns and rows.
    ///
    /// It is called `xterm-256color` and speaks UTF-8, unless the runner's environment says
    /// something else.
    ///
    /// # Panics
    ///
    /// If there is no terminal to be had, or the command does not start.
    pub fn start(runner: &Runner, arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::of(runner.command(arguments), columns, rows)
    }

    fn of(command: std::process::Command, columns: u16, rows: u16) -> Self {
        let command = supervised(&command);
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(rows, columns)).expect("its size");
        let pty = Arc::new(pty);
        let seen = Arc::new(Seen::new(columns, rows));
        let shell = Command::from(command).spawn(pts);
        let reader = std::thread::spawn({
            let (pty, seen) = (Arc::clone(&pty), Arc::clone(&seen));
            move || seen.read(&pty)
        });
        Self {
            shell: shell.expect("a shell starts"),
            pty,
            seen,
            reader: Some(reader),
        }
    }

    /// Go on when the screen, or what has left it at its top, shows this text, wherever its lines
    /// break.
    ///
    /// # Panics
    ///
    /// If the text does not come, with all that can be seen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        self.wait_for_times(text, 1);
    }

    /// The same for a text that is shown so many times, or more often.
    ///
    /// # Panics
    ///
    /// If it does not come so often, with all that can be seen.
    #[track_caller]
    pub fn wait_for_times(&self, text: &str, times: usize) {
        let wanted = in_one_line(text);
        self.wait_until(text, |all| {
            in_one_line(all).matches(&wanted).count() >= times
        });
    }

    /// Go on when all that can be seen is as it should be. `what` says how that is.
    ///
    /// # Panics
    ///
    /// If it does not become so, with all that can be seen.
    #[track_caller]
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        let mut seen = String::new();
        let mut found = false;
        self.seen.wait(|state| {
            seen = state.text();
            // What is there for a moment was there.
            found = is_so(&seen);
            found || state.is_over
        });
        let is_over = self.seen.state().is_over;
        let end = if is_over {
            "the command ended without"
        } else {
            "there was no"
        };
        assert!(found, "{end} `{what}`:\n{seen}");
    }

    /// Type this text. A line break is the key Enter.
    ///
    /// # Panics
    ///
    /// If the terminal takes nothing.
    pub fn type_text(&self, text: &str) {
        self.write(text.replace('\n', "\r").as_bytes());
    }

    /// Press a key.
    ///
    /// # Panics
    ///
    /// If the terminal takes nothing.
    pub fn press(&self, key: Key) {
        self.write(key.bytes());
    }

    /// The rows of the screen as they are seen.
    pub fn screen(&self) -> Vec<String> {
        let state = self.seen.state();
        let (_, columns) = state.parser.screen().size();
        state.parser.screen().rows(0, columns.get()).collect()
    }

    /// What is on the screen and above it, a line each however many rows it takes.
    pub fn text(&self) -> String {
        self.seen.state().text()
    }

    /// Every byte that the terminal got.
    pub fn everything(&self) -> Vec<u8> {
        self.seen.state().bytes.clone()
    }

    /// Wait for the command's end, and tell its exit status, as a shell does.
    ///
    /// # Panics
    ///
    /// If it does not end, with all that can be seen.
    #[track_caller]
    pub fn end(&mut self) -> i32 {
        self.seen.wait(|state| state.is_over);
        let status = self.seen.state().status;
        status.unwrap_or_else(|| panic!("the command did not end:\n{}", self.text()))
    }

    fn write(&self, bytes: &[u8]) {
        (&*self.pty).write_all(bytes).expect("the terminal reads");
    }
}

/// A text with one space wherever it has spaces or line breaks: where a sentence breaks depends on the
/// width of the terminal, and what it says does not.
pub fn in_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_whitespace() {
            line.push(character);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // All that runs on it, also where it does not mind that its terminal is gone, as below `nohup`.
        // One that has ended already cannot be ended again.
        let group = rustix::process::Pid::from_child(&self.shell);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        let _ = self.shell.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        SEARCH.search("what a terminal got", &self.everything());
        SEARCH.search("what a terminal showed", self.text().as_bytes());
    }
}

impl Key {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Backspace => b"\x7f",
            Self::CtrlC => b"\x03",
            Self::CtrlD => b"\x04",
            Self::CtrlU => b"\x15",
            Self::Down => b"\x1b[B",
            Self::Enter => b"\r",
            Self::Escape => b"\x1b",
            Self::Left => b"\x1b[D",
            Self::PageDown => b"\x1b[6~",
            Self::PageUp => b"\x1b[5~",
            Self::Right => b"\x1b[C",
            Self::Tab => b"\t",
            Self::Up => b"\x1b[A",
        }
    }
}

/// The same command, started by a shell that stays until the terminal is gone: what a terminal has
/// not taken yet is lost when the first process on it ends.
fn supervised(command: &std::process::Command) -> std::process::Command {
    let mut shell = std::process::Command::new("env");
    if *RESETS_SIGNALS {
        shell.arg(DEFAULT_SIGNALS);
    }
    shell.args(["/bin/sh", "-c", SUPERVISOR, "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    shell.envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8")]);
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell
}

/// What the terminal got so far.
struct Seen {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser,
    bytes: Vec<u8>,
    is_over: bool,
    status: Option<i32>,
}

impl Seen {
    fn new(columns: u16, rows: u16) -> Self {
        let size = |number| NonZeroU16::new(number).expect("a terminal has a size");
        Self {
            state: Mutex::new(State {
                parser: Parser::new(size(rows), size(columns), SCROLLBACK),
                bytes: Vec::new(),
                is_over: false,
                status: None,
            }),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Take what comes, until nobody is left on the terminal, which is told as an error.
    fn read(&self, mut pty: &Pty) {
        let mut buffer = [0; 4_096];
        while let Ok(length @ 1..) = pty.read(&mut buffer) {
            let mut state = self.state();
            state.parser.process(&buffer[..length]);
            state.bytes.extend_from_slice(&buffer[..length]);
            state.take_status();
            self.changed.notify_all();
        }
        self.state().is_over = true;
        self.changed.notify_all();
    }

    /// Wait until it is so, at most as long as nobody would wait; tell whether it is.
    fn wait(&self, mut is_so: impl FnMut(&mut State) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            if is_so(&mut state) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl State {
    /// Take away what the shell says at the end, which is no terminal's text.
    fn take_status(&mut self) {
        let Some(begin) = memchr::memmem::rfind(&self.bytes, STATUS) else {
            return;
        };
        let said = &self.bytes[begin + STATUS.len()..];
        let Some(digits) = said.strip_suffix(b"\x07") else {
            return;
        };
        let digits = std::str::from_utf8(digits).expect("a number");
        self.status = Some(digits.parse().expect("a number"));
        self.bytes.truncate(begin);
        self.is_over = true;
    }

    fn text(&mut self) -> String {
        let screen = self.parser.screen_mut();
        screen.set_scrollback(usize::MAX);
        let above = screen.scrollback();
        let (_, columns) = screen.size();
        let mut text = String::new();
        for offset in (1..=above).rev() {
            screen.set_scrollback(offset);
            text.extend(screen.rows(0, columns.get()).next());
            if !screen.row_wrapped(0) {
                text.push('\n');
            }
        }
        screen.set_scrollback(0);
        text + &screen.contents()
    }
}

/// A shell cannot give back what was ignored before it began, as Ctrl-C is in the background of a script.
static RESETS_SIGNALS: LazyLock<bool> = LazyLock::new(|| {
    let status = std::process::Command::new("env")
        .args([DEFAULT_SIGNALS, "true"])
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
});

/// What GNU's `env` has for it, and others have not.
const DEFAULT_SIGNALS: &str = "--default-signal=HUP,INT,QUIT,TERM";

/// Ctrl-C is the command's, and what follows it has the signal as it is usually.
const SUPERVISOR: &str = r#"trap : INT; "$@"; printf '\033]status:%s\007' "$?"; read -r _"#;

/// What the shell says before the status. Terminals show nothing of it.
const STATUS: &[u8] = b"\x1b]status:";

/// How long something may take on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many rows that have left the screen are kept.
const SCROLLBACK: usize = 2_000;

#[cfg(test)]
mod tests;
