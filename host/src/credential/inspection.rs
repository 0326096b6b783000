//! What can be told of a token without telling it: apart because whoever looks for a mistake in it
//! must not see it either.

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::source::{Form, contents};
use super::{Secret, TokenSource};
use crate::kind::check_readable;

/// What a token's source looks like, and whether there is a token in it.
#[derive(Clone, Debug)]
pub(crate) struct Inspection {
    /// Where it is, in words.
    pub(crate) place: String,
    /// Bytes of what stands there, a line break at its end included.
    pub(crate) bytes: Option<usize>,
    /// When the file was written last.
    pub(crate) written: Option<SystemTime>,
    /// Whether a line break at the end is left out.
    pub(crate) is_trimmed: bool,
    /// Whether every account of this machine can read the file.
    pub(crate) is_readable_by_others: bool,
    /// What keeps it from being used.
    pub(crate) problem: Option<TokenProblem>,
}

/// What is wrong with a token, before anybody is asked about it.
#[derive(Clone, Debug)]
pub(crate) struct TokenProblem {
    pub(crate) kind: TokenProblemKind,
    /// In words, without anything of the token.
    pub(crate) detail: String,
}

/// The kinds of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TokenProblemKind {
    /// There is nothing.
    Empty,
    /// What is there cannot be a token.
    Malformed,
    /// The environment has no such variable.
    NotSet,
    /// The file cannot be read.
    Unreadable,
}

/// What was read where a token should be: a pipe can be read once.
pub(crate) struct Held(Zeroizing<Vec<u8>>);

impl fmt::Debug for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Held(…)")
    }
}

impl Held {
    /// It, as a source that need not be read again; none where it is not text.
    pub(crate) fn source(&self) -> Option<TokenSource> {
        let text = std::str::from_utf8(without_line_break(&self.0)).ok()?;
        Some(TokenSource::Value(Secret::new(text)))
    }

    /// It, and its words by themselves: what is not a token as a whole may hold one.
    #[cfg(feature = "cli")]
    pub(crate) fn pieces(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`=:".contains(byte);
        let words = self.0.split(is_between).chain([self.0.trim_ascii()]);
        let words = words.filter(|word| word.len() >= SHORTEST_PIECE);
        words.map(|word| Zeroizing::new(word.to_vec())).collect()
    }
}

impl TokenSource {
    /// Look at the token, and tell everything but what it is. It is read once, within `patience`.
    pub(crate) async fn inspect(&self, patience: Duration) -> (Inspection, Option<Held>) {
        let mut inspection = Inspection {
            place: self.place(),
            bytes: None,
            written: None,
            is_trimmed: false,
            is_readable_by_others: self.is_readable_by_others(),
            problem: None,
        };
        if let Self::File(path) = self {
            let metadata = std::fs::metadata(path).ok();
            let metadata = metadata.filter(std::fs::Metadata::is_file);
            inspection.written = metadata.and_then(|metadata| metadata.modified().ok());
        }
        match self.bytes(patience).await {
            Ok(bytes) => {
                inspection.bytes = Some(bytes.len());
                inspection.is_trimmed = bytes.ends_with(b"\n");
                inspection.problem = mistake(&bytes);
                (inspection, Some(Held(bytes)))
            }
            Err(problem) => {
                inspection.problem = Some(problem);
                (inspection, None)
            }
        }
    }

    /// Whether it is in a file that every account of this machine can read.
    #[cfg(unix)]
    pub(crate) fn is_readable_by_others(&self) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let Self::File(path) = self else {
            return false;
        };
        std::fs::metadata(path)
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o004 != 0)
    }

    #[cfg(not(unix))]
    pub(crate) fn is_readable_by_others(&self) -> bool {
        false
    }

    /// What has to be looked for because it is there; nothing of what would be gone once it is read.
    #[cfg(feature = "cli")]
    pub(super) fn pieces(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let read = match self {
            Self::File(path) if !path.is_file() => None,
            Self::File(path) => contents(path).ok(),
            Self::Environment(_) | Self::Value(_) => self.at_hand().ok(),
        };
        read.map_or_else(Vec::new, |bytes| Held(bytes).pieces())
    }

    async fn bytes(&self, patience: Duration) -> Result<Zeroizing<Vec<u8>>, TokenProblem> {
        match self {
            Self::File(path) => read(path, patience)
                .await
                .map_err(|problem| TokenProblem::new(TokenProblemKind::Unreadable, problem)),
            Self::Environment(_) | Self::Value(_) => self.at_hand(),
        }
    }

    fn at_hand(&self) -> Result<Zeroizing<Vec<u8>>, TokenProblem> {
        Ok(Zeroizing::new(match self {
            Self::Environment(name) => std::env::var_os(name)
                .ok_or_else(|| TokenProblem::new(TokenProblemKind::NotSet, "it is not set"))?
                .into_encoded_bytes(),
            Self::File(_) => Vec::new(),
            Self::Value(secret) => secret.expose().as_bytes().to_vec(),
        }))
    }
}

/// Read a file that may be an open pipe which nobody writes to. Only a thread of its own can be left
/// behind there.
async fn read(path: &Path, patience: Duration) -> Result<Zeroizing<Vec<u8>>, String> {
    let path = path.to_owned();
    let (sender, receiver) = oneshot::channel();
    let reading = std::thread::Builder::new().name("token".into());
    let reading = reading.spawn(move || {
        // Whoever waited for it may be gone.
        let _ = sender.send(check_readable(&path).and_then(|()| contents(&path)));
    });
    reading.map_err(|error| error.to_string())?;
    match tokio::time::timeout(patience, receiver).await {
        Ok(Ok(read)) => read.map_err(|error| error.to_string()),
        Ok(Err(_)) => Err("reading it broke off".to_owned()),
        Err(_) => {
            let seconds = patience.as_secs_f64();
            Err(format!("nobody wrote anything to it within {seconds:.0} s"))
        }
    }
}

/// What a connection would refuse about it, in more words, and what a forge would.
fn mistake(bytes: &[u8]) -> Option<TokenProblem> {
    let text = without_line_break(bytes);
    let malformed = |detail: String| TokenProblem::new(TokenProblemKind::Malformed, detail);
    if text.trim_ascii().is_empty() {
        let detail = match text.is_empty() {
            true => "it is empty",
            false => "there is nothing but white space in it",
        };
        return Some(TokenProblem::new(TokenProblemKind::Empty, detail));
    }
    if let Some(detail) = added(text) {
        return Some(malformed(detail));
    }
    let refused = match std::str::from_utf8(text) {
        Ok(text) => Form::Token.problem(text)?,
        Err(_) => "it is not text",
    };
    let detail = white_space(text).unwrap_or(refused);
    Some(malformed(detail.to_owned()))
}

/// Editors end a file with one.
fn without_line_break(bytes: &[u8]) -> &[u8] {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    text.strip_suffix(b"\r").unwrap_or(text)
}

impl TokenProblem {
    fn new(kind: TokenProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

/// What people copy along with a token.
fn added(text: &[u8]) -> Option<String> {
    let trimmed = text.trim_ascii();
    for word in ADDED {
        let beginning = trimmed.get(..word.len());
        if beginning.is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes())) {
            return Some(format!("it begins with `{}`", word.trim_end()));
        }
    }
    if let [first @ (b'"' | b'\'' | b'`'), ..] = trimmed {
        let quote = char::from(*first);
        return Some(format!("it stands in quotes: it begins with {quote}"));
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let name = trimmed.iter().take_while(|byte| is_name(byte)).count();
    let is_assignment = trimmed.get(name) == Some(&b'=') && name > 0;
    // Padding stands at the end, and an assignment before something.
    let is_assignment = is_assignment && trimmed.len() - name > LONGEST_PADDING;
    is_assignment.then(|| "it begins with a name and `=`".to_owned())
}

fn white_space(text: &[u8]) -> Option<&'static str> {
    let inner = text.trim_ascii();
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    if inner.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Some("there is a line break in the middle of it");
    }
    if inner.iter().any(is_space) {
        return Some("there is white space in the middle of it");
    }
    if inner.iter().any(u8::is_ascii_control) {
        return Some("there is a control character in it");
    }
    if text.first().is_some_and(is_space) {
        return Some("there is white space before it");
    }
    text.last()
        .is_some_and(is_space)
        .then_some("there is white space after it")
}

/// What stands before a token where people copied it from.
const ADDED: [&str; 4] = ["bearer ", "basic ", "private-token:", "authorization:"];

/// Shorter ones stand in harmless text as well.
#[cfg(feature = "cli")]
const SHORTEST_PIECE: usize = 8;

/// Base64 ends with at most so many.
const LONGEST_PADDING: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    async fn inspect(source: TokenSource) -> Option<(TokenProblemKind, String)> {
        inspect_within(Duration::from_secs(20), source).await
    }

    async fn inspect_within(
        limit: Duration,
        source: TokenSource,
    ) -> Option<(TokenProblemKind, String)> {
        let inspected = source.inspect(limit).await;
        assert!(!format!("{inspected:?}").contains("0123456789"));
        inspected.0.problem.map(|one| (one.kind, one.detail))
    }

    async fn problem(text: &str) -> Option<(TokenProblemKind, String)> {
        inspect(TokenSource::Value(Secret::new(text))).await
    }

    #[tokio::test]
    async fn what_was_copied_along_with_a_token_is_named_without_the_token() {
        for (text, named) in [
            ("Bearer acmepat-0123456789abcdef", "`Bearer`"),
            ("\"acmepat-0123456789abcdef\"", "quotes"),
            ("TOKEN=acmepat-0123456789abcdef\n", "a name and `=`"),
            ("acmepat-01234\n56789abcdef", "a line break in the middle"),
            (" acmepat-0123456789abcdef", "white space before"),
            ("acmepat-0123456789abcdef \n", "white space after"),
            ("acmepat-\u{0}0123456789abcdef", "a control character"),
            ("short", "shorter than 16"),
        ] {
            let (kind, detail) = problem(text).await.unwrap();
            assert_eq!(kind, TokenProblemKind::Malformed, "{detail}");
            let said = detail.to_lowercase();
            assert!(said.contains(&named.to_lowercase()), "{detail}");
        }
    }

    #[tokio::test]
    async fn a_token_that_a_connection_would_take_has_no_problem() {
        for text in [
            "acmepat-0123456789abcdef",
            "acmepat-0123456789abcdef\n",
            "YWNtZXBhdC0wMTIzNDU2Nzg5YQ==",
        ] {
            assert_eq!(problem(text).await, None, "{text}");
        }
        assert_eq!(problem("").await.unwrap().0, TokenProblemKind::Empty);
        assert_eq!(problem(" \n").await.unwrap().0, TokenProblemKind::Empty);
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn what_has_no_end_is_too_long_and_a_pipe_is_waited_for_only_so_long() {
        use std::os::fd::AsRawFd as _;

        let device = TokenSource::File("/dev/zero".into());
        let (kind, _) = inspect(device).await.unwrap();
        assert_eq!(kind, TokenProblemKind::Malformed);
        let (reader, _writer) = std::io::pipe().unwrap();
        let open = format!("/dev/fd/{}", reader.as_raw_fd());
        let (brief, source) = (Duration::from_millis(200), TokenSource::File(open.into()));
        let (kind, detail) = inspect_within(brief, source).await.unwrap();
        assert_eq!(kind, TokenProblemKind::Unreadable);
        assert!(detail.contains("nobody wrote anything"), "{detail}");
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn a_named_pipe_is_refused_as_every_other_command_refuses_it() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let source = TokenSource::File(pipe);
        let (kind, detail) = inspect(source.clone()).await.unwrap();
        assert_eq!(kind, TokenProblemKind::Unreadable);
        let refused = source.read(Form::Token).unwrap_err().to_string();
        assert!(refused.contains(&detail), "{refused}: {detail}");
    }

    #[tokio::test]
    async fn what_was_read_once_is_a_source_without_its_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "acmepat-0123456789abcdef\r\n").unwrap();
        let source = TokenSource::File(file.path().to_owned());
        let (_, held) = source.inspect(Duration::from_secs(5)).await;
        let held = held.unwrap().source().unwrap();
        let secret = held.read(Form::Token).unwrap();
        assert_eq!(secret.expose(), "acmepat-0123456789abcdef");
    }
}
