//! How much a plugin and a forge may use: apart so that every bound is found in one place.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::state::TABLE_ELEMENTS;

/// Bounds of one connection. Every one of them ends in an error of its own.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of an answer that the plugin reads itself. 64 MiB.
    pub answer_bytes: u64,
    /// Time without a byte of an answer's body. 30 s.
    pub between_bytes: Duration,
    /// Time that a call may take in all, its content not counted. 5 min.
    pub call: Duration,
    /// Bytes of all the answers of a call that the plugin reads itself. 512 MiB.
    pub call_bytes: u64,
    /// Calls and open contents at once; one more is refused at once. 64.
    pub calls: usize,
    /// Time from the look-up of the name to the end of the TLS handshake. 10 s.
    pub connect: Duration,
    /// Bytes of one content: a file, a blob, an archive. 16 GiB.
    pub content_bytes: u64,
    /// Time that one content may take in all. 2 h.
    pub content: Duration,
    /// Processor time that the plugin may use in a call. 10 s.
    pub cpu: Duration,
    /// Time from the end of a request to the head of its answer. 60 s.
    pub first_byte: Duration,
    /// Bytes of the headers of an answer or of a delivery, names and values. 64 KiB.
    pub header_bytes: usize,
    /// Things that the plugin may hold at once, such as requests, answers and streams. 1,024; the
    /// host keeps up to a few hundred kilobytes for each.
    pub handles: usize,
    /// Number of the headers of an answer or of a delivery. 100.
    pub headers: usize,
    /// Bytes that one call of the plugin into the host may make it allocate for lists and texts.
    /// 256 KiB. The plugin's own answer may have 256 times as many.
    pub hostcall_bytes: usize,
    /// Bytes of the plugin's linear memory: 256 MiB, and never more than 1 GiB.
    pub memory: usize,
    /// Bytes of the plugin's output that are kept. 16 KiB.
    pub output_bytes: usize,
    /// Bytes of a request's body. 32 MiB.
    pub request_bytes: u64,
    /// Requests of one call. 1,000.
    pub requests: u32,
    /// Requests of one call that are under way at once; more of them wait. 16.
    pub requests_under_way: u32,
    /// Elements of the plugin's tables of functions: 100,000, and never more.
    pub table_elements: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer_bytes: 64 * MIB,
            between_bytes: Duration::from_secs(30),
            call: Duration::from_secs(300),
            call_bytes: 512 * MIB,
            calls: 64,
            connect: Duration::from_secs(10),
            content_bytes: 16 * 1024 * MIB,
            content: Duration::from_secs(2 * 3600),
            cpu: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            header_bytes: 64 * 1024,
            handles: 1_024,
            headers: 100,
            hostcall_bytes: 256 * 1024,
            memory: 256 << 20,
            output_bytes: 16 * 1024,
            request_bytes: 32 * MIB,
            requests: 1_000,
            requests_under_way: 16,
            table_elements: TABLE_ELEMENTS,
        }
    }
}

impl Limits {
    /// The same with times that can be added to the present, and with numbers that memory can be
    /// set aside for.
    pub(crate) fn tamed(mut self) -> Self {
        self.calls = self.calls.min(Semaphore::MAX_PERMITS);
        self.headers = self.headers.min(MOST_HEADERS);
        self.requests_under_way = self.requests_under_way.clamp(1, MOST_UNDER_WAY);
        for time in [
            &mut self.between_bytes,
            &mut self.call,
            &mut self.connect,
            &mut self.content,
            &mut self.cpu,
            &mut self.first_byte,
        ] {
            *time = (*time).min(LONGEST);
        }
        self
    }
}

/// Places for headers are set aside before the first one comes.
const MOST_HEADERS: usize = 10_000;

/// A call has a thousand handles or so, and each request takes some.
const MOST_UNDER_WAY: u32 = 10_000;

/// What "no limit" comes to.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

const MIB: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_beyond_all_measure_are_taken_as_far_as_they_go() {
        let tamed = Limits {
            calls: usize::MAX,
            headers: usize::MAX,
            requests_under_way: u32::MAX,
            call: Duration::MAX,
            ..Limits::default()
        };
        let tamed = tamed.tamed();
        let _ = Semaphore::new(tamed.calls);
        assert_eq!((tamed.headers, tamed.call), (MOST_HEADERS, LONGEST));
    }
}
