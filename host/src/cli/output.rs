//! What the command says on standard output: apart so that every write is checked and so that
//! text for people and JSON never mix.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::AutoStream;
use anstream::adapter::strip_str;
use serde::Serialize;

use super::failure::CommandError;
use super::progress;

/// Standard output, or what stands in for it.
pub(crate) struct Output {
    writer: BufWriter<Box<dyn Write>>,
    json: bool,
    color: bool,
    terminal: bool,
    failure_shown: bool,
    is_in_list: bool,
}

impl Output {
    /// The process's own.
    pub(crate) fn stdout(json: bool) -> Self {
        let stdout = io::stdout();
        let color = AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let terminal = stdout.is_terminal();
        let stdout = Stdout { stdout, terminal };
        let writer = BufWriter::with_capacity(BUFFER, Box::new(stdout) as Box<dyn Write>);
        Self {
            writer,
            json,
            color,
            terminal,
            failure_shown: false,
            is_in_list: false,
        }
    }

    /// Whether anything was written to the process's own.
    pub(crate) fn has_begun() -> bool {
        BEGUN.load(Ordering::Relaxed)
    }

    /// Whether it is for programs.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a person looks at it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether the failure stands in what was written already.
    pub(crate) fn failure_shown(&self) -> bool {
        self.failure_shown
    }

    /// Say that the failure stands in what was written.
    pub(crate) fn set_failure_shown(&mut self) {
        self.failure_shown = true;
    }

    /// Whether a list in JSON was begun and is still open.
    pub(crate) fn is_in_list(&self) -> bool {
        self.is_in_list
    }

    /// Say that a list in JSON was begun, or closed.
    pub(crate) fn set_in_list(&mut self, is_in_list: bool) {
        self.is_in_list = is_in_list;
    }

    /// Write text, without its colours where nobody wants them.
    pub(crate) fn text(&mut self, text: impl fmt::Display) -> Result<(), CommandError> {
        let text = text.to_string();
        let written = if self.color {
            self.writer.write_all(text.as_bytes())
        } else {
            write!(self.writer, "{}", strip_str(&text))
        };
        written.map_err(CommandError::Output)
    }

    /// Write a value as JSON, without a line break.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        let mut serializer = serde_json::Serializer::with_formatter(&mut self.writer, Harmless);
        value
            .serialize(&mut serializer)
            .map_err(|error| CommandError::Output(error.into()))
    }

    /// Write a value as a line of JSON: the whole answer of most commands.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        self.json(value)?;
        self.bytes(b"\n")
    }

    /// Write bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.writer.write_all(bytes).map_err(CommandError::Output)
    }

    /// Let everything that was written arrive.
    pub(crate) fn flush(&mut self) -> Result<(), CommandError> {
        self.writer.flush().map_err(CommandError::Output)
    }
}

/// Standard output, past the line of progress where both are on a terminal.
struct Stdout {
    stdout: io::Stdout,
    terminal: bool,
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        BEGUN.store(true, Ordering::Relaxed);
        if self.terminal {
            progress::data(bytes, |bytes| self.stdout.write(bytes))
        } else {
            self.stdout.write(bytes)
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}

static BEGUN: AtomicBool = AtomicBool::new(false);

/// JSON in one line in which characters that a terminal would obey stand as escapes: the value
/// is the same.
struct Harmless;

impl serde_json::ser::Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some(position) = rest.find(super::escape::is_harmful) {
            let (plain, harmful) = rest.split_at(position);
            writer.write_all(plain.as_bytes())?;
            let mut characters = harmful.chars();
            if let Some(character) = characters.next() {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

const BUFFER: usize = 64 * 1024;

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a test's output came to.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Output {
        /// An output into memory, without colours.
        pub(crate) fn into_memory(json: bool) -> (Self, Written) {
            let written = Written::default();
            let writer = BufWriter::new(Box::new(written.clone()) as Box<dyn Write>);
            let output = Self {
                writer,
                json,
                color: false,
                terminal: false,
                failure_shown: false,
                is_in_list: false,
            };
            (output, written)
        }
    }

    #[test]
    fn json_holds_nothing_that_a_terminal_obeys_and_keeps_its_value() {
        let (mut output, written) = Output::into_memory(true);
        let text = "\u{1b}[2J \u{202e}abc\u{9b} \u{e0041} \"ü\"";
        output.json_line(&text).unwrap();
        output.flush().unwrap();
        assert!(
            !written
                .text()
                .trim_end()
                .contains(super::super::escape::is_harmful)
        );
        assert_eq!(
            serde_json::from_str::<String>(&written.text()).unwrap(),
            text
        );
    }
}
